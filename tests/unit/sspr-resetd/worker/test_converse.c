/* SPDX-License-Identifier: MIT */
#include <security/pam_appl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"
#include "worker/converse.h"
#include "worker/password.h"

#define ANSWERS(...)              \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}
#define NOBODY                \
	(const char *const[]) \
	{                     \
		NULL          \
	}
#define PW   "Brand-New-Pw-77"
#define RARE "Br\xc3\xa4nd-New-Pw-77"
#define KEEP                                                              \
	"echo: Your password has a character that some keyboards cannot " \
	"type at login. Keep it? yes/no: \n"

static const struct password_policy policy = { .name = "alice",
	.site_names = "fabrikam" };

/* One transaction with one client. */
struct scene {
	struct client client;
	struct converse c;
	enum sspr_err agree; /* what agreed() says */
	int agreed;          /* how often it was asked */
};

static enum sspr_err
on_agreed(void *arg)
{
	struct scene *s = arg;

	s->agreed++;
	return s->agree;
}

static void
begin(struct scene *s, enum proto_job job, const char *const *answers)
{
	memset(s, 0, sizeof(*s));
	client_start(&s->client, answers);
	s->c = (struct converse){ .relay = &s->client.relay,
		.job = job,
		.policy = &policy,
		.agreed = on_agreed,
		.arg = s };
}

static void
end(struct scene *s, const char *told)
{
	client_stop(&s->client);
	assert_string_equal(s->client.told, told);
	converse_wipe(&s->c);
	assert_int_equal(s->c.password.len, 0);
}

/* One message of the stack; answer NULL: none or a refusal is expected. */
static void
say(struct scene *s, int style, const char *text, const char *answer)
{
	const struct pam_message m = { style, text };
	const struct pam_message *in = &m;
	const bool prompt =
	    style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON;
	struct pam_response *out = NULL;
	int rc = converse_pam(1, &in, &out, &s->c);

	if (prompt && answer == NULL) {
		assert_int_equal(rc, PAM_CONV_ERR);
		assert_null(out);
		return;
	}
	assert_int_equal(rc, PAM_SUCCESS);
	if (prompt)
		assert_string_equal(out[0].resp, answer);
	else
		assert_null(out[0].resp);
	free(out[0].resp);
	free(out);
}

#define FIRST(s, answer) say(s, PAM_PROMPT_ECHO_OFF, "New password: ", answer)
#define AGAIN(s, answer) \
	say(s, PAM_PROMPT_ECHO_OFF, "Retype new password: ", answer)

static void
prompts_for_a_new_password_are_known(void **state)
{
	static const char *const yes[] = { "New password: ",
		"Retype new password: ", "Enter new UNIX password: ",
		"New STAFF password:", "Reenter new Password: " };
	static const char *const no[] = { "Password: ", "Current password: ",
		"(current) LDAP Password: ", "LDAP administrator password: ",
		"New administrator password: ", "Old password, not the new: ",
		"New PIN: ", "Verification code: ", "Renew password: ",
		"New passwords", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(converse_wants_new(yes[i]));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(converse_wants_new(no[i]));
}

static void
prompts_for_the_current_password_are_known(void **state)
{
	static const char *const yes[] = { "Password: ", "password for alice:",
		"Current password: ", "(current) UNIX password: " };
	static const char *const no[] = { "New password: ", "Retype password:",
		"LDAP administrator password: ", "Verification code: ",
		"One-time password: ", "PIN: ", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(converse_wants_current(yes[i]));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(converse_wants_current(no[i]));
}

static void
a_prompt_too_long_to_be_looked_at_is_none(void **state)
{
	char text[400] = "New password: ";

	(void)state;
	assert_true(converse_wants_new(text));
	memset(text + 14, ' ', sizeof(text) - 15);
	assert_false(converse_wants_new(text));
	assert_false(converse_wants_current(text));
}

/* R-SET-4: on the handed descriptor, asked twice by the stack. */
static void
a_password_typed_twice_reaches_the_stack(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS(PW, PW));
	FIRST(&s, PW);
	assert_int_equal(s.agreed, 0);
	AGAIN(&s, PW);
	assert_int_equal(s.agreed, 1);
	assert_int_equal(s.c.given, 2);
	assert_false(s.c.complained);
	assert_string_equal(s.c.password.at, PW);
	end(&s, "ask: New password: \nask: Retype new password: \n");
}

static void
both_prompts_may_come_in_one_call(void **state)
{
	const struct pam_message m[] = {
		{ PAM_PROMPT_ECHO_OFF, "New password: " },
		{ PAM_PROMPT_ECHO_OFF, "Retype new password: " },
		{ PAM_PROMPT_ECHO_OFF, "New token password: " },
	};
	const struct pam_message *in[] = { &m[0], &m[1], &m[2] };
	struct pam_response *out = NULL;
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS(PW, PW));
	assert_int_equal(converse_pam(2, in, &out, &s.c), PAM_SUCCESS);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(out[i].resp, PW);
		free(out[i].resp);
	}
	free(out);
	end(&s, "ask: New password: \nask: Retype new password: \n");
	begin(&s, PROTO_CHANGE, ANSWERS(PW, PW, PW));
	assert_int_equal(converse_pam(3, in, &out, &s.c), PAM_CONV_ERR);
	end(&s, "ask: New password: \nask: Retype new password: \n");
	begin(&s, PROTO_CHANGE, NOBODY);
	assert_int_equal(converse_pam(0, in, &out, &s.c), PAM_CONV_ERR);
	assert_int_equal(converse_pam(33, in, &out, &s.c), PAM_CONV_ERR);
	end(&s, "");
}

/* R-SET-4: what is verified afterwards is what was typed. */
static void
a_second_answer_that_differs_is_kept_back(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS(PW, PW "x"));
	FIRST(&s, PW);
	AGAIN(&s, NULL);
	assert_true(s.c.complained);
	assert_int_equal(s.c.err, SSPR_OK);
	assert_int_equal(s.agreed, 0);
	end(&s,
	    "ask: New password: \nask: Retype new password: \n"
	    "error: Sorry, passwords do not match.\n");
}

/* Without enforce_for_root a weak one passes at the second prompt. */
static void
every_prompt_after_an_error_is_refused(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS("weak", "weak", "weak"));
	FIRST(&s, "weak");
	say(&s, PAM_ERROR_MSG, "BAD PASSWORD: too short", NULL);
	AGAIN(&s, NULL);
	FIRST(&s, NULL);
	say(&s, PAM_ERROR_MSG, "Password change has been aborted.", NULL);
	assert_true(s.c.complained);
	end(&s, "ask: New password: \nerror: BAD PASSWORD: too short\n");
}

static void
other_prompts_are_refused_and_not_shown(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, NOBODY);
	say(&s, PAM_TEXT_INFO, "Changing password for alice.", NULL);
	say(&s, PAM_PROMPT_ECHO_OFF, "LDAP administrator password: ", NULL);
	say(&s, PAM_ERROR_MSG, "No password entered", NULL);
	FIRST(&s, NULL);
	assert_false(s.c.complained);
	assert_true(s.c.refused);
	end(&s, "info: Changing password for alice.\n");
	begin(&s, PROTO_CHANGE, NOBODY);
	say(&s, PAM_PROMPT_ECHO_ON, "New password: ", NULL);
	end(&s, "");
}

static void
a_third_prompt_is_refused(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS(PW, PW, PW));
	FIRST(&s, PW);
	AGAIN(&s, PW);
	FIRST(&s, NULL);
	end(&s, "ask: New password: \nask: Retype new password: \n");
}

/* R-SET-4 */
static void
what_we_do_not_take_never_reaches_the_stack(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS("tab\tBrand-New-Pw-77"));
	FIRST(&s, NULL);
	assert_true(s.c.complained);
	end(&s,
	    "ask: New password: \nerror: The password has a control "
	    "character, which cannot be typed everywhere.\n");
	begin(&s, PROTO_CHANGE, ANSWERS("sevench"));
	FIRST(&s, "sevench");
	AGAIN(&s, NULL);
	end(&s,
	    "ask: New password: \n"
	    "error: The password is shorter than 8 characters.\n");
}

/* R-SET-4: each is refused at the first prompt, and the stack sees none. */
static void
each_kind_of_bad_password_is_refused_with_a_sentence(void **state)
{
	static char long_one[258], sent[512];
	static const struct {
		const char *password, *said;
	} bad[] = {
		{ "Brand-New-Pw-77\nroot::0:0:::",
		    "The password has a control character, which cannot be "
		    "typed everywhere." },
		{ "Brand-New-\x7f",
		    "The password has a control character, "
		    "which cannot be typed everywhere." },
		{ "Brand-New-\xff\xfe",
		    "The password is not valid UTF-8 "
		    "text." },
		{ long_one, "The password is longer than 256 bytes." },
		{ "alice", "The password contains your user name." },
		{ "Brand-ALICE-77", "The password contains your user name." },
		{ "Fabrikam-77", "The password contains a name of this site." },
	};
	struct scene s;

	(void)state;
	memset(long_one, 'x', 257);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(&s, PROTO_CHANGE, ANSWERS(bad[i].password));
		FIRST(&s, NULL);
		AGAIN(&s, NULL);
		assert_true(s.c.complained);
		assert_int_equal(s.c.given, 0);
		snprintf(sent, sizeof(sent), "ask: New password: \nerror: %s\n",
		    bad[i].said);
		end(&s, sent);
	}
}

/* R-SET-4: no truncation, nothing trimmed. */
static void
the_longest_and_those_with_blanks_reach_the_stack_whole(void **state)
{
	static char longest[257];
	static const char *const good[] = { longest, "Brand-New-Pw-77 ",
		" Brand New Pw 77", "Brand-7!", "root::0:0:::" };
	struct scene s;

	(void)state;
	memset(longest, 'x', 256);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		begin(&s, PROTO_CHANGE, ANSWERS(good[i], good[i]));
		FIRST(&s, good[i]);
		AGAIN(&s, good[i]);
		end(&s, "ask: New password: \nask: Retype new password: \n");
	}
}

/* R-SET-4 */
static void
a_short_one_that_the_stack_lets_pass_is_refused_by_us(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS("ab"));
	FIRST(&s, "ab");
	AGAIN(&s, NULL);
	assert_true(s.c.complained);
	assert_int_equal(s.agreed, 0);
	end(&s,
	    "ask: New password: \n"
	    "error: The password is shorter than 8 characters.\n");
}

/* Story 4 */
static void
a_rare_character_is_kept_only_if_wanted(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS(RARE, "what?", "Yes"));
	FIRST(&s, RARE);
	end(&s, "ask: New password: \n" KEEP KEEP);
	begin(&s, PROTO_CHANGE, ANSWERS(RARE, "no", PW));
	FIRST(&s, PW);
	end(&s, "ask: New password: \n" KEEP "ask: New password: \n");
	begin(&s, PROTO_CHANGE, ANSWERS(RARE, CLIENT_CANCELS));
	FIRST(&s, NULL);
	assert_int_equal(s.c.err, SSPR_CANCELLED);
	end(&s, "ask: New password: \n" KEEP);
}

/* R-SET-2: at the moment of change. */
static void
a_last_look_that_says_no_keeps_the_password_back(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, ANSWERS(PW, PW));
	s.agree = SSPR_ACCOUNT;
	FIRST(&s, PW);
	AGAIN(&s, NULL);
	assert_int_equal(s.c.err, SSPR_ACCOUNT);
	assert_int_equal(s.c.given, 1);
	end(&s, "ask: New password: \nask: Retype new password: \n");
}

static void
nobody_is_asked_once_the_person_is_gone(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHANGE, NOBODY);
	FIRST(&s, NULL);
	assert_int_equal(s.c.err, SSPR_GONE);
	FIRST(&s, NULL);
	end(&s, "ask: New password: \n");
}

static void
a_check_asks_once_for_the_current_password(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, PROTO_CHECK, ANSWERS("Old-Secret", "Old-Secret"));
	assert_int_equal(converse_ask_current(&s.c), SSPR_OK);
	say(&s, PAM_PROMPT_ECHO_OFF, "New password: ", NULL);
	end(&s, "ask: Current password: \n");
	begin(&s, PROTO_CHECK, ANSWERS("Old-Secret", "Old-Secret"));
	assert_int_equal(converse_ask_current(&s.c), SSPR_OK);
	say(&s, PAM_PROMPT_ECHO_OFF, "Password: ", "Old-Secret");
	say(&s, PAM_PROMPT_ECHO_OFF, "Password: ", NULL);
	assert_int_equal(s.agreed, 0);
	end(&s, "ask: Current password: \n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prompts_for_a_new_password_are_known),
		cmocka_unit_test(prompts_for_the_current_password_are_known),
		cmocka_unit_test(a_prompt_too_long_to_be_looked_at_is_none),
		cmocka_unit_test(a_password_typed_twice_reaches_the_stack),
		cmocka_unit_test(both_prompts_may_come_in_one_call),
		cmocka_unit_test(a_second_answer_that_differs_is_kept_back),
		cmocka_unit_test(every_prompt_after_an_error_is_refused),
		cmocka_unit_test(other_prompts_are_refused_and_not_shown),
		cmocka_unit_test(a_third_prompt_is_refused),
		cmocka_unit_test(what_we_do_not_take_never_reaches_the_stack),
		cmocka_unit_test(
		    each_kind_of_bad_password_is_refused_with_a_sentence),
		cmocka_unit_test(
		    the_longest_and_those_with_blanks_reach_the_stack_whole),
		cmocka_unit_test(
		    a_short_one_that_the_stack_lets_pass_is_refused_by_us),
		cmocka_unit_test(a_rare_character_is_kept_only_if_wanted),
		cmocka_unit_test(
		    a_last_look_that_says_no_keeps_the_password_back),
		cmocka_unit_test(nobody_is_asked_once_the_person_is_gone),
		cmocka_unit_test(a_check_asks_once_for_the_current_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
