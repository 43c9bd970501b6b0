/*
 * A copy is known by its size and its header, which holds what the hosts on its way have written:
 * two messages that are not copies differ there. Where they do not, one that is gone here is the
 * first to have its copy there: what is still here is rather copied a second time than removed.
 */
#include "mailbox/imap_copies.h"

#include <string.h>

#include <nettle/sha2.h>

#include "base/limits.h"

struct search {
    struct imap_session *session;
    const struct imap_mark *marks;
    size_t count;
    struct imap_trace *found;
};

struct imap_mark imap_mark_of(const struct imap_message *m)
{
    struct imap_mark mark = {.uid = m->uid, .size = m->size};
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, m->bytes.n, (const uint8_t *)m->bytes.p);
    sha256_digest(&sha, sizeof mark.digest, mark.digest);
    return mark;
}

static bool is_copy(const struct imap_mark *a, const struct imap_mark *b)
{
    return a->size == b->size && memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

static bool note_here(void *context, const struct imap_message *m, struct error *e)
{
    struct search *s = context;
    struct imap_mark mark = imap_mark_of(m);
    (void)e;
    for (size_t i = 0; i < s->count; i++)
        if (s->marks[i].uid == mark.uid && is_copy(&s->marks[i], &mark)) {
            s->found[i].is_here = true;
            s->found[i].is_deleted = m->deleted;
        }
    return true;
}

static bool note_there(void *context, const struct imap_message *m, struct error *e)
{
    struct search *s = context;
    struct imap_mark mark = imap_mark_of(m);
    struct imap_trace *best = NULL;
    (void)e;
    for (size_t i = 0; i < s->count; i++) {
        struct imap_trace *t = &s->found[i];
        if (!t->there && is_copy(&s->marks[i], &mark) && (!best || (best->is_here && !t->is_here)))
            best = t;
    }
    if (best)
        best->there = mark.uid;
    return true;
}

static bool fetch_headers(struct search *s, const uint32_t *uids, size_t count, imap_visit visit,
                          struct error *e)
{
    for (size_t i = 0; i < count; i += LIMIT_IMAP_BATCH) {
        size_t n = count - i < LIMIT_IMAP_BATCH ? count - i : LIMIT_IMAP_BATCH;
        if (!imap_fetch(s->session, uids + i, n, IMAP_HEADER, visit, s, e))
            return false;
    }
    return true;
}

static bool look_here(struct search *s, struct error *e)
{
    uint32_t uids[LIMIT_IMAP_FILED];
    for (size_t i = 0; i < s->count; i++)
        uids[i] = s->marks[i].uid;
    return fetch_headers(s, uids, s->count, note_here, e);
}

static bool look_from(struct search *s, uint32_t first, struct error *e)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    uint32_t *uids = NULL;
    size_t count = 0;
    bool ok = (arena || error_memory(e)) &&
              imap_search(s->session, arena, first ? first : 1, 0, &uids, &count, e);
    if (ok) {
        size_t skipped = count > LIMIT_IMAP_COPIES ? count - LIMIT_IMAP_COPIES : 0;
        ok = fetch_headers(s, uids + skipped, count - skipped, note_there, e);
    }
    arena_free(arena);
    return ok;
}

static bool look_there(struct search *s, const char *folder, uint32_t first, uint32_t *validity,
                       struct error *e)
{
    struct imap_mailbox target;
    struct error why = {0};
    if (imap_select(s->session, folder, true, &target, &why)) {
        *validity = target.validity;
        return look_from(s, first, e);
    }
    return why.kind == ERROR_DATA || error_set(e, why.kind, "%s", why.text);
}

bool imap_find_copies(struct imap_session *session, const char *mailbox, const char *folder,
                      uint32_t first, const struct imap_mark *marks, size_t count,
                      uint32_t *validity, struct imap_trace *found, struct error *e)
{
    struct search s = {session, marks, count, found};
    struct imap_mailbox after;
    uint32_t before = session->imap->imap_selection_info->sel_uidvalidity;
    *validity = 0;
    memset(found, 0, count * sizeof *found);
    if (!look_here(&s, e) || !look_there(&s, folder, first, validity, e) ||
        !imap_select(session, mailbox, false, &after, e))
        return false;
    return before == after.validity ||
           error_set(e, ERROR_RETRY, "imap:%s: the server has numbered %s anew meanwhile",
                     session->account->name, mailbox);
}
