/*
 * Mending. The folder a response stands in is what its delivery decided; recheck takes it from
 * there.
 */
#include "cmd/mend.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/filed_time.h"
#include "cmd/refile.h"

static bool read_entry(struct arena *arena, struct maildir *md, const struct maildir_entry *entry,
                       struct span *bytes, unixtime *filed, struct error *e)
{
    struct stat st;
    int fd = maildir_entry_open(md, entry, e);
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &st) == 0 || error_system(e, ERROR_RETRY, errno, "cannot read a message");
    if (ok) {
        *filed = filed_time_of_name(entry->unique);
        if (*filed == 0)
            *filed = st.st_mtim.tv_sec;
        ok = context_read_fd(arena, fd, entry->filename, bytes, e);
    }
    close(fd);
    return ok;
}

/* The origin whose folder this is for the class; the one just judged where several share it. */
static enum origin origin_of_folder(const struct config *config, const struct verdict *v,
                                    const char *folder)
{
    if (refile_same_folder(verdict_folder(config, v->class, v->origin), folder))
        return v->origin;
    for (int o = ORIGIN_UNKNOWN; o <= ORIGIN_FORGED; o++)
        if (refile_same_folder(verdict_folder(config, v->class, (enum origin)o), folder))
            return (enum origin)o;
    return v->origin;
}

static bool add_event(struct context *c, struct arena *arena, const struct judged *j,
                      const struct maildir_entry *entry, unixtime filed,
                      struct journal_event *event, struct error *e)
{
    struct buf findings = {.limit = LIMIT_FINDINGS};
    enum origin origin = origin_of_folder(c->config, &j->verdict, entry->folder);
    bool ok = findings_encode(j->findings, &findings) || error_memory(e);
    *event = (struct journal_event){
        .time = filed,
        .arrival = filed,
        .class_ = class_name(j->verdict.class),
        .origin = origin_name(origin),
        .rule = j->findings->rule,
        .row = origin == j->verdict.origin ? j->verdict.row : 10,
        .marked = origin == j->verdict.origin && j->verdict.marked,
        .mailbox = refile_mailbox(arena, c->config->maildir),
        .folder = entry->folder,
        .file = entry->unique,
        .previous_origin = "",
        .findings = buf_span(&findings),
    };
    ok = ok && (event->mailbox || error_memory(e)) && journal_add(c->store, event, e);
    event->findings = (struct span){0};
    buf_free(&findings);
    return ok;
}

/* Judges a message that has been read, and adds it if it is a response. */
static bool add_message(struct context *c, struct arena *arena, struct span bytes,
                        const struct maildir_entry *entry, unixtime filed,
                        struct journal_event *event, bool *is_response, struct error *e)
{
    struct judged j;
    struct envelope envelope = {0};
    struct index_access index = {.store = c->store, .note = ""};
    if (!context_judge(c, arena, bytes, &envelope, &index, filed, &j))
        return error_memory(e);
    *is_response = j.verdict.class != CLASS_MAIL;
    return !*is_response || add_event(c, arena, &j, entry, filed, event, e);
}

bool mend_message(struct context *c, struct arena *arena, struct maildir *md,
                  const struct maildir_entry *entry, struct journal_event *event, bool *is_response,
                  struct error *e)
{
    struct span bytes;
    unixtime filed;
    return read_entry(arena, md, entry, &bytes, &filed, e) &&
           add_message(c, arena, bytes, entry, filed, event, is_response, e);
}

struct mending {
    struct context *context;
    struct maildir *maildir;
    struct arena *arena; /* of one message */
    const char *mailbox;
    unixtime since;
    int64_t added;
    struct error *e;
};

static bool is_due(const struct mending *m, const struct maildir_entry *entry)
{
    unixtime filed = filed_time_of_name(entry->unique);
    return filed >= m->since && filed < clock_now() - LIMIT_DELIVER_SECONDS;
}

/* A message that its owner moves or removes at this moment is nobody's loss: it is passed over. */
static bool visit(void *context, const struct maildir_entry *entry)
{
    struct mending *m = context;
    struct journal_event event;
    struct error unreadable = {0};
    struct span bytes;
    unixtime filed;
    bool is_response = false;
    if (!is_due(m, entry))
        return true;
    arena_reset(m->arena);
    enum lookup known =
        journal_find(m->context->store, m->arena, m->mailbox, entry->unique, &event, m->e);
    if (known != LOOKUP_NO)
        return known == LOOKUP_YES;
    if (!read_entry(m->arena, m->maildir, entry, &bytes, &filed, &unreadable))
        return true;
    if (!add_message(m->context, m->arena, bytes, entry, filed, &event, &is_response, m->e))
        return false;
    m->added += is_response;
    return true;
}

/* Was this folder already walked for an earlier class and origin? */
static bool is_new(const char *const *folders, size_t count, const char *folder)
{
    for (size_t i = 0; i < count; i++)
        if (refile_same_folder(folders[i], folder))
            return false;
    return !refile_same_folder(folder, "INBOX");
}

static bool walk_folders(struct mending *m)
{
    const char *folders[CLASS_COUNT * 3];
    size_t count = 0;
    for (int class = CLASS_MAIL + 1; class < CLASS_COUNT; class ++)
        for (int o = ORIGIN_UNKNOWN; o <= ORIGIN_FORGED; o++) {
            const char *folder =
                verdict_folder(m->context->config, (enum class) class, (enum origin)o);
            if (!is_new(folders, count, folder))
                continue;
            folders[count++] = folder;
            if (!maildir_each(m->maildir, folder, true, visit, m, m->e) || m->e->kind)
                return false;
        }
    return true;
}

bool mend_journal(struct context *c, struct maildir *md, unixtime since, int64_t *added,
                  struct error *e)
{
    struct mending m = {.context = c,
                        .maildir = md,
                        .arena = arena_new(LIMIT_ARENA),
                        .mailbox = refile_mailbox(c->arena, c->config->maildir),
                        .since = since,
                        .e = e};
    bool ok = (m.arena && m.mailbox) ? walk_folders(&m) : error_memory(e);
    arena_free(m.arena);
    *added = m.added;
    return ok;
}
