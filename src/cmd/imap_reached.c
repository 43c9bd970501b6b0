/*
 * One note in the store for a mailbox: "UIDVALIDITY LAST BEGUN HELD_TO HELD_TIMES". A message that
 * the server gives nothing of holds LAST back, so that the next run meets it again along with all
 * behind it; a count over all such messages bounds how often, also where there are many.
 */
#include "cmd/imap_reached.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "store/transfer.h"

/* Behind the account's name, before the mailbox's. */
#define NOTE ":last-uid:"

static const char *note_name(struct imap_run *r, const char *mailbox)
{
    return arena_printf(r->context.arena, "%s" NOTE "%s", r->name, mailbox);
}

/* What the last sweep has left; false when the note is none. */
static bool read_note(const char *value, struct imap_reached *out)
{
    unsigned validity, last, held_to = 0, held_times = 0;
    long long before = 0;
    if (sscanf(value, "%u %u %lld %u %u", &validity, &last, &before, &held_to, &held_times) < 2)
        return false;
    *out = (struct imap_reached){.validity = validity,
                                 .last = last,
                                 .before = before,
                                 .held_to = held_to,
                                 .held_times = held_times};
    return true;
}

bool imap_reached_read(struct imap_run *r, const char *mailbox, uint32_t validity,
                       struct imap_reached *out, struct error *e)
{
    const char *name = note_name(r, mailbox), *value;
    struct imap_reached noted;
    *out = (struct imap_reached){.mailbox = mailbox, .validity = validity, .begun = clock_now()};
    if (!name)
        return error_memory(e);
    if (!store_note_get(r->context.store, r->context.arena, name, &value, e))
        return false;
    if (!read_note(value, &noted) || noted.validity != validity)
        return true;
    noted.mailbox = mailbox;
    noted.begun = out->begun;
    *out = noted;
    return true;
}

struct search {
    struct span account;
    unixtime last;
};

static bool is_of_account(const struct search *s, struct span name)
{
    return span_equals(span_slice(name, 0, s->account.n), s->account) &&
           span_starts_nocase(span_slice(name, s->account.n, name.n), NOTE);
}

static bool find_last(void *context, const struct transfer_table *table,
                      const struct transfer_value *row, struct error *e)
{
    struct search *s = context;
    char value[96];
    struct imap_reached noted;
    (void)table;
    (void)e;
    if (!is_of_account(s, row[0].bytes) || row[1].bytes.n >= sizeof value)
        return true;
    memcpy(value, row[1].bytes.p, row[1].bytes.n);
    value[row[1].bytes.n] = '\0';
    if (read_note(value, &noted) && noted.before > s->last)
        s->last = noted.before;
    return true;
}

bool imap_reached_last(struct store *store, const char *account, unixtime *out, struct error *e)
{
    struct search s = {.account = span_of(account)};
    bool ok = transfer_each(store, transfer_table_named(span_of("note")), find_last, &s, e);
    *out = s.last;
    return ok;
}

static bool is_held_again(const struct imap_reached *reached, uint32_t uid)
{
    return uid <= reached->held_to;
}

bool imap_reached_write(struct imap_run *r, const struct imap_reached *reached, uint32_t last,
                        struct error *e)
{
    char value[96];
    uint32_t first = reached->held_first, to = reached->held_to;
    unsigned times = reached->held_times;
    const char *name = note_name(r, reached->mailbox);
    if (r->options.dry_run)
        return true;
    if (first != 0) {
        times = is_held_again(reached, first) ? times + 1 : 1;
        to = is_held_again(reached, first) ? to : reached->held_last;
        last = last < first ? last : first - 1;
    }
    snprintf(value, sizeof value, "%u %u %lld %u %u", reached->validity, last,
             (long long)reached->begun, to, times);
    return name ? store_note_set(r->context.store, name, value, e) : error_memory(e);
}

bool imap_reached_hold(struct imap_reached *reached, uint32_t uid)
{
    if (is_held_again(reached, uid) && reached->held_times >= LIMIT_IMAP_HELD)
        return false;
    if (reached->held_first == 0 || uid < reached->held_first)
        reached->held_first = uid;
    if (uid > reached->held_last)
        reached->held_last = uid;
    return true;
}
