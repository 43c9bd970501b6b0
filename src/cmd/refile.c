/*
 * Refiling. See refile.h.
 */
#include "cmd/refile.h"

#include <string.h>

const char *refile_mailbox(struct arena *arena, const char *maildir)
{
    return arena_printf(arena, "maildir:%s", maildir);
}

static char folder_byte(char c)
{
    return c == '.' ? '/' : c;
}

bool refile_same_folder(const char *a, const char *b)
{
    if (span_is_nocase(span_of(a), "INBOX"))
        return span_is_nocase(span_of(b), "INBOX");
    for (; *a && folder_byte(*a) == folder_byte(*b); a++)
        b++;
    return *a == *b;
}

const char *refile_folder(const struct context *c, const struct journal_event *event,
                          enum origin origin)
{
    enum class class;
    if (c->config->observe || !class_from_name(span_of(event->class_), &class))
        return event->folder;
    return verdict_folder(c->config, class, origin);
}

/* A client that sets a flag at this moment renames the message: it is looked for once more. */
#define MOVE_TRIES 3

bool refile_move(struct arena *arena, struct maildir *md, struct journal_event *event,
                 struct maildir_entry *entry, const char *folder, enum refile_end *end,
                 struct error *e)
{
    const char *unique;
    bool gone = true, found = true;
    for (int i = 0; i < MOVE_TRIES && found && gone; i++)
        if (!maildir_move(md, entry, folder, arena, &unique, &gone, e) ||
            (gone && !maildir_find(md, arena, event->folder, event->file, &found, entry, e)))
            return false;
    *end = !gone ? REFILE_MOVED : found ? REFILE_BUSY : REFILE_GONE;
    if (gone)
        return true;
    event->folder = folder;
    event->file = unique;
    if (!maildir_find(md, arena, folder, unique, &found, entry, e))
        return false;
    *end = found ? REFILE_MOVED : REFILE_GONE;
    return true;
}

/* Finds the message and moves it to `folder`. Gone is no error. */
static bool place(struct arena *arena, struct maildir *md, struct journal_event *event,
                  const char *folder, struct refiled *out, struct error *e)
{
    struct maildir_entry entry;
    enum refile_end end;
    bool found;
    if (!maildir_find(md, arena, event->folder, event->file, &found, &entry, e))
        return false;
    if (found && !refile_same_folder(folder, event->folder)) {
        if (!refile_move(arena, md, event, &entry, folder, &end, e))
            return false;
        if (end == REFILE_BUSY)
            return error_set(e, ERROR_RETRY,
                             "message %s of folder %s is being changed by somebody else",
                             event->file, event->folder);
        found = out->moved = end == REFILE_MOVED;
    }
    out->path = found ? maildir_entry_path(md, arena, &entry) : "";
    return out->path || error_memory(e);
}

static bool note(struct context *c, struct journal_event *event, const struct refiling *to,
                 struct error *e)
{
    const char *origin = origin_name(to->origin);
    if (strcmp(event->origin, origin) != 0) {
        event->previous_origin = event->origin;
        event->origin = origin;
        event->changed = clock_now();
    }
    event->row = to->row;
    event->marked = to->marked;
    event->by_user = to->by_user;
    return journal_update(c->store, event, e);
}

bool refile(struct context *c, struct arena *arena, struct maildir *md, struct journal_event *event,
            bool there, const struct refiling *to, struct refiled *out, struct error *e)
{
    *out = (struct refiled){.path = ""};
    return (!there || place(arena, md, event, refile_folder(c, event, to->origin), out, e)) &&
           note(c, event, to, e);
}

/* --- several --- */

static bool begin_move(struct context *c, struct arena *arena, struct maildir *md,
                       struct maildir_moves *moves, struct refile_item *i)
{
    bool found = false;
    i->done = (struct refiled){.path = ""};
    i->folder = refile_folder(c, i->event, i->to->origin);
    if (i->there &&
        !maildir_find(md, arena, i->event->folder, i->event->file, &found, &i->entry, &i->error))
        return false;
    i->moves = found && !refile_same_folder(i->folder, i->event->folder);
    if (i->moves)
        return maildir_moves_add(moves, &i->entry, i->folder, arena, &i->moved, &i->error);
    i->done.path = found ? maildir_entry_path(md, arena, &i->entry) : "";
    return i->done.path || error_memory(&i->error);
}

/* Says where it is now; one that a client gave another name meanwhile is moved by itself. */
static bool end_move(struct arena *arena, struct maildir *md, struct refile_item *i)
{
    if (!i->moved.gone) {
        i->done.moved = true;
        i->event->folder = i->folder;
        i->event->file = i->moved.unique;
    }
    return place(arena, md, i->event, i->folder, &i->done, &i->error);
}

static bool move_all(struct context *c, struct arena *arena, struct maildir *md,
                     struct refile_item *items, size_t count, struct error *e)
{
    struct maildir_moves *moves = maildir_moves_open(md, e);
    if (!moves)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!begin_move(c, arena, md, moves, &items[i]))
            items[i].moves = false;
    bool ok = maildir_moves_complete(moves, e);
    maildir_moves_close(moves);
    for (size_t i = 0; ok && i < count; i++)
        if (items[i].moves)
            end_move(arena, md, &items[i]);
    return ok;
}

static bool note_all(struct context *c, struct refile_item *items, size_t count, struct error *e)
{
    if (!store_begin(c->store, e))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!items[i].error.kind)
            note(c, items[i].event, items[i].to, &items[i].error);
    return store_commit(c->store, e);
}

bool refile_all(struct context *c, struct arena *arena, struct maildir *md,
                struct refile_item *items, size_t count, struct error *e)
{
    return move_all(c, arena, md, items, count, e) && note_all(c, items, count, e);
}
