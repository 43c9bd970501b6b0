/*
 * A pass. Messages are read in a sandboxed child that stays, and judged in the order in which they
 * stand; one that kills its reader stays where it is, with a line in the log, and is not tried
 * again.
 */
#include "cmd/sweep_maildir.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/filed_time.h"
#include "cmd/sweep_batch.h"
#include "evidence/bulk_reader.h"

/* The longest file name and its NUL. */
#define NAME_SIZE 256

/* A message being read. */
struct slot {
    char filename[NAME_SIZE], unique[NAME_SIZE];
    const char *flags; /* in filename */
    const char *subdir;
    unixtime filed;
};

struct pass {
    struct context *context;
    struct maildir *maildir;
    const struct sweep_listener *listener;
    struct sweep_tally *tally;
    bool dry_run;
    struct arena *arena; /* of one message */
    struct sweep_batch batch;
    struct bulk_reader *reader;
    struct slot slots[BULK_IN_FLIGHT]; /* a ring */
    size_t oldest, busy;
    struct error *e;
};

static struct maildir_entry entry_of(const struct slot *s)
{
    return (struct maildir_entry){"INBOX", s->subdir, s->unique, s->flags, s->filename};
}

/* --- judging --- */

/* A delivery that has filed this response in the inbox just now may not have journaled it yet. */
static bool is_settled(const struct slot *s, const char *folder)
{
    return strcmp(folder, "INBOX") != 0 || s->filed < clock_now() - LIMIT_SETTLED_SECONDS;
}

static bool take_response(struct pass *p, const struct slot *s, const struct findings *f,
                          const struct verdict *v)
{
    const struct maildir_entry entry = entry_of(s);
    const char *folder = p->context->config->observe ? "INBOX" : v->folder;
    const char *path = maildir_entry_path(p->maildir, p->arena, &entry);
    if (!path)
        return error_memory(p->e);
    if (!is_settled(s, folder))
        return true;
    p->tally->counts[v->origin]++;
    p->listener->found(p->listener->context, v, f->rule, path);
    return p->dry_run || sweep_batch_file(&p->batch, &entry, f, v, folder, s->filed, p->e);
}

static bool judge(struct pass *p, const struct slot *s, const struct findings *f)
{
    struct index_access index = {
        .store = p->context->store, .note = "", .count_strays = !p->dry_run};
    struct verdict v;
    if (f->class == CLASS_MAIL)
        return p->dry_run || sweep_batch_note(&p->batch, s->unique, p->e);
    if (!verdict_judge(p->arena, f, p->context->config, &index, s->filed, &v))
        return error_memory(p->e);
    if (v.row == 4 && v.store_note[0])
        return error_set(p->e, ERROR_RETRY, "the index cannot be read: %s", v.store_note);
    return take_response(p, s, f, &v);
}

static bool take_unreadable(struct pass *p, const struct slot *s, const struct error *why)
{
    p->tally->unreadable++;
    log_line(p->context->log, LOG_LEVEL_WARNING, "sweep leaves %s in the inbox: %s", s->filename,
             why->text);
    return p->dry_run || sweep_batch_note(&p->batch, s->unique, p->e);
}

static void log_notes(const struct pass *p, const struct reader_notes *notes)
{
    if (notes->broken_rule[0])
        log_line(p->context->log, LOG_LEVEL_WARNING,
                 "rule %s failed on a message and was passed over", notes->broken_rule);
}

/* Takes what was found in the oldest message that is being read. */
static bool take_answer(void *context, const struct findings *found,
                        const struct reader_notes *notes, const struct error *why)
{
    struct pass *p = context;
    const struct slot *s = &p->slots[p->oldest];
    p->oldest = (p->oldest + 1) % BULK_IN_FLIGHT;
    p->busy--;
    arena_reset(p->arena);
    p->tally->looked_at++;
    log_notes(p, notes);
    if (!(found ? judge(p, s, found) : take_unreadable(p, s, why)))
        return false;
    return !sweep_batch_is_full(&p->batch) || sweep_batch_apply(&p->batch, p->e);
}

/* --- reading --- */

static void fill_slot(struct slot *s, const struct maildir_entry *entry, int fd)
{
    struct stat st;
    *s = (struct slot){.subdir = strcmp(entry->subdir, "new") == 0 ? "new" : "cur"};
    snprintf(s->filename, sizeof s->filename, "%s", entry->filename);
    snprintf(s->unique, sizeof s->unique, "%s", entry->unique);
    s->flags = s->filename + strlen(s->filename) - strlen(entry->flags);
    s->filed = filed_time_of_name(s->unique);
    if (s->filed == 0 && fstat(fd, &st) == 0)
        s->filed = st.st_mtim.tv_sec;
}

/* Nothing to do for a message that was seen, or that a delivery has journaled. */
static bool is_done(struct pass *p, const struct maildir_entry *entry, bool *done)
{
    struct journal_event event;
    if (!sweep_batch_knows(&p->batch, entry->unique, done, p->e) || *done)
        return *done;
    arena_reset(p->arena);
    enum lookup known =
        journal_find(p->context->store, p->arena, p->batch.mailbox, entry->unique, &event, p->e);
    *done = known == LOOKUP_YES;
    return known != LOOKUP_ERROR;
}

/* A message that a client moves or removes at this moment is met under its new name next time. */
static bool visit_new(struct pass *p, const struct maildir_entry *entry)
{
    struct error gone = {0};
    int fd = maildir_entry_open(p->maildir, entry, &gone);
    if (fd < 0)
        return true;
    bool ok = bulk_reader_put(p->reader, fd, p->e);
    /* Its slot is free now, as others may have been answered in between. */
    if (ok)
        fill_slot(&p->slots[(p->oldest + p->busy++) % BULK_IN_FLIGHT], entry, fd);
    close(fd);
    return ok;
}

static bool visit(void *context, const struct maildir_entry *entry)
{
    struct pass *p = context;
    bool done = false;
    if (!is_done(p, entry, &done) || (!done && !visit_new(p, entry)))
        return false;
    p->tally->passed++;
    p->listener->passed(p->listener->context, p->tally);
    return true;
}

static bool go(struct pass *p, bool include_cur)
{
    return maildir_each(p->maildir, "INBOX", include_cur, visit, p, p->e) && !p->e->kind &&
           bulk_reader_finish(p->reader, p->e) && sweep_batch_apply(&p->batch, p->e);
}

static bool open_all(struct pass *p, const char *mailbox)
{
    const struct bulk_reading reading = {.rules = p->context->rules,
                                         .config = p->context->config,
                                         .answer = take_answer,
                                         .context = p};
    p->arena = arena_new(LIMIT_ARENA);
    if (!p->arena)
        return error_memory(p->e);
    p->reader = bulk_reader_open(&reading, p->e);
    return p->reader && sweep_batch_open(&p->batch, p->context, p->maildir, mailbox, p->e);
}

bool sweep_maildir(struct context *c, struct maildir *md, const char *mailbox, bool include_cur,
                   bool dry_run, const struct sweep_listener *listener, struct sweep_tally *tally,
                   struct error *e)
{
    struct pass p = {.context = c,
                     .maildir = md,
                     .listener = listener,
                     .tally = tally,
                     .dry_run = dry_run,
                     .e = e};
    bool ok = open_all(&p, mailbox) && go(&p, include_cur);
    bulk_reader_close(p.reader);
    tally->moved = p.batch.moved;
    sweep_batch_close(&p.batch);
    arena_free(p.arena);
    return ok;
}
