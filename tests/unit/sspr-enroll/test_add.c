/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <getopt.h>
#include <stdlib.h>

#include "../../capture.h"
#include "../../fake_talk.h"
#include "../../script.h"
#include "add.h"
#include "sample_qr.h"

static struct capture c;
static char dir[] = "/tmp/sspr-add-XXXXXX";
static char path[64];

static enum sspr_err
run(const char *input, const char *const *words)
{
	char *argv[12] = { (char[]){ "add" } };
	int argc = 1, real = script_begin(input);
	enum sspr_err e;

	for (; words[argc - 1] != NULL; argc++)
		argv[argc] = strdup(words[argc - 1]);
	optind = 0;
	capture_begin(&c);
	e = add_main(argc, argv);
	capture_end(&c);
	script_end(real);
	while (argc > 1)
		free(argv[--argc]);
	return e;
}

#define ADD(input, ...) run(input, (const char *const[]){ __VA_ARGS__, NULL })

/* A daemon that enrols whoever answers 123456. */
static int
daemon_enrols(void **state)
{
	(void)state;
	memset(&daemon_is, 0, sizeof(daemon_is));
	daemon_is.qr = sample_qr();
	daemon_is.prompt = "Code: ";
	daemon_is.right = "123456";
	return 0;
}

/* R-KEY-7 */
static void
without_a_terminal_nothing_begins(void **state)
{
	(void)state;
	assert_int_equal(ADD("123456\n", "app"), SSPR_NO_TTY);
	assert_int_equal(ADD("123456\n", "app", "--json"), SSPR_NO_TTY);
	assert_int_equal(ADD("123456\n", "app", "--png", path), SSPR_NO_TTY);
	assert_int_equal(daemon_is.calls, 0);
	assert_int_equal(access(path, F_OK), -1);
	assert_string_equal(c.out, "");
}

/* R-KEY-7 */
static void
print_secret_allows_it(void **state)
{
	(void)state;
	assert_int_equal(ADD("123456\n", "app", "--print-secret"), SSPR_OK);
	assert_int_equal(daemon_is.hello.verb, VERB_ADD);
	assert_string_equal(daemon_is.hello.method, "app");
	assert_string_equal(daemon_is.hello.label, "");
	assert_non_null(strstr(c.out, "JBSW Y3DP"));
	assert_null(strstr(c.out, "\xe2\x96\x88"));
	assert_null(strstr(c.out, "Code: "));
	assert_int_equal(ADD("9\n", "app", "--print-secret"), SSPR_UNCONFIRMED);
}

static void
a_label_is_text_of_at_most_64_bytes(void **state)
{
	char label[PROTO_LABEL_MAX + 2];

	(void)state;
	memset(label, 'x', sizeof(label));
	label[PROTO_LABEL_MAX + 1] = '\0';
	assert_int_equal(ADD("", "app", "--label", label), SSPR_USAGE);
	assert_int_equal(ADD("", "app", "--label", "\x1b[2J"), SSPR_USAGE);
	assert_null(strchr(c.err, '\x1b'));
	assert_int_equal(ADD("", "app", "--label", "caf\xe9"), SSPR_USAGE);
	assert_int_equal(ADD("", "app", "--label", "a\nb"), SSPR_USAGE);
	assert_int_equal(daemon_is.calls, 0);
	label[PROTO_LABEL_MAX] = '\0';
	assert_int_equal(ADD("123456\n", "app", "--label", label,
			     "--print-secret"),
	    SSPR_OK);
	assert_string_equal(daemon_is.hello.label, label);
}

static void
what_it_does_not_know_is_a_usage_error(void **state)
{
	(void)state;
	assert_int_equal(ADD("", NULL), SSPR_USAGE);
	assert_int_equal(ADD("", "nonsense"), SSPR_USAGE);
	assert_int_equal(ADD("", "app", "app"), SSPR_USAGE);
	assert_int_equal(ADD("", "app", "--label"), SSPR_USAGE);
	assert_int_equal(ADD("", "app", "--nonsense"), SSPR_USAGE);
	assert_int_equal(ADD("", "app", "--png", ""), SSPR_USAGE);
	assert_int_equal(ADD("", "sms", "--png", path), SSPR_USAGE);
	assert_int_equal(ADD("", "helpdesk-pass"), SSPR_USAGE);
	assert_int_equal(daemon_is.calls, 0);
	assert_string_equal(c.out, "");
}

static void
json_leaves_standard_output_to_the_object(void **state)
{
	(void)state;
	daemon_is.info = "A note.";
	assert_int_equal(ADD("123456\n", "app", "--print-secret", "--json"),
	    SSPR_OK);
	assert_int_equal(c.out[0], '{');
	assert_int_equal(c.out[strlen(c.out) - 2], '}');
	assert_string_equal(c.err, "A note.\n");
}

/* A daemon that hands out three backup codes. */
static void
daemon_has_codes(void)
{
	memset(&daemon_is.qr, 0, sizeof(daemon_is.qr));
	for (size_t i = 0; i < 3; i++) {
		struct proto_msg *m = &daemon_is.records[i];

		m->type = MSG_CODE;
		m->as.code.number = (uint8_t)(i + 1);
		memcpy(m->as.code.code, "ABCD-EFGH-JKMN-PQRS", 20);
	}
	daemon_is.prompt = "Type yes when ...: ";
	daemon_is.right = "yes";
}

/* R-KEY-7 */
static void
backup_codes_are_a_secret_too(void **state)
{
	(void)state;
	daemon_has_codes();
	assert_int_equal(ADD("yes\n", "backup"), SSPR_NO_TTY);
	assert_int_equal(ADD("yes\n", "backup", "--json"), SSPR_NO_TTY);
	assert_int_equal(daemon_is.calls, 0);
	assert_string_equal(c.out, "");
	assert_int_equal(ADD("yes\n", "backup", "--print-secret"), SSPR_OK);
	assert_non_null(strstr(c.out, "Keep it on paper"));
	assert_int_equal(ADD("yes\n", "backup", "--print-secret", "--json"),
	    SSPR_OK);
	assert_int_equal(c.out[0], '[');
	assert_string_equal(c.out + strlen(c.out) - 3, "\n]\n");
	assert_string_equal(c.err, "");
}

static void
the_codes_are_there_before_a_question_is(void **state)
{
	(void)state;
	daemon_has_codes();
	assert_int_equal(ADD("", "backup", "--print-secret"), SSPR_CANCELLED);
	assert_non_null(strstr(c.out, "     3  ABCD-EFGH-JKMN-PQRS"));
	daemon_is.prompt = NULL;
	assert_int_equal(ADD("", "backup", "--print-secret"), SSPR_OK);
	assert_non_null(strstr(c.out, "     3  ABCD-EFGH-JKMN-PQRS"));
}

static void
what_is_not_of_the_method_is_malformed(void **state)
{
	(void)state;
	assert_int_equal(ADD("", "sms"), SSPR_MALFORMED);
	assert_int_equal(ADD("", "backup", "--print-secret"), SSPR_MALFORMED);
	daemon_has_codes();
	assert_int_equal(ADD("", "app", "--print-secret"), SSPR_MALFORMED);
	assert_int_equal(ADD("", "email"), SSPR_MALFORMED);
	assert_string_equal(c.out, "");
}

static void
an_address_needs_no_terminal(void **state)
{
	static const char *const names[] = { "sms", "landline", "email",
		"questions", "notice" };

	(void)state;
	memset(&daemon_is.qr, 0, sizeof(daemon_is.qr));
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(ADD("123456\n", names[i]), SSPR_OK);
		assert_string_equal(daemon_is.hello.method, names[i]);
	}
}

/* Story 7 */
static void
words_at_the_code_prompt_bring_the_key_and_the_uri(void **state)
{
	(void)state;
	assert_int_equal(ADD("text\nU\n123456\n", "app", "--print-secret"),
	    SSPR_OK);
	assert_non_null(strstr(c.out,
	    "A key for time-based codes (TOTP, SHA1, 6 digits, 30 "
	    "seconds):\n" SAMPLE_SECRET "\n" SAMPLE_URI "\n"));
	assert_int_equal(ADD("u\n123456\n", "app", "--print-secret", "--json"),
	    SSPR_UNCONFIRMED);
	assert_ptr_equal(strchr(c.out, '\n'), c.out + strlen(c.out) - 1);
}

static void
a_bad_path_is_told_before_anything_begins(void **state)
{
	(void)state;
	assert_int_equal(ADD("123456\n", "app", "--print-secret", "--png",
			     "/nonexistent/qr.png"),
	    SSPR_FILE);
	assert_int_equal(daemon_is.calls, 0);
	assert_non_null(strstr(c.err, "No such file or directory"));
}

static void
the_picture_stays_only_if_the_code_was_right(void **state)
{
	(void)state;
	assert_int_equal(ADD("9\n", "app", "--print-secret", "--png", path),
	    SSPR_UNCONFIRMED);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(ADD("", "app", "--print-secret", "--png", path),
	    SSPR_CANCELLED);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(ADD("123456\n", "app", "--print-secret", "--png",
			     path),
	    SSPR_OK);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(ADD("123456\n", "app", "--print-secret", "--png",
			     path),
	    SSPR_FILE);
	assert_int_equal(unlink(path), 0);
}

static int
make_dir(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/qr.png", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_terminal_nothing_begins,
		    daemon_enrols),
		cmocka_unit_test_setup(print_secret_allows_it, daemon_enrols),
		cmocka_unit_test_setup(a_label_is_text_of_at_most_64_bytes,
		    daemon_enrols),
		cmocka_unit_test_setup(what_it_does_not_know_is_a_usage_error,
		    daemon_enrols),
		cmocka_unit_test_setup(
		    json_leaves_standard_output_to_the_object, daemon_enrols),
		cmocka_unit_test_setup(backup_codes_are_a_secret_too,
		    daemon_enrols),
		cmocka_unit_test_setup(the_codes_are_there_before_a_question_is,
		    daemon_enrols),
		cmocka_unit_test_setup(what_is_not_of_the_method_is_malformed,
		    daemon_enrols),
		cmocka_unit_test_setup(an_address_needs_no_terminal,
		    daemon_enrols),
		cmocka_unit_test_setup(
		    words_at_the_code_prompt_bring_the_key_and_the_uri,
		    daemon_enrols),
		cmocka_unit_test_setup(
		    a_bad_path_is_told_before_anything_begins, daemon_enrols),
		cmocka_unit_test_setup(
		    the_picture_stays_only_if_the_code_was_right,
		    daemon_enrols),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
