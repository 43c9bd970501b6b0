/*
 * SELECT, UID SEARCH and UID FETCH. libetpan holds the whole answer to a command, so the number of
 * messages in one and the bytes of each are bounded by what is asked.
 */
#include "mailbox/imap_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"

/* --- search --- */

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

size_t imap_find_uid(uint32_t uid, const uint32_t *uids, size_t count)
{
    const uint32_t *found = bsearch(&uid, uids, count, sizeof *uids, compare);
    return found ? (size_t)(found - uids) : count;
}

static struct mailimap_search_key *search_key(uint32_t first, unixtime since)
{
    struct mailimap_set *set = mailimap_set_new_interval(first, 0);
    struct mailimap_search_key *uid = set ? mailimap_search_key_new_uid(set) : NULL;
    if (since == 0 || !uid)
        return uid;
    struct tm day;
    time_t t = (time_t)since;
    gmtime_r(&t, &day);
    struct mailimap_search_key *both = mailimap_search_key_new_multiple_empty();
    struct mailimap_search_key *date = mailimap_search_key_new_since(
        mailimap_date_new(day.tm_mday, day.tm_mon + 1, day.tm_year + 1900));
    if (!both || !date)
        return NULL;
    mailimap_search_key_multiple_add(both, uid);
    mailimap_search_key_multiple_add(both, date);
    return both;
}

/* "FIRST:*" always finds the last message, also when its UID is less. */
static bool take(struct arena *arena, clist *found, uint32_t first, uint32_t **out, size_t *count)
{
    uint32_t *uids = arena_array(arena, (size_t)clist_count(found), sizeof *uids);
    size_t n = 0;
    if (!uids)
        return false;
    for (clistiter *i = clist_begin(found); i; i = clist_next(i)) {
        uint32_t uid = *(const uint32_t *)clist_content(i);
        if (uid >= first)
            uids[n++] = uid;
    }
    qsort(uids, n, sizeof *uids, compare);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || uids[kept - 1] != uids[i])
            uids[kept++] = uids[i];
    *out = uids;
    *count = kept;
    return true;
}

/* Takes key. */
static bool search(struct imap_session *s, struct arena *arena, struct mailimap_search_key *key,
                   uint32_t first, uint32_t **out, size_t *count, struct error *e)
{
    clist *found = NULL;
    if (!key)
        return error_memory(e);
    imap_allow(s, 0);
    int code = mailimap_uid_search(s->imap, NULL, key, &found);
    mailimap_search_key_free(key);
    if (!imap_ok(s, code, "looking for messages", ERROR_RETRY, e))
        return false;
    bool ok = take(arena, found, first, out, count) || error_memory(e);
    mailimap_search_result_free(found);
    return ok;
}

bool imap_search(struct imap_session *s, struct arena *arena, uint32_t first, unixtime since,
                 uint32_t **out, size_t *count, struct error *e)
{
    return search(s, arena, search_key(first, since), first, out, count, e);
}

bool imap_search_last(struct imap_session *s, struct arena *arena, uint32_t most, uint32_t **out,
                      size_t *count, struct error *e)
{
    uint32_t exists = s->imap->imap_selection_info->sel_exists;
    *count = 0;
    if (exists == 0)
        return true;
    struct mailimap_set *set =
        mailimap_set_new_interval(exists > most ? exists - most + 1 : 1, exists);
    return search(s, arena, set ? mailimap_search_key_new_set(set) : NULL, 1, out, count, e);
}

bool imap_search_among(struct imap_session *s, struct arena *arena, const uint32_t *uids,
                       size_t count, uint32_t **out, size_t *found, struct error *e)
{
    struct mailimap_set *set = imap_set(uids, count);
    if (!search(s, arena, set ? mailimap_search_key_new_uid(set) : NULL, uids[0], out, found, e))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < *found; i++)
        if (imap_find_uid((*out)[i], uids, count) < count)
            (*out)[kept++] = (*out)[i];
    *found = kept;
    return true;
}

/* --- select --- */

/* Courier says no UIDNEXT here. What comes while the server is asked is told in the answer and
 * never again, so it is asked anew then. */
static bool know_next(struct imap_session *s, uint32_t *next, struct error *e)
{
    const struct mailimap_selection_info *info = s->imap->imap_selection_info;
    uint32_t exists, *last;
    size_t found;
    do {
        exists = info->sel_exists;
        if (!imap_search_last(s, s->arena, 1, &last, &found, e))
            return false;
        *next = found > 0 ? last[0] + 1 : exists == 0;
    } while (info->sel_exists > exists);
    return true;
}

bool imap_select(struct imap_session *s, const char *mailbox, bool read_only,
                 struct imap_mailbox *out, struct error *e)
{
    imap_allow(s, 0);
    int code = read_only ? mailimap_examine(s->imap, mailbox) : mailimap_select(s->imap, mailbox);
    char doing[200];
    snprintf(doing, sizeof doing, "opening the mailbox %s", mailbox);
    if (!imap_ok(s, code, doing, ERROR_DATA, e))
        return false;
    const struct mailimap_selection_info *info = s->imap->imap_selection_info;
    *out = (struct imap_mailbox){info->sel_uidvalidity, info->sel_uidnext, info->sel_uidnext != 0};
    if (out->validity == 0)
        return error_set(e, ERROR_DATA, "imap:%s: the server names no UIDVALIDITY for %s",
                         s->account->name, mailbox);
    return out->next != 0 || know_next(s, &out->next, e);
}

/* --- fetch --- */

struct mailimap_set *imap_set(const uint32_t *uids, size_t count)
{
    struct mailimap_set *set = mailimap_set_new_empty();
    size_t from = 0;
    for (size_t i = 1; set && i <= count; i++) {
        if (i < count && uids[i] == uids[i - 1] + 1)
            continue;
        if (mailimap_set_add_interval(set, uids[from], uids[i - 1]) != MAILIMAP_NO_ERROR) {
            mailimap_set_free(set);
            return NULL;
        }
        from = i;
    }
    return set;
}

static bool add(struct mailimap_fetch_type *type, struct mailimap_fetch_att *attribute)
{
    return attribute &&
           mailimap_fetch_type_new_fetch_att_list_add(type, attribute) == MAILIMAP_NO_ERROR;
}

static struct mailimap_fetch_att *content(enum imap_part part)
{
    bool whole = part == IMAP_WHOLE;
    struct mailimap_section *section =
        whole ? mailimap_section_new(NULL) : mailimap_section_new_header();
    return section
               ? mailimap_fetch_att_new_body_peek_section_partial(
                     section, 0, (uint32_t)(whole ? LIMIT_MESSAGE_PARSED + 1 : LIMIT_IMAP_HEADER))
               : NULL;
}

static struct mailimap_fetch_type *fetch_type(enum imap_part part)
{
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
    bool ok =
        type && add(type, mailimap_fetch_att_new_uid()) &&
        add(type, mailimap_fetch_att_new_rfc822_size()) &&
        add(type, mailimap_fetch_att_new_flags()) &&
        add(type, mailimap_fetch_att_new_internaldate()) &&
        (part != IMAP_HEADER_AND_STRUCTURE || add(type, mailimap_fetch_att_new_bodystructure())) &&
        add(type, content(part));
    if (!ok && type)
        mailimap_fetch_type_free(type);
    return ok ? type : NULL;
}

/* The zone is written as +HHMM. */
static unixtime time_of(const struct mailimap_date_time *d)
{
    struct tm t = {.tm_year = d->dt_year - 1900,
                   .tm_mon = d->dt_month - 1,
                   .tm_mday = d->dt_day,
                   .tm_hour = d->dt_hour,
                   .tm_min = d->dt_min,
                   .tm_sec = d->dt_sec};
    return timegm(&t) - (unixtime)(d->dt_zone / 100 * 60 + d->dt_zone % 100) * 60;
}

static bool is_deleted(const struct mailimap_msg_att_dynamic *dynamic)
{
    if (!dynamic || !dynamic->att_list)
        return false;
    for (clistiter *i = clist_begin(dynamic->att_list); i; i = clist_next(i)) {
        const struct mailimap_flag_fetch *f = clist_content(i);
        if (f->fl_flag && f->fl_flag->fl_type == MAILIMAP_FLAG_DELETED)
            return true;
    }
    return false;
}

static void read_static(struct arena *arena, const struct mailimap_msg_att_static *a,
                        struct imap_message *m)
{
    if (a->att_type == MAILIMAP_MSG_ATT_UID)
        m->uid = a->att_data.att_uid;
    else if (a->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE)
        m->size = a->att_data.att_rfc822_size;
    else if (a->att_type == MAILIMAP_MSG_ATT_INTERNALDATE)
        m->arrival = time_of(a->att_data.att_internal_date);
    else if (a->att_type == MAILIMAP_MSG_ATT_BODYSTRUCTURE)
        m->structure = imap_structure(arena, a->att_data.att_bodystructure);
    else if (a->att_type == MAILIMAP_MSG_ATT_BODY_SECTION) {
        m->bytes = (struct span){a->att_data.att_body_section->sec_body_part,
                                 a->att_data.att_body_section->sec_length};
    }
}

static void read_message(struct arena *arena, const struct mailimap_msg_att *att,
                         struct imap_message *m)
{
    *m = (struct imap_message){0};
    for (clistiter *i = clist_begin(att->att_list); i; i = clist_next(i)) {
        const struct mailimap_msg_att_item *item = clist_content(i);
        if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
            read_static(arena, item->att_data.att_static, m);
        else if (item->att_type == MAILIMAP_MSG_ATT_ITEM_DYNAMIC)
            m->deleted = m->deleted || is_deleted(item->att_data.att_dyn);
    }
}

/* A server may tell of other messages' flags at any time; those come without content. */
static bool is_asked_for(const struct imap_message *m, const uint32_t *uids, size_t count)
{
    return m->bytes.p && imap_find_uid(m->uid, uids, count) < count;
}

static bool visit_all(clist *list, const uint32_t *uids, size_t count, imap_visit visit,
                      void *context, struct error *e)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    bool ok = arena || error_memory(e);
    for (clistiter *i = clist_begin(list); ok && i; i = clist_next(i)) {
        struct imap_message m;
        arena_reset(arena);
        read_message(arena, clist_content(i), &m);
        if (is_asked_for(&m, uids, count))
            ok = visit(context, &m, e);
    }
    arena_free(arena);
    return ok;
}

bool imap_fetch(struct imap_session *s, const uint32_t *uids, size_t count, enum imap_part part,
                imap_visit visit, void *context, struct error *e)
{
    struct mailimap_set *set = imap_set(uids, count);
    struct mailimap_fetch_type *type = fetch_type(part);
    clist *list = NULL;
    bool ok = (set && type) || error_memory(e);
    if (ok) {
        imap_allow(s, count * (uint64_t)LIMIT_IMAP_HEADER +
                          (part == IMAP_WHOLE ? LIMIT_IMAP_BODIES + LIMIT_MESSAGE_PARSED : 0));
        ok = imap_ok(s, mailimap_uid_fetch(s->imap, set, type, &list), "fetching messages",
                     ERROR_RETRY, e);
    }
    if (set)
        mailimap_set_free(set);
    if (type)
        mailimap_fetch_type_free(type);
    if (!ok)
        return false; /* of a refused FETCH libetpan has freed the list that it gives back */
    ok = visit_all(list, uids, count, visit, context, e);
    mailimap_fetch_list_free(list);
    return ok;
}
