/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "../../capture.h"
#include "enrolment.h"
#include "sample_qr.h"

static struct capture c;

static const struct screen good = {
	.tty = true,
	.utf8 = true,
	.blocks = true,
	.columns = 80,
	.lines = 24,
};

static enum sspr_err
show(struct enrolment *n, const struct proto_qr *qr)
{
	enum sspr_err e;

	capture_begin(&c);
	e = enrolment_show(n, qr);
	capture_end(&c);
	assert_string_equal(c.err, "");
	return e;
}

static const char letters[] =
    "  Account: alice\n"
    "  Issuer:  web1\n"
    "  Type:    time-based (TOTP), SHA1, 6 digits, 30 seconds\n"
    "  Secret:  JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP\n";

/* The lines from the first that holds a block, and the longest of all. */
static unsigned int
drawn_lines(const char *s, size_t *longest)
{
	unsigned int lines = 0;

	*longest = 0;
	for (const char *end; *s != '\0'; s = end + 1) {
		end = strchr(s, '\n');
		if (memmem(s, (size_t)(end - s), "\xe2\x96\x88", 3) != NULL)
			lines++;
		else if ((size_t)(end - s) > *longest)
			*longest = (size_t)(end - s);
	}
	return lines;
}

/* DESIGN: QR drawn to fit 80x24, always the secret as grouped base32 too. */
static void
a_terminal_gets_letters_and_a_drawing(void **state)
{
	struct enrolment n = { .to = stdout,
		.screen = good,
		.picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();
	size_t longest;

	(void)state;
	assert_int_equal(show(&n, &qr), SSPR_OK);
	assert_memory_equal(c.out, letters, sizeof(letters) - 1);
	assert_int_equal(drawn_lines(c.out, &longest), 19);
	assert_in_range(longest, 1, 80);
	assert_null(strchr(c.out, '\x1b'));
}

static void
colour_is_used_where_there_is_any(void **state)
{
	struct enrolment n = { .to = stdout,
		.screen = good,
		.picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();

	(void)state;
	n.screen.colour = true;
	assert_int_equal(show(&n, &qr), SSPR_OK);
	assert_non_null(strstr(c.out, "\x1b[0;37m\x1b[47m"));
}

static void
what_cannot_be_drawn_is_told_with_the_way_out(void **state)
{
	struct enrolment n = { .to = stdout,
		.screen = good,
		.picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();
	size_t longest;

	(void)state;
	n.screen.columns = 36;
	assert_int_equal(show(&n, &qr), SSPR_OK);
	assert_memory_equal(c.out, letters, sizeof(letters) - 1);
	assert_int_equal(drawn_lines(c.out, &longest), 0);
	assert_in_range(longest, 1, 80);
	assert_non_null(strstr(c.out, "too small"));
	assert_non_null(strstr(c.out, "--png FILE"));
}

static void
names_too_long_for_a_symbol_leave_the_letters(void **state)
{
	struct enrolment n = { .to = stdout,
		.screen = good,
		.picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();
	size_t longest;

	(void)state;
	qr.size = 0;
	qr.modules.len = 0;
	assert_int_equal(show(&n, &qr), SSPR_OK);
	assert_memory_equal(c.out, letters, sizeof(letters) - 1);
	assert_int_equal(drawn_lines(c.out, &longest), 0);
	assert_non_null(strstr(c.out, "too long"));
	assert_null(strstr(c.out, "--png"));
	n.shown = false;
	n.picture.fd = 99;
	assert_int_equal(show(&n, &qr), SSPR_FILE);
	assert_string_equal(c.out, "");
}

static void
a_long_secret_is_broken_into_lines(void **state)
{
	struct enrolment n = { .to = stdout, .picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();
	size_t longest;

	(void)state;
	memset(qr.secret, 'A', PROTO_SECRET_MAX);
	assert_int_equal(show(&n, &qr), SSPR_OK);
	(void)drawn_lines(c.out, &longest);
	assert_in_range(longest, 59, 80);
}

static void
json_is_one_line_with_secret_and_uri(void **state)
{
	struct enrolment n = { .to = stdout,
		.json = true,
		.screen = good,
		.picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();

	(void)state;
	assert_int_equal(show(&n, &qr), SSPR_OK);
	assert_int_equal(c.out[0], '{');
	assert_ptr_equal(strchr(c.out, '\n'), c.out + strlen(c.out) - 1);
	assert_non_null(strstr(c.out,
	    "\"secret\":\"" SAMPLE_SECRET "\",\"uri\":\"" SAMPLE_URI "\"}\n"));
}

static void
what_no_honest_daemon_sends_is_not_shown(void **state)
{
	struct proto_qr bad[7];

	(void)state;
	for (size_t i = 0; i < 7; i++)
		bad[i] = sample_qr();
	bad[0].size = 34;
	bad[1].modules.len--;
	bad[2].secret[0] = '\0';
	bad[3].secret[3] = '1';
	bad[4].secret[3] = 'a';
	bad[5].uri[0] = 'h';
	bad[6].size = 255;
	for (size_t i = 0; i < 7; i++) {
		struct enrolment n = { .to = stdout,
			.screen = good,
			.picture = { .fd = -1 } };

		assert_int_equal(show(&n, &bad[i]), SSPR_MALFORMED);
		assert_string_equal(c.out, "");
	}
}

static void
there_is_one_secret_in_a_conversation(void **state)
{
	struct enrolment n = { .to = stdout,
		.screen = good,
		.picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();

	(void)state;
	assert_int_equal(show(&n, &qr), SSPR_OK);
	assert_int_equal(show(&n, &qr), SSPR_MALFORMED);
	assert_string_equal(c.out, "");
}

/* Whether a word is taken, and what is printed. */
static bool
takes(const struct enrolment *n, const char *word)
{
	bool taken;

	capture_begin(&c);
	taken = enrolment_takes(n, (const uint8_t *)word, strlen(word));
	capture_end(&c);
	return taken;
}

/* Story 7 */
static void
two_words_bring_the_secret_back_to_be_pasted(void **state)
{
	struct enrolment n = { .to = stdout,
		.screen = good,
		.picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();

	(void)state;
	assert_false(takes(&n, "text"));
	assert_int_equal(show(&n, &qr), SSPR_OK);
	assert_non_null(strstr(c.out, "No phone?  Type text"));
	assert_true(takes(&n, "TEXT"));
	assert_non_null(strstr(c.out, "\n" SAMPLE_SECRET "\n"));
	assert_true(takes(&n, "u"));
	assert_string_equal(c.out, SAMPLE_URI "\n");
	assert_false(takes(&n, "123456"));
	assert_false(takes(&n, ""));
	assert_false(takes(&n, "texts"));
	assert_string_equal(c.out, "");
	n.json = true;
	assert_false(takes(&n, "u"));
}

static void
the_secret_is_wiped(void **state)
{
	struct enrolment n = { .to = stdout, .picture = { .fd = -1 } };
	const struct proto_qr none = { 0 };
	struct proto_qr qr = sample_qr();

	(void)state;
	assert_int_equal(show(&n, &qr), SSPR_OK);
	enrolment_wipe(&n);
	assert_memory_equal(&n.qr, &none, sizeof(none));
}

static void
a_secret_that_does_not_get_through_is_an_error(void **state)
{
	struct enrolment n = { .picture = { .fd = -1 } };
	struct proto_qr qr = sample_qr();

	(void)state;
	n.to = fopen("/dev/full", "w");
	assert_int_equal(show(&n, &qr), SSPR_FILE);
	(void)fclose(n.to);
}

static void
the_picture_is_written_before_anything_is_shown(void **state)
{
	char dir[] = "/tmp/sspr-enrolment-XXXXXX", path[64];
	struct enrolment n = { .to = stdout, .screen = good };
	struct proto_qr qr = sample_qr();
	char head[8] = "";
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/qr.png", dir);
	assert_int_equal(picture_open(&n.picture, path), SSPR_OK);
	assert_int_equal(show(&n, &qr), SSPR_OK);
	assert_non_null(f = fopen(path, "rb"));
	assert_int_equal(fread(head, 1, 8, f), 8);
	assert_memory_equal(head, "\x89PNG\r\n\x1a\n", 8);
	fclose(f);
	picture_close(&n.picture, SSPR_CANCELLED);
	assert_int_equal(rmdir(dir), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_gets_letters_and_a_drawing),
		cmocka_unit_test(colour_is_used_where_there_is_any),
		cmocka_unit_test(what_cannot_be_drawn_is_told_with_the_way_out),
		cmocka_unit_test(names_too_long_for_a_symbol_leave_the_letters),
		cmocka_unit_test(a_long_secret_is_broken_into_lines),
		cmocka_unit_test(json_is_one_line_with_secret_and_uri),
		cmocka_unit_test(what_no_honest_daemon_sends_is_not_shown),
		cmocka_unit_test(there_is_one_secret_in_a_conversation),
		cmocka_unit_test(two_words_bring_the_secret_back_to_be_pasted),
		cmocka_unit_test(the_secret_is_wiped),
		cmocka_unit_test(
		    a_secret_that_does_not_get_through_is_an_error),
		cmocka_unit_test(
		    the_picture_is_written_before_anything_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
