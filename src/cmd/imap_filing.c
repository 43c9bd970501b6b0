/*
 * Events are written before anything is moved: a run that is cut behind them is taken up by the
 * next, which finds them there and adds none.
 */
#include "cmd/imap_filing.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cmd/imap_moving.h"
#include "cmd/imap_place.h"
#include "mailbox/imap_folder.h"

/* --- the journal --- */

/* The message's place before it is moved. */
static const char *file_of(const struct imap_filing *f, uint32_t uid)
{
    const struct imap_place place = {f->mailbox, f->validity, uid};
    return imap_place_write(f->arena, &place);
}

static bool add_event(const struct imap_filing *f, const struct imap_candidate *c, const char *file,
                      struct error *e)
{
    struct journal_event event = {
        .time = clock_now(),
        .arrival = c->arrival,
        .class_ = class_name(c->verdict.class),
        .origin = origin_name(c->verdict.origin),
        .rule = c->rule,
        .row = c->verdict.row,
        .marked = c->verdict.marked,
        .mailbox = f->run->name,
        .folder = c->folder ? c->folder : "INBOX",
        .file = file,
        .previous_origin = "",
        .findings = c->findings,
    };
    return journal_add(f->run->context.store, &event, e);
}

/* An event that is there is from a run that was cut behind it. It says what this run says, or what
 * the index has learned since. */
static bool journal_one(const struct imap_filing *f, const struct imap_candidate *c,
                        struct error *e)
{
    struct journal_event event;
    struct store *store = f->run->context.store;
    const char *file = file_of(f, c->mark.uid);
    if (!file)
        return error_memory(e);
    switch (journal_find(store, f->arena, f->run->name, file, &event, e)) {
    case LOOKUP_ERROR:
        return false;
    case LOOKUP_NO:
        return add_event(f, c, file, e);
    case LOOKUP_YES:
        break;
    }
    event.origin = origin_name(c->verdict.origin);
    event.row = c->verdict.row;
    event.marked = c->verdict.marked;
    event.folder = c->folder ? c->folder : "INBOX";
    return journal_update(store, &event, e);
}

static bool journal_batch(const struct imap_filing *f, struct error *e)
{
    struct store *store = f->run->context.store;
    if (!store_begin(store, e))
        return false;
    for (size_t i = 0; i < f->count; i++)
        if (f->candidates[i].is_response && !f->candidates[i].is_journaled &&
            !journal_one(f, &f->candidates[i], e)) {
            store_rollback(store);
            return false;
        }
    return store_commit(store, e);
}

/* --- moving --- */

static bool is_for(const struct imap_candidate *c, const char *folder)
{
    return c->is_response && c->folder && strcmp(c->folder, folder) == 0;
}

/* Calls do_it once for each folder that something of the batch goes to. */
static bool each_folder(const struct imap_filing *f,
                        bool (*do_it)(const struct imap_filing *f, const char *folder,
                                      struct error *e),
                        struct error *e)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct imap_candidate *c = &f->candidates[i];
        if (!c->is_response || !c->folder)
            continue;
        size_t first = 0;
        while (!is_for(&f->candidates[first], c->folder))
            first++;
        if (first == i && !do_it(f, c->folder, e))
            return false;
    }
    return true;
}

static bool ensure_folder(const struct imap_filing *f, const char *folder, struct error *e)
{
    uint32_t next;
    const char *name = imap_folder_name(&f->run->session, folder, e);
    if (!name || !imap_folder_ensure(&f->run->session, name, &next, e))
        return false;
    for (size_t i = 0; i < f->count; i++)
        if (is_for(&f->candidates[i], folder))
            f->candidates[i].first_in_folder = next;
    return true;
}

static bool move_to_folder(const struct imap_filing *f, const char *folder, struct error *e)
{
    struct imap_mark marks[LIMIT_IMAP_FILED];
    uint32_t placed[LIMIT_IMAP_FILED], validity;
    struct imap_moving moving = {.run = f->run,
                                 .arena = f->arena,
                                 .mailbox = f->mailbox,
                                 .validity = f->validity,
                                 .folder = folder,
                                 .marks = marks};
    const char *name = imap_folder_name(&f->run->session, folder, e);
    if (!name || strcmp(name, f->mailbox) == 0)
        return name != NULL;
    for (size_t i = 0; i < f->count; i++)
        if (is_for(&f->candidates[i], folder)) {
            marks[moving.count++] = f->candidates[i].mark;
            moving.first = f->candidates[i].first_in_folder;
        }
    return imap_moving_run(&moving, &validity, placed, e);
}

static void print_candidates(const struct imap_filing *f)
{
    for (size_t i = 0; i < f->count; i++) {
        const struct imap_candidate *c = &f->candidates[i];
        if (c->is_response)
            printf("%s %u: %s %s -> %s (%s)\n", f->mailbox, c->mark.uid,
                   class_name(c->verdict.class), origin_name(c->verdict.origin),
                   c->folder ? c->folder : f->mailbox, c->rule);
    }
}

/* --- all of it --- */

bool imap_file_responses(const struct imap_filing *f, struct error *e)
{
    int64_t responses = 0;
    for (size_t i = 0; i < f->count; i++) {
        responses += f->candidates[i].is_response;
        f->run->tally.responses += f->candidates[i].is_response && !f->candidates[i].is_journaled;
    }
    if (f->run->options.dry_run) {
        print_candidates(f);
        return true;
    }
    return responses == 0 || (each_folder(f, ensure_folder, e) && journal_batch(f, e) &&
                              each_folder(f, move_to_folder, e));
}
