/* SPDX-License-Identifier: MIT */
/*
 * args.h - the arguments of the module's line in a PAM stack: args.def.
 */
#ifndef SSPR_ARGS_H
#define SSPR_ARGS_H

#include <stdbool.h>

/* The services of an administrator who lists none. */
#define ARGS_SERVICES "login,sshd,gdm-password,lightdm,sddm,greetd"

/* clang-format off */
struct args {
#define TEXT(name, max, initial)	const char *name;
#define FLAG(name)			bool name;
#include "args.def"
};
/* clang-format on */

/* Set *a to what a line without arguments means. */
void args_init(struct args *a);

/*
 * Take one argument.  Its bytes are not copied.
 * Returns whether it was understood; if not, *a is as it was.
 */
bool args_take(struct args *a, const char *word);

/*
 * Whether the module may speak in a service: it is listed, and is none of
 * those that never are (R-PAM-2): su, sudo, polkit-1, cron, sspr-*.
 */
bool args_serves(const struct args *a, const char *service);

/* Whether a service is one of ARGS_SERVICES. */
bool args_is_usual(const char *service);

#endif /* SSPR_ARGS_H */
