/* SPDX-License-Identifier: MIT */
/*
 * code.c - codes of our own making.
 *
 * A code that is stored MUST be stored as a keyed hash only; all hashes are
 * made by one function, told apart by what they are of.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "secret.h"
#include "vault/code.h"
#include "vault/record.h"

#define DIGITS_MAX CODE_BACKUP /* of a code as it is hashed */
#define TENS       100000000u  /* of sent codes */
#define FAIR       (UINT32_MAX / TENS * TENS)

static_assert(CODE_SENT == 8 && CODE_BACKUP % 4 == 0, "as they are made");

/* What a hash is of; under the key, so never renumber. */
enum kind { KIND_SENT = 1, KIND_BACKUP, KIND_PASS };

/* Crockford's: no I, L, O, U. */
static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* What people put between digits, in UTF-8. */
static const char *const fillers[] = { "-", " ", "\t", "_", ".",
	"\xc2\xa0",       /* no-break space */
	"\xc2\xad",       /* soft hyphen */
	"\xe2\x80\x90",   /* hyphen */
	"\xe2\x80\x91",   /* non-breaking hyphen */
	"\xe2\x80\x92",   /* figure dash */
	"\xe2\x80\x93",   /* en dash */
	"\xe2\x80\x94",   /* em dash */
	"\xe2\x88\x92" }; /* minus */

static void
hash_code(struct seal *s, enum kind kind, const uint8_t salt[static CODE_SALT],
    const void *code, size_t len, uint8_t hash[static CODE_HASH])
{
	uint8_t in[1 + CODE_SALT + SECRET_MAX] = { (uint8_t)kind };
	uint8_t out[SEAL_HASH];

	if (len > SECRET_MAX)
		len = SECRET_MAX; /* longer than any code in any case */
	memcpy(in + 1, salt, CODE_SALT);
	if (len > 0)
		memcpy(in + 1 + CODE_SALT, code, len);
	seal_hash(s, SEAL_CODE, in, 1 + CODE_SALT + len, out);
	memcpy(hash, out, CODE_HASH);
	secret_zero(in, sizeof(in));
	secret_zero(out, sizeof(out));
}

void
code_new_sent(char code[static CODE_SENT_SIZE])
{
	uint32_t n;

	do
		seal_random(&n, sizeof(n));
	while (n >= FAIR);
	for (size_t i = CODE_SENT; i > 0; i--) {
		code[i - 1] = (char)('0' + n % 10);
		n /= 10;
	}
	code[CODE_SENT] = '\0';
	secret_zero(&n, sizeof(n));
}

void
code_hash_sent(struct seal *s, const uint8_t key[static 16], const void *code,
    size_t len, uint8_t hash[static CODE_HASH])
{
	hash_code(s, KIND_SENT, key, code, len, hash);
}

/* n random digits: each of a byte's five lower bits, so all alike. */
static void
draw(char *digits, size_t n)
{
	uint8_t random[DIGITS_MAX];

	assert(n <= sizeof(random));
	seal_random(random, n);
	for (size_t i = 0; i < n; i++)
		digits[i] = alphabet[random[i] % 32];
	secret_zero(random, sizeof(random));
}

/* The length of the filler at p, 0 if none is. */
static size_t
filler(const char *p, size_t len)
{
	size_t n;

	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
		n = strlen(fillers[i]);
		if (n <= len && strncmp(p, fillers[i], n) == 0)
			return n;
	}
	return 0;
}

/* The digit somebody meant by c, or NUL. */
static char
meant(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		return '0';
	if (c == 'I' || c == 'L')
		return '1';
	return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

/*
 * The n digits that were meant; false if they are not just that many.
 *
 * digits   out: filled up with NULs, or cut, so it can be hashed all the same
 */
static bool
read_digits(const char *typed, size_t len, char *digits, size_t n)
{
	bool good = true;
	size_t have = 0, skip;

	memset(digits, 0, n);
	for (size_t i = 0; i < len; i += skip) {
		if ((skip = filler(typed + i, len - i)) > 0)
			continue;
		skip = 1;
		if (have == n)
			return false;
		digits[have] = meant(typed[i]);
		good = digits[have++] != '\0' && good;
	}
	return good && have == n;
}

void
code_new_sheet(struct seal *s, struct record_backup *r,
    char sheet[static CODE_BACKUPS][CODE_BACKUP_SIZE])
{
	char digits[CODE_BACKUP];

	seal_random(r->salt.at, CODE_SALT);
	r->salt.len = CODE_SALT;
	r->hashes.len = CODE_BACKUPS * CODE_HASH;
	for (size_t n = 0; n < CODE_BACKUPS; n++) {
		draw(digits, sizeof(digits));
		hash_code(s, KIND_BACKUP, r->salt.at, digits, sizeof(digits),
		    r->hashes.at + n * CODE_HASH);
		snprintf(sheet[n], CODE_BACKUP_SIZE, "%.4s-%.4s-%.4s-%.4s",
		    digits, digits + 4, digits + 8, digits + 12);
	}
	secret_zero(digits, sizeof(digits));
}

enum sspr_err
code_check_sheet(struct seal *s, const struct record_backup *r, uint64_t used,
    const void *typed, size_t len, uint32_t *number)
{
	char digits[CODE_BACKUP];
	uint8_t hash[CODE_HASH];
	uint32_t found = 0;
	bool good = read_digits(typed, len, digits, sizeof(digits));

	if (r->salt.len != CODE_SALT ||
	    r->hashes.len != CODE_BACKUPS * CODE_HASH)
		good = false;
	hash_code(s, KIND_BACKUP, r->salt.at, digits, sizeof(digits), hash);
	for (uint32_t n = 0; n < CODE_BACKUPS; n++)
		found |= (n + 1) *
		    secret_equal(hash, r->hashes.at + n * CODE_HASH, CODE_HASH);
	secret_zero(digits, sizeof(digits));
	secret_zero(hash, sizeof(hash));
	if (!good || found == 0 || found > CODE_BACKUPS)
		return SSPR_CODE_WRONG;
	if ((used >> (found - 1) & 1) != 0)
		return SSPR_CODE_REPLAY;
	*number = found;
	return SSPR_OK;
}

void
code_new_pass(struct seal *s, struct record_pass *r,
    char code[static CODE_PASS_SIZE])
{
	draw(code, CODE_PASS);
	code[CODE_PASS] = '\0';
	seal_random(r->salt.at, CODE_SALT);
	r->salt.len = CODE_SALT;
	hash_code(s, KIND_PASS, r->salt.at, code, CODE_PASS, r->hash.at);
	r->hash.len = CODE_HASH;
}

enum sspr_err
code_check_pass(struct seal *s, const struct record_pass *r, const void *typed,
    size_t len)
{
	char digits[CODE_PASS];
	uint8_t hash[CODE_HASH];
	bool good = read_digits(typed, len, digits, sizeof(digits));

	if (r->salt.len != CODE_SALT || r->hash.len != CODE_HASH)
		good = false;
	hash_code(s, KIND_PASS, r->salt.at, digits, sizeof(digits), hash);
	good = secret_equal(hash, r->hash.at, CODE_HASH) && good;
	secret_zero(digits, sizeof(digits));
	secret_zero(hash, sizeof(hash));
	return good ? SSPR_OK : SSPR_CODE_WRONG;
}
