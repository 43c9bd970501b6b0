/*
 * The mailbox of sent mail as a source: what has come since the UID of the last complete run. A run
 * that is cut has recorded what it has read; the next begins where the last complete one ended and
 * passes over what is known. A run that meets a message of which the server gives nothing is not
 * complete, however often: to know all that was sent is what the source is for.
 */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/imap_run.h"
#include "mailbox/imap_fetch.h"
#include "mailbox/imap_folder.h"
#include "mailbox/imap_special.h"
#include "sources/sent_batch.h"

struct sent_run {
    struct imap_run *run;
    struct sent_batch batch;
    struct source_progress progress;
    struct imap_mailbox mailbox;
    uint32_t last; /* UID up to which a complete run has read; 0: none */
    /* The batch that is asked for, and of which of its messages the header has come. */
    const uint32_t *uids;
    size_t uid_count;
    bool has_header[LIMIT_IMAP_BATCH];
    /* Messages that are there, but of which the server gives nothing, and the first. */
    size_t unread;
    uint32_t first_unread;
};

static bool take(void *context, const struct imap_message *m, struct error *e)
{
    struct sent_run *s = context;
    char item[32];
    snprintf(item, sizeof item, "%u.%u", s->mailbox.validity, m->uid);
    s->has_header[imap_find_uid(m->uid, s->uids, s->uid_count)] = true;
    s->progress.seen++;
    return sent_batch_add(&s->batch, span_of(item), m->bytes, m->arrival, e);
}

/* The cursor is "UIDVALIDITY UID MAILBOX". */
static bool read_cursor(struct sent_run *s, const char *mailbox, struct error *e)
{
    struct source_state state;
    unsigned validity, uid;
    int name = 0;
    if (!store_source(s->run->context.store, s->batch.arena, s->run->name, &state, e))
        return false;
    if (state.first_run != 0 && sscanf(state.cursor, "%u %u %n", &validity, &uid, &name) == 2 &&
        validity == s->mailbox.validity && strcmp(state.cursor + name, mailbox) == 0)
        s->last = uid;
    return true;
}

/* What has not come has been expunged meanwhile, or the server gives nothing of it. */
static bool count_unread(struct sent_run *s, struct arena *arena, struct error *e)
{
    uint32_t missing[LIMIT_IMAP_BATCH], *there = NULL;
    size_t n = 0, found = 0;
    for (size_t i = 0; i < s->uid_count; i++)
        if (!s->has_header[i])
            missing[n++] = s->uids[i];
    if (n > 0 && !imap_search_among(&s->run->session, arena, missing, n, &there, &found, e))
        return false;
    if (found > 0 && s->unread == 0)
        s->first_unread = there[0];
    s->unread += found;
    return true;
}

static bool fetch_batch(struct sent_run *s, struct arena *arena, struct error *e)
{
    memset(s->has_header, 0, sizeof s->has_header);
    return imap_fetch(&s->run->session, s->uids, s->uid_count, IMAP_HEADER, take, s, e) &&
           count_unread(s, arena, e);
}

static bool fetch_all(struct sent_run *s, struct arena *arena, const uint32_t *uids, size_t count,
                      struct error *e)
{
    for (size_t i = 0; i < count; i += LIMIT_IMAP_BATCH) {
        s->uids = uids + i;
        s->uid_count = count - i < LIMIT_IMAP_BATCH ? count - i : LIMIT_IMAP_BATCH;
        if (!fetch_batch(s, arena, e))
            return false;
        imap_show_progress(s->run, "sent mail");
    }
    return s->unread == 0 ||
           error_set(e, ERROR_RETRY,
                     "%s: the server gives nothing of %zu sent messages, the first with UID %u: "
                     "what was sent is not known to the end until they can be read or are removed",
                     s->run->name, s->unread, s->first_unread);
}

static bool read_new(struct sent_run *s, struct arena *arena, const char *mailbox, struct error *e)
{
    char cursor[64 + 1024];
    uint32_t *uids = NULL;
    size_t count = 0;
    if (!read_cursor(s, mailbox, e))
        return false;
    /* A day more than is kept: a server's day is in its own zone. */
    unixtime oldest =
        s->batch.started - (s->run->context.config->retain_days + 1) * SECONDS_PER_DAY;
    bool is_new = s->mailbox.next == 0 || s->mailbox.next > s->last + 1;
    if (is_new &&
        !imap_search(&s->run->session, arena, s->last + 1, s->last ? 0 : oldest, &uids, &count, e))
        return false;
    if (!fetch_all(s, arena, uids, count, e)) {
        struct error ignored = {0};
        sent_batch_flush(&s->batch, &ignored);
        return false;
    }
    if (s->mailbox.next > s->last + 1)
        s->last = s->mailbox.next - 1;
    if (count > 0 && uids[count - 1] > s->last)
        s->last = uids[count - 1];
    snprintf(cursor, sizeof cursor, "%u %u %s", s->mailbox.validity, s->last, mailbox);
    return sent_batch_complete(&s->batch, cursor, e);
}

bool imap_select_sent(struct imap_run *r, struct imap_mailbox *out, const char **mailbox,
                      struct error *e)
{
    const char *named = r->account->sent;
    if (named)
        return imap_select_named(&r->session, named, true, out, mailbox, e);
    *mailbox = imap_find_sent(&r->session, e);
    return *mailbox && imap_select(&r->session, *mailbox, true, out, e);
}

bool imap_record_sent(struct imap_run *r, int64_t *added, struct error *e)
{
    struct sent_run s = {.run = r};
    struct arena *arena = arena_new(LIMIT_ARENA);
    bool ok = (arena || error_memory(e)) &&
              context_open_store(&r->context, STORE_WRITE, LIMIT_RECORD_MS, e);
    const char *mailbox = NULL;
    if (ok) {
        /* The run begins before the mailbox is looked at: coverage ends where it begins. */
        ok = sent_batch_start(&s.batch, r->context.store, r->context.config, r->name, &s.progress,
                              e) &&
             imap_select_sent(r, &s.mailbox, &mailbox, e) && read_new(&s, arena, mailbox, e);
        sent_batch_free(&s.batch);
    }
    *added = s.progress.added;
    arena_free(arena);
    return ok;
}
