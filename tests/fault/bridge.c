/* SPDX-License-Identifier: MIT */
/*
 * pam_fault.so: with an argument, it asks for a password and refuses it;
 * without, it is the pam_sspr of the program that has loaded libpam.
 */
#include <dlfcn.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stddef.h>
#include <string.h>

typedef int authenticate(pam_handle_t *, int, int, const char **);

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	void *found = dlsym(RTLD_DEFAULT, "fault_authenticate");
	const char *password;
	authenticate *module;

	if (argc == 0 && found != NULL) {
		memcpy(&module, &found, sizeof(module));
		return module(pamh, flags, argc, argv);
	}
	(void)pam_get_authtok(pamh, PAM_AUTHTOK, &password, "Password: ");
	return PAM_AUTH_ERR;
}

int
pam_sm_setcred([[maybe_unused]] pam_handle_t *pamh, [[maybe_unused]] int flags,
    [[maybe_unused]] int argc, [[maybe_unused]] const char **argv)
{
	return PAM_IGNORE;
}
