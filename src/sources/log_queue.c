/*
 * Joining the lines of a log. The table is bounded: messages that are done stay for a while, since
 * a content filter's second pass or a late line may still name them; the oldest go first.
 */
#include "sources/log_queue.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sources/log_message.h"

/* IDs of one message: its own, that of a resend, what next hops gave. */
#define MOST_IDS ((size_t)12)
/* Seconds a message that is done is remembered, and one that is not: mail servers give up after
 * five days. */
#define DONE_SECONDS 3600
#define OPEN_SECONDS (6 * SECONDS_PER_DAY)
/* Seconds between the first lines of one message, in whatever order they were logged. */
#define FRESH_SECONDS 60

struct log_queue *log_queue_new(const struct config *config)
{
    struct log_queue *q = calloc(1, sizeof *q);
    if (q)
        q->config = config;
    return q;
}

static void free_values(struct log_values *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
}

static void free_message(struct log_message *m)
{
    free_values(&m->ids);
    free_values(&m->recipients);
    free(m->sender);
    free(m->key);
    free(m);
}

void log_queue_free(struct log_queue *q)
{
    while (q && q->oldest) {
        struct log_message *next = q->oldest->newer;
        free_message(q->oldest);
        q->oldest = next;
    }
    free(q);
}

void log_queue_clock(struct log_queue *q, struct log_clock *clock)
{
    q->clock = clock;
}

bool log_queue_failed(const struct log_queue *q)
{
    return q->failed;
}

/* --- the table --- */

static uint64_t hash_of(struct span s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h ? h : 1;
}

static struct span key_of(struct log_queue *q, const struct log_line *l, struct span id)
{
    size_t host = l->host.n < 255 ? l->host.n : 255, n = id.n < 255 ? id.n : 255;
    memcpy(q->key, host ? l->host.p : "", host);
    q->key[host] = ' ';
    memcpy(q->key + host + 1, n ? id.p : "", n);
    return (struct span){q->key, host + 1 + n};
}

static struct log_message *find_key(const struct log_queue *q, struct span key)
{
    uint64_t hash = hash_of(key);
    struct log_message *m = q->by_key[hash & (LOG_BUCKETS - 1)];
    while (m && (m->key_hash != hash || !span_is(key, m->key)))
        m = m->next_by_key;
    return m;
}

/* Control characters have no place in any value; in what is carried over they part values. */
static char *copy_of(struct span s)
{
    char *copy = malloc(s.n + 1);
    for (size_t i = 0; copy && i < s.n; i++)
        copy[i] = (unsigned char)s.p[i] < ' ' || s.p[i] == 127 ? '?' : s.p[i];
    if (copy)
        copy[s.n] = '\0';
    return copy;
}

struct log_message *log_message_new(struct log_queue *q, struct span key)
{
    struct log_message *m = calloc(1, sizeof *m);
    char *copy = copy_of(key);
    if (!m || !copy) {
        free(m);
        free(copy);
        q->failed = true;
        return NULL;
    }
    m->key = copy;
    m->key_hash = hash_of(key);
    struct log_message **bucket = &q->by_key[m->key_hash & (LOG_BUCKETS - 1)];
    m->next_by_key = *bucket;
    *bucket = m;
    m->older = q->newest;
    *(q->newest ? &q->newest->newer : &q->oldest) = m;
    q->newest = m;
    q->count++;
    return m;
}

static void unlink_message(struct log_queue *q, struct log_message *m)
{
    struct log_message **p = &q->by_key[m->key_hash & (LOG_BUCKETS - 1)];
    while (*p != m)
        p = &(*p)->next_by_key;
    *p = m->next_by_key;
    if (m->id_hash) {
        p = &q->by_id[m->id_hash & (LOG_BUCKETS - 1)];
        while (*p != m)
            p = &(*p)->next_by_id;
        *p = m->next_by_id;
    }
    *(m->older ? &m->older->newer : &q->oldest) = m->newer;
    *(m->newer ? &m->newer->older : &q->newest) = m->older;
    q->count--;
}

void log_message_file_id(struct log_queue *q, struct log_message *m)
{
    if (m->id_hash || m->ids.count == 0)
        return;
    m->id_hash = hash_of(span_of(m->ids.items[0]));
    struct log_message **bucket = &q->by_id[m->id_hash & (LOG_BUCKETS - 1)];
    m->next_by_id = *bucket;
    *bucket = m;
}

static void has_changed(struct log_queue *q, struct log_message *m)
{
    q->changed += !m->changed;
    m->changed = true;
}

/* --- finding and beginning --- */

struct log_message *log_queue_find(struct log_queue *q, const struct log_line *l, struct span id)
{
    return find_key(q, key_of(q, l, id));
}

/* An ID that is used anew, as Postfix does with short ones. The old message stays to be recorded,
 * under a key that no line has. */
static void retire(struct log_queue *q, struct log_message *m)
{
    struct log_message **p = &q->by_key[m->key_hash & (LOG_BUCKETS - 1)];
    while (*p != m)
        p = &(*p)->next_by_key;
    *p = m->next_by_key;
    m->key[0] = '\0';
    m->key_hash = 1;
    m->next_by_key = q->by_key[1];
    q->by_key[1] = m;
    m->done = true;
}

static unixtime time_of(const struct log_queue *q, const struct log_line *l)
{
    unixtime t = log_clock_read(q->clock, l->stamp);
    return t > 0 ? t : q->clock->file_time;
}

struct log_message *log_queue_begin(struct log_queue *q, const struct log_line *l, struct span id)
{
    struct log_message *m = log_queue_find(q, l, id);
    unixtime now = time_of(q, l);
    if (m && !m->done && m->origin == LOG_NOT_KNOWN && now - m->time <= FRESH_SECONDS)
        return m;
    if (m)
        retire(q, m);
    m = log_message_new(q, key_of(q, l, id));
    if (m)
        m->time = now;
    if (now > q->latest)
        q->latest = now;
    return m;
}

struct log_message *log_queue_touch(struct log_queue *q, const struct log_line *l, struct span id)
{
    struct log_message *m = log_queue_find(q, l, id);
    return m ? m : log_queue_begin(q, l, id);
}

/* --- facts --- */

/* A filter hands inbound mail in again, and users forward it: the first message with the
 * Message-ID, which is the last of its chain, tells. */
static bool came_before_from_outside(const struct log_queue *q, const struct log_message *m)
{
    const struct log_message *first = m, *o = q->by_id[m->id_hash & (LOG_BUCKETS - 1)];
    for (; o; o = o->next_by_id)
        if (o->id_hash == m->id_hash && strcmp(o->ids.items[0], m->ids.items[0]) == 0)
            first = o;
    return first->origin == LOG_OUTSIDE;
}

static void settle(struct log_queue *q, struct log_message *m)
{
    if (m->origin == LOG_SUBMITTED && m->id_hash && !m->recorded && came_before_from_outside(q, m))
        m->origin = LOG_OUTSIDE;
}

void log_message_came(struct log_queue *q, struct log_message *m, enum log_origin origin)
{
    if (!m)
        return;
    m->origin = origin;
    settle(q, m);
    has_changed(q, m);
}

void log_message_came_from(struct log_queue *q, struct log_message *m,
                           const struct log_message *parent)
{
    log_message_came(q, m, parent && parent->origin == LOG_SUBMITTED ? LOG_SUBMITTED : LOG_OUTSIDE);
}

bool log_values_add(struct log_values *list, struct span value, size_t most)
{
    char *copy = copy_of(value);
    bool is_there = list->count >= most;
    for (size_t i = 0; copy && !is_there && i < list->count; i++)
        is_there = strcmp(copy, list->items[i]) == 0;
    char **more = copy && !is_there ? realloc(list->items, (list->count + 1) * sizeof *more) : NULL;
    if (!more) {
        free(copy);
        return is_there;
    }
    list->items = more;
    more[list->count++] = copy;
    return true;
}

void log_message_id(struct log_queue *q, struct log_message *m, struct span id)
{
    id = span_trim(id);
    if (!m || id.n < 3 || id.n > LIMIT_MESSAGE_ID)
        return;
    if (!log_values_add(&m->ids, id, MOST_IDS)) {
        q->failed = true;
        return;
    }
    log_message_file_id(q, m);
    settle(q, m);
    has_changed(q, m);
}

void log_message_made_id(struct log_queue *q, struct log_message *m, const char *start)
{
    char id[LIMIT_ADDRESS];
    for (size_t i = 0; i < q->config->relays.count; i++) {
        snprintf(id, sizeof id, "<%s@%s>", start, q->config->relays.items[i]);
        log_message_id(q, m, span_of(id));
    }
}

void log_message_sender(struct log_queue *q, struct log_message *m, struct span address)
{
    if (!m || m->sender || address.n == 0 || address.n > LIMIT_ADDRESS)
        return;
    m->sender = copy_of(address);
    q->failed = q->failed || !m->sender;
    has_changed(q, m);
}

/* Of mail that is not ours the recipients do not matter. */
void log_message_recipient(struct log_queue *q, struct log_message *m, struct span address)
{
    if (!m || m->origin == LOG_OUTSIDE || address.n == 0 || address.n > LIMIT_ADDRESS)
        return;
    if (!log_values_add(&m->recipients, address, LIMIT_SENT_VALUES))
        q->failed = true;
    has_changed(q, m);
}

void log_message_left(struct log_queue *q, struct log_message *m)
{
    if (!m || m->left)
        return;
    m->left = true;
    has_changed(q, m);
}

void log_message_passed_on(struct log_queue *q, const struct log_line *l, struct log_message *m,
                           struct span child)
{
    struct log_message *c = m && m->origin == LOG_SUBMITTED ? log_queue_find(q, l, child) : NULL;
    if (!c || c == m || c->origin == LOG_SUBMITTED)
        return;
    /* A next hop could name any queue ID; a filter keeps the Message-ID. */
    if (c->ids.count == 0 || m->ids.count == 0 || strcmp(c->ids.items[0], m->ids.items[0]) != 0)
        return;
    c->origin = LOG_SUBMITTED;
    has_changed(q, c);
}

void log_message_done(struct log_queue *q, struct log_message *m)
{
    if (!m || m->done)
        return;
    m->done = true;
    if (!m->recorded)
        has_changed(q, m);
}

enum log_origin log_message_origin(const struct log_message *m)
{
    return m ? m->origin : LOG_NOT_KNOWN;
}

const char *log_message_sender_of(const struct log_message *m)
{
    return m && m->sender ? m->sender : "";
}

/* --- clients --- */

bool log_address_is_loopback(struct span address)
{
    if (span_starts_nocase(address, "IPv6:"))
        address = span_slice(address, 5, address.n);
    return span_starts_nocase(address, "127.") || span_is(address, "::1");
}

static bool same_ipv6(struct span address, const char *own)
{
    unsigned char a[sizeof(struct in6_addr)], b[sizeof(struct in6_addr)];
    char text[INET6_ADDRSTRLEN];
    snprintf(text, sizeof text, "%.*s", (int)(address.n < 46 ? address.n : 45), address.p);
    return inet_pton(AF_INET6, text, a) == 1 && inet_pton(AF_INET6, own, b) == 1 &&
           memcmp(a, b, sizeof a) == 0;
}

bool log_client_is_own(const struct log_queue *q, struct span name, struct span address)
{
    if (span_starts_nocase(address, "IPv6:"))
        address = span_slice(address, 5, address.n);
    for (size_t i = 0; i < q->config->own_clients.count; i++) {
        const char *own = q->config->own_clients.items[i];
        if (span_is_nocase(name, own) || span_is_nocase(address, own) ||
            (strchr(own, ':') && address.n > 0 && same_ipv6(address, own)))
            return true;
    }
    return false;
}

/* --- recording --- */

size_t log_queue_waiting(const struct log_queue *q)
{
    return q->changed;
}

bool log_queue_is_full(const struct log_queue *q)
{
    return q->count >= 2 * LIMIT_LOG_MESSAGES;
}

/* A message without an ID may still get one while its first lines come in. */
static bool is_sent(const struct log_message *m)
{
    return m->origin == LOG_SUBMITTED && (m->ids.count > 0 || m->recipients.count > 0);
}

static bool record_sent(const struct log_message *m, struct sent_load *load, struct error *e)
{
    struct sent sent = {.recipients = (const char **)m->recipients.items,
                        .recipient_count = m->recipients.count,
                        .sender = m->sender,
                        .time = m->time};
    size_t i = 0;
    do {
        sent.message_id = i < m->ids.count ? m->ids.items[i] : NULL;
        if (!sent_load_add(load, &sent, e))
            return false;
    } while (++i < m->ids.count);
    return true;
}

static bool record_relayed(const struct log_message *m, struct sent_load *load, struct error *e)
{
    for (size_t i = 0; i < m->ids.count; i++)
        if (!sent_load_relayed(load, m->ids.items[i], m->time, e))
            return false;
    return true;
}

/* Is it in the queue under another key too? A content filter hands back what was given to it. */
static bool counts_already(const struct log_queue *q, const struct log_message *m)
{
    const struct log_message *o = m->id_hash ? q->by_id[m->id_hash & (LOG_BUCKETS - 1)] : NULL;
    while (o && (o == m || !o->recorded || o->id_hash != m->id_hash ||
                 strcmp(o->ids.items[0], m->ids.items[0]) != 0))
        o = o->next_by_id;
    return o != NULL;
}

bool log_queue_record(struct log_queue *q, struct sent_load *load, unixtime oldest, int64_t *added,
                      bool *too_old, struct error *e)
{
    for (struct log_message *m = q->oldest; m && q->changed > 0; m = m->newer) {
        if (!m->changed)
            continue;
        bool sent = is_sent(m);
        if (sent && m->time < oldest)
            *too_old = true;
        else if (sent ? !record_sent(m, load, e) : m->left && !record_relayed(m, load, e))
            return false;
        *added += sent && !m->recorded && m->time >= oldest && !counts_already(q, m);
        m->recorded = m->recorded || sent;
        m->changed = false;
        q->changed--;
    }
    return true;
}

/* Forgets what is older, and of what is done (or of everything) the oldest beyond the limit. */
static void sweep(struct log_queue *q, bool beyond_limit, bool open_too)
{
    struct log_message *next;
    for (struct log_message *m = q->oldest; m; m = next) {
        next = m->newer;
        unixtime kept = m->done ? DONE_SECONDS : OPEN_SECONDS;
        bool too_many = beyond_limit && q->count > LIMIT_LOG_MESSAGES && (m->done || open_too);
        if (m->changed || (!too_many && q->latest - m->time <= kept))
            continue;
        unlink_message(q, m);
        free_message(m);
    }
}

void log_queue_sweep(struct log_queue *q)
{
    sweep(q, false, false);
    if (q->count > LIMIT_LOG_MESSAGES)
        sweep(q, true, false);
    if (q->count > LIMIT_LOG_MESSAGES)
        sweep(q, true, true);
}
