/*
 * Folding by the original's ID, or by its first recipient where no ID is known (those are the mails
 * recognised by recipient).
 */
#include "digest/own_mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static const char *copy(struct own_mails *all, const char *s)
{
    char *p = s && s[0] ? arena_string(all->arena, span_of(s)) : NULL;
    if (s && s[0] && !p)
        all->incomplete = true;
    return p ? p : "";
}

static const char *value_of(const struct findings *f, enum evidence_kind kind)
{
    const struct evidence *e = findings_get(f, kind, 0);
    return e ? e->value : "";
}

static const char *original_id(const struct findings *f)
{
    for (size_t i = 0; i < f->evidence_count; i++)
        if (evidence_is_id(f->evidence[i].kind))
            return f->evidence[i].value;
    return "";
}

static const char *address_of(const struct report_recipient *r)
{
    return r->address[0] ? r->address : r->original;
}

/* Entries stand at the number of their original's name. */
static bool make_room(struct own_mails *all, size_t number)
{
    if (number < all->size)
        return true;
    size_t size = all->size ? 2 * all->size : 64;
    struct own_mail *items = arena_array(all->arena, size, sizeof *items);
    if (!items)
        return false;
    if (all->count > 0)
        memcpy(items, all->items, all->count * sizeof *items);
    all->items = items;
    all->size = size;
    return true;
}

/* The entry of the original that a response speaks of; NULL when there is no room. */
static struct own_mail *entry_of(struct own_mails *all, const struct journal_event *event,
                                 const struct findings *f)
{
    char alone[32];
    snprintf(alone, sizeof alone, "#%lld", (long long)event->number);
    const char *id = original_id(f);
    const char *key = id[0] ? id : f->recipient_count > 0 ? address_of(&f->recipients[0]) : alone;
    long number = names_number(&all->originals, span_of(key));
    if (number < 0 || !make_room(all, (size_t)number))
        return NULL;
    if ((size_t)number < all->count)
        return &all->items[number];
    struct own_mail *m = &all->items[all->count++];
    *m = (struct own_mail){.id = copy(all, id), .when = INT64_MIN, .subject = "", .date = ""};
    return m;
}

static struct own_recipient *recipient_of(struct own_mails *all, struct own_mail *m,
                                          const char *address)
{
    for (size_t i = 0; i < m->recipient_count; i++)
        if (span_equals_nocase(span_of(m->recipients[i].address), span_of(address)))
            return &m->recipients[i];
    if (m->recipient_count >= LIMIT_RECIPIENTS)
        return NULL;
    if (!m->recipients)
        m->recipients = arena_array(all->arena, LIMIT_RECIPIENTS, sizeof *m->recipients);
    if (!m->recipients)
        return NULL;
    struct own_recipient *r = &m->recipients[m->recipient_count++];
    *r = (struct own_recipient){.address = copy(all, address),
                                .status = "",
                                .diagnostic = "",
                                .remote_mta = "",
                                .fate = FATE_DELAYED,
                                .when = INT64_MIN};
    return r;
}

/* The recipient's own action decides; a report without one means what its class says. */
static enum fate fate_of(enum class class, const char *action)
{
    if (strcmp(action, "failed") == 0)
        return FATE_FAILED;
    if (strcmp(action, "delayed") == 0)
        return FATE_DELAYED;
    if (strcmp(action, "delivered") == 0 || strcmp(action, "relayed") == 0 ||
        strcmp(action, "expanded") == 0)
        return FATE_DELIVERED;
    return class == CLASS_DELAY     ? FATE_DELAYED
           : class == CLASS_SUCCESS ? FATE_DELIVERED
                                    : FATE_FAILED;
}

static void fold(struct own_mails *all, struct own_recipient *r,
                 const struct report_recipient *from, enum class class, unixtime arrival)
{
    enum fate fate = fate_of(class, from->action);
    if (fate == FATE_DELAYED)
        r->delays++;
    bool was_final = r->when != INT64_MIN && r->fate != FATE_DELAYED;
    if (was_final && (fate == FATE_DELAYED || arrival < r->when))
        return;
    r->fate = fate;
    r->filtered = class == CLASS_FILTER_NOTICE;
    r->when = arrival;
    r->status = copy(all, from->status);
    r->diagnostic = copy(all, from->diagnostic);
    r->remote_mta = copy(all, from->remote_mta);
}

static void fold_recipients(struct own_mails *all, struct own_mail *m, const struct findings *f,
                            unixtime arrival)
{
    struct report_recipient unnamed = {.address = value_of(f, EVIDENCE_ORIGINAL_TO),
                                       .original = "",
                                       .action = "",
                                       .status = "",
                                       .diagnostic = "",
                                       .remote_mta = ""};
    const struct report_recipient *from = f->recipient_count > 0 ? f->recipients : &unnamed;
    size_t count = f->recipient_count > 0 ? f->recipient_count : 1;
    for (size_t i = 0; i < count; i++) {
        struct own_recipient *r = recipient_of(all, m, address_of(&from[i]));
        if (r)
            fold(all, r, &from[i], f->class, arrival);
        else
            all->incomplete = true;
    }
}

static void describe(struct own_mails *all, struct own_mail *m, const struct journal_event *event,
                     const struct findings *f)
{
    const char *subject = value_of(f, EVIDENCE_ORIGINAL_SUBJECT);
    if (subject[0] || !m->subject[0])
        m->subject = copy(all, subject[0] ? subject : value_of(f, EVIDENCE_SUBJECT));
    if (!m->date[0])
        m->date = copy(all, value_of(f, EVIDENCE_ORIGINAL_DATE));
    m->reporting_mta = copy(all, f->reporting_mta);
    m->reason = copy(all, value_of(f, EVIDENCE_REASON));
    m->mailbox = copy(all, event->mailbox);
    m->folder = copy(all, event->folder);
    m->file = copy(all, event->file);
    m->when = event->arrival;
}

void own_mails_add(struct own_mails *all, const struct journal_event *event,
                   const struct findings *f, bool fresh)
{
    struct own_mail *m = entry_of(all, event, f);
    if (!m) {
        all->incomplete = true;
        return;
    }
    m->fresh = m->fresh || fresh;
    m->marked = m->marked || event->marked;
    if (event->arrival >= m->when)
        describe(all, m, event, f);
    fold_recipients(all, m, f, event->arrival);
}

static int rank(enum fate fate)
{
    return fate == FATE_FAILED ? 0 : fate == FATE_DELAYED ? 1 : 2;
}

static int by_fate_then_latest(const void *a, const void *b)
{
    const struct own_mail *x = a, *y = b;
    if (x->fate != y->fate)
        return rank(x->fate) - rank(y->fate);
    if (x->when != y->when)
        return x->when > y->when ? -1 : 1;
    return strcmp(x->id, y->id);
}

void own_mails_finish(struct own_mails *all)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++) {
        struct own_mail *m = &all->items[i];
        if (!m->fresh)
            continue;
        m->fate = FATE_DELIVERED;
        for (size_t k = 0; k < m->recipient_count; k++)
            if (rank(m->recipients[k].fate) < rank(m->fate))
                m->fate = m->recipients[k].fate;
        all->items[kept++] = *m;
    }
    all->count = kept;
    if (kept > 0)
        qsort(all->items, kept, sizeof *all->items, by_fate_then_latest);
}
