/* SPDX-License-Identifier: MIT */
#include "post.h"
#include "reference.h"

#define CAROL 1002u
#define HOME  "192.0.2.7"

static struct session *s;

static int
set_up(void **state)
{
	(void)post_open(state);
	people_enrol(ALICE, "alice");
	people_enrol(BOB, "bob");
	people_enrol(CAROL, "carol");
	s = post_session(ALICE, "alice", HOME);
	return 0;
}

static void
tell(enum notice_kind kind, enum method about)
{
	s->account = people_account(ALICE);
	assert_int_equal(vault_write(lab.v, s), SSPR_OK);
	assert_int_equal(notice_tell(lab.v, s, &s->account, kind, about, 0),
	    SSPR_OK);
	post_run();
}

static bool
was_told(enum method m, const char *address)
{
	for (size_t i = 0; i < post.n; i++)
		if (post.at[i].method == m &&
		    strcmp(post.at[i].address, address) == 0)
			return true;
	return false;
}

/* R-DEL-6: all confirmed addresses. */
static void
every_address_is_told_each_by_its_way(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_SMS, POST_NUMBER);
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	post_give(ALICE, METHOD_NOTICE, "other@example.org");
	post_give(BOB, METHOD_EMAIL, "bob@example.org");
	tell(NOTICE_ADDED, METHOD_APP);
	assert_int_equal(post.n, 3);
	assert_true(was_told(METHOD_SMS, POST_NUMBER));
	assert_true(was_told(METHOD_EMAIL, POST_MAIL));
	assert_true(was_told(METHOD_EMAIL, "other@example.org"));
	assert_string_equal(post_text(0),
	    "Another way to reset the password of alice on web1 was added at "
	    "14 Nov 22:13 UTC from 192.0.2.7: authenticator app. Not you? Call "
	    "the helpdesk at once: ext. 4711. Reference NENT.");
}

static void
the_reference_is_that_of_the_conversation(void **state)
{
	char correlation[IPC_CORRELATION_MAX + 1];
	char reference[REFERENCE_LEN + 1], want[64];

	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	tell(NOTICE_LOST, METHOD_UNKNOWN);
	session_correlation(s, correlation);
	reference_of(correlation, reference);
	snprintf(want, sizeof(want), "Reference %s.", reference);
	assert_non_null(strstr(post_text(0), want));
}

static void
one_address_is_told_once(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_SMS, POST_NUMBER);
	post_give(ALICE, METHOD_NOTICE, POST_NUMBER);
	tell(NOTICE_ADDED, METHOD_APP);
	assert_int_equal(post.n, 1);
}

/* A call at night for a message that was written already is a nuisance. */
static void
a_landline_is_called_only_if_it_is_all_there_is(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_LANDLINE, POST_CALL);
	tell(NOTICE_ADDED, METHOD_APP);
	assert_int_equal(post.n, 1);
	assert_true(was_told(METHOD_LANDLINE, POST_CALL));
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	tell(NOTICE_ADDED, METHOD_APP);
	assert_int_equal(post.n, 2);
	assert_true(was_told(METHOD_EMAIL, POST_MAIL));
}

static void
end_factor(enum method m, uint64_t ends)
{
	struct account a = people_account(ALICE);
	const uint64_t was = a.generation;

	post_factor(&a, m)->ends = ends;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

/* R-DEL-6: nobody is kept in the dark by removing the address. */
static void
a_removed_address_is_told_for_thirty_days(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	end_factor(METHOD_EMAIL, LAB_S - ACCOUNT_MEMORY_S + 60);
	tell(NOTICE_ADDED, METHOD_APP);
	assert_true(was_told(METHOD_EMAIL, POST_MAIL));
	post.n = 0;
	end_factor(METHOD_EMAIL, LAB_S - ACCOUNT_MEMORY_S - 60);
	tell(NOTICE_ADDED, METHOD_APP);
	assert_int_equal(post.n, 0);
}

static void
who_has_no_address_has_the_site_s(void **state)
{
	(void)state;
	snprintf(lab.v->conf.notify_fallback,
	    sizeof(lab.v->conf.notify_fallback), "security@example.org");
	tell(NOTICE_ADDED, METHOD_APP);
	assert_int_equal(post.n, 1);
	assert_true(was_told(METHOD_EMAIL, "security@example.org"));
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	post.n = 0;
	tell(NOTICE_ADDED, METHOD_APP);
	assert_int_equal(post.n, 1);
	assert_true(was_told(METHOD_EMAIL, POST_MAIL));
}

/* R-DEL-6: promise 6 is never empty; what is told at last goes to the log. */
static void
without_any_address_the_log_is_told(void **state)
{
	(void)state;
	s->account = people_account(ALICE);
	assert_int_equal(vault_write(lab.v, s), SSPR_OK);
	assert_int_equal(notice_tell(lab.v, s, &s->account, NOTICE_RESET,
			     METHOD_UNKNOWN, 9),
	    SSPR_OK);
	post_run();
	assert_int_equal(post_messages(), 1);
	assert_int_equal(vault_write(lab.v, s), SSPR_OK);
	assert_int_equal(outbox_release(lab.v, 9, SSPR_OK), SSPR_OK);
	post_run();
	assert_int_equal(post_messages(), 0);
	assert_int_equal(post.n, 0);
}

static void
a_way_the_site_has_not_is_not_taken(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_SMS, POST_NUMBER);
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	lab.v->conf.sms_command[0] = '\0';
	tell(NOTICE_ADDED, METHOD_APP);
	assert_int_equal(post.n, 1);
	assert_true(was_told(METHOD_EMAIL, POST_MAIL));
}

static void
make_admin(uint32_t uid, uint64_t at)
{
	struct account a = people_account(uid);
	const uint64_t was = a.generation;

	a.admin_at = at;
	account_touch(lab.v->seal, &a);
	people_put(&a, was);
}

static void
tell_admins(void)
{
	s->account = people_account(ALICE);
	assert_int_equal(vault_write(lab.v, s), SSPR_OK);
	assert_int_equal(notice_admins(lab.v, s, &s->account,
			     NOTICE_ADMIN_RESET, 0),
	    SSPR_OK);
	post_run();
}

static void
all_other_administrators_are_told(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	post_give(BOB, METHOD_EMAIL, "bob@example.org");
	post_give(CAROL, METHOD_EMAIL, "carol@example.org");
	make_admin(ALICE, LAB_S);
	make_admin(BOB, LAB_S - 89 * 86400);
	make_admin(CAROL, LAB_S - 91 * 86400); /* not any more */
	tell_admins();
	assert_int_equal(post.n, 1);
	assert_true(was_told(METHOD_EMAIL, "bob@example.org"));
	assert_string_equal(post.at[0].subject,
	    "Password of administrator alice on web1 was reset");
}

static void
the_only_administrator_s_reset_is_told_to_the_site(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	make_admin(ALICE, LAB_S);
	make_admin(BOB, LAB_S); /* who has no address */
	snprintf(lab.v->conf.notify_fallback,
	    sizeof(lab.v->conf.notify_fallback), "security@example.org");
	tell_admins();
	assert_int_equal(post.n, 1);
	assert_true(was_told(METHOD_EMAIL, "security@example.org"));
}

static void
an_administrator_s_bad_record_does_not_stop_the_others(void **state)
{
	(void)state;
	post_give(BOB, METHOD_EMAIL, "bob@example.org");
	post_give(CAROL, METHOD_EMAIL, "carol@example.org");
	make_admin(BOB, LAB_S);
	make_admin(CAROL, LAB_S);
	store_close(lab.v->store);
	lab.v->store = NULL;
	disk_edit(lab.disk.db,
	    "UPDATE account SET reset_at=1 WHERE key=(SELECT account FROM"
	    " factor WHERE method=5 LIMIT 1)");
	post_kill_vault();
	tell_admins();
	assert_int_equal(post.n, 1);
}

static void
sees_source(enum source_kind kind, const char *address, const char *want)
{
	s->source = (struct source){ .kind = kind };
	snprintf(s->source.address, sizeof(s->source.address), "%s", address);
	post.n = 0;
	tell(NOTICE_LOST, METHOD_UNKNOWN);
	assert_non_null(strstr(post_text(0), want));
}

static void
the_source_is_told_in_words(void **state)
{
	(void)state;
	post_give(ALICE, METHOD_EMAIL, POST_MAIL);
	sees_source(SOURCE_NET, "2001:db8::7", " from 2001:db8::7. ");
	sees_source(SOURCE_SELF, "127.0.0.1", " from 127.0.0.1. ");
	sees_source(SOURCE_UID, "", " from this host. ");
	sees_source(SOURCE_PTS, "", " from this host. ");
	sees_source(SOURCE_CONSOLE, "", " from the console. ");
	sees_source(SOURCE_UNKNOWN, "", " from an unknown place. ");
}

#define IN_POST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_POST(every_address_is_told_each_by_its_way),
		IN_POST(the_reference_is_that_of_the_conversation),
		IN_POST(one_address_is_told_once),
		IN_POST(a_landline_is_called_only_if_it_is_all_there_is),
		IN_POST(a_removed_address_is_told_for_thirty_days),
		IN_POST(who_has_no_address_has_the_site_s),
		IN_POST(without_any_address_the_log_is_told),
		IN_POST(a_way_the_site_has_not_is_not_taken),
		IN_POST(all_other_administrators_are_told),
		IN_POST(the_only_administrator_s_reset_is_told_to_the_site),
		IN_POST(an_administrator_s_bad_record_does_not_stop_the_others),
		IN_POST(the_source_is_told_in_words),
	};

	(void)setenv("TZ", "UTC0", 1);
	return PEOPLE_OF_BOTH(tests);
}
