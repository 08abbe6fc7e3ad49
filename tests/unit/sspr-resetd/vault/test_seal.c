/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "vault/seal.h"

#define LEN 48u

static const uint8_t one_key[SEAL_KEY] = { 1, 2, 3 };
static const uint8_t other_key[SEAL_KEY] = { 1, 2, 4 };
static const uint8_t plain[LEN] = "the quick brown fox jumps over the lazy dog";

static struct seal *
make(const uint8_t key[static SEAL_KEY])
{
	struct seal *s = NULL;

	assert_int_equal(seal_new(key, &s), SSPR_OK);
	assert_non_null(s);
	return s;
}

static void
what_is_sealed_opens_to_the_same(void **state)
{
	uint8_t sealed[LEN + SEAL_OVERHEAD], out[LEN];
	struct seal *s = make(one_key);

	(void)state;
	for (size_t len = 0; len <= LEN; len++) {
		seal_close(s, "ad", 2, plain, len, sealed);
		memset(out, 0xee, sizeof(out));
		assert_int_equal(seal_open(s, "ad", 2, sealed,
				     len + SEAL_OVERHEAD, out),
		    SSPR_OK);
		assert_memory_equal(out, plain, len);
	}
	seal_free(s);
}

static void
assert_shut(struct seal *s, const char *ad, const uint8_t *p, size_t len)
{
	static const uint8_t zero[LEN];
	uint8_t out[LEN];

	memset(out, 0xee, sizeof(out));
	assert_int_equal(seal_open(s, ad, strlen(ad), p, len, out),
	    SSPR_SUSPENDED);
	if (len >= SEAL_OVERHEAD)
		assert_memory_equal(out, zero, len - SEAL_OVERHEAD);
}

/* R-KEY-2 */
static void
any_bit_changed_or_byte_missing_shuts_it(void **state)
{
	uint8_t sealed[LEN + SEAL_OVERHEAD];
	struct seal *s = make(one_key);

	(void)state;
	seal_close(s, "ad", 2, plain, LEN, sealed);
	for (size_t bit = 0; bit < 8 * sizeof(sealed); bit++) {
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_shut(s, "ad", sealed, sizeof(sealed));
		sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < sizeof(sealed); len++)
		assert_shut(s, "ad", sealed, len);
	seal_free(s);
}

static void
another_key_or_another_use_opens_nothing(void **state)
{
	uint8_t sealed[LEN + SEAL_OVERHEAD];
	struct seal *s = make(one_key), *other = make(other_key);

	(void)state;
	seal_close(s, "ad", 2, plain, LEN, sealed);
	assert_shut(other, "ad", sealed, sizeof(sealed));
	assert_shut(s, "ae", sealed, sizeof(sealed));
	assert_shut(s, "ad ", sealed, sizeof(sealed));
	assert_shut(s, "", sealed, sizeof(sealed));
	seal_free(s);
	seal_free(other);
}

static void
the_same_is_never_sealed_to_the_same(void **state)
{
	uint8_t a[LEN + SEAL_OVERHEAD], b[LEN + SEAL_OVERHEAD];
	struct seal *s = make(one_key);

	(void)state;
	seal_close(s, "ad", 2, plain, LEN, a);
	seal_close(s, "ad", 2, plain, LEN, b);
	assert_memory_not_equal(a, b, 24); /* the nonce */
	assert_memory_not_equal(a + 24, b + 24, LEN);
	seal_free(s);
}

static void
a_hash_depends_on_key_use_and_every_byte(void **state)
{
	uint8_t hash[6][SEAL_HASH], again[SEAL_HASH];
	struct seal *s = make(one_key), *other = make(other_key);

	(void)state;
	seal_hash(s, SEAL_INDEX, plain, LEN, hash[0]);
	seal_hash(s, SEAL_STATE, plain, LEN, hash[1]);
	seal_hash(s, SEAL_NAME, plain, LEN, hash[2]);
	seal_hash(s, SEAL_INDEX, plain, LEN - 1, hash[3]);
	seal_hash(other, SEAL_INDEX, plain, LEN, hash[4]);
	seal_hash(s, SEAL_CODE, plain, LEN, hash[5]);
	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(hash[i], hash[j], SEAL_HASH);
	seal_hash(s, SEAL_INDEX, plain, LEN, again);
	assert_memory_equal(again, hash[0], SEAL_HASH);
	seal_free(s);
	s = make(one_key); /* after a restart */
	seal_hash(s, SEAL_INDEX, plain, LEN, again);
	assert_memory_equal(again, hash[0], SEAL_HASH);
	seal_free(s);
	seal_free(other);
}

/* Whether a process that reads (or writes) the byte dies of it. */
static bool
is_fatal(volatile uint8_t *p, bool write_it)
{
	const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid;

	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)signal(SIGSEGV, SIG_DFL);
		(void)signal(SIGABRT, SIG_DFL);
		if (write_it)
			*p = 1;
		_exit(*p == 1 ? 7 : 8);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status);
}

/* R-KEY-5 */
static void
keys_cannot_be_read_and_secrets_end_at_a_guard_page(void **state)
{
	struct seal *s = make(one_key);
	uint8_t hash[SEAL_HASH], *p = seal_alloc(100);

	(void)state;
	assert_non_null(p);
	assert_true(is_fatal((uint8_t *)s, false));
	seal_hash(s, SEAL_INDEX, plain, LEN, hash);
	assert_true(is_fatal((uint8_t *)s, false));
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_false(is_fatal(p + 99, true));
	assert_true(is_fatal(p + 100, false));
	seal_free_memory(p);
	seal_free(s);
}

/* R-VER-7 */
static void
a_stretched_secret_depends_on_salt_and_every_byte(void **state)
{
	const uint8_t salt[SEAL_SALT] = { 1 }, other[SEAL_SALT] = { 2 };
	uint8_t hash[4][SEAL_HASH];
	struct seal *s = make(one_key);

	(void)state;
	assert_int_equal(seal_stretch(plain, LEN, salt, hash[0]), SSPR_OK);
	assert_int_equal(seal_stretch(plain, LEN, other, hash[1]), SSPR_OK);
	assert_int_equal(seal_stretch(plain, LEN - 1, salt, hash[2]), SSPR_OK);
	assert_int_equal(seal_stretch(plain, LEN, salt, hash[3]), SSPR_OK);
	assert_memory_equal(hash[0], hash[3], SEAL_HASH);
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(hash[i], hash[j], SEAL_HASH);
	seal_free(s);
}

/* The encoded form of Argon2id, 32 MiB, 2 passes, as libsodium reads it. */
static void
a_stretched_secret_is_what_the_standard_says(void **state)
{
	const uint8_t salt[SEAL_SALT] = { 1, 2, 3 };
	char at[32], b64[64], text[crypto_pwhash_STRBYTES] = { 0 };
	struct seal *s = make(one_key);
	uint8_t hash[SEAL_HASH];

	(void)state;
	assert_int_equal(seal_stretch("fido", 4, salt, hash), SSPR_OK);
	sodium_bin2base64(at, sizeof(at), salt, sizeof(salt),
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	sodium_bin2base64(b64, sizeof(b64), hash, sizeof(hash),
	    sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
	snprintf(text, sizeof(text), "$argon2id$v=19$m=32768,t=2,p=1$%s$%s", at,
	    b64);
	assert_int_equal(crypto_pwhash_str_verify(text, "fido", 4), 0);
	assert_int_equal(crypto_pwhash_str_verify(text, "fidO", 4), -1);
	seal_free(s);
}

/* Bytes of address space in use. */
static rlim_t
in_use(void)
{
	unsigned long pages = 0;
	char line[64] = "";
	FILE *f;

	assert_non_null(f = fopen("/proc/self/statm", "re"));
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	pages = strtoul(line, NULL, 10);
	assert_true(pages > 0);
	return pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void
without_memory_a_stretched_secret_is_wiped(void **state)
{
	const uint8_t salt[SEAL_SALT] = { 1 }, zero[SEAL_HASH] = { 0 };
	uint8_t hash[SEAL_HASH];
	struct rlimit whole, little;

	(void)state;
	memset(hash, 0xee, sizeof(hash));
	assert_int_equal(getrlimit(RLIMIT_AS, &whole), 0);
	little = (struct rlimit){ in_use() + SEAL_MEMORY / 2, whole.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
	assert_int_equal(seal_stretch(plain, LEN, salt, hash), SSPR_NO_MEMORY);
	assert_int_equal(setrlimit(RLIMIT_AS, &whole), 0);
	assert_memory_equal(hash, zero, sizeof(hash));
}

static void
random_bytes_are_not_the_same_twice(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	seal_random(a, sizeof(a));
	seal_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	seal_random(a, 0);
}

static bool no_random;

/* The kernel's, for libsodium as well. */
ssize_t
getrandom(void *p, size_t len, unsigned int flags)
{
	if (no_random) {
		errno = EIO;
		return -1;
	}
	return syscall(SYS_getrandom, p, len, flags);
}

/* R-KEY-6: no nonce and no code that somebody could foresee. */
static void
without_randomness_the_process_ends(void **state)
{
	const struct rlimit none = { 0, 0 };
	uint8_t out[32];
	pid_t pid;
	int status;

	(void)state;
	seal_random(out, sizeof(out));
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		no_random = true;
		seal_random(out, sizeof(out));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
nothing_is_free_to_free(void **state)
{
	(void)state;
	seal_free(NULL);
	seal_free_memory(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_opens_to_the_same),
		cmocka_unit_test(any_bit_changed_or_byte_missing_shuts_it),
		cmocka_unit_test(another_key_or_another_use_opens_nothing),
		cmocka_unit_test(the_same_is_never_sealed_to_the_same),
		cmocka_unit_test(a_hash_depends_on_key_use_and_every_byte),
		cmocka_unit_test(
		    keys_cannot_be_read_and_secrets_end_at_a_guard_page),
		cmocka_unit_test(
		    a_stretched_secret_depends_on_salt_and_every_byte),
		cmocka_unit_test(a_stretched_secret_is_what_the_standard_says),
		cmocka_unit_test(without_memory_a_stretched_secret_is_wiped),
		cmocka_unit_test(random_bytes_are_not_the_same_twice),
		cmocka_unit_test(without_randomness_the_process_ends),
		cmocka_unit_test(nothing_is_free_to_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
