/*
 * Preparing a judgement and asking the index. The first error of the index ends its use: half an
 * answer would let a missing row look like a "no".
 */
#include "verdict/judgement.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/organisation.h"
#include "store/normal_form.h"

static void add_string(struct strings *list, size_t room, const char *s)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], s) == 0)
            return;
    if (list->count < room)
        list->items[list->count++] = s;
}

/* An address as the index may know it: as it stands, and with its decorations off. */
static void add_address(struct judgement *j, struct strings *list, size_t room, const char *address)
{
    const char *normal = normal_address(j->arena, span_of(address));
    const char *plain = plain_address(j->arena, span_of(address));
    if (normal)
        add_string(list, room, normal);
    if (plain)
        add_string(list, room, plain);
}

static bool is_own_side(enum evidence_kind k)
{
    return k >= EVIDENCE_ENVELOPE_RECIPIENT && k <= EVIDENCE_RETURNED_SENDER;
}

static void prepare_addresses(struct judgement *j, size_t room)
{
    const struct findings *f = j->f;
    for (size_t i = 0; i < f->recipient_count; i++) {
        add_address(j, &j->recipients, room, f->recipients[i].address);
        add_address(j, &j->recipients, room, f->recipients[i].original);
    }
    for (size_t i = 0; i < f->evidence_count; i++) {
        const struct evidence *v = &f->evidence[i];
        if (v->kind == EVIDENCE_RESPONDER)
            add_address(j, &j->responders, room, v->value);
        if (v->kind == EVIDENCE_RESPONDER && f->class == CLASS_AUTOREPLY)
            add_address(j, &j->recipients, room, v->value);
        const char *plain =
            is_own_side(v->kind) ? plain_address(j->arena, span_of(v->value)) : NULL;
        if (plain)
            add_string(&j->own_side, room, plain);
    }
}

static void prepare_ids(struct judgement *j)
{
    const struct findings *f = j->f;
    for (size_t i = 0; i < f->evidence_count; i++) {
        const struct evidence *v = &f->evidence[i];
        if (!evidence_is_id(v->kind) || !v->value[0])
            continue;
        j->ids[j->id_count++] = v;
        if (!evidence_is_cited(v->kind))
            j->naming[j->naming_count++] = v;
    }
    if (j->naming_count == 0) {
        j->naming = j->ids;
        j->naming_count = j->id_count;
    }
}

bool judgement_prepare(struct judgement *j)
{
    size_t room = 4 * j->f->recipient_count + 2 * j->f->evidence_count;
    j->recipients.items = arena_array(j->arena, room, sizeof *j->recipients.items);
    j->responders.items = arena_array(j->arena, room, sizeof *j->responders.items);
    j->own_side.items = arena_array(j->arena, room, sizeof *j->own_side.items);
    j->ids = arena_array(j->arena, j->f->evidence_count, sizeof(*j->ids));
    j->naming = arena_array(j->arena, j->f->evidence_count, sizeof(*j->naming));
    if (!j->recipients.items || !j->responders.items || !j->own_side.items || !j->ids || !j->naming)
        return false;
    prepare_addresses(j, room);
    prepare_ids(j);
    return true;
}

void judgement_lose_index(struct judgement *j, const char *note)
{
    j->store = NULL;
    j->out->store_note = arena_string(j->arena, span_of(note));
    if (!j->out->store_note)
        j->no_memory = true;
}

bool because(struct judgement *j, const char *format, ...)
{
    char text[2 * LIMIT_VALUE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    j->out->reason = arena_string(j->arena, span_of(text));
    if (!j->out->reason)
        j->no_memory = true;
    return true;
}

static bool answer(struct judgement *j, enum lookup found, const struct error *e)
{
    if (found == LOOKUP_ERROR)
        judgement_lose_index(j, e->text);
    return found == LOOKUP_YES;
}

bool index_knows_id(struct judgement *j, const char *id)
{
    struct error e = {0};
    unixtime when;
    return j->store && answer(j, store_find_id(j->store, id, &when, &e), &e);
}

bool index_knows_relayed(struct judgement *j, const char *id)
{
    struct error e = {0};
    unixtime when;
    return j->store && answer(j, store_find_relayed(j->store, id, &when, &e), &e);
}

bool index_knows_recipient(struct judgement *j, const char *address, unixtime *when)
{
    struct error e = {0};
    return j->store && answer(j, store_find_recipient(j->store, address, when, &e), &e);
}

bool index_knows_pair(struct judgement *j, const char *sender, const char *recipient,
                      unixtime *when)
{
    struct error e = {0};
    return j->store && answer(j, store_find_pair(j->store, sender, recipient, when, &e), &e);
}

bool index_knows_id_recipient(struct judgement *j, const char *id, const char *recipient)
{
    struct error e = {0};
    return j->store && answer(j, store_find_id_recipient(j->store, id, recipient, &e), &e);
}

const char *known_recipient(struct judgement *j)
{
    if (j->recipient_looked_up)
        return j->known_recipient;
    const struct strings *asked = j->recipients.count ? &j->recipients : &j->responders;
    unixtime when;
    for (size_t i = 0; i < asked->count && !j->known_recipient; i++)
        if (index_knows_recipient(j, asked->items[i], &when))
            j->known_recipient = asked->items[i];
    j->recipient_looked_up = true;
    return j->known_recipient;
}

bool id_is_rewritten(const struct judgement *j, const char *id)
{
    const char *normal = normal_message_id(j->arena, span_of(id));
    struct span domain = normal ? domain_of(span_of(normal)) : (struct span){0};
    for (size_t i = 0; i < j->config->rewriting_domains.count; i++)
        if (domain_is_under(domain, span_of(j->config->rewriting_domains.items[i])))
            return true;
    return false;
}
