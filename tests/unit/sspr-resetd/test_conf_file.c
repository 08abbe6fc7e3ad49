/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "conf.h"

static enum sspr_err
parse(const char *text, struct conf *c, struct conf_fault *fault)
{
	return conf_parse(text, strlen(text), c, fault);
}

static void
an_empty_file_leaves_the_defaults(void **state)
{
	struct conf c, d;
	struct conf_fault fault;

	(void)state;
	conf_default(&d);
	memset(&c, 'x', sizeof(c));
	assert_int_equal(conf_parse("", 0, &c, &fault), SSPR_OK);
	assert_memory_equal(&c, &d, sizeof(c));
}

static void
a_file_overlays_the_defaults(void **state)
{
	static const char text[] = "# ours\n"
				   "[offer]\n"
				   "offer_after = 3\n"
				   "\n"
				   "[helpdesk]\n"
				   "contact = \"IT; room #4, Büro\"\n"
				   "[app]\n"
				   "issuer =\n"
				   "[log]\n"
				   "debug=yes\n"
				   "[admin]\n"
				   "groups = wheel sudo";
	struct conf c;
	struct conf_fault fault;

	(void)state;
	assert_int_equal(parse(text, &c, &fault), SSPR_OK);
	assert_int_equal(c.offer_after, 3);
	assert_string_equal(c.contact, "IT; room #4, Büro");
	assert_string_equal(c.issuer, "");
	assert_true(c.debug);
	assert_string_equal(c.admin_groups, "wheel sudo");
	assert_int_equal(c.offer_window_min, 10);
}

static const struct {
	const char *text;
	unsigned int line;
	const char *key, *reason;
} bad[] = {
	{ "[offer]\noffer_after = 11\n", 2, "offer_after", "not from 1 to 10" },
	{ "[offer]\noffer_after = 0\n", 2, "offer_after", "not from 1 to 10" },
	{ "[offer]\noffer_after = 99999999999999999999999\n", 2, "offer_after",
	    "not from 1 to 10" },
	{ "[offer]\noffer_after = 4294967298\n", 2, "offer_after",
	    "not from 1 to 10" },
	{ "[offer]\noffer_after = two\n", 2, "offer_after",
	    "not a decimal number" },
	{ "[offer]\noffer_after = 2 x\n", 2, "offer_after",
	    "not a decimal number" },
	{ "[offer]\noffer_after = +2\n", 2, "offer_after",
	    "not a decimal number" },
	{ "[offer]\noffer_after = -2\n", 2, "offer_after",
	    "not a decimal number" },
	{ "[offer]\noffer_after = 0x2\n", 2, "offer_after",
	    "not a decimal number" },
	{ "[offer]\noffer_after = \" 2\"\n", 2, "offer_after",
	    "not a decimal number" },
	{ "[offer]\noffer_after =\n", 2, "offer_after",
	    "not a decimal number" },
	{ "[offer]\noffer_after = 02\n", 2, "offer_after",
	    "number with a leading zero" },
	{ "[log]\ndebug = true\n", 2, "debug", "neither yes nor no" },
	{ "[log]\ndebug = Yes\n", 2, "debug", "neither yes nor no" },
	{ "[log]\n\n\ndebug =\n", 4, "debug", "neither yes nor no" },
	{ "[app]\nissuer = a\tb\n", 2, "issuer", "not printable UTF-8" },
	{ "[app]\nissuer = 123456789012345678901234567890123\n", 2, "issuer",
	    "more than 32 bytes" },
	{ "[offer]\noffer_aftr = 2\n", 2, "offer_aftr",
	    "unknown key, did you mean offer_after?" },
	{ "[offer]\nsomething = 2\n", 2, "something", "unknown key" },
	{ "[offer]\nissuer = x\n", 2, "issuer", "belongs into section [app]" },
	{ "[offr]\n", 1, "[offr]", "unknown section, did you mean offer?" },
	{ "[database]\n", 1, "[database]", "unknown section" },
	{ "debug = yes\n", 1, "debug", "stands before the first [section]" },
	{ "[log]\ndebug = yes\ndebug = no\n", 3, "debug", "already in line 2" },
	{ "[log]\n[app]\n[log]\n", 3, "[log]", "already in line 1" },
	{ "[log]\ndebug = yes ; x\n", 2, "debug",
	    "a comment needs a line of its own, a value with # or ; "
	    "double quotes" },
	{ "[log]\r\n", 1, "", "carriage return" },
	{ "[log]\ndebug\n", 2, "debug", "neither [section] nor key = value" },
};

/* R-CFG-1 */
static void
a_bad_file_is_refused_naming_line_and_key(void **state)
{
	struct conf c, before;
	struct conf_fault fault;

	(void)state;
	memset(&before, 'x', sizeof(before));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c = before;
		assert_int_equal(parse(bad[i].text, &c, &fault), SSPR_CONFIG);
		assert_string_equal(fault.reason, bad[i].reason);
		assert_string_equal(fault.key, bad[i].key);
		assert_int_equal(fault.line, bad[i].line);
		assert_memory_equal(&c, &before, sizeof(c));
	}
}

static void
a_nul_byte_hides_nothing(void **state)
{
	static const char text[] = "[log]\ndebug = no\0\ndebug = yes\n";
	struct conf c;
	struct conf_fault fault;

	(void)state;
	assert_int_equal(conf_parse(text, sizeof(text) - 1, &c, &fault),
	    SSPR_CONFIG);
	assert_string_equal(fault.reason, "NUL byte");
	assert_int_equal(fault.line, 2);
}

static void
a_file_of_64_kib_is_read_and_a_byte_more_is_not(void **state)
{
	static char text[CONF_FILE_MAX + 1];
	struct conf c;
	struct conf_fault fault;

	(void)state;
	memset(text, '\n', sizeof(text));
	assert_int_equal(conf_parse(text, CONF_FILE_MAX, &c, &fault), SSPR_OK);
	assert_int_equal(conf_parse(text, sizeof(text), &c, &fault),
	    SSPR_CONFIG);
	assert_string_equal(fault.reason, "larger than 65536 bytes");
}

/* What is left of the shipped file when its options are uncommented. */
static size_t
read_shipped(char *text, size_t size, bool uncomment)
{
	char line[CONF_LINE_MAX];
	FILE *f = fopen("etc/sspr.conf", "re");
	size_t len = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		bool option = line[0] == '#' && line[1] != ' ';
		const char *s = uncomment && option ? line + 1 : line;

		assert_true(len + strlen(s) < size);
		memcpy(text + len, s, strlen(s));
		len += strlen(s);
	}
	(void)fclose(f);
	return len;
}

static void
the_shipped_file_holds_the_defaults_commented_out(void **state)
{
	static char text[CONF_FILE_MAX];
	struct conf c, d;
	struct conf_fault fault;
	size_t len;

	(void)state;
	conf_default(&d);
	for (int uncomment = 0; uncomment <= 1; uncomment++) {
		len = read_shipped(text, sizeof(text), uncomment == 1);
		assert_int_equal(conf_parse(text, len, &c, &fault), SSPR_OK);
		assert_memory_equal(&c, &d, sizeof(c));
	}
}

/* R-CFG-1 */
static void
a_fault_is_one_line_with_file_line_and_key(void **state)
{
	const struct conf_fault in_line = { 7, "debug", "neither yes nor no" };
	const struct conf_fault whole = { 0, "", "not a regular file" };
	char buf[CONF_EXPLAIN_MAX], path[1024] = "";

	(void)state;
	conf_explain("/etc/sspr/sspr.conf", &in_line, buf);
	assert_string_equal(buf,
	    "/etc/sspr/sspr.conf:7: debug: neither yes nor no (SSPR-33)");
	conf_explain("sspr.conf", &whole, buf);
	assert_string_equal(buf, "sspr.conf: not a regular file (SSPR-33)");
	memset(path, 'p', sizeof(path) - 1);
	conf_explain(path, &in_line, buf);
	assert_non_null(strstr(buf, "p:7: debug: neither"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_leaves_the_defaults),
		cmocka_unit_test(a_file_overlays_the_defaults),
		cmocka_unit_test(a_bad_file_is_refused_naming_line_and_key),
		cmocka_unit_test(a_nul_byte_hides_nothing),
		cmocka_unit_test(a_fault_is_one_line_with_file_line_and_key),
		cmocka_unit_test(
		    a_file_of_64_kib_is_read_and_a_byte_more_is_not),
		cmocka_unit_test(
		    the_shipped_file_holds_the_defaults_commented_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
