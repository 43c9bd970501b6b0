/*
 * A copy is known by its size and its header, which holds what the hosts on its way have written:
 * two messages that are not copies differ there. It is looked for among the last messages of the
 * folder, where a cut run has added it; servers differ in what they search for by size.
 */
#include "mailbox/imap_copies.h"

#include <stdlib.h>
#include <string.h>

#include <nettle/sha2.h>

#include "base/limits.h"
#include "mailbox/imap_fetch.h"

struct mark {
    uint32_t uid, size;
    uint32_t there; /* the UID of its copy; 0: none */
    unsigned char digest[SHA256_DIGEST_SIZE];
};

struct search {
    struct imap_session *session;
    struct mark marks[LIMIT_IMAP_BATCH];
    size_t count;
};

static struct mark mark_of(const struct imap_message *m)
{
    struct mark mark = {.uid = m->uid, .size = m->size};
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, m->bytes.n, (const uint8_t *)m->bytes.p);
    sha256_digest(&sha, sizeof mark.digest, mark.digest);
    return mark;
}

static bool note(void *context, const struct imap_message *m, struct error *e)
{
    struct search *s = context;
    (void)e;
    if (s->count < LIMIT_IMAP_BATCH && m->bytes.p)
        s->marks[s->count++] = mark_of(m);
    return true;
}

static bool compare(void *context, const struct imap_message *m, struct error *e)
{
    struct search *s = context;
    (void)e;
    if (!m->bytes.p)
        return true;
    struct mark there = mark_of(m);
    for (size_t i = 0; i < s->count; i++) {
        struct mark *here = &s->marks[i];
        if (!here->there && here->size == there.size &&
            memcmp(here->digest, there.digest, sizeof there.digest) == 0) {
            here->there = m->uid;
            break;
        }
    }
    return true;
}

static bool compare_last(struct search *s, struct error *e)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    uint32_t *uids = NULL;
    size_t count = 0;
    bool ok = (arena || error_memory(e)) &&
              imap_search_last(s->session, arena, LIMIT_IMAP_COPIES, &uids, &count, e);
    for (size_t i = 0; ok && i < count; i += LIMIT_IMAP_BATCH) {
        size_t n = count - i < LIMIT_IMAP_BATCH ? count - i : LIMIT_IMAP_BATCH;
        ok = imap_fetch(s->session, uids + i, n, IMAP_HEADER, compare, s, e);
    }
    arena_free(arena);
    return ok;
}

/* A folder that is not there any more holds no copies. */
static bool look_into(struct search *s, const char *folder, uint32_t *validity, struct error *e)
{
    struct imap_mailbox target;
    struct error why = {0};
    if (imap_select(s->session, folder, true, &target, &why)) {
        *validity = target.validity;
        return compare_last(s, e);
    }
    return why.kind == ERROR_DATA || error_set(e, why.kind, "%s", why.text);
}

static void tell(const struct search *s, const uint32_t *uids, size_t count, uint32_t *found)
{
    for (size_t i = 0; i < count; i++) {
        found[i] = 0;
        for (size_t k = 0; k < s->count; k++)
            if (s->marks[k].uid == uids[i])
                found[i] = s->marks[k].there;
    }
}

bool imap_find_copies(struct imap_session *session, const char *mailbox, const char *folder,
                      const uint32_t *uids, size_t count, uint32_t *validity, uint32_t *found,
                      struct error *e)
{
    struct imap_mailbox after;
    struct search *s = calloc(1, sizeof *s);
    if (!s)
        return error_memory(e);
    s->session = session;
    *validity = 0;
    uint32_t before = session->imap->imap_selection_info->sel_uidvalidity;
    bool ok = imap_fetch(session, uids, count, IMAP_HEADER, note, s, e) &&
              look_into(s, folder, validity, e) && imap_select(session, mailbox, false, &after, e);
    tell(s, uids, count, found);
    free(s);
    if (ok && before != after.validity)
        return error_set(e, ERROR_RETRY, "imap:%s: the server has numbered %s anew meanwhile",
                         session->account->name, mailbox);
    return ok;
}
