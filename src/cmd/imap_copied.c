/*
 * The event in the journal, still under the old place, tells that a copy may be there, and in which
 * folder, whatever is thought of the message now. The new place is journaled last: until then a run
 * that is cut again finds the event.
 */
#include "cmd/imap_copied.h"

#include <string.h>

#include "base/limits.h"
#include "cmd/imap_place.h"
#include "mailbox/imap_copies.h"
#include "mailbox/imap_folder.h"

struct finishing {
    struct imap_run *run;
    struct arena *arena;
    const char *mailbox;
    uint32_t validity;
};

static bool read_event(struct finishing *f, uint32_t uid, struct journal_event *event, bool *found,
                       struct error *e)
{
    const struct imap_place place = {f->mailbox, f->validity, uid};
    const char *file = imap_place_write(f->arena, &place);
    if (!file)
        return error_memory(e);
    enum lookup answer =
        journal_find(f->run->context.store, f->arena, f->run->name, file, event, e);
    *found = answer == LOOKUP_YES && strcmp(event->folder, "INBOX") != 0;
    return answer != LOOKUP_ERROR;
}

static bool journal_copy(struct finishing *f, uint32_t uid, const struct imap_place *copy,
                         struct error *e)
{
    struct journal_event event;
    bool found;
    const char *there = imap_place_write(f->arena, copy);
    if (!there)
        return error_memory(e);
    if (!read_event(f, uid, &event, &found, e))
        return false;
    event.file = there;
    return !found || journal_update(f->run->context.store, &event, e);
}

/* The messages, at most LIMIT_IMAP_BATCH, whose events name that folder. */
static bool finish_folder(struct finishing *f, const char *folder, const uint32_t *uids,
                          size_t count, bool *done, struct error *e)
{
    uint32_t found[LIMIT_IMAP_BATCH], copied[LIMIT_IMAP_BATCH], validity;
    size_t n = 0;
    enum imap_moved how;
    struct imap_session *session = &f->run->session;
    const char *name = imap_folder_name(session, folder, e);
    if (!name || strcmp(name, f->mailbox) == 0)
        return name != NULL;
    if (!imap_find_copies(session, f->mailbox, name, uids, count, &validity, found, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if ((done[i] = found[i] != 0))
            copied[n++] = uids[i];
    if (n > 0 && !imap_remove_copied(session, copied, n, &how, e))
        return false;
    f->run->tally.moved += (int64_t)n;
    f->run->tally.marked_only |= n > 0 && how == IMAP_MOVED_AND_MARKED;
    for (size_t i = 0; i < count; i++) {
        const struct imap_place copy = {name, validity, found[i]};
        if (done[i] && !journal_copy(f, uids[i], &copy, e))
            return false;
    }
    return true;
}

/* Takes runs of messages with one folder in their events. */
bool imap_finish_copied(struct imap_run *r, struct arena *arena, const char *mailbox,
                        uint32_t validity, const uint32_t *uids, size_t count, bool *done,
                        struct error *e)
{
    struct finishing f = {r, arena, mailbox, validity};
    struct journal_event event;
    const char *folder = NULL;
    size_t from = 0;
    memset(done, 0, count * sizeof *done);
    if (imap_can(&r->session, "MOVE"))
        return true;
    for (size_t i = 0; i <= count; i++) {
        bool found = false;
        if (i < count && !read_event(&f, uids[i], &event, &found, e))
            return false;
        const char *its = found ? event.folder : NULL;
        bool goes_on = folder && its && strcmp(folder, its) == 0 && i - from < LIMIT_IMAP_BATCH;
        if (folder && !goes_on && !finish_folder(&f, folder, uids + from, i - from, done + from, e))
            return false;
        if (!goes_on) {
            folder = its;
            from = i;
        }
    }
    return true;
}
