/*
 * A pass. Some messages are read at a time, each in a sandboxed child of its own, and judged in the
 * order in which they stand; a child that dies leaves its message where it is, with a line in the
 * log.
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
#include "evidence/reader.h"

/* The longest file name and its NUL. */
#define NAME_SIZE 256

/* A message being read. */
struct slot {
    struct reader *reader;
    struct reader_notes notes;
    struct envelope envelope;
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
    struct slot slots[LIMIT_SWEEP_READERS]; /* a ring */
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
    return strcmp(folder, "INBOX") != 0 || s->filed < clock_now() - LIMIT_FILED_SECONDS;
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

/* Ends the oldest reader and takes what it found. */
static bool finish_one(struct pass *p)
{
    struct slot *s = &p->slots[p->oldest];
    struct findings *found = NULL;
    struct error why = {0};
    p->oldest = (p->oldest + 1) % LIMIT_SWEEP_READERS;
    p->busy--;
    arena_reset(p->arena);
    enum reader_result read = reader_finish(s->reader, p->arena, &found, &why);
    p->tally->looked_at++;
    if (s->notes.broken_rule[0])
        log_line(p->context->log, LOG_LEVEL_WARNING,
                 "rule %s failed on a message and was passed over", s->notes.broken_rule);
    if (!(read == READER_DONE ? judge(p, s, found) : take_unreadable(p, s, &why)))
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

static bool start_reading(struct pass *p, const struct maildir_entry *entry, int fd)
{
    struct slot *s = &p->slots[(p->oldest + p->busy) % LIMIT_SWEEP_READERS];
    fill_slot(s, entry, fd);
    struct reader_job job = {.fd = fd,
                             .rules = p->context->rules,
                             .config = p->context->config,
                             .envelope = &s->envelope,
                             .notes = &s->notes};
    s->reader = reader_start(&job, p->e);
    close(fd);
    p->busy += s->reader != NULL;
    return s->reader != NULL;
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
    if (p->busy == LIMIT_SWEEP_READERS && !finish_one(p))
        return false;
    int fd = maildir_entry_open(p->maildir, entry, &gone);
    return fd < 0 || start_reading(p, entry, fd);
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

/* Readers that are left when a pass ends early are ended, their messages looked at next time. */
static void end_readers(struct pass *p)
{
    struct findings *unused;
    for (; p->busy > 0; p->busy--) {
        arena_reset(p->arena);
        reader_finish(p->slots[p->oldest].reader, p->arena, &unused, NULL);
        p->oldest = (p->oldest + 1) % LIMIT_SWEEP_READERS;
    }
}

static bool go(struct pass *p, bool include_cur)
{
    if (!maildir_each(p->maildir, "INBOX", include_cur, visit, p, p->e) || p->e->kind)
        return false;
    while (p->busy > 0)
        if (!finish_one(p))
            return false;
    return sweep_batch_apply(&p->batch, p->e);
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
                     .arena = arena_new(LIMIT_ARENA),
                     .e = e};
    bool ok = p.arena ? sweep_batch_open(&p.batch, c, md, mailbox, e) && go(&p, include_cur)
                      : error_memory(e);
    end_readers(&p);
    tally->moved = p.batch.moved;
    sweep_batch_close(&p.batch);
    arena_free(p.arena);
    return ok;
}
