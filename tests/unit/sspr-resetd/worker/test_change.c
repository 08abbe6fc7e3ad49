/* SPDX-License-Identifier: MIT */
#include <crypt.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "fake_pam.h"
#include "worker/change.h"

#define ANSWERS(...)              \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}
#define PW      "Brand-New-Pw-77"
#define PW2     "Brand-New-Pw-78"
#define SETTING "$5$rounds=1000$testtesttest$"
#define OLD     "$5$rounds=1000$salt$oldoldoldoldold"
#define OTHERS  "root:*:19000:0:99999:7:::\nbob:!:19000:0:99999:7:::\n"
#define RULES   "info: rules\n"
#define BOTH    "ask: New password: \nask: Retype new password: \n"

static char dir[] = "/tmp/sspr-change-XXXXXX", shadow[64], lock[64];
static char passwd[64]; /* lock of the password files */

/* What the module of the test does, beside asking twice. */
static struct {
	const char *hash;   /* it stores this; NULL: that of the password */
	const char *others; /* and these */
	const char *complaint;
	int rc;           /* and returns this */
	int stores;       /* whether it stores at all */
	int lock_held;    /* seen by it when it stores */
	int passwd_held;  /* likewise */
	int others_write; /* whether somebody writes after it */
	enum sspr_err may;
	int asked; /* how often may() was asked */
	bool left; /* seen by it when it stores: it has time left */
} module;

static struct watch watch;

static void
put(const char *hash, const char *others)
{
	FILE *f = fopen(shadow, "w");

	assert_non_null(f);
	fprintf(f, "alice:%s:19000:0:99999:7:::\n%s", hash, others);
	assert_int_equal(fclose(f), 0);
}

/* As programs do it: another file in its place. */
static void
put_anew(const char *hash, const char *others)
{
	char old[sizeof(shadow) + 2];

	snprintf(old, sizeof(old), "%s-", shadow);
	assert_int_equal(rename(shadow, old), 0);
	put(hash, others);
	assert_int_equal(rename(shadow, old), 0);
	assert_int_equal(rename(old, shadow), 0);
}

static int
make_dir(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(watch_open(&watch), SSPR_OK);
	snprintf(shadow, sizeof(shadow), "%s/shadow", dir);
	snprintf(lock, sizeof(lock), "%s/lock", dir);
	snprintf(passwd, sizeof(passwd), "%s/.pwd.lock", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	unlink(shadow);
	unlink(lock);
	unlink(passwd);
	return rmdir(dir);
}

static int
begin(void **state)
{
	(void)state;
	memset(&module, 0, sizeof(module));
	module.stores = 1;
	module.others = OTHERS;
	put(OLD, OTHERS);
	unlink(lock);
	return 0;
}

/* Whether another process finds the lock of the password files held. */
static int
is_passwd_held(void)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd, status;
	pid_t pid;

	if ((pid = fork()) == 0) {
		fd = open(passwd, O_RDWR | O_CLOEXEC);
		_exit(fd != -1 && fcntl(fd, F_GETLK, &all) == 0 &&
		    all.l_type == F_WRLCK);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void
store(const char *password)
{
	struct crypt_data *d = calloc(1, sizeof(*d));
	int fd = open(lock, O_RDWR | O_CLOEXEC);
	const char *hash = module.hash;
	struct itimerspec left;

	assert_non_null(d);
	module.lock_held = fd != -1 && flock(fd, LOCK_EX | LOCK_NB) == -1;
	module.passwd_held = is_passwd_held();
	assert_int_equal(timer_gettime(watch.timer, &left), 0);
	module.left = left.it_value.tv_sec > WATCH_WORK_S / 2;
	close(fd);
	if (hash == NULL)
		hash = crypt_r(password, SETTING, d);
	put(hash, module.others);
	if (module.others_write)
		put_anew(hash, OTHERS "carol:!:19000:0:99999:7:::\n");
	free(d);
}

static int
run_module(pam_handle_t *h)
{
	char *first = NULL, *again = NULL;
	int rc = PAM_AUTHTOK_ERR;

	if (fake_say(h, PAM_PROMPT_ECHO_OFF, "New password: ", &first) !=
	    PAM_SUCCESS)
		return rc;
	if (strlen(first) < 12)
		(void)fake_say(h, PAM_ERROR_MSG, "BAD PASSWORD: short", NULL);
	if (fake_say(h, PAM_PROMPT_ECHO_OFF, "Retype new password: ", &again) ==
	    PAM_SUCCESS) {
		if (module.complaint != NULL)
			(void)fake_say(h, PAM_ERROR_MSG, module.complaint,
			    NULL);
		if (module.stores)
			store(again);
		rc = module.rc;
	} else
		(void)fake_say(h, PAM_ERROR_MSG, "aborted", NULL);
	free(first);
	free(again);
	return rc;
}

/* It asks but once, stores, and fails. */
static int
run_hasty(pam_handle_t *h)
{
	char *first = NULL;

	if (fake_say(h, PAM_PROMPT_ECHO_OFF, "New password: ", &first) ==
		PAM_SUCCESS &&
	    module.stores)
		store(first);
	free(first);
	return PAM_AUTHTOK_ERR;
}

static int
run_nothing(pam_handle_t *h)
{
	(void)h;
	return PAM_SUCCESS;
}

static enum sspr_err
may(void *arg)
{
	(void)arg;
	module.asked++;
	watch_arm(&watch, 0);
	return module.may;
}

static enum sspr_err
change(const char *const *answers, const char *told)
{
	struct place place = { .name = "alice",
		.shadow = shadow,
		.changes = lock,
		.passwd = passwd };
	const struct password_policy policy = { .name = "alice" };
	const struct change ch = { .place = &place,
		.policy = &policy,
		.rules = "rules",
		.service = "sspr-reset",
		.may = may };
	struct client c;
	enum sspr_err e;

	if (fake.phase == NULL)
		fake.phase = run_module;
	client_start(&c, answers);
	c.relay.watch = &watch;
	e = change_run(&ch, &c.relay);
	watch_arm(&watch, 0);
	client_stop(&c);
	assert_int_equal(fake.open, 0);
	if (told != NULL)
		assert_string_equal(c.told, told);
	return e;
}

/* R-SET-3, R-SET-5 */
static void
a_change_is_proved_and_made_under_the_lock(void **state)
{
	(void)state;
	assert_int_equal(change(ANSWERS(PW, PW), RULES BOTH), SSPR_OK);
	assert_true(module.lock_held);
	assert_true(module.passwd_held);
	assert_int_equal(module.asked, 1);
}

/* R-SET-3: what the last look took is not taken from it. */
static void
the_stack_has_all_of_its_time(void **state)
{
	(void)state;
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_OK);
	assert_true(module.left);
}

/* R-SET-3: who comes right after the stack does what it does. */
static void
a_change_of_others_by_others_is_none_of_ours(void **state)
{
	(void)state;
	module.others_write = 1;
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_OK);
}

/* What the stack would drop must be mended first. */
static void
a_damaged_line_of_another_stops_it(void **state)
{
	(void)state;
	put(OLD, OTHERS "# a comment\n");
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_SHADOW);
	assert_int_equal(module.asked, 0);
}

/* R-SET-5 */
static void
a_hash_of_another_password_is_no_success(void **state)
{
	(void)state;
	module.hash = SETTING "somethingelse";
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_UNCERTAIN);
}

/* R-SET-5 */
static void
a_change_of_any_other_line_is_no_success(void **state)
{
	(void)state;
	module.others = "root::19000:0:99999:7:::\n"
			"bob:!:19000:0:99999:7:::\n";
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_UNCERTAIN);
	put(OLD, OTHERS);
	module.others = "root:*:19000:0:99999:7:::\n";
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_UNCERTAIN);
}

/* R-SET-5: PAM_SUCCESS alone proves nothing. */
static void
a_stack_that_changes_nothing_is_no_success(void **state)
{
	(void)state;
	module.stores = 0;
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_NOT_CHANGED);
	fake.phase = run_nothing;
	assert_int_equal(change(ANSWERS(PW, PW), RULES), SSPR_NOT_CHANGED);
	fake.phase = NULL;
}

static void
a_stack_that_fails_after_it_stored_did_it_in_part(void **state)
{
	(void)state;
	module.rc = PAM_AUTHTOK_ERR;
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_PARTLY);
}

/* R-DUR-3: not changed is not said unseen. */
static void
a_stack_that_stores_after_one_answer_is_judged(void **state)
{
	(void)state;
	fake.phase = run_hasty;
	assert_int_equal(change(ANSWERS(PW), NULL), SSPR_PARTLY);
	put(OLD, OTHERS);
	module.stores = 0;
	assert_int_equal(change(ANSWERS(PW), NULL), SSPR_NOT_CHANGED);
	assert_int_equal(module.asked, 0);
	fake.phase = NULL;
}

static void
a_weak_one_may_be_followed_by_a_good_one(void **state)
{
	(void)state;
	assert_int_equal(change(ANSWERS("weak", PW, PW2, PW2, PW2),
			     RULES
			     "ask: New password: \n"
			     "error: BAD PASSWORD: short\n" BOTH
			     "error: Sorry, passwords do not match.\n" BOTH),
	    SSPR_OK);
}

static void
the_third_weak_one_is_the_last(void **state)
{
	(void)state;
	assert_int_equal(change(ANSWERS("a", "b", "c", PW, PW), NULL),
	    SSPR_WEAK);
	assert_int_equal(module.asked, 0);
	assert_int_equal(access(lock, F_OK), -1);
}

/* As pam_pwhistory does; the lock is let go while the person thinks. */
static void
one_refused_at_the_end_counts_too(void **state)
{
	(void)state;
	module.complaint = "Password has been already used.";
	module.rc = PAM_MAXTRIES;
	module.stores = 0;
	assert_int_equal(change(ANSWERS(PW, PW, PW, PW, PW, PW), NULL),
	    SSPR_WEAK);
	assert_int_equal(module.asked, 3);
}

/* R-SET-2, R-POL-1: at the moment of change. */
static void
an_account_that_was_locked_meanwhile_is_left_alone(void **state)
{
	(void)state;
	module.may = SSPR_ACCOUNT;
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_ACCOUNT);
	assert_false(module.lock_held);
}

static void
a_person_who_leaves_changes_nothing(void **state)
{
	(void)state;
	assert_int_equal(change((const char *const[]){ NULL }, NULL),
	    SSPR_GONE);
	assert_int_equal(change(ANSWERS(PW), NULL), SSPR_GONE);
	assert_int_equal(change(ANSWERS(PW, CLIENT_CANCELS), NULL),
	    SSPR_CANCELLED);
	assert_int_equal(module.asked, 0);
}

static void
a_lock_that_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(symlink(shadow, lock), 0);
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_SYSTEM);
	assert_int_equal(unlink(lock), 0);
	assert_int_equal(mkfifo(lock, 0600), 0);
	assert_int_equal(change(ANSWERS(PW, PW), NULL), SSPR_SYSTEM);
	assert_int_equal(module.asked, 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
		TEST(a_change_is_proved_and_made_under_the_lock),
		TEST(a_hash_of_another_password_is_no_success),
		TEST(a_change_of_any_other_line_is_no_success),
		TEST(a_stack_that_changes_nothing_is_no_success),
		TEST(a_change_of_others_by_others_is_none_of_ours),
		TEST(a_damaged_line_of_another_stops_it),
		TEST(a_stack_that_fails_after_it_stored_did_it_in_part),
		TEST(a_stack_that_stores_after_one_answer_is_judged),
		TEST(the_stack_has_all_of_its_time),
		TEST(a_weak_one_may_be_followed_by_a_good_one),
		TEST(the_third_weak_one_is_the_last),
		TEST(one_refused_at_the_end_counts_too),
		TEST(an_account_that_was_locked_meanwhile_is_left_alone),
		TEST(a_person_who_leaves_changes_nothing),
		TEST(a_lock_that_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
