/* SPDX-License-Identifier: MIT */
/* PAM is played by the test: pam_get_item() and the conversation. */
#include <security/pam_modules.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prompt.h"

static struct {
	int result;         /* of the conversation */
	bool no_response;   /* *resp stays NULL */
	const char *answer; /* NULL: none */
	const char *password;
	int calls, style;
	char text[600];
} host;

static int
converse(int n, const struct pam_message **m, struct pam_response **resp,
    [[maybe_unused]] void *arg)
{
	assert_int_equal(n, 1);
	host.calls++;
	host.style = m[0]->msg_style;
	snprintf(host.text, sizeof(host.text), "%s", m[0]->msg);
	if (host.result != PAM_SUCCESS || host.no_response)
		return host.result;
	*resp = calloc(1, sizeof(**resp));
	if (host.answer != NULL)
		(*resp)->resp = strdup(host.answer);
	return PAM_SUCCESS;
}

static struct pam_conv conv = { converse, NULL };

int
pam_get_item([[maybe_unused]] const pam_handle_t *pamh, int type,
    const void **item)
{
	*item = NULL;
	if (type == PAM_CONV)
		*item = &conv;
	if (type == PAM_AUTHTOK)
		*item = host.password;
	return PAM_SUCCESS;
}

static struct prompt
begin(bool echoes)
{
	static int nobody;
	struct prompt p;

	memset(&host, 0, sizeof(host));
	host.answer = "forgot";
	conv.conv = converse;
	prompt_init(&p, (pam_handle_t *)&nobody, echoes);
	return p;
}

/* It fails, and ever after without asking. */
static void
is_refused_for_good(struct prompt *p)
{
	struct secret answer = { .len = 3 };
	int calls;

	assert_int_equal(prompt_ask(p, true, "a", &answer), SSPR_CANCELLED);
	calls = host.calls;
	host.answer = "123456";
	host.result = PAM_SUCCESS;
	host.no_response = false;
	assert_int_equal(prompt_ask(p, true, "b", &answer), SSPR_CANCELLED);
	assert_int_equal(prompt_host(p).show(p, PROTO_INFO, "c"),
	    SSPR_CANCELLED);
	assert_int_equal(host.calls, calls);
}

static void
an_answer_is_taken([[maybe_unused]] void **state)
{
	struct prompt p = begin(false);
	struct secret answer;

	assert_int_equal(prompt_ask(&p, true, "Word: ", &answer), SSPR_OK);
	assert_int_equal(answer.len, 6);
	assert_string_equal((const char *)answer.at, "forgot");
	assert_int_equal(host.style, PAM_PROMPT_ECHO_ON);
	assert_string_equal(host.text, "Word: ");
	host.answer = "";
	assert_int_equal(prompt_ask(&p, false, "Code: ", &answer), SSPR_OK);
	assert_int_equal(answer.len, 0);
	assert_int_equal(host.style, PAM_PROMPT_ECHO_OFF);
	assert_int_equal(p.asks, 2);
}

/* R-PAM-3 */
static void
a_conversation_that_fails_is_over([[maybe_unused]] void **state)
{
	static char longest[SECRET_MAX + 2];
	struct prompt p = begin(false);

	host.result = PAM_CONV_ERR;
	is_refused_for_good(&p);
	p = begin(false);
	host.no_response = true;
	is_refused_for_good(&p);
	p = begin(false);
	host.answer = NULL;
	is_refused_for_good(&p);
	p = begin(false);
	memset(longest, 'x', SECRET_MAX + 1);
	host.answer = longest;
	is_refused_for_good(&p);
	p = begin(false);
	conv.conv = NULL;
	is_refused_for_good(&p);
}

static void
an_answer_of_512_bytes_is_taken([[maybe_unused]] void **state)
{
	static char longest[SECRET_MAX + 1];
	struct prompt p = begin(false);
	struct secret answer;

	memset(longest, 'x', SECRET_MAX);
	host.answer = longest;
	assert_int_equal(prompt_ask(&p, true, "", &answer), SSPR_OK);
	assert_int_equal(answer.len, SECRET_MAX);
}

/* R-PAM-3: a host that gives the password to every prompt. */
static void
the_refused_password_is_no_answer([[maybe_unused]] void **state)
{
	struct prompt p = begin(true);
	struct secret answer;

	host.password = "hunter2";
	assert_int_equal(prompt_ask(&p, true, "", &answer), SSPR_OK);
	host.answer = host.password;
	is_refused_for_good(&p);
	p = begin(false);
	host.answer = host.password = "hunter2";
	assert_int_equal(prompt_ask(&p, true, "", &answer), SSPR_OK);
	p = begin(true);
	host.answer = "";
	assert_int_equal(prompt_ask(&p, true, "", &answer), SSPR_OK);
}

/* R-PAM-4 */
static void
nothing_comes_before_an_answered_echo_on_prompt([[maybe_unused]] void **state)
{
	struct prompt p = begin(false);
	struct secret answer;

	assert_int_equal(prompt_host(&p).show(&p, PROTO_INFO, "x"),
	    SSPR_CANCELLED);
	assert_int_equal(host.calls, 0);
	p = begin(false);
	assert_int_equal(prompt_ask(&p, false, "", &answer), SSPR_CANCELLED);
	assert_int_equal(host.calls, 0);
}

static void
messages_are_shown_in_their_style([[maybe_unused]] void **state)
{
	struct prompt p = begin(false);
	struct secret answer;
	struct talk_host h = prompt_host(&p);

	assert_int_equal(prompt_ask(&p, true, "", &answer), SSPR_OK);
	assert_int_equal(h.show(h.arg, PROTO_INFO, "hello"), SSPR_OK);
	assert_int_equal(host.style, PAM_TEXT_INFO);
	assert_string_equal(host.text, "hello");
	host.no_response = true;
	assert_int_equal(h.show(h.arg, PROTO_ERROR, "no"), SSPR_OK);
	assert_int_equal(host.style, PAM_ERROR_MSG);
	host.result = PAM_CONV_ERR;
	assert_int_equal(h.show(h.arg, PROTO_INFO, "x"), SSPR_CANCELLED);
	is_refused_for_good(&p);
}

/* R-PAM-5: limits forbid a further step. */
static void
time_and_prompts_run_out([[maybe_unused]] void **state)
{
	struct prompt p = begin(false);
	struct secret answer;

	p.begun -= PROMPT_TIME_S;
	is_refused_for_good(&p);
	assert_int_equal(host.calls, 0);
	p = begin(false);
	for (int i = 0; i < PROMPT_ASKS; i++)
		assert_int_equal(prompt_ask(&p, true, "", &answer), SSPR_OK);
	is_refused_for_good(&p);
	assert_int_equal(host.calls, PROMPT_ASKS);
}

/* R-PAM-8 */
static void
pictures_records_and_offers_are_not_taken([[maybe_unused]] void **state)
{
	struct prompt p = begin(false);
	struct talk_host h = prompt_host(&p);

	assert_null(h.qr);
	assert_null(h.record);
	assert_null(h.offer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken),
		cmocka_unit_test(a_conversation_that_fails_is_over),
		cmocka_unit_test(an_answer_of_512_bytes_is_taken),
		cmocka_unit_test(the_refused_password_is_no_answer),
		cmocka_unit_test(
		    nothing_comes_before_an_answered_echo_on_prompt),
		cmocka_unit_test(messages_are_shown_in_their_style),
		cmocka_unit_test(time_and_prompts_run_out),
		cmocka_unit_test(pictures_records_and_offers_are_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
