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

bool refile(struct context *c, struct arena *arena, struct maildir *md, struct journal_event *event,
            bool there, const struct refiling *to, struct refiled *out, struct error *e)
{
    const char *origin = origin_name(to->origin);
    *out = (struct refiled){.path = ""};
    if (there && !place(arena, md, event, refile_folder(c, event, to->origin), out, e))
        return false;
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
