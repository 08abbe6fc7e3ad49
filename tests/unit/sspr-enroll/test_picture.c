/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <png.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "picture.h"
#include "qrdraw.h"

#define SIDE_MAX ((QRDRAW_SIZE_MAX + 2 * PICTURE_QUIET) * PICTURE_PIXELS)

static char dir[] = "/tmp/sspr-picture-XXXXXX";
static char path[64], other[64];

static int
make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/qr.png", dir);
	(void)snprintf(other, sizeof(other), "%s/other", dir);
	return 0;
}

static int
clear_dir(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

static const uint8_t *
symbol(unsigned int seed)
{
	static uint8_t modules[254];

	for (size_t i = 0; i < sizeof(modules); i++)
		modules[i] = (uint8_t)(seed = seed * 1103515245u + 12345u) >> 1;
	return modules;
}

/* The picture is the symbol, pixel by pixel. */
static void
is_the_symbol(unsigned int size, const uint8_t *modules)
{
	static uint8_t pixels[SIDE_MAX * SIDE_MAX];
	unsigned int side = (size + 2 * PICTURE_QUIET) * PICTURE_PIXELS;
	png_image image = { .version = PNG_IMAGE_VERSION };

	assert_int_equal(png_image_begin_read_from_file(&image, path), 1);
	assert_int_equal(image.width, side);
	assert_int_equal(image.height, side);
	image.format = PNG_FORMAT_GRAY;
	assert_int_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL),
	    1);
	for (unsigned int y = 0; y < side; y++)
		for (unsigned int x = 0; x < side; x++) {
			unsigned int mx = x / PICTURE_PIXELS - PICTURE_QUIET;
			unsigned int my = y / PICTURE_PIXELS - PICTURE_QUIET;
			bool dark = mx < size && my < size &&
			    qrdraw_is_dark(size, modules, mx, my);

			assert_int_equal(pixels[y * side + x],
			    dark ? 0x00 : 0xff);
		}
}

static void
every_size_is_read_back(void **state)
{
	(void)state;
	for (unsigned int size = 21; size <= 45; size += 4) {
		struct picture p = { .fd = -1 };
		const uint8_t *modules = symbol(size);

		assert_int_equal(picture_open(&p, path), SSPR_OK);
		assert_int_equal(picture_write(&p, size, modules), SSPR_OK);
		picture_close(&p, SSPR_OK);
		assert_int_equal(p.fd, -1);
		is_the_symbol(size, modules);
		assert_int_equal(unlink(path), 0);
	}
}

/* R-KEY-7 */
static void
the_file_is_its_owners_alone(void **state)
{
	struct picture p = { .fd = -1 };
	struct stat st;
	mode_t before = umask(0);

	(void)state;
	assert_int_equal(picture_open(&p, path), SSPR_OK);
	umask(before);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	picture_close(&p, SSPR_OK);
}

/* R-KEY-7 */
static void
nothing_that_exists_is_written(void **state)
{
	struct picture p = { .fd = -1 };
	FILE *f = fopen(path, "w");

	(void)state;
	fputs("mine", f);
	fclose(f);
	assert_int_equal(picture_open(&p, path), SSPR_FILE);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(p.fd, -1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(picture_open(&p, path), SSPR_FILE);
	assert_int_equal(access(other, F_OK), -1);
	picture_close(&p, SSPR_FILE);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(readlink(path, (char[8]){ 0 }, 8), 8);
}

static void
an_unfinished_one_goes(void **state)
{
	struct picture p = { .fd = -1 };

	(void)state;
	assert_int_equal(picture_open(&p, path), SSPR_OK);
	assert_int_equal(picture_write(&p, 21, symbol(1)), SSPR_OK);
	picture_close(&p, SSPR_CANCELLED);
	assert_int_equal(access(path, F_OK), -1);
	picture_close(&p, SSPR_CANCELLED);
}

static void
a_full_disk_is_told(void **state)
{
	struct picture p = { .fd = -1 };
	struct rlimit limit, none;

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	none = limit;
	none.rlim_cur = 100;
	assert_int_equal(picture_open(&p, path), SSPR_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(picture_write(&p, 21, symbol(1)), SSPR_FILE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	picture_close(&p, SSPR_FILE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_size_is_read_back, clear_dir),
		cmocka_unit_test_teardown(the_file_is_its_owners_alone,
		    clear_dir),
		cmocka_unit_test_teardown(nothing_that_exists_is_written,
		    clear_dir),
		cmocka_unit_test_teardown(an_unfinished_one_goes, clear_dir),
		cmocka_unit_test_teardown(a_full_disk_is_told, clear_dir),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
