/*
 * Messages that are still open are carried over to the next run as text, a line for each value:
 *   m ORIGIN LEFT DONE RECORDED TIME KEY
 *   i ID / r RECIPIENT / s SENDER
 * Values come from lines of a log, so they hold no line end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sources/log_message.h"

/* Seconds that a message which is done is carried over: a filter's second pass may still be logged.
 */
#define CARRY_SECONDS 120

static void save_values(const struct log_values *list, char type, struct buf *out)
{
    for (size_t i = 0; i < list->count; i++)
        buf_printf(out, "%c %s\n", type, list->items[i]);
}

/* A message that came from outside and has left is all recorded: its ID alone still matters. */
static void save_message(const struct log_message *m, struct buf *out)
{
    buf_printf(out, "m %d %d %d %d %lld %s\n", (int)m->origin, m->left, m->done, m->recorded,
               (long long)m->time, m->key);
    save_values(&m->ids, 'i', out);
    save_values(&m->recipients, 'r', out);
    if (m->sender)
        buf_printf(out, "s %s\n", m->sender);
}

static bool is_carried(const struct log_queue *q, const struct log_message *m)
{
    return !m->done || q->latest - m->time <= CARRY_SECONDS;
}

void log_queue_save(const struct log_queue *q, struct buf *out)
{
    /* The newest that fit, in their order. */
    const struct log_message *m = q->newest;
    size_t bytes = 0;
    for (; m && bytes < LIMIT_LOG_CARRY; m = m->older) {
        if (!is_carried(q, m))
            continue;
        bytes += 64 + strlen(m->key) + (m->sender ? strlen(m->sender) : 0);
        for (size_t i = 0; i < m->ids.count; i++)
            bytes += 3 + strlen(m->ids.items[i]);
        for (size_t i = 0; i < m->recipients.count; i++)
            bytes += 3 + strlen(m->recipients.items[i]);
    }
    for (m = m ? m->newer : q->oldest; m; m = m->newer)
        if (is_carried(q, m))
            save_message(m, out);
}

static int64_t take_number(struct span *rest)
{
    int64_t n = 0;
    size_t i = 0;
    for (; i < rest->n && i < 18 && ascii_is_digit(rest->p[i]); i++)
        n = n * 10 + (rest->p[i] - '0');
    *rest = span_slice(*rest, i + 1, rest->n);
    return n;
}

static struct log_message *load_message(struct log_queue *q, struct span rest)
{
    int64_t origin = take_number(&rest);
    bool left = take_number(&rest), done = take_number(&rest), recorded = take_number(&rest);
    unixtime time = take_number(&rest);
    struct log_message *m = log_message_new(q, rest);
    if (!m)
        return NULL;
    m->origin = origin == LOG_SUBMITTED ? LOG_SUBMITTED : origin == LOG_OUTSIDE ? LOG_OUTSIDE : 0;
    m->left = left;
    m->done = done;
    m->recorded = recorded;
    m->time = time;
    if (time > q->latest)
        q->latest = time;
    return m;
}

void log_queue_load(struct log_queue *q, struct span text)
{
    struct log_message *m = NULL;
    struct span line;
    while (!q->failed && span_next_line(&text, &line)) {
        struct span value = span_slice(line, 2, line.n);
        bool ok = true;
        if (line.n < 2)
            continue;
        if (line.p[0] == 'm')
            m = load_message(q, value);
        else if (m && line.p[0] == 'i')
            ok = log_values_add(&m->ids, value, LIMIT_SENT_VALUES);
        else if (m && line.p[0] == 'r')
            ok = log_values_add(&m->recipients, value, LIMIT_SENT_VALUES);
        else if (m && line.p[0] == 's' && !m->sender)
            ok = (m->sender = strndup(value.p, value.n)) != NULL;
        q->failed = q->failed || !ok;
        if (m)
            log_message_file_id(q, m);
    }
}
