/*
 * Batches of a sweep. All moves share the syncs of their folders. A message moves before the
 * journal and the note of it are committed: killed in between it stands in the right folder, is not
 * in the inbox to be seen again, and the journal is mended from the folders.
 */
#include "cmd/sweep_batch.h"

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/refile.h"

struct sweep_outcome {
    struct sweep_outcome *next;
    const char *unique; /* as it was seen */
    bool is_response;
    struct maildir_entry entry;
    struct journal_event event;
    const char *folder; /* for a response */
    bool moves, left_alone;
    struct maildir_moved moved;
};

bool sweep_batch_open(struct sweep_batch *b, struct context *c, struct maildir *md,
                      const char *mailbox, struct error *e)
{
    *b = (struct sweep_batch){.context = c,
                              .maildir = md,
                              .mailbox = mailbox,
                              .seen_by = arena_printf(c->arena, "sweep:%s", mailbox),
                              .arena = arena_new(LIMIT_ARENA)};
    b->last = &b->first;
    if (!b->seen_by || !b->arena)
        return error_memory(e);
    b->moves = maildir_moves_open(md, e);
    return b->moves != NULL;
}

void sweep_batch_close(struct sweep_batch *b)
{
    maildir_moves_close(b->moves);
    arena_free(b->arena);
}

bool sweep_batch_knows(struct sweep_batch *b, const char *unique, bool *known, struct error *e)
{
    return store_item_seen(b->context->store, b->seen_by, span_of(unique), known, e);
}

static struct sweep_outcome *add(struct sweep_batch *b, const char *unique, struct error *e)
{
    struct sweep_outcome *o = arena_alloc(b->arena, sizeof *o);
    if (!o || !(o->unique = arena_string(b->arena, span_of(unique)))) {
        error_memory(e);
        return NULL;
    }
    *b->last = o;
    b->last = &o->next;
    b->seen++;
    return o;
}

bool sweep_batch_note(struct sweep_batch *b, const char *unique, struct error *e)
{
    return add(b, unique, e) != NULL;
}

static bool copy_entry(struct arena *arena, const struct maildir_entry *from, const char *unique,
                       struct maildir_entry *to)
{
    *to = (struct maildir_entry){.folder = "INBOX",
                                 .subdir = from->subdir,
                                 .unique = unique,
                                 .flags = arena_string(arena, span_of(from->flags)),
                                 .filename = arena_string(arena, span_of(from->filename))};
    return to->flags && to->filename;
}

static bool copy_findings(struct arena *arena, const struct findings *f, struct span *out)
{
    struct buf wire = {.limit = LIMIT_FINDINGS};
    bool ok = findings_encode(f, &wire);
    *out = (struct span){ok ? arena_string(arena, buf_span(&wire)) : NULL, wire.n};
    buf_free(&wire);
    return out->p != NULL;
}

bool sweep_batch_file(struct sweep_batch *b, const struct maildir_entry *entry,
                      const struct findings *f, const struct verdict *v, const char *folder,
                      unixtime arrival, struct error *e)
{
    struct sweep_outcome *o = add(b, entry->unique, e);
    if (!o)
        return false;
    o->folder = arena_string(b->arena, span_of(folder));
    o->event = (struct journal_event){.arrival = arrival,
                                      .class_ = class_name(v->class),
                                      .origin = origin_name(v->origin),
                                      .rule = arena_string(b->arena, span_of(f->rule)),
                                      .row = v->row,
                                      .marked = v->marked,
                                      .mailbox = b->mailbox,
                                      .folder = "INBOX",
                                      .file = o->unique,
                                      .previous_origin = ""};
    if (!o->folder || !o->event.rule || !copy_findings(b->arena, f, &o->event.findings) ||
        !copy_entry(b->arena, entry, o->unique, &o->entry))
        return error_memory(e);
    o->is_response = true;
    b->responses++;
    return true;
}

bool sweep_batch_is_full(const struct sweep_batch *b)
{
    return b->responses >= LIMIT_SWEEP_RESPONSES || b->seen >= LIMIT_SENT_BATCH ||
           arena_used(b->arena) >= LIMIT_ARENA / 2;
}

/* A client that changed its name at this moment is waited out. A message that its owner has removed
 * meanwhile is nothing to tell of; one that is changed again and again is the next pass's. */
static bool move_renamed(struct sweep_batch *b, struct sweep_outcome *o, struct error *e)
{
    enum refile_end end = REFILE_GONE;
    bool found;
    if (!maildir_find(b->maildir, b->arena, "INBOX", o->unique, &found, &o->entry, e))
        return false;
    if (found && !refile_move(b->arena, b->maildir, &o->event, &o->entry, o->folder, &end, e))
        return false;
    o->left_alone = end != REFILE_MOVED;
    b->moved += !o->left_alone;
    return true;
}

static bool end_move(struct sweep_batch *b, struct sweep_outcome *o, struct error *e)
{
    if (o->moved.gone)
        return move_renamed(b, o, e);
    o->event.folder = o->folder;
    o->event.file = o->moved.unique;
    b->moved++;
    return true;
}

static bool move_all(struct sweep_batch *b, struct error *e)
{
    bool ok = true;
    for (struct sweep_outcome *o = b->first; ok && o; o = o->next) {
        o->moves = o->is_response && !refile_same_folder(o->folder, "INBOX");
        ok = !o->moves || maildir_moves_add(b->moves, &o->entry, o->folder, b->arena, &o->moved, e);
    }
    ok = maildir_moves_complete(b->moves, e) && ok;
    for (struct sweep_outcome *o = b->first; ok && o; o = o->next)
        ok = !o->moves || end_move(b, o, e);
    return ok;
}

static bool note_all(struct sweep_batch *b, struct error *e)
{
    for (struct sweep_outcome *o = b->first; o; o = o->next) {
        if (o->left_alone)
            continue;
        o->event.time = clock_now();
        if ((o->is_response && !journal_add(b->context->store, &o->event, e)) ||
            !store_item_add(b->context->store, b->seen_by, span_of(o->unique), e))
            return false;
    }
    return true;
}

static bool note_in_store(struct sweep_batch *b, struct error *e)
{
    struct store *store = b->context->store;
    if (!store_begin(store, e))
        return false;
    if (note_all(b, e))
        return store_commit(store, e);
    store_rollback(store);
    return false;
}

bool sweep_batch_apply(struct sweep_batch *b, struct error *e)
{
    bool ok = !b->first || (move_all(b, e) && note_in_store(b, e));
    arena_reset(b->arena);
    b->first = NULL;
    b->last = &b->first;
    b->seen = b->responses = 0;
    return ok;
}
