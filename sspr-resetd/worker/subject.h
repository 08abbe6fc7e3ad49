/* SPDX-License-Identifier: MIT */
/*
 * subject.h - the account a worker is for: may its password be changed, or
 * checked, at all?  R-SET-2 and R-POL-1, asked of the host's own files and of
 * NSS, whatever the vault believes.
 */
#ifndef WORKER_SUBJECT_H
#define WORKER_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "proto.h"
#include "verdict.h"
#include "worker/rules.h"
#include "worker/shadow.h"

#define SUBJECT_PASSWD "/etc/passwd"

#define SUBJECT_GECOS_MAX 255 /* bytes */

/* Where passwd(5) has an account. */
enum subject_place {
	SUBJECT_ABSENT, /* neither its name nor its uid is there */
	SUBJECT_LOCAL,  /* one line has both, and its hash is in shadow */
	SUBJECT_MIXED,  /* anything else */
};

/* Where to look and what the operator has set. */
struct subject_policy {
	const char *passwd; /* path, SUBJECT_PASSWD */
	const char *shadow; /* path, SHADOW_FILE */
	const char *admins; /* groups whose members administer, space between */
	const char *never;  /* groups whose members are never reset, likewise */
	const char *nsswitch;  /* path, ELSEWHERE_NSSWITCH */
	const char *directory; /* path, PATH_DIRECTORY; NULL: not served */
	const struct rules_place *rules; /* NULL: they do not matter */
	bool guessed;     /* one that wrong passwords locked is served */
	bool admin_never; /* administrators are not reset either */
	uint32_t uid_min;
	uint32_t methods; /* METHOD_BITs that were proved */
};

/* What was found. */
struct subject {
	uid_t uid;
	bool one;   /* name and uid lead to one and the same entry */
	bool other; /* another account has its name or its uid, elsewhere */
	enum subject_place place; /* a local one has its hash in shadow */
	enum verdict state;       /* of the directory, if it was asked */
	char mark[VERDICT_MARK_MAX + 1]; /* likewise */
	bool shell;                      /* one a person can log in with */
	bool admin; /* in one of policy's admins, or a rule grants it something
		     */
	bool never; /* in one of policy's never */
	long changed; /* these as in struct shadow */
	long lasts;
	long idle;
	long expires;
	char gecos[SUBJECT_GECOS_MAX + 1]; /* its start */
	bool hash_real; /* by shadow_hash_is_real(); local ones only */
};

/*
 * Look everything up.
 *
 * *s     out, on SSPR_OK
 * *why   out, unless SSPR_OK: a phrase for the log
 *
 * Returns SSPR_OK, SSPR_NO_USER, SSPR_ACCOUNT (several entries), SSPR_SYSTEM
 * (a look-up failed, so that nothing is known), SSPR_DIRECTORY (likewise),
 * SSPR_SETUP (the directory's settings are wrong) or SSPR_NO_MEMORY.
 */
enum sspr_err subject_look(const char *name, uid_t uid,
    const struct subject_policy *policy, struct subject *s, const char **why);

/*
 * Judge what was found.  An administrator is changed only if the methods of
 * the policy open the gates for one (gate.h), whatever the vault says.
 *
 * today  days since the epoch
 * *why   out, unless SSPR_OK: a phrase for the log
 *
 * Returns SSPR_OK; SSPR_EXCLUDED, for a check SSPR_INELIGIBLE, if the policy
 * forbids it; SSPR_ACCOUNT if its state does; SSPR_ADMIN if nothing else
 * speaks against it than too little proof for an administrator.
 */
enum sspr_err
subject_judge(const struct subject *s, const struct subject_policy *policy,
    enum proto_job job, long today, const char **why);

/* Both, now.  *s and *why are out, as above. */
enum sspr_err
subject_check(const char *name, uid_t uid, const struct subject_policy *policy,
    enum proto_job job, struct subject *s, const char **why);

/* Whether its password is kept by the directory. */
bool subject_is_directory(const struct subject *s);

/*
 * Where the file at path, as passwd(5), has an account of this name and uid.
 * One that cannot be read makes it SUBJECT_MIXED.
 */
enum subject_place subject_find(const char *path, const char *name, uid_t uid);

/* Whether the name can be given to the stack: no separators, no option. */
bool subject_name_is_plain(const char *name);

#endif /* WORKER_SUBJECT_H */
