/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
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

#include "worker/stack.h"

#define GOOD      "password required pam_a.so\n"
#define UNTOUCHED "untouched"

struct lab {
	char top[64], dir[80], modules[80], file[96], other[96];
	struct stack_place place;
	char why[STACK_WHY_MAX + 1];
};

static void
put(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_non_null(f = fopen(path, "we"));
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0644), 0);
}

static int
make_lab(void **state)
{
	struct lab *p = calloc(1, sizeof(*p));
	struct stat st;

	snprintf(p->top, sizeof(p->top), "/tmp/sspr-stack-XXXXXX");
	assert_non_null(mkdtemp(p->top));
	snprintf(p->dir, sizeof(p->dir), "%s/pam.d", p->top);
	snprintf(p->modules, sizeof(p->modules), "%s/security", p->top);
	snprintf(p->file, sizeof(p->file), "%s/sspr-x", p->dir);
	snprintf(p->other, sizeof(p->other), "%s/other", p->dir);
	assert_int_equal(mkdir(p->dir, 0755), 0);
	assert_int_equal(mkdir(p->modules, 0755), 0);
	put(p->dir, "sspr-x", GOOD);
	put(p->modules, "pam_a.so", "x");
	put(p->modules, "pam_b.so", "x");
	assert_int_equal(stat(p->file, &st), 0);
	p->place = (struct stack_place){ .dir = p->dir,
		.modules = p->modules,
		.uid = st.st_uid,
		.gid = st.st_gid };
	*state = p;
	return 0;
}

static int
forget(const char *path, [[maybe_unused]] const struct stat *st,
    [[maybe_unused]] int flag, [[maybe_unused]] struct FTW *ftw)
{
	return remove(path);
}

static int
free_lab(void **state)
{
	struct lab *p = *state;
	int rc = nftw(p->top, forget, 8, FTW_DEPTH | FTW_PHYS);

	free(p);
	return rc;
}

static enum sspr_err
check(struct lab *p)
{
	snprintf(p->why, sizeof(p->why), UNTOUCHED);
	return stack_check(&p->place, "sspr-x", "password", p->why);
}

static void
expect_fine(struct lab *p, const char *text)
{
	put(p->dir, "sspr-x", text);
	if (check(p) != SSPR_OK)
		fail_msg("%s: %s", text, p->why);
	assert_string_equal(p->why, UNTOUCHED);
}

static void
expect_fault_now(struct lab *p, const char *why)
{
	assert_int_equal(check(p), SSPR_SETUP);
	if (strstr(p->why, why) == NULL)
		fail_msg("%s", p->why);
}

static void
expect_fault(struct lab *p, const char *text, const char *why)
{
	put(p->dir, "sspr-x", text);
	expect_fault_now(p, why);
}

/* R-SET-1 */
static void
a_file_of_its_owner_only_is_taken(void **state)
{
	expect_fine(*state, GOOD);
}

/* R-SET-1: libpam would run `other'. */
static void
a_missing_or_empty_file_is_refused(void **state)
{
	struct lab *p = *state;

	put(p->dir, "other", GOOD);
	expect_fault(p, "", "sspr-x has no line of type password");
	expect_fault(p, "# nothing\n\n", "no line of type password");
	assert_int_equal(unlink(p->file), 0);
	expect_fault_now(p, "pam.d/sspr-x cannot be opened: No such file");
	p->place.dir = "/nonexistent";
	expect_fault_now(p, "/nonexistent cannot be opened");
}

/* R-SET-1: likewise. */
static void
a_phase_without_a_line_is_refused(void **state)
{
	struct lab *p = *state;

	expect_fault(p, "auth required pam_a.so\n", "no line of type password");
	expect_fault(p, "-password optional pam_gone.so\n", "no line of type");
	put(p->dir, "inc", "auth required pam_a.so\n");
	expect_fault(p, "@include inc\npassword include inc\n",
	    "no line of type password");
	put(p->dir, "sspr-x", GOOD);
	assert_int_equal(stack_check(&p->place, "sspr-x", "auth", p->why),
	    SSPR_SETUP);
	assert_non_null(strstr(p->why, "no line of type auth"));
}

/* R-SET-1 */
static void
what_others_can_write_is_refused(void **state)
{
	struct lab *p = *state;

	assert_int_equal(chmod(p->file, 0664), 0);
	expect_fault_now(p, "sspr-x is not a regular file that root alone");
	assert_int_equal(chmod(p->file, 0646), 0);
	expect_fault_now(p, "sspr-x is not a regular file that root alone");
	assert_int_equal(chmod(p->file, 0644), 0);
	assert_int_equal(chmod(p->dir, 0775), 0);
	expect_fault_now(p, "pam.d is not a folder that root alone");
	assert_int_equal(chmod(p->dir, 0757), 0);
	expect_fault_now(p, "pam.d is not a folder that root alone");
	assert_int_equal(chmod(p->dir, 0755), 0);
	assert_int_equal(check(p), SSPR_OK);
}

/* R-SET-1 */
static void
another_owner_is_refused(void **state)
{
	struct lab *p = *state;

	p->place.uid++;
	expect_fault_now(p, "root alone");
	p->place.uid--;
	p->place.gid++;
	expect_fault_now(p, "root alone");
}

/* R-SET-1: also a link to a good file, a FIFO, a directory. */
static void
what_is_not_a_regular_file_is_refused(void **state)
{
	struct lab *p = *state;

	assert_int_equal(rename(p->file, p->other), 0);
	assert_int_equal(symlink(p->other, p->file), 0);
	expect_fault_now(p, "sspr-x cannot be opened");
	assert_int_equal(unlink(p->file), 0);
	assert_int_equal(mkfifo(p->file, 0644), 0);
	expect_fault_now(p, "not a regular file");
	assert_int_equal(unlink(p->file), 0);
	assert_int_equal(mkdir(p->file, 0755), 0);
	expect_fault_now(p, "not a regular file");
}

static void
the_shipped_form_is_taken(void **state)
{
	expect_fine(*state,
	    "# a comment\n"
	    "password\trequisite\t\tpam_a.so retry=1 minlen=12 [a b]\n"
	    "password [success=2 default=ignore] pam_b.so use_authtok\n"
	    "password [success=1 user_unknown=ignore default=die] pam_b.so\n"
	    "password requisite pam_a.so\n"
	    "password required pam_a.so\n"
	    "session requisite pam_gone.so\n");
}

/* R-SET-1: the password would not change. */
static void
a_missing_module_is_refused(void **state)
{
	struct lab *p = *state;

	expect_fault(p, GOOD "password required pam_gone.so\n",
	    "line 2 of sspr-x needs a missing module: pam_gone.so");
	expect_fault(p, GOOD "password optional /nowhere/pam_a.so\n",
	    "line 2 of sspr-x needs a missing module: /nowhere/pam_a.so");
	expect_fine(p, GOOD "auth required pam_gone.so\n");
}

/* As measured: the `-' only keeps libpam from complaining. */
static void
a_module_may_be_missing_if_the_stack_can_do_without(void **state)
{
	struct lab *p = *state;

	expect_fine(p, GOOD "-password optional pam_gone.so\n");
	expect_fine(p, GOOD "-password sufficient pam_gone.so\n");
	expect_fine(p, GOOD "-password [success=ok default=ignore] gone\n");
	expect_fault(p, GOOD "-password required pam_gone.so\n",
	    "line 2 of sspr-x needs a missing module");
	expect_fault(p, GOOD "-password [success=ok] pam_gone.so\n",
	    "line 2 of sspr-x needs a missing module");
}

static void
a_module_that_others_can_change_is_refused(void **state)
{
	struct lab *p = *state;
	char path[PATH_MAX], link[PATH_MAX], line[PATH_MAX];

	snprintf(path, sizeof(path), "%s/pam_a.so", p->modules);
	snprintf(link, sizeof(link), "%s/pam_link.so", p->modules);
	assert_int_equal(chmod(path, 0664), 0);
	expect_fault(p, GOOD, "module that is no file that root alone");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(p->modules, 0777), 0);
	expect_fault(p, GOOD, "in a folder that others can write: pam_a.so");
	assert_int_equal(chmod(p->modules, 0755), 0);
	assert_int_equal(chmod(p->top, 0777), 0);
	expect_fault(p, GOOD, "in a folder that others can write: pam_a.so");
	assert_int_equal(chmod(p->top, 0700), 0);
	snprintf(line, sizeof(line), "password required %s\n", p->modules);
	expect_fault(p, line, "module that is no file");
	assert_int_equal(symlink("pam_a.so", link), 0);
	expect_fine(p, "password required pam_link.so\n");
}

static void
the_module_that_starts_a_reset_is_refused(void **state)
{
	struct lab *p = *state;
	char link[PATH_MAX];

	put(p->modules, "pam_sspr.so", "x");
	put(p->modules, "pam_sspr_ldap.so", "x");
	snprintf(link, sizeof(link), "%s/pam_link.so", p->modules);
	assert_int_equal(symlink("pam_sspr.so", link), 0);
	put(p->dir, "inc", GOOD "password optional pam_sspr.so\n");
	expect_fault(p, "@include inc\n",
	    "line 2 of inc would start a reset: pam_sspr.so");
	expect_fault(p, GOOD "password optional pam_link.so\n",
	    "would start a reset");
	expect_fine(p, "password required pam_sspr_ldap.so\n");
	expect_fine(p, GOOD "session optional pam_sspr.so\n");
}

/* libpam's answer differs from host to host. */
static void
an_isa_is_refused(void **state)
{
	expect_fault(*state, "password required $ISA/pam_a.so\n", "has $ISA");
}

static void
included_files_are_read(void **state)
{
	struct lab *p = *state;
	char line[PATH_MAX];

	put(p->dir, "inc", "auth required pam_gone.so\n" GOOD);
	expect_fine(p, "password include inc\n");
	expect_fine(p, "password substack inc\n");
	expect_fine(p, "@include inc\n");
	expect_fine(p, GOOD "session include nothing\n");
	snprintf(line, sizeof(line), "password include %s/inc\n", p->dir);
	expect_fine(p, line);
	put(p->dir, "inc", "\n\npassword required pam_gone.so\n");
	expect_fault(p, "@include inc\n",
	    "line 3 of inc needs a missing module: pam_gone.so");
}

static void
a_missing_file_is_refused(void **state)
{
	struct lab *p = *state;

	expect_fault(p, GOOD "@include gone\n",
	    "line 2 of sspr-x needs a missing file: gone");
	expect_fault(p, GOOD "password include gone\n", "missing file: gone");
	expect_fault(p, GOOD "-password substack gone\n", "missing file: gone");
}

static void
an_included_file_is_kept_as_well(void **state)
{
	struct lab *p = *state;
	char path[PATH_MAX], link[PATH_MAX];

	put(p->dir, "inc", GOOD);
	snprintf(path, sizeof(path), "%s/inc", p->dir);
	snprintf(link, sizeof(link), "%s/link", p->dir);
	assert_int_equal(chmod(path, 0666), 0);
	expect_fault(p, "@include inc\n", "inc is not a regular file that");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(symlink(path, link), 0);
	expect_fine(p, "@include link\n");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	expect_fault(p, "@include inc\n", "inc is not a regular file that");
	assert_int_equal(chmod(p->top, 0777), 0);
	expect_fault(p, "@include inc\n",
	    "needs a file in a folder that others can write: inc");
}

static void
inclusion_has_its_limits(void **state)
{
	struct lab *p = *state;
	char name[16], text[64], much[64 * 32];
	size_t len = 0;

	for (int i = 1; i <= 7; i++) {
		snprintf(name, sizeof(name), "i%d", i);
		snprintf(text, sizeof(text), "@include i%d\n", i + 1);
		put(p->dir, name, i == 7 ? GOOD : text);
	}
	expect_fine(p, "@include i1\n");
	put(p->dir, "i7", "@include i8\n");
	put(p->dir, "i8", GOOD);
	expect_fault(p, "@include i1\n", "line 1 of i7 includes too deeply");
	expect_fault(p, "password substack sspr-x\n", "includes too deeply");
	put(p->dir, "i1", "@include i8\n");
	for (int i = 0; i < 33; i++)
		len += (size_t)snprintf(much + len, sizeof(much) - len,
		    "@include i1\n");
	expect_fault(p, much, "is one file too many");
}

static void
a_file_that_is_too_long_is_refused(void **state)
{
	struct lab *p = *state;

	assert_int_equal(truncate(p->file, 64 * 1024 + 1), 0);
	expect_fault_now(p, "sspr-x is too long");
}

static void
a_line_that_cannot_be_read_is_refused(void **state)
{
	struct lab *p = *state;

	expect_fault(p, GOOD "\npassword required\n",
	    "line 3 of sspr-x names no module");
	expect_fault(p, GOOD "passwort required pam_a.so\n",
	    "line 2 of sspr-x is of no type that PAM knows");
	expect_fault(p, GOOD "password [success=ok pam_a.so\n",
	    "line 2 of sspr-x has a `[' without its `]'");
}

/* As measured: then libpam fails, whatever the modules say. */
static void
a_jump_over_more_lines_than_there_are_is_refused(void **state)
{
	struct lab *p = *state;

	expect_fine(p, "password [success=1 default=ignore] pam_a.so\n" GOOD);
	expect_fault(p, "password [success=2 default=ignore] pam_a.so\n" GOOD,
	    "line 1 of sspr-x jumps over more lines than there are");
	put(p->dir, "inc", GOOD GOOD);
	expect_fine(p,
	    "password [success=2 default=ignore] pam_a.so\n"
	    "password include inc\n");
	expect_fault(p,
	    "password [success=2 default=ignore] pam_a.so\n"
	    "password substack inc\n",
	    "line 1 of sspr-x jumps");
	put(p->dir, "inc", "password [success=1 default=ignore] pam_a.so\n");
	expect_fine(p, "@include inc\n" GOOD);
	expect_fault(p, "password substack inc\n" GOOD, "line 1 of inc jumps");
}

static void
each_type_is_looked_at_alone(void **state)
{
	struct lab *p = *state;

	put(p->dir, "sspr-x",
	    "auth required pam_a.so\naccount required pam_gone.so\n");
	assert_int_equal(stack_check(&p->place, "sspr-x", "auth", p->why),
	    SSPR_OK);
	assert_int_equal(stack_check(&p->place, "sspr-x", "account", p->why),
	    SSPR_SETUP);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, make_lab, free_lab)
	const struct CMUnitTest tests[] = {
		TEST(a_file_of_its_owner_only_is_taken),
		TEST(a_missing_or_empty_file_is_refused),
		TEST(a_phase_without_a_line_is_refused),
		TEST(what_others_can_write_is_refused),
		TEST(another_owner_is_refused),
		TEST(what_is_not_a_regular_file_is_refused),
		TEST(the_shipped_form_is_taken),
		TEST(a_missing_module_is_refused),
		TEST(a_module_may_be_missing_if_the_stack_can_do_without),
		TEST(a_module_that_others_can_change_is_refused),
		TEST(the_module_that_starts_a_reset_is_refused),
		TEST(an_isa_is_refused),
		TEST(included_files_are_read),
		TEST(a_missing_file_is_refused),
		TEST(an_included_file_is_kept_as_well),
		TEST(inclusion_has_its_limits),
		TEST(a_file_that_is_too_long_is_refused),
		TEST(a_line_that_cannot_be_read_is_refused),
		TEST(a_jump_over_more_lines_than_there_are_is_refused),
		TEST(each_type_is_looked_at_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
