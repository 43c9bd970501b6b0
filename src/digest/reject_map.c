/*
 * One table holds candidates and spared addresses, so that a table that is full drops both alike:
 * no address is a candidate for which a reason to spare it found no room.
 */
#include "digest/reject_map.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "digest/tally.h"
#include "evidence/evidence.h"
#include "message/header.h"
#include "rules/rules.h"
#include "store/normal_form.h"
#include "verdict/own_address.h"
#include "verdict/verdict.h"

struct reject_map {
    const struct config *config;
    struct arena *arena, *scratch;
    struct names names;
    bool *candidate, *spared; /* by number of the name */
    bool unreadable;          /* an event or a message that might spare an address */
};

struct reject_map *reject_map_new(struct arena *arena, const struct config *config)
{
    struct reject_map *map = arena_alloc(arena, sizeof *map);
    if (!map)
        return NULL;
    *map = (struct reject_map){.config = config,
                               .arena = arena,
                               .scratch = arena_new(LIMIT_ARENA),
                               .names = {.arena = arena, .limit = LIMIT_DIGEST_NAMES}};
    map->candidate = arena_array(arena, LIMIT_DIGEST_NAMES, sizeof *map->candidate);
    map->spared = arena_array(arena, LIMIT_DIGEST_NAMES, sizeof *map->spared);
    return map->scratch && map->candidate && map->spared ? map : NULL;
}

void reject_map_end(struct reject_map *map)
{
    if (map)
        arena_free(map->scratch);
}

static void note(struct reject_map *map, const char *address, bool *flags)
{
    long number = address ? names_number(&map->names, span_of(address)) : -1;
    if (number >= 0)
        flags[number] = true;
}

/* A decorated address (a tag, VERP, SRS) stands for the one behind it. */
static void spare(struct reject_map *map, const char *address)
{
    note(map, normal_address(map->scratch, span_of(address)), map->spared);
    note(map, plain_address(map->scratch, span_of(address)), map->spared);
}

/* --- the journal --- */

static const enum evidence_kind of_ours[] = {EVIDENCE_ENVELOPE_RECIPIENT, EVIDENCE_DELIVERED_TO,
                                             EVIDENCE_TO, EVIDENCE_RETURNED_FROM,
                                             EVIDENCE_RETURNED_SENDER};

static void spare_all(struct reject_map *map, const struct findings *f)
{
    const struct evidence *e;
    for (size_t k = 0; k < sizeof of_ours / sizeof *of_ours; k++)
        for (size_t i = 0; (e = findings_get(f, of_ours[k], i)); i++)
            spare(map, e->value);
}

/* Only the envelope says for certain which address it came to. */
static void add_candidate(struct reject_map *map, const struct findings *f)
{
    const struct evidence *e = findings_get(f, EVIDENCE_ENVELOPE_RECIPIENT, 0);
    if (!e)
        e = findings_get(f, EVIDENCE_DELIVERED_TO, 0);
    if (e)
        note(map, normal_address(map->scratch, span_of(e->value)), map->candidate);
}

bool reject_map_visit(void *context, const struct journal_event *event)
{
    struct reject_map *map = context;
    arena_reset(map->scratch);
    struct findings *f = findings_decode(map->scratch, event->findings);
    bool forged = strcmp(event->origin, origin_name(ORIGIN_FORGED)) == 0;
    if (f && forged)
        add_candidate(map, f);
    else if (f)
        spare_all(map, f);
    else
        map->unreadable = map->unreadable || !forged;
    return true;
}

/* --- ordinary mail --- */

/* "for <address>" of a Received field. */
static struct span received_for(struct span value)
{
    size_t at = span_find_nocase(value, span_of("for <"));
    return span_slice(value, at, span_find_byte(value, '>', at) + 1);
}

/* Senders, too: of a sent copy they are ours. */
static bool names_people(struct span name)
{
    static const char *const names[] = {"From",
                                        "Sender",
                                        "To",
                                        "Cc",
                                        "Bcc",
                                        "Resent-From",
                                        "Resent-To",
                                        "Resent-Cc",
                                        "Delivered-To",
                                        "Envelope-To",
                                        "X-Envelope-To",
                                        "X-Original-To",
                                        "X-Delivered-To",
                                        NULL};
    for (size_t i = 0; names[i]; i++)
        if (span_is_nocase(name, names[i]))
            return true;
    return false;
}

void reject_map_spare_header(struct reject_map *map, struct span header)
{
    struct header h;
    size_t used;
    arena_reset(map->scratch);
    if (!header_parse(map->scratch, header, 0, &h, &used)) {
        map->unreadable = true;
        return;
    }
    for (size_t i = 0; i < h.count; i++) {
        const struct field *f = &h.fields[i];
        struct span value = span_is_nocase(f->name, "Received") ? received_for(f->value)
                            : names_people(f->name)             ? f->value
                                                                : (struct span){0};
        struct string_list list = {0};
        if (value.n > 0)
            list = addresses_in(map->scratch, value);
        for (size_t k = 0; k < list.count; k++)
            spare(map, list.items[k]);
    }
    map->unreadable = map->unreadable || arena_failed(map->scratch);
}

/* --- what is left --- */

static bool is_under_own_domain(const struct config *c, struct span domain)
{
    for (size_t i = 0; i < c->domains.count; i++)
        if (span_is_nocase(domain, c->domains.items[i]))
            return true;
    return false;
}

/* Characters that mean themselves in Postfix's and Exim's tables. */
static bool is_plain(struct span local)
{
    for (size_t i = 0; i < local.n; i++)
        if (!ascii_is_alnum(local.p[i]) && !strchr("._-", local.p[i]))
            return false;
    return local.n > 0;
}

static bool is_role(struct span local)
{
    static const char *const roles[] = {
        "postmaster", "abuse", "hostmaster",    "webmaster", "noc",     "security", "info",
        "marketing",  "sales", "support",       "usenet",    "news",    "www",      "uucp",
        "ftp",        "root",  "mailer-daemon", "admin",     "contact", NULL};
    for (size_t i = 0; roles[i]; i++)
        if (span_is_nocase(local, roles[i]))
            return true;
    return false;
}

static bool is_user(struct arena *arena, struct span local)
{
    const char *name = arena_string(arena, local);
    return !name || getpwnam(name) != NULL;
}

/* LOOKUP_YES: nothing speaks for its being in use. */
static enum lookup is_unused(struct reject_map *map, struct store *store,
                             const struct sender_set *senders, const char *address, struct error *e)
{
    struct span all = span_of(address), local = span_slice(all, 0, span_find_byte(all, '@', 0));
    const char *plain = plain_address(map->scratch, all);
    unixtime when;
    if (!plain || strcmp(plain, address) != 0 || !is_plain(local) || is_role(local) ||
        !is_under_own_domain(map->config, domain_of(all)) ||
        own_address_is(map->scratch, map->config, address) || is_user(map->scratch, local) ||
        store_is_sender(store, senders, address))
        return LOOKUP_NO;
    enum lookup written = store_find_recipient(store, address, &when, e);
    return written == LOOKUP_ERROR ? LOOKUP_ERROR : written == LOOKUP_YES ? LOOKUP_NO : LOOKUP_YES;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool choose(struct reject_map *map, struct store *store, const char **chosen, size_t *count,
                   struct error *e)
{
    const struct sender_set *senders = store_senders(store, map->arena, e);
    if (!senders)
        return false;
    for (size_t i = 0; i < map->names.count; i++) {
        if (!map->candidate[i] || map->spared[i])
            continue;
        arena_reset(map->scratch);
        enum lookup unused = is_unused(map, store, senders, map->names.items[i], e);
        if (unused == LOOKUP_ERROR)
            return false;
        if (unused == LOOKUP_YES)
            chosen[(*count)++] = map->names.items[i];
    }
    return true;
}

bool reject_map_write(struct reject_map *map, struct store *store, enum reject_form form,
                      struct buf *out, struct error *e)
{
    const char **chosen = arena_array(map->arena, map->names.count, sizeof *chosen);
    size_t count = 0;
    if (!chosen || arena_failed(map->arena))
        return error_memory(e);
    if (map->unreadable)
        return error_set(e, ERROR_DATA,
                         "part of the journal or of your mail cannot be read: no address is safe "
                         "to refuse");
    if (!choose(map, store, chosen, &count, e))
        return false;
    if (count > 0)
        qsort(chosen, count, sizeof *chosen, by_text);
    buf_add_string(out, "# Addresses that only forged mail was sent from and nothing else came to."
                        " Look through them.\n");
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%s\n", chosen[i],
                   form == REJECT_POSTFIX ? "\tREJECT 5.1.1 No such address" : "");
    return !out->failed || error_memory(e);
}
