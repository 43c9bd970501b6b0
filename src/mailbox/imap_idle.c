/*
 * The command and its answers line by line. libetpan's stream is used for reading and writing, so
 * that both stay at the same place in what the server says.
 */
#include "mailbox/imap_idle.h"

#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/span.h"

/* libetpan's own tags are numbers. */
#define TAG "idle"

enum line { LINE_CONTINUE, LINE_TAGGED, LINE_NEWS, LINE_BYE, LINE_OTHER };

struct idling {
    struct imap_session *session;
    MMAPString *line;
    bool news;
    bool ended; /* the server has ended it by itself */
};

static bool fail(const struct imap_session *s, const char *otherwise, struct error *e)
{
    const char *trouble = imap_stream_trouble(s->low);
    return error_set(e, ERROR_RETRY, "imap:%s: waiting for mail: %s", s->account->name,
                     trouble[0] ? trouble : otherwise);
}

static bool write_words(struct imap_session *s, const char *words, struct error *e)
{
    size_t n = strlen(words);
    return (mailstream_write(s->imap->imap_stream, words, n) == (ssize_t)n &&
            mailstream_flush(s->imap->imap_stream) == 0) ||
           fail(s, "the server cannot be written to", e);
}

/* "12 EXISTS": the only word of news; that flags change or messages go is none. */
static bool is_exists(struct span words)
{
    size_t n = 0;
    while (n < words.n && ascii_is_digit(words.p[n]))
        n++;
    return n > 0 && span_is_nocase(span_slice(words, n, words.n), " EXISTS");
}

static enum line line_of(struct span line)
{
    struct span rest;
    if (line.n > 0 && line.p[0] == '+')
        return LINE_CONTINUE;
    if (span_starts_nocase(line, TAG " "))
        return LINE_TAGGED;
    rest = span_slice(line, 2, line.n);
    if (!span_starts_nocase(line, "* "))
        return LINE_OTHER;
    if (is_exists(rest))
        return LINE_NEWS;
    return span_starts_nocase(rest, "BYE") ? LINE_BYE : LINE_OTHER;
}

static bool read_line(struct idling *i, enum line *out, struct error *e)
{
    struct imap_session *s = i->session;
    struct span line;
    imap_stream_allow(s->low, LIMIT_IMAP_ANSWER, LIMIT_IMAP_LINES);
    if (!imap_read_line(s, i->line, &line))
        return fail(s, "the server has fallen silent", e);
    /* A literal would have to be counted; nothing that may be said here has one. */
    if (line.n > 0 && line.p[line.n - 1] == '}')
        return fail(s, "the server's answer is not understood", e);
    *out = line_of(line);
    i->news = i->news || *out == LINE_NEWS;
    return *out != LINE_BYE || fail(s, "the server has ended the session", e);
}

/* Reads until the server goes along, or has answered the command. */
static bool read_answer(struct idling *i, enum line *out, struct error *e)
{
    do {
        if (!read_line(i, out, e))
            return false;
    } while (*out != LINE_CONTINUE && *out != LINE_TAGGED);
    return true;
}

static bool is_buffered(const struct imap_session *s)
{
    return s->imap->imap_stream->read_buffer_len > 0;
}

static bool wait_for_news(struct idling *i, int timer_fd, enum imap_idle *why, struct error *e)
{
    struct imap_session *s = i->session;
    enum line line;
    *why = IMAP_IDLE_NEWS;
    while (!i->news && !i->ended) {
        enum imap_stream_event event =
            is_buffered(s) ? IMAP_STREAM_DATA : imap_stream_wait(s->low, timer_fd);
        switch (event) {
        case IMAP_STREAM_DATA:
            if (!read_line(i, &line, e))
                return false;
            i->ended = line == LINE_TAGGED;
            break;
        case IMAP_STREAM_TIMER:
            *why = IMAP_IDLE_TIMER;
            return true;
        case IMAP_STREAM_STOP:
            *why = IMAP_IDLE_STOP;
            return true;
        case IMAP_STREAM_BROKEN:
            return fail(s, "the connection has ended", e);
        }
    }
    return true;
}

static void set_end(struct imap_session *s, int ms)
{
    imap_stream_set_deadline(s->low, clock_monotonic_us() + (int64_t)ms * 1000);
}

static bool idle(struct idling *i, int timer_fd, enum imap_idle *why, struct error *e)
{
    struct imap_session *s = i->session;
    enum line line;
    set_end(s, LIMIT_IMAP_READ_MS);
    imap_allow(s, 0);
    if (!write_words(s, TAG " IDLE\r\n", e) || !read_answer(i, &line, e))
        return false;
    if (line == LINE_TAGGED) {
        *why = IMAP_IDLE_REFUSED;
        return true;
    }
    imap_stream_set_deadline(s->low, INT64_MAX);
    if (!wait_for_news(i, timer_fd, why, e))
        return false;
    if (*why == IMAP_IDLE_STOP)
        imap_leave(s);
    else
        set_end(s, LIMIT_IMAP_READ_MS);
    if (i->ended)
        return true;
    if (!write_words(s, "DONE\r\n", e))
        return false;
    do {
        if (!read_line(i, &line, e))
            return false;
    } while (line != LINE_TAGGED);
    return true;
}

bool imap_idle(struct imap_session *s, int timer_fd, enum imap_idle *why, struct error *e)
{
    struct idling i = {.session = s, .line = mmap_string_new("")};
    bool ok = i.line ? idle(&i, timer_fd, why, e) : error_memory(e);
    if (i.line)
        mmap_string_free(i.line);
    return ok;
}
