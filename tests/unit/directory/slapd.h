/* SPDX-License-Identifier: MIT */
/*
 * slapd.h - for tests: OpenLDAP's server, of this user, on 127.0.0.1 and a
 * socket, with a few accounts.  It ends with the test.
 */
#ifndef TESTS_SLAPD_H
#define TESTS_SLAPD_H

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "settings.h"

#define SLAPD_PROGRAM "/usr/sbin/slapd"
#define SLAPD_BASE    "dc=example,dc=org"
#define SLAPD_SERVICE "cn=service," SLAPD_BASE
#define SLAPD_ALICE   "uid=alice,ou=people," SLAPD_BASE

static struct slapd {
	char dir[40];
	unsigned int plain, tls; /* ports of 127.0.0.1 */
	pid_t pid;               /* 0: it does not run */
} slapd = { .dir = "/tmp/sspr-slapd-XXXXXX" };

static const char slapd_conf[] = "include /etc/ldap/schema/core.schema\n"
				 "include /etc/ldap/schema/cosine.schema\n"
				 "include /etc/ldap/schema/nis.schema\n"
				 "modulepath /usr/lib/ldap\n"
				 "moduleload back_mdb\n"
				 "moduleload ppolicy\n"
				 "pidfile @/pid\n"
				 "TLSCertificateFile @/cert.pem\n"
				 "TLSCertificateKeyFile @/key.pem\n"
				 "TLSCACertificateFile @/cert.pem\n"
				 "database mdb\n"
				 "maxsize 10485760\n"
				 "suffix " SLAPD_BASE "\n"
				 "rootdn cn=root," SLAPD_BASE "\n"
				 "directory @/db\n"
				 "access to attrs=userPassword\n"
				 "  by dn.exact=" SLAPD_SERVICE " =s\n"
				 "  by anonymous auth\n"
				 "  by * none\n"
				 "access to * by * read\n"
				 "overlay ppolicy\n"
				 "ppolicy_default cn=policy," SLAPD_BASE "\n";

static const char slapd_data[] = "dn: " SLAPD_BASE "\n"
				 "objectClass: domain\n"
				 "dc: example\n\n"
				 "dn: ou=people," SLAPD_BASE "\n"
				 "objectClass: organizationalUnit\n"
				 "ou: people\n\n"
				 "dn: " SLAPD_SERVICE "\n"
				 "objectClass: applicationProcess\n"
				 "objectClass: simpleSecurityObject\n"
				 "cn: service\n"
				 "userPassword: service secret\n\n"
				 "dn: cn=policy," SLAPD_BASE "\n"
				 "objectClass: device\n"
				 "objectClass: pwdPolicy\n"
				 "cn: policy\n"
				 "pwdAttribute: userPassword\n"
				 "pwdLockout: TRUE\n"
				 "pwdMaxFailure: 3\n\n";

/* An account of ou=people; further is LDIF. */
struct slapd_person {
	const char *rdn, *name;
	unsigned int uid;
	const char *further;
};

static inline void
slapd_write(const char *name, const char *text)
{
	char path[80];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", slapd.dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	for (; *text != '\0'; text++)
		if (*text == '@')
			fputs(slapd.dir, f);
		else
			fputc(*text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

/* Run a program to its end. */
static inline void
slapd_run(char *const argv[])
{
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		if (freopen("/dev/null", "w", stderr) != NULL &&
		    freopen("/dev/null", "w", stdout) != NULL)
			execvp(argv[0], argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A certificate for subject, an IP:... or DNS:..., that signs itself. */
static inline void
slapd_certificate(const char *name, const char *key, const char *subject)
{
	char cert[80], secret[80], alt[80];
	char *argv[] = { (char[]){ "openssl" }, (char[]){ "req" },
		(char[]){ "-x509" }, (char[]){ "-newkey" }, (char[]){ "ec" },
		(char[]){ "-pkeyopt" },
		(char[]){ "ec_paramgen_curve:prime256v1" },
		(char[]){ "-nodes" }, (char[]){ "-days" }, (char[]){ "2" },
		(char[]){ "-subj" }, (char[]){ "/CN=test" },
		(char[]){ "-addext" }, alt, (char[]){ "-keyout" }, secret,
		(char[]){ "-out" }, cert, NULL };

	(void)snprintf(cert, sizeof(cert), "%s/%s", slapd.dir, name);
	(void)snprintf(secret, sizeof(secret), "%s/%s", slapd.dir, key);
	(void)snprintf(alt, sizeof(alt), "subjectAltName=%s", subject);
	slapd_run(argv);
}

static inline unsigned int
slapd_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static inline bool
slapd_answers(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool there;

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s/socket", slapd.dir);
	there = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
	close(fd);
	return there;
}

static inline void
slapd_start(void)
{
	char conf[80], urls[256], local[80] = "";

	for (const char *p = slapd.dir; *p != '\0'; p++)
		(void)snprintf(local + strlen(local),
		    sizeof(local) - strlen(local), *p == '/' ? "%%2F" : "%c",
		    *p);
	(void)snprintf(conf, sizeof(conf), "%s/conf", slapd.dir);
	(void)snprintf(urls, sizeof(urls),
	    "ldap://127.0.0.1:%u ldaps://127.0.0.1:%u ldapi://%s%%2Fsocket",
	    slapd.plain, slapd.tls, local);
	if ((slapd.pid = fork()) == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (freopen("/dev/null", "w", stderr) != NULL)
			execl(SLAPD_PROGRAM, "slapd", "-d", "0", "-f", conf,
			    "-h", urls, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 1000 && !slapd_answers(); i++)
		(void)poll(NULL, 0, 10);
	assert_true(slapd_answers());
}

/* It hears no more, and hangs up on nobody. */
static inline void
slapd_pause(void)
{
	int status;

	assert_int_equal(kill(slapd.pid, SIGSTOP), 0);
	assert_int_equal(waitpid(slapd.pid, &status, WUNTRACED), slapd.pid);
	assert_true(WIFSTOPPED(status));
}

static inline void
slapd_stop(void)
{
	if (slapd.pid == 0)
		return;
	(void)kill(slapd.pid, SIGKILL);
	(void)waitpid(slapd.pid, NULL, 0);
	slapd.pid = 0;
}

/* Make it, with these accounts; password "password of NAME" unless given. */
static inline void
slapd_setup(const struct slapd_person *people, size_t n)
{
	char conf[80], data[80], db[80], text[16384];
	size_t len = sizeof(slapd_data) - 1;
	char *argv[] = { (char[]){ SLAPD_PROGRAM }, (char[]){ "-Tadd" },
		(char[]){ "-f" }, conf, (char[]){ "-l" }, data, NULL };

	assert_non_null(mkdtemp(slapd.dir));
	(void)snprintf(conf, sizeof(conf), "%s/conf", slapd.dir);
	(void)snprintf(data, sizeof(data), "%s/data", slapd.dir);
	(void)snprintf(db, sizeof(db), "%s/db", slapd.dir);
	assert_int_equal(mkdir(db, 0700), 0);
	memcpy(text, slapd_data, sizeof(slapd_data));
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "dn: uid=%s,ou=people," SLAPD_BASE "\n"
		    "objectClass: account\nobjectClass: posixAccount\n"
		    "objectClass: shadowAccount\n"
		    "uid: %s\ncn: x\nuidNumber: %u\ngidNumber: 100\n"
		    "homeDirectory: /\n%s\n",
		    people[i].rdn, people[i].name, people[i].uid,
		    people[i].further);
	slapd_write("conf", slapd_conf);
	slapd_write("data", text);
	slapd_write("password", "service secret\n");
	slapd_certificate("cert.pem", "key.pem", "IP:127.0.0.1");
	slapd_certificate("other.pem", "other.key", "IP:127.0.0.1");
	slapd_run(argv);
	slapd.plain = slapd_port();
	slapd.tls = slapd_port();
	slapd_start();
}

static inline void
slapd_teardown(void)
{
	char dir[sizeof(slapd.dir)];
	char *argv[] = { (char[]){ "rm" }, (char[]){ "-rf" }, dir, NULL };

	slapd_stop();
	memcpy(dir, slapd.dir, sizeof(dir));
	slapd_run(argv);
}

/*
 * Settings of the service for a URI, where %u is the port.
 */
static inline void
slapd_settings(const char *uri, struct settings *s)
{
	char text[2000], why[SETTINGS_WHY_MAX + 1];

	(void)snprintf(text, sizeof(text),
	    "[directory]\nuri = %s\nbase = " SLAPD_BASE
	    "\nbind_dn = " SLAPD_SERVICE
	    "\npassword_file = %s/password\nca_file = %s/cert.pem\n"
	    "seconds = 1\n",
	    uri, slapd.dir, slapd.dir);
	slapd_write("settings", text);
	(void)snprintf(text, sizeof(text), "%s/settings", slapd.dir);
	if (settings_read(text, getuid(), s, why) != SSPR_OK)
		fail_msg("%s", why);
}

/* The URIs of the server. */
static inline const char *
slapd_uri(const char *scheme)
{
	static char uri[120];
	size_t len;

	if (strcmp(scheme, "ldapi") != 0) {
		(void)snprintf(uri, sizeof(uri), "%s://127.0.0.1:%u", scheme,
		    strcmp(scheme, "ldaps") == 0 ? slapd.tls : slapd.plain);
		return uri;
	}
	len = (size_t)snprintf(uri, sizeof(uri), "ldapi://");
	for (const char *p = slapd.dir; *p != '\0'; p++)
		len += (size_t)snprintf(uri + len, sizeof(uri) - len,
		    *p == '/' ? "%%2F" : "%c", *p);
	(void)snprintf(uri + len, sizeof(uri) - len, "%%2Fsocket");
	return uri;
}

static inline bool
slapd_is_here(void)
{
	return access(SLAPD_PROGRAM, X_OK) == 0;
}

#endif /* TESTS_SLAPD_H */
