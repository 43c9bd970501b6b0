/*
 * One note in the store for a mailbox: "UIDVALIDITY LAST BEGUN HELD_TO HELD_TIMES". A message that
 * the server gives nothing of holds LAST back, so that the next run meets it again along with all
 * behind it; a count over all such messages bounds how often, also where there are many.
 */
#include "cmd/imap_reached.h"

#include <stdio.h>

#include "base/limits.h"

static const char *note_name(struct imap_run *r, const char *mailbox)
{
    return arena_printf(r->context.arena, "%s:last-uid:%s", r->name, mailbox);
}

bool imap_reached_read(struct imap_run *r, const char *mailbox, uint32_t validity,
                       struct imap_reached *out, struct error *e)
{
    const char *name = note_name(r, mailbox), *value;
    unsigned its_validity, last, held_to = 0, held_times = 0;
    long long before = 0;
    *out = (struct imap_reached){.mailbox = mailbox, .validity = validity, .begun = clock_now()};
    if (!name)
        return error_memory(e);
    if (!store_note_get(r->context.store, r->context.arena, name, &value, e))
        return false;
    if (sscanf(value, "%u %u %lld %u %u", &its_validity, &last, &before, &held_to, &held_times) <
            2 ||
        its_validity != validity)
        return true;
    out->last = last;
    out->before = before;
    out->held_to = held_to;
    out->held_times = held_times;
    return true;
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
