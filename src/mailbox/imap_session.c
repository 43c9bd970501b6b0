/*
 * Opening and closing a session. The order is what matters: TLS first, then everything the server
 * said before is forgotten, then the login.
 */
#include "mailbox/imap_session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"

bool imap_is_sendable(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return false;
    return true;
}

void imap_allow(struct imap_session *s, uint64_t bytes)
{
    imap_stream_allow(s->low, LIMIT_IMAP_ANSWER + bytes, LIMIT_IMAP_LINES + bytes);
    imap_stream_begin(s->low);
}

static const char *answer(const struct imap_session *s)
{
    return s->imap->imap_response && s->imap->imap_response[0] ? s->imap->imap_response
                                                               : "without a reason";
}

/* What Gmail says beyond its 15 connections, behind [ALERT], which has no meaning for programs. */
static bool is_crowded(struct span words)
{
    struct span crowded = span_of("too many simultaneous connections");
    return span_find_nocase(words, crowded) < words.n;
}

bool imap_is_passing(struct span words)
{
    static const char *const codes[] = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA"};
    struct span code = span_slice(words, 1, span_find_byte(words, ']', 0));
    for (size_t i = 0; words.n > 0 && words.p[0] == '[' && i < sizeof codes / sizeof *codes; i++)
        if (span_is_nocase(code, codes[i]))
            return true;
    return is_crowded(words);
}

/* libetpan keeps the code of a refusal apart from its text. */
static bool is_passing(const struct imap_session *s)
{
    const struct mailimap_response_info *info = s->imap->imap_response_info;
    char words[300];
    snprintf(words, sizeof words, "[%s] %s", info && info->rsp_atom ? info->rsp_atom : "",
             answer(s));
    return imap_is_passing(span_of(words));
}

bool imap_ok(struct imap_session *s, int code, const char *doing, enum error_kind refused,
             struct error *e)
{
    const char *name = s->account->name, *trouble = imap_stream_trouble(s->low);
    switch (code) {
    case MAILIMAP_NO_ERROR:
    case MAILIMAP_NO_ERROR_AUTHENTICATED:
    case MAILIMAP_NO_ERROR_NON_AUTHENTICATED:
        return true;
    case MAILIMAP_ERROR_MEMORY:
        s->misunderstood = true;
        return error_set(e, ERROR_RETRY, "imap:%s: %s: there is no memory for the server's answer",
                         name, doing);
    case MAILIMAP_ERROR_STREAM:
    case MAILIMAP_ERROR_PARSE:
    case MAILIMAP_ERROR_PROTOCOL:
    case MAILIMAP_ERROR_FATAL:
        s->misunderstood = !trouble[0] || imap_stream_refused(s->low);
        if (trouble[0])
            return error_set(e, ERROR_RETRY, "imap:%s: %s: %s", name, doing, trouble);
        return error_set(e, ERROR_RETRY, "imap:%s: %s: the server's answer is not understood", name,
                         doing);
    case MAILIMAP_ERROR_BAD_STATE:
        return error_set(e, ERROR_RETRY, "imap:%s: %s: the server has ended the session", name,
                         doing);
    default:
        return error_set(e, is_passing(s) ? ERROR_RETRY : refused,
                         "imap:%s: %s: the server refuses: %s", name, doing, answer(s));
    }
}

/* What libetpan has for taking off the end looks before the line where that is empty. */
bool imap_read_line(struct imap_session *s, MMAPString *into, struct span *line)
{
    if (!mailstream_read_line(s->imap->imap_stream, into))
        return false;
    *line = (struct span){into->str, into->len};
    if (line->n > 0 && line->p[line->n - 1] == '\n')
        line->n--;
    if (line->n > 0 && line->p[line->n - 1] == '\r')
        line->n--;
    return true;
}

/* --- capabilities --- */

/* libetpan copies what it knows of, and must know of something. */
static bool know_some_capabilities(struct imap_session *s)
{
    struct mailimap_connection_info *info = s->imap->imap_connection_info;
    if (info && !info->imap_capability) {
        clist *none = clist_new();
        info->imap_capability = none ? mailimap_capability_data_new(none) : NULL;
    }
    return info && info->imap_capability;
}

bool imap_read_capabilities(struct imap_session *s, struct error *e)
{
    struct mailimap_capability_data *ours = NULL;
    if (!know_some_capabilities(s))
        return error_memory(e);
    imap_allow(s, 0);
    if (!imap_ok(s, mailimap_capability(s->imap, &ours), "asking what it can", ERROR_RETRY, e))
        return false;
    mailimap_capability_data_free(ours);
    return true;
}

static bool has_capability(const struct imap_session *s, int type, const char *word)
{
    const struct mailimap_connection_info *info = s->imap->imap_connection_info;
    if (!info || !info->imap_capability)
        return false;
    for (clistiter *i = clist_begin(info->imap_capability->cap_list); i; i = clist_next(i)) {
        const struct mailimap_capability *c = clist_content(i);
        const char *name =
            type == MAILIMAP_CAPABILITY_NAME ? c->cap_data.cap_name : c->cap_data.cap_auth_type;
        if (c->cap_type == type && name && strcasecmp(name, word) == 0)
            return true;
    }
    return false;
}

bool imap_can(const struct imap_session *s, const char *capability)
{
    return has_capability(s, MAILIMAP_CAPABILITY_NAME, capability);
}

bool imap_can_auth(const struct imap_session *s, const char *mechanism)
{
    return has_capability(s, MAILIMAP_CAPABILITY_AUTH_TYPE, mechanism);
}

/* --- opening --- */

static bool start_tls(struct imap_session *s, struct error *e)
{
    const struct imap_account *a = s->account;
    struct imap_trust trust = {.ca_file = a->tls_ca_file, .fingerprint = a->tls_fingerprint};
    struct error why = {0};
    if (imap_stream_start_tls(s->low, a->host, &trust, &why))
        return true;
    return error_set(e, why.kind, "imap:%s: %s", a->name, why.text);
}

static bool refuse(const struct imap_session *s, const char *why, struct error *e)
{
    return error_set(e, ERROR_REFUSED, "imap:%s: %s: nothing was sent to it, no login was tried",
                     s->account->name, why);
}

/* What stands in the buffer behind the answer came in clear, from whoever sits in between; it would
 * be taken for something said under TLS. */
static bool go_over_to_tls(struct imap_session *s, struct error *e)
{
    if (!imap_read_capabilities(s, e))
        return false;
    if (!imap_can(s, "STARTTLS"))
        return refuse(s, "the server does not offer STARTTLS", e);
    imap_allow(s, 0);
    int code = mailimap_starttls(s->imap);
    if (s->imap->imap_stream->read_buffer_len > 0)
        return refuse(s, "something stands behind the answer to STARTTLS", e);
    return imap_ok(s, code, "asking for TLS", ERROR_REFUSED, e) && start_tls(s, e);
}

static void drop_connection(struct imap_session *s)
{
    mailstream_low_free(s->low);
    s->low = NULL;
}

bool imap_greet(struct imap_session *s, struct error *e)
{
    s->imap = mailimap_new(0, NULL);
    mailstream *stream = s->imap ? mailstream_new(s->low, 16384) : NULL;
    if (!stream) {
        drop_connection(s);
        return error_memory(e);
    }
    int code = mailimap_connect(s->imap, stream);
    if (!imap_ok(s, code, "greeting", ERROR_RETRY, e))
        return false;
    if (code == MAILIMAP_NO_ERROR_AUTHENTICATED)
        return refuse(s, "the server greets as if the login were done (PREAUTH)", e);
    return true;
}

bool imap_open(struct imap_session *s, struct arena *arena, const struct imap_account *account,
               int64_t deadline_us, int stop_fd, struct error *e)
{
    struct imap_stream_limits limits = {deadline_us, LIMIT_IMAP_READ_MS, LIMIT_IMAP_ANSWER,
                                        LIMIT_IMAP_LINES, stop_fd};
    struct error why = {0};
    *s = (struct imap_session){.account = account, .arena = arena, .stop_fd = stop_fd};
    s->low = imap_stream_connect(account->host, account->port, &limits, &why);
    if (!s->low)
        return error_set(e, why.kind, "imap:%s: %s", account->name, why.text);
    bool implicit = account->tls == IMAP_TLS_IMPLICIT;
    if (implicit && !start_tls(s, e)) {
        drop_connection(s);
        return false;
    }
    return imap_greet(s, e) && (implicit || go_over_to_tls(s, e)) && imap_read_capabilities(s, e) &&
           imap_login(s, e) && imap_read_capabilities(s, e);
}

/* What libetpan could not write it would write before what comes next. */
void imap_leave(struct imap_session *s)
{
    if (!s->imap || !s->imap->imap_stream)
        return;
    s->imap->imap_stream->write_buffer_len = 0;
    imap_stream_leave(s->low);
}

bool imap_is_healthy(const struct imap_session *s)
{
    return s->low && !imap_stream_trouble(s->low)[0] && !s->misunderstood;
}

/* libetpan says LOGOUT to whoever is there when a session is freed; a server that is silent or not
 * trusted is left without a word. */
void imap_close(struct imap_session *s)
{
    bool healthy = imap_is_healthy(s);
    if (!s->imap)
        return;
    if (healthy && s->imap->imap_stream && s->imap->imap_state >= MAILIMAP_STATE_AUTHENTICATED) {
        imap_allow(s, 0);
    } else if (s->imap->imap_stream) {
        mailstream_close(s->imap->imap_stream);
        s->imap->imap_stream = NULL;
    }
    mailimap_free(s->imap);
    *s = (struct imap_session){0};
}
