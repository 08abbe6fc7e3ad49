/* SPDX-License-Identifier: MIT */
/*
 * settings.h - /etc/sspr/directory.conf, sspr-directory.conf(5): where the
 * directory is, and as whom it is asked.
 */
#ifndef DIRECTORY_SETTINGS_H
#define DIRECTORY_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "err.h"
#include "ini.h"
#include "secret.h"

#define SETTINGS_TEXT_MAX INI_LINE_MAX /* bytes of a value */
#define SETTINGS_WHY_MAX  200          /* bytes */
#define SETTINGS_FILE_MAX 16384        /* bytes */

enum settings_auth {
	SETTINGS_ANONYMOUS,
	SETTINGS_SIMPLE,   /* bind_dn and its password */
	SETTINGS_EXTERNAL, /* SASL EXTERNAL: who we are to ldapi:// */
};

struct settings {
	char uri[SETTINGS_TEXT_MAX + 1]; /* several, blanks between; in turn */
	char base[SETTINGS_TEXT_MAX + 1];
	char filter[SETTINGS_TEXT_MAX + 1];
	char name[INI_NAME_MAX + 1];   /* attribute */
	char number[INI_NAME_MAX + 1]; /* attribute of the uid */
	char bind_dn[SETTINGS_TEXT_MAX + 1];
	char password_file[SETTINGS_TEXT_MAX + 1]; /* of bind_dn */
	struct secret password;                    /* its first line */
	char ca_file[SETTINGS_TEXT_MAX + 1];
	enum settings_auth auth;
	unsigned int seconds; /* for each step with one server, 1 to 30 */
};

/*
 * Take the len bytes of a file apart.  All but the password is set in *s.
 *
 * why    out, on SSPR_CONFIG: what is wrong, with the line and key
 *
 * Returns SSPR_OK or SSPR_CONFIG.
 */
enum sspr_err settings_parse(const char *bytes, size_t len, struct settings *s,
    char why[static SETTINGS_WHY_MAX + 1]);

/*
 * Read the file at path and the password file it names.  Both MUST be regular
 * files of this owner, not links, that others can neither write nor, in the
 * case of the password, read.
 *
 * owner  0, but in tests
 * *s     out, on SSPR_OK: settings_wipe() it
 * why    out, unless SSPR_OK: what is wrong, with the line if it is one
 *
 * Returns SSPR_OK; SSPR_GONE if there is no such file; or SSPR_CONFIG.
 */
enum sspr_err settings_read(const char *path, uid_t owner, struct settings *s,
    char why[static SETTINGS_WHY_MAX + 1]);

void settings_wipe(struct settings *s);

/*
 * Take the next URI off the list *rest, which stands behind it then.
 *
 * uri    out, if there is one
 *
 * Returns whether there is one.
 */
bool
settings_next_uri(const char **rest, char uri[static SETTINGS_TEXT_MAX + 1]);

#endif /* DIRECTORY_SETTINGS_H */
