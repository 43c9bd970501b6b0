/*
 * The exchange goes over the session's stream line by line, under a tag that libetpan does not use;
 * of what the server says aside nothing is kept, as its capabilities are asked for afterwards.
 */
#include "mailbox/imap_sasl.h"

#include <string.h>

#include <gnutls/gnutls.h>

#include "base/buf.h"
#include "base/limits.h"

static const char doing[] = "login";

struct exchange {
    struct imap_session *session;
    const char *mechanism, *abort_answer;
    gnutls_datum_t message; /* base64 */
    bool message_sent;
    int asked; /* questions behind the message */
    MMAPString *line;
    char reason[300]; /* of a refusal, from a question */
};

static bool lost(struct exchange *x, struct error *e)
{
    return imap_ok(x->session, MAILIMAP_ERROR_STREAM, doing, ERROR_RETRY, e);
}

static bool send_line(struct exchange *x, const char *words, struct span last, struct error *e)
{
    mailstream *stream = x->session->imap->imap_stream;
    size_t n = strlen(words);
    bool ok = (n == 0 || mailstream_write(stream, words, n) == (ssize_t)n) &&
              (last.n == 0 || mailstream_write(stream, last.p, last.n) == (ssize_t)last.n) &&
              mailstream_write(stream, "\r\n", 2) == 2 && mailstream_flush(stream) == 0;
    return ok || lost(x, e);
}

static struct span message_of(const struct exchange *x)
{
    return (struct span){(const char *)x->message.data, x->message.size};
}

/* --- what the server says --- */

/* The reason as the server's JSON, or in whatever else it is. */
static void keep_reason(struct exchange *x, struct span question)
{
    gnutls_datum_t in = {(unsigned char *)question.p, (unsigned)question.n}, out = {0};
    if (question.n == 0 || gnutls_base64_decode2(&in, &out) != 0)
        return;
    snprintf(x->reason, sizeof x->reason, " (%.*s)", out.size < 250 ? (int)out.size : 250,
             (const char *)out.data);
    gnutls_free(out.data);
}

static bool answer(struct exchange *x, struct span question, struct error *e)
{
    if (!x->message_sent) {
        x->message_sent = true;
        return send_line(x, "", message_of(x), e);
    }
    keep_reason(x, question);
    if (++x->asked > 1)
        return error_set(e, ERROR_RETRY, "imap:%s: %s: the server asks more than %s has",
                         x->session->account->name, doing, x->mechanism);
    return send_line(x, x->abort_answer, (struct span){0}, e);
}

static bool finish(struct exchange *x, struct span words, struct error *e)
{
    const char *name = x->session->account->name;
    if (span_starts_nocase(words, "OK")) {
        x->session->imap->imap_state = MAILIMAP_STATE_AUTHENTICATED;
        return true;
    }
    bool is_no = span_starts_nocase(words, "NO ");
    struct span text = span_trim(span_slice(words, is_no ? 3 : 0, words.n));
    return error_set(e, imap_is_passing(text) ? ERROR_RETRY : ERROR_CONFIG,
                     "imap:%s: %s: the server refuses: %.*s%s", name, doing,
                     text.n < 400 ? (int)text.n : 400, text.p, x->reason);
}

static bool converse(struct exchange *x, struct error *e)
{
    struct span line, tag = span_of("backsift ");
    while (imap_read_line(x->session, x->line, &line)) {
        if (line.n > 0 && line.p[0] == '+') {
            if (!answer(x, span_trim(span_slice(line, 1, line.n)), e))
                return false;
        } else if (span_equals(span_slice(line, 0, tag.n), tag)) {
            return finish(x, span_slice(line, tag.n, line.n), e);
        } else if (line.n == 0 || line.p[0] != '*') {
            x->session->misunderstood = true;
            return error_set(e, ERROR_RETRY, "imap:%s: %s: the server's answer is not understood",
                             x->session->account->name, doing);
        }
    }
    return lost(x, e);
}

bool imap_sasl(struct imap_session *s, const char *mechanism, struct span message,
               const char *abort_answer, struct error *e)
{
    char command[64];
    gnutls_datum_t in = {(unsigned char *)message.p, (unsigned)message.n};
    struct exchange x = {.session = s,
                         .mechanism = mechanism,
                         .abort_answer = abort_answer,
                         .message_sent = imap_can(s, "SASL-IR"),
                         .line = mmap_string_new("")};
    bool ok = x.line && gnutls_base64_encode2(&in, &x.message) == 0;
    if (!ok)
        error_memory(e);
    imap_stream_allow(s->low, LIMIT_IMAP_LOGIN, LIMIT_IMAP_LOGIN);
    snprintf(command, sizeof command, "backsift AUTHENTICATE %s%s", mechanism,
             x.message_sent ? " " : "");
    ok = ok && send_line(&x, command, x.message_sent ? message_of(&x) : (struct span){0}, e) &&
         converse(&x, e);
    if (x.message.data)
        explicit_bzero(x.message.data, x.message.size);
    gnutls_free(x.message.data);
    if (x.line)
        mmap_string_free(x.line);
    return ok;
}
