/* SPDX-License-Identifier: MIT */
/*
 * vault/round.h: a reset up to its worker's outcome, by a right code and by a
 * wrong one, played once more by another conversation afterwards.
 *
 * The vault is opened once, and each play goes on from there in a process of
 * its own: SQLite holds the index of its log in memory (exclusive locking),
 * so each begins with the same database, once the log is cut again.
 */
#define DISK_WATCHED
#include "../unit/sspr-resetd/vault/dialogue.h"
#include "fault.h"

enum note {
	NOTE_PROVED,  /* a worker was asked for */
	NOTE_GO,      /* and told to begin */
	NOTE_AUDITED, /* and parent had the record of the acceptance */
	NOTE_PROOFS,  /* rows */
	NOTE_PERMITS,
	NOTE_FAILURES, /* debits */
	NOTE_REFUSED,  /* the client was told so, or nothing */
	NOTE_OVER,     /* act() came to its end */
};

/* As lab.h tells of it. */
#define ACCEPTED "code.accepted 0\n"

static char wal[64];
static off_t wal_size;

static void
cut_log(void)
{
	assert_int_equal(truncate(wal, wal_size), 0);
}

/* Every link anew: those from before the fork are shared with other plays. */
static void
link_anew(void)
{
	close(lab.v->parent);
	close(lab.v->front);
	close(lab.v->names);
	close(lab.v->desk);
	close(lab.v->courier);
	close(lab.parent);
	close(lab.front);
	close(lab.names);
	close(lab.desk);
	close(lab.courier);
	lab_link(&lab.v->parent, &lab.parent);
	lab_link(&lab.v->front, &lab.front);
	lab_link(&lab.v->names, &lab.names);
	lab_link(&lab.v->desk, &lab.desk);
	lab_link(&lab.v->courier, &lab.courier);
	lab.hears = lab.front;
}

/* As parent does, when names or the courier is gone. */
static void
mend_links(void)
{
	if (lab.v->names == -1) {
		close(lab.names);
		lab_link(&lab.v->names, &lab.names);
	}
	if (lab.v->courier == -1) {
		close(lab.courier);
		lab_link(&lab.v->courier, &lab.courier);
	}
}

static void
note(void)
{
	fault->note[NOTE_PROVED] = (int64_t)lab.workers;
	if (lab.gos > 0 && fault->note[NOTE_GO] == 0) {
		fault->note[NOTE_GO] = 1;
		fault->note[NOTE_AUDITED] =
		    strstr(lab.events, ACCEPTED) != NULL;
	}
}

/* Rounds until what is due has left; only the vault's own calls may fail. */
static void
rounds(void)
{
	for (int i = 0; i < 6; i++) {
		if (i == 4)
			lab.ms += 1000;
		fault_arm();
		lab_round();
		fault_disarm();
		lab_hear();
		note();
	}
}

static void
parent_says(enum ipc_type type, int fd)
{
	struct ipc_msg m = { .type = type };

	if (type == IPC_READY)
		m.as.ready.grant = lab.worker.grant;
	else if (type == IPC_GRANTED)
		m.as.granted.grant = lab.worker.grant;
	else
		m.as.outcome.grant = lab.worker.grant;
	if (ipc_send(lab.parent, &m, fd) == SSPR_OK)
		rounds();
}

static void
leave(void)
{
	mend_links();
	for (size_t i = 0; i < VAULT_SESSIONS; i++)
		if (lab.v->session[i] != NULL)
			vault_forget(lab.v, lab.v->session[i]);
	for (size_t i = 0; i < LAB_CONNS; i++)
		if (lab.client[i] != -1)
			close(lab.client[i]);
}

static void
by_code(const char *code)
{
	int pair[2];

	lab_answers(1, code);
	rounds();
	fault->note[NOTE_REFUSED] = lab.workers == 0;
	if (lab.workers > 0)
		parent_says(IPC_READY, -1);
	if (lab.gos > 0) {
		assert_int_equal(socketpair(AF_UNIX,
				     SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair),
		    0);
		parent_says(IPC_GRANTED, pair[0]);
		parent_says(IPC_OUTCOME, -1);
		close(pair[0]);
		close(pair[1]);
	}
}

/* Give it once more, when nothing fails: is it refused? */
static bool
is_refused_again(const char *code)
{
	const size_t workers = lab.workers;

	mend_links();
	prompt(2);
	lab_answers(2, code);
	lab_run();
	return lab.workers == workers;
}

static void
a_right_code(void)
{
	char code[9];

	snprintf(code, sizeof(code), "%s", app_now());
	link_anew();
	prompt(1);
	by_code(code);
	assert_true(fault->hit || fault->note[NOTE_GO] == 1);
	if (fault->note[NOTE_GO] == 1)
		assert_true(is_refused_again(code));
	fault->note[NOTE_OVER] = 1;
	leave();
}

static void
a_wrong_code(void)
{
	link_anew();
	prompt(1);
	by_code(people_wrong(ALICE));
	assert_int_equal(lab.workers, 0);
	assert_int_equal(lab.gos, 0);
	fault->note[NOTE_REFUSED] = shows(1, "Not accepted.");
	assert_true(fault->hit || fault->note[NOTE_REFUSED]);
	fault->note[NOTE_OVER] = 1;
	leave();
}

static int64_t
rows(const char *sql)
{
	return disk_number(&lab.disk, sql);
}

#define PROOFS   "SELECT count(*) FROM proof"
#define PERMITS  "SELECT count(*) FROM permit"
#define FAILURES "SELECT coalesce(sum(failures), 0) FROM budget"

/* No worker without its proof, no permit without proof and audit. */
static void
what_was_begun_is_on_disk(void)
{
	if (fault->note[NOTE_PROVED] > 0)
		assert_true(rows(PROOFS) + rows(FAILURES) >= 1);
	if (fault->note[NOTE_GO] == 0)
		return;
	assert_int_equal(rows(PROOFS), 1);
	assert_int_equal(rows(PERMITS), 1);
	assert_true(fault->note[NOTE_AUDITED] > 0);
}

/* R-THR-1: who was told no has been debited. */
static void
a_wrong_code_was_debited(void)
{
	assert_int_equal(rows(PROOFS), 0);
	assert_int_equal(rows(PERMITS), 0);
	if (fault->note[NOTE_REFUSED])
		assert_true(rows(FAILURES) >= 1);
}

int
main(void)
{
	static const struct fault_scene scenes[] = {
		{ .name = "a_right_code_leads_to_a_worker_or_to_a_refusal",
		    .before = cut_log,
		    .act = a_right_code,
		    .after = what_was_begun_is_on_disk,
		    .few = FAULT_OF(WRITE) | FAULT_OF(SYNC) | FAULT_OF(SEND),
		    .kills = true,
		    .lasting = true,
		    .may_end = true },
		{ .name = "a_wrong_code_is_refused_and_debited",
		    .before = cut_log,
		    .act = a_wrong_code,
		    .after = a_wrong_code_was_debited,
		    .few = FAULT_OF(WRITE) | FAULT_OF(SYNC) | FAULT_OF(SEND),
		    .kills = true,
		    .lasting = true,
		    .may_end = true },
	};

	struct stat log;
	int status;

	(void)dialogue_open(NULL);
	answer_close(lab.v->answers); /* its threads would not be forked */
	lab.v->answers = NULL;
	snprintf(wal, sizeof(wal), "%s-wal", lab.disk.db);
	assert_int_equal(stat(wal, &log), 0);
	wal_size = log.st_size;
	status = fault_play(scenes, sizeof(scenes) / sizeof(scenes[0]));
	(void)lab_close(NULL);
	return status;
}
