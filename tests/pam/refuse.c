/* SPDX-License-Identifier: MIT */
/*
 * What stands around the module in a test's stack.  Without an argument: asks
 * for a password, keeps it in PAM, refuses it.  With one: says it, succeeds.
 */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stddef.h>

int
pam_sm_authenticate(pam_handle_t *pamh, [[maybe_unused]] int flags, int argc,
    const char **argv)
{
	const char *password;

	if (argc > 0) {
		(void)pam_info(pamh, "%s", argv[0]);
		return PAM_SUCCESS;
	}
	(void)pam_get_authtok(pamh, PAM_AUTHTOK, &password, "Password: ");
	return PAM_AUTH_ERR;
}

int
pam_sm_setcred([[maybe_unused]] pam_handle_t *pamh, [[maybe_unused]] int flags,
    [[maybe_unused]] int argc, [[maybe_unused]] const char **argv)
{
	return PAM_SUCCESS;
}
