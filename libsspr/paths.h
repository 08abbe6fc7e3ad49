/* SPDX-License-Identifier: MIT */
/*
 * paths.h - where things are.  The Makefile sets the directories by -D.
 */
#ifndef SSPR_PATHS_H
#define SSPR_PATHS_H

#ifndef SSPR_SYSCONFDIR
#define SSPR_SYSCONFDIR "/etc"
#endif
#ifndef SSPR_RUNDIR
#define SSPR_RUNDIR "/run/sspr"
#endif
#ifndef SSPR_STATEDIR
#define SSPR_STATEDIR "/var/lib/sspr"
#endif
#ifndef SSPR_LOGDIR
#define SSPR_LOGDIR "/var/log/sspr"
#endif
#ifndef SSPR_LIBEXECDIR
#define SSPR_LIBEXECDIR "/usr/libexec/sspr"
#endif
#ifndef SSPR_PAMDIR
#define SSPR_PAMDIR "/usr/lib/security"
#endif

#define PATH_CONF      SSPR_SYSCONFDIR "/sspr/sspr.conf"
#define PATH_KEY       SSPR_SYSCONFDIR "/sspr/master.key"
#define PATH_QUESTIONS SSPR_SYSCONFDIR "/sspr/questions"
#define PATH_MESSAGES  SSPR_SYSCONFDIR "/sspr/messages" /* templates */
#define PATH_BANNED    SSPR_SYSCONFDIR "/sspr/banned-words"
#define PATH_DIRECTORY SSPR_LIBEXECDIR "/directory" /* asks the LDAP server */
#define PATH_SOCKET    SSPR_RUNDIR "/sspr.sock"
#define PATH_DESK      SSPR_RUNDIR "/admin.sock"
#define PATH_EMPTY     SSPR_RUNDIR "/empty"   /* root of the front */
#define PATH_COURIER   SSPR_RUNDIR "/courier" /* its commands may write there */
#define PATH_LOCK      SSPR_RUNDIR "/change.lock"
#define PATH_DB        SSPR_STATEDIR "/sspr.db"
#define PATH_AUDIT_DIR SSPR_LOGDIR
#define PATH_AUDIT     SSPR_LOGDIR "/audit.jsonl"

#define PATH_DIRECTORY_CONF SSPR_SYSCONFDIR "/sspr/directory.conf"

#endif /* SSPR_PATHS_H */
