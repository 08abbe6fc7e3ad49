/* SPDX-License-Identifier: MIT */
/* links: libsspr/err.c libsspr/secret.c libsspr/wire.c libsspr/proto.c */
/* links: libsspr/text.c libsspr/method.c libsspr/ini.c libsspr/whole.c */
/* links: libsspr/address.c sspr-resetd/conf.c sspr-resetd/conf_file.c */
/* links: sspr-resetd/conf_check.c sspr-resetd/gate.c sspr-resetd/source.c */
/* links: sspr-resetd/front/hello.c -liniparser */
/*
 * The first word of any client, to either socket, as front judges it: hints of
 * whoever is not uid 0 are gone (R-IPC-2); no verb leaves the socket and the
 * peers it is for (R-IPC-4); where it comes from is a key of its form; and a
 * refusal says the same whoever the account is.
 *
 * Input: u8 peer | the frame of a HELLO.
 */
#include "chunks.h"
#include "front/hello.h"
#include "plain.h"

#define REFER  0x04 /* bits of the first byte: resets are elsewhere */
#define DESK   0x01
#define PERSON 0x02

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_judged(const struct hello_peer *peer, const struct proto_hello *h,
    const struct source *s, enum sspr_err e)
{
	const struct proto_verb_row *row = proto_verb_row(h->verb);

	CHECK(peer->uid == 0 ||
	    (*h->service == '\0' && *h->rhost == '\0' && *h->tty == '\0'));
	CHECK(*s->key != '\0' && plain_is(s->key, strlen(s->key), false));
	CHECK(plain_is(s->wide, strlen(s->wide), false));
	CHECK(plain_is(s->address, strlen(s->address), false));
	if (e != SSPR_OK)
		return;
	CHECK(row != NULL && (row->who == PROTO_DESK) == peer->at_desk);
	CHECK(row->who != PROTO_OWNER || peer->uid != 0);
}

static void
check_refusal(const struct conf *conf, const struct proto_hello *h,
    enum sspr_err e)
{
	struct proto_show show, again;

	memset(&show, 'x', sizeof(show));
	memset(&again, 'x', sizeof(again));
	if (!hello_refusal(conf, e, (enum proto_verb)h->verb, &show)) {
		CHECK(memcmp(&show, &again, sizeof(show)) == 0);
		return;
	}
	CHECK(e != SSPR_OK && h->verb != VERB_OFFER);
	CHECK(plain_is(show.text, strlen(show.text), true));
	CHECK(strstr(show.text, "(SSPR-") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct conf conf;
	struct proto_hello other;
	struct hello_peer peer;
	struct proto_msg m;
	struct source s, same;
	enum sspr_err e;

	if (size == 0 ||
	    proto_decode(data + 1, size - 1, PROTO_UP, &m) != SSPR_OK ||
	    m.type != MSG_HELLO)
		return 0;
	conf_default(&conf);
	memcpy(conf.source_shared, "10.0.0.0/8", sizeof("10.0.0.0/8"));
	conf.offer_mode =
	    (data[0] & REFER) != 0 ? CONF_MODE_REFER : CONF_MODE_RESET;
	memcpy(conf.offer_refer, "ssh x", sizeof("ssh x"));
	peer = (struct hello_peer){ (data[0] & PERSON) != 0 ? 1000 : 0,
		(data[0] & DESK) != 0 };
	other = m.as.hello;
	memcpy(other.user, "bob", sizeof("bob"));
	e = hello_judge(&conf, &peer, &m.as.hello, &s);
	check_judged(&peer, &m.as.hello, &s, e);
	check_refusal(&conf, &m.as.hello, e);
	CHECK(hello_judge(&conf, &peer, &other, &same) == e);
	CHECK(strcmp(s.key, same.key) == 0);
	CHECK(hello_seats(&conf, &s) > 0);
	return 0;
}
