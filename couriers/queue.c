/* SPDX-License-Identifier: MIT */
/*
 * A message is queued at gammu-smsd as a file in its outbox, in the format of
 * gammu-smsd-files(7), made by libGammu: it chooses the alphabet and splits
 * long texts.  Neither gammu-smsd-inject(1) nor SMSD_InjectSMS of libgsmsd are
 * used: the first takes the number as an argument, where everybody sees it,
 * and both read gammu-smsd's own configuration, which may hold the PIN of the
 * card and passwords of databases, log what they do with the number in it,
 * have the number in the file's name, and write the file where gammu-smsd may
 * find it half finished.
 *
 * So the file MUST get its name when it is complete and synced, in one step
 * and never over another; and it MUST be writable for its group, which is
 * gammu-smsd's, because that adds a note of each part it has sent: where it
 * cannot, it sends the message again and again, once a second.
 */
#include <errno.h>
#include <fcntl.h>
#include <gammu.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "queue.h"
#include "secret.h"
#include "text.h"

#define FILE_MODE 0660

/* All that libGammu works on; too large for a stack. */
struct work {
	/* UTF-16, big-endian, and its end */
	unsigned char text[(MESSAGE_TEXT_MAX + 1) * 2];
	GSM_MultiPartSMSInfo info;
	GSM_MultiSMSMessage parts;
	GSM_SMS_Backup backup;
};

/* UTF-8 as libGammu has it; to has room for two bytes for each of s and two. */
static void
widen(const char *s, unsigned char *to)
{
	size_t len = strlen(s), n;
	uint32_t c;

	for (; (n = text_next(s, len, &c)) > 0; s += n, len -= n) {
		if (c >= 0x10000) {
			const uint32_t high = 0xd800 + ((c - 0x10000) >> 10);

			*to++ = (unsigned char)(high >> 8);
			*to++ = (unsigned char)(high & 0xff);
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		*to++ = (unsigned char)(c >> 8);
		*to++ = (unsigned char)(c & 0xff);
	}
	to[0] = to[1] = 0;
}

static enum sspr_err
encode(struct work *w, const char *number, const char *text)
{
	GSM_ClearMultiPartSMSInfo(&w->info);
	widen(text, w->text);
	w->info.EntriesNum = 1;
	w->info.Entries[0].ID = SMS_ConcatenatedAutoTextLong;
	w->info.Entries[0].Buffer = w->text;
	w->info.Class = -1;
	if (GSM_EncodeMultiPartSMS(NULL, &w->info, &w->parts) != ERR_NONE ||
	    w->parts.Number < 1 || w->parts.Number > GSM_MAX_MULTI_SMS)
		return SSPR_SYSTEM;
	GSM_ClearSMSBackup(&w->backup);
	for (int i = 0; i < w->parts.Number; i++) {
		w->parts.SMS[i].PDU = SMS_Submit;
		widen(number, w->parts.SMS[i].Number);
		w->backup.SMS[i] = &w->parts.SMS[i];
	}
	w->backup.SMS[w->parts.Number] = NULL;
	return SSPR_OK;
}

static enum sspr_err
failed(const char *what, struct outcome *o)
{
	const bool full = errno == ENOSPC || errno == EDQUOT;

	return outcome_note(o, full ? SSPR_BUSY : SSPR_SYSTEM, "%s: %s", what,
	    strerror(errno));
}

/* Make the file one that gammu-smsd can write. */
static enum sspr_err
share(int fd, struct outcome *o)
{
	struct stat file, outbox;

	if (fchmod(fd, FILE_MODE) == -1 || fstat(fd, &file) == -1 ||
	    stat(".", &outbox) == -1)
		return failed("chmod", o);
	if (file.st_gid != outbox.st_gid)
		return outcome_note(o, SSPR_CONFIG,
		    "the outbox does not give files its group: run chmod g+s");
	return SSPR_OK;
}

/* Fill the file draft, which is there and empty. */
static enum sspr_err
fill(int fd, const char *draft, struct work *w, struct outcome *o)
{
	struct stat st;

	errno = 0;
	if (GSM_AddSMSBackupFile(draft, &w->backup) != ERR_NONE)
		return failed("libGammu", o);
	if (fsync(fd) == -1 || fstat(fd, &st) == -1)
		return failed("fsync", o);
	if (st.st_size == 0) {
		errno = EIO;
		return failed("libGammu", o);
	}
	return SSPR_OK;
}

/* In the working directory: a hidden file, which gammu-smsd does not see. */
static enum sspr_err
put(struct work *w, time_t now, uint64_t id, struct outcome *o)
{
	char draft[40], name[80], date[32];
	struct tm tm = { 0 };
	enum sspr_err e;
	int fd;

	(void)localtime_r(&now, &tm);
	(void)strftime(date, sizeof(date), "%Y%m%d_%H%M%S", &tm);
	(void)snprintf(draft, sizeof(draft), ".sspr-%016" PRIx64, id);
	(void)snprintf(name, sizeof(name),
	    "OUTC%s_00_sspr_%016" PRIx64 ".smsbackup", date, id);
	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    FILE_MODE);
	if (fd == -1)
		return outcome_note(o,
		    errno == ENOSPC || errno == EDQUOT ? SSPR_BUSY
						       : SSPR_CONFIG,
		    "the outbox cannot be written: %s", strerror(errno));
	if ((e = share(fd, o)) == SSPR_OK)
		e = fill(fd, draft, w, o);
	if (e == SSPR_OK &&
	    renameat2(AT_FDCWD, draft, AT_FDCWD, name, RENAME_NOREPLACE) == -1)
		e = failed("rename", o);
	if (e != SSPR_OK)
		(void)unlink(draft);
	(void)close(fd);
	return e;
}

enum sspr_err
queue_put(const char *outbox, const char *number, const char *text, time_t now,
    uint64_t id, struct outcome *o)
{
	struct work *w;
	enum sspr_err e;

	if (strlen(text) > MESSAGE_TEXT_MAX || !address_is_number(number))
		return SSPR_MALFORMED;
	if (chdir(outbox) == -1)
		return outcome_note(o, SSPR_CONFIG, "%s: %s", outbox,
		    strerror(errno));
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return SSPR_NO_MEMORY;
	if ((e = encode(w, number, text)) == SSPR_OK)
		e = put(w, now, id, o);
	else
		(void)outcome_note(o, e, "libGammu cannot encode the text");
	secret_zero(w, sizeof(*w));
	free(w);
	return e;
}
