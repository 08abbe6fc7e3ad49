/* SPDX-License-Identifier: MIT */
/*
 * settings.h - the configuration of sms-http: how one gateway wants it.
 * sspr-couriers(8) describes the keys.
 */
#ifndef COURIERS_SETTINGS_H
#define COURIERS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "outcome.h"
#include "template.h"

#define SETTINGS_FILE_MAX    16384 /* bytes */
#define SETTINGS_VALUE_MAX   4095  /* bytes */
#define SETTINGS_HEADERS_MAX 16

/* Values are "" where the key is not given. */
struct settings {
	char url[SETTINGS_VALUE_MAX + 1];  /* a template */
	char method[8];                    /* GET or POST */
	char body[SETTINGS_VALUE_MAX + 1]; /* a template in body_form */
	char content_type[128];
	char user[256], password[512];
	char auth[8]; /* none or basic */
	char ca_file[1024];
	char success[256];
	char allow_http[4];                      /* yes or no */
	char connect_time[4];                    /* seconds */
	char time[4];                            /* seconds, all of it */
	char headers[SETTINGS_HEADERS_MAX][512]; /* templates */
	size_t headers_len;

	enum template_form body_form;
	long connect_s, time_s; /* of connect_time and time */
};

/*
 * Parse and check the len bytes of a file: every key known and given once,
 * but header; no value too long; url safe to ask (https, or http where that
 * is allowed or the server is on this host).
 *
 * Returns SSPR_OK; or SSPR_CONFIG, with the line in *o, and *s wiped.
 */
enum sspr_err settings_parse(const char *bytes, size_t len, struct settings *s,
    struct outcome *o);

/*
 * The same for a file, which must be regular, no symbolic link, root's or the
 * own uid's, and of mode 0400 or 0440.
 */
enum sspr_err
settings_read(const char *path, struct settings *s, struct outcome *o);

/* Zero *s. */
void settings_wipe(struct settings *s);

#endif /* COURIERS_SETTINGS_H */
