/*
 * Removing what the journal knows to be forged. What is found in a folder without an event, under
 * another name, or in another folder is the owner's and stays. A round collects candidates, since
 * the journal must not be written while it is read.
 */
#include "cmd/expire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/folder_names.h"
#include "cmd/refile.h"
#include "mailbox/quota.h"

#define NOTE_EXPIRED "expired"
/* Runs that the note holds. */
#define NOTE_RUNS 200

struct candidate {
    struct candidate *next;
    const char *folder, *file;
};

struct round {
    struct context *context;
    struct maildir *maildir;
    const char *mailbox;
    unixtime before;
    int64_t after; /* number of the last event of the rounds so far */
    struct arena *arena;
    struct candidate *first;
    size_t count;
    bool no_memory;
};

/* --- what is due --- */

static bool is_due(const struct round *r, const struct journal_event *event)
{
    enum class class;
    if (strcmp(event->origin, origin_name(ORIGIN_FORGED)) != 0 || event->time >= r->before ||
        event->changed >= r->before || strcmp(event->mailbox, r->mailbox) != 0 ||
        !class_from_name(span_of(event->class_), &class) || class == CLASS_MAIL)
        return false;
    const char *folder = verdict_folder(r->context->config, class, ORIGIN_FORGED);
    return !refile_same_folder(event->folder, "INBOX") && refile_same_folder(event->folder, folder);
}

static bool collect(void *context, const struct journal_event *event)
{
    struct round *r = context;
    if (event->number <= r->after)
        return true;
    r->after = event->number;
    if (!is_due(r, event))
        return true;
    struct candidate *c = arena_alloc(r->arena, sizeof *c);
    if (c) {
        c->folder = arena_string(r->arena, span_of(event->folder));
        c->file = arena_string(r->arena, span_of(event->file));
    }
    r->no_memory = !c || !c->folder || !c->file;
    if (r->no_memory)
        return false;
    c->next = r->first;
    r->first = c;
    return ++r->count < LIMIT_EXPIRE_ROUND;
}

/* --- removing --- */

/* The owner's flag says "keep". */
static bool is_flagged(const struct maildir_entry *entry)
{
    return strchr(entry->flags, 'F') != NULL;
}

/* What is filed by us carries its size in its name. */
static int64_t size_of_name(const char *unique)
{
    const char *field = strstr(unique, ",S=");
    return field ? strtoll(field + 3, NULL, 10) : 0;
}

static bool remove_one(struct round *r, struct folder_names *names, const struct candidate *c,
                       bool dry_run, int64_t *removed, struct error *e)
{
    struct maildir_entry entry;
    bool there = false, found = false, gone = false;
    if (!folder_names_have(names, c->folder, c->file, &there, e) ||
        (there && !maildir_find(r->maildir, r->arena, c->folder, c->file, &found, &entry, e)))
        return false;
    if (!found || is_flagged(&entry))
        return true;
    int64_t size = size_of_name(entry.unique);
    if (!dry_run && !maildir_remove(r->maildir, &entry, &gone, e))
        return false;
    if (!dry_run && !gone)
        maildir_quota_add(r->maildir, -size, -1);
    *removed += !gone;
    return true;
}

static bool remove_all(struct round *r, bool dry_run, int64_t *removed, struct error *e)
{
    struct folder_names names = {.maildir = r->maildir, .arena = r->arena};
    for (const struct candidate *c = r->first; c; c = c->next)
        if (!remove_one(r, &names, c, dry_run, removed, e))
            return false;
    return true;
}

/* --- the note: "TIME:COUNT TIME:COUNT ...", the latest first --- */

static bool add_to_note(struct context *c, int64_t removed, struct error *e)
{
    const char *before;
    if (!store_note_get(c->store, c->arena, NOTE_EXPIRED, &before, e))
        return false;
    struct buf note = {0};
    buf_printf(&note, "%" PRId64 ":%" PRId64, clock_now(), removed);
    for (int i = 1; i < NOTE_RUNS && *before; i++) {
        size_t n = strcspn(before, " ");
        buf_add_byte(&note, ' ');
        buf_add(&note, (struct span){before, n});
        before += n + strspn(before + n, " ");
    }
    bool ok = note.failed ? error_memory(e)
                          : store_note_set(c->store, NOTE_EXPIRED, buf_string(&note), e);
    buf_free(&note);
    return ok;
}

bool expire_counted(struct store *s, struct arena *arena, unixtime since, unixtime until,
                    int64_t *count, struct error *e)
{
    const char *note;
    *count = 0;
    if (!store_note_get(s, arena, NOTE_EXPIRED, &note, e))
        return false;
    while (*note) {
        char *end;
        unixtime time = strtoll(note, &end, 10);
        int64_t removed = *end == ':' ? strtoll(end + 1, &end, 10) : 0;
        if (time >= since && time < until)
            *count += removed;
        note = end + strcspn(end, " ");
        note += strspn(note, " ");
    }
    return true;
}

/* --- the run --- */

static bool one_round(struct round *r, bool dry_run, int64_t *removed, struct error *e)
{
    arena_reset(r->arena);
    r->first = NULL;
    r->count = 0;
    if (!journal_each(r->context->store, 0, r->before, collect, r, e))
        return false;
    return !r->no_memory ? remove_all(r, dry_run, removed, e) : error_memory(e);
}

bool expire(struct context *c, struct maildir *md, const char *mailbox, int days, bool dry_run,
            int64_t *removed, struct error *e)
{
    struct round r = {.context = c,
                      .maildir = md,
                      .mailbox = mailbox,
                      .before = clock_now() - days * SECONDS_PER_DAY,
                      .arena = arena_new(LIMIT_ARENA)};
    int64_t now_removed = 0;
    bool ok = r.arena != NULL || error_memory(e);
    do
        ok = ok && one_round(&r, dry_run, &now_removed, e);
    while (ok && r.count == LIMIT_EXPIRE_ROUND);
    arena_free(r.arena);
    *removed += now_removed;
    /* Counted also when it ended early: what is gone is gone. */
    struct error second = {0};
    bool noted = now_removed == 0 || dry_run || add_to_note(c, now_removed, &second);
    if (ok && !noted)
        *e = second;
    return ok && noted;
}
