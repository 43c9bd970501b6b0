/*
 * Logging in by each mechanism. What the client says in PLAIN, XOAUTH2 and OAUTHBEARER is written
 * here; CRAM-MD5 and SCRAM are Cyrus SASL's by libetpan, so they need its modules installed.
 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "mailbox/imap_sasl.h"
#include "mailbox/imap_secret.h"
#include "mailbox/imap_session.h"

static const char doing[] = "login";

static bool by_message(struct imap_session *s, const char *mechanism, struct buf *message,
                       const char *abort_answer, struct error *e)
{
    bool ok = message->failed ? error_memory(e)
                              : imap_sasl(s, mechanism, buf_span(message), abort_answer, e);
    if (message->p)
        explicit_bzero(message->p, message->n);
    buf_free(message);
    return ok;
}

static bool by_login_command(struct imap_session *s, const char *secret, struct error *e)
{
    if (imap_can(s, "LOGINDISABLED"))
        return error_set(e, ERROR_CONFIG,
                         "imap:%s: the server takes no plain login: choose another auth",
                         s->account->name);
    return imap_ok(s, mailimap_login(s->imap, s->account->user, secret), doing, ERROR_CONFIG, e);
}

/* RFC 4616; where the server does not know it, LOGIN says the same. */
static bool by_plain(struct imap_session *s, const char *secret, struct error *e)
{
    struct buf message = {0};
    if (!imap_can_auth(s, "PLAIN"))
        return by_login_command(s, secret, e);
    buf_add_byte(&message, '\0');
    buf_add_string(&message, s->account->user);
    buf_add_byte(&message, '\0');
    buf_add_string(&message, secret);
    return by_message(s, "PLAIN", &message, "*", e);
}

static bool by_token(struct imap_session *s, const char *secret, struct error *e)
{
    const struct imap_account *a = s->account;
    struct buf message = {0};
    if (a->auth == IMAP_AUTH_XOAUTH2) {
        buf_printf(&message, "user=%s\1auth=Bearer %s\1\1", a->user, secret);
        return by_message(s, "XOAUTH2", &message, "", e);
    }
    /* RFC 7628 3.1; "=" and "," in the name are written as RFC 5801 says. */
    buf_add_string(&message, "n,a=");
    for (const char *p = a->user; *p; p++) {
        if (*p == '=' || *p == ',')
            buf_add_string(&message, *p == '=' ? "=3D" : "=2C");
        else
            buf_add_byte(&message, *p);
    }
    buf_printf(&message, ",\1host=%s\1port=%d\1auth=Bearer %s\1\1", a->host, a->port, secret);
    return by_message(s, "OAUTHBEARER", &message, "AQ==", e);
}

static bool by_sasl(struct imap_session *s, const char *mechanism, const char *secret,
                    struct error *e)
{
    const struct imap_account *a = s->account;
    int last_command = s->imap->imap_tag;
    int code = mailimap_authenticate(s->imap, mechanism, a->host, NULL, NULL, a->user, a->user,
                                     secret, NULL);
    /* libetpan calls a missing module a refused login, though nothing was asked of the server. */
    if (code != MAILIMAP_NO_ERROR && s->imap->imap_tag == last_command)
        return error_set(e, ERROR_CONFIG,
                         "imap:%s: this system's SASL library cannot do %s: install "
                         "libsasl2-modules or choose another auth",
                         a->name, mechanism);
    return imap_ok(s, code, doing, ERROR_CONFIG, e);
}

static bool login_with(struct imap_session *s, const char *secret, struct error *e)
{
    imap_allow(s, 0);
    switch (s->account->auth) {
    case IMAP_AUTH_PLAIN:
        return by_plain(s, secret, e);
    case IMAP_AUTH_LOGIN:
        return by_login_command(s, secret, e);
    case IMAP_AUTH_XOAUTH2:
    case IMAP_AUTH_OAUTHBEARER:
        return by_token(s, secret, e);
    case IMAP_AUTH_CRAM_MD5:
        return by_sasl(s, "CRAM-MD5", secret, e);
    case IMAP_AUTH_SCRAM_SHA_256:
        return by_sasl(s, "SCRAM-SHA-256", secret, e);
    }
    return false;
}

bool imap_login(struct imap_session *s, struct error *e)
{
    struct imap_secret secret;
    if (!imap_stream_is_tls(s->low))
        return error_set(e, ERROR_REFUSED, "imap:%s: no login without TLS", s->account->name);
    if (!imap_is_sendable(s->account->user))
        return error_set(e, ERROR_CONFIG, "imap:%s: user holds control characters",
                         s->account->name);
    bool ok = imap_secret_get(s->account, s->stop_fd, &secret, e) && login_with(s, secret.text, e);
    imap_secret_wipe(&secret);
    return ok;
}
