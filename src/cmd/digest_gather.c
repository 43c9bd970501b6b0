/*
 * Gathering. The digest has an arena of its own, because a flood is larger than what a run keeps
 * otherwise.
 */
#include "cmd/digest_gather.h"

#include <string.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "cmd/digest_blocklists.h"
#include "cmd/expire.h"
#include "digest/journal_reading.h"

/* What mail programs call the folder of sent mail in a Maildir. */
static const char *const sent_names[] = {"Sent", "Sent Items", "Sent Messages", "sent-mail"};
#define SENT_NAMES (sizeof sent_names / sizeof *sent_names)

static bool is_maildir(struct arena *arena, const char *path)
{
    struct stat st;
    const char *cur = arena_printf(arena, "%s/cur", path);
    return cur && stat(cur, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Folders of sent mail that exist, for advice. A path that would break a line of configuration is
 * left out. */
static bool find_sent_folders(const struct config *config, struct arena *arena,
                              struct index_hints *hints)
{
    const char *dot = config->layout == LAYOUT_MAILDIRPP ? "." : "";
    hints->sent_folders = arena_array(arena, SENT_NAMES, sizeof *hints->sent_folders);
    if (!hints->sent_folders)
        return false;
    for (size_t i = 0; i < SENT_NAMES; i++) {
        const char *path = arena_printf(arena, "%s/%s%s", config->maildir, dot, sent_names[i]);
        const char *source = path ? arena_printf(arena, "maildir:%s", path) : NULL;
        if (!source)
            return false;
        if (is_maildir(arena, path) && !strchr(path, '\n'))
            hints->sent_folders[hints->sent_folder_count++] = source;
    }
    return true;
}

static bool read_journal(struct context *c, const struct gathering *what, struct gathered *g,
                         struct error *e)
{
    struct summary *s = summary_new(g->arena, &what->period);
    if (!s)
        return error_memory(e);
    bool ok = !c->store || summary_read(s, c->store, e);
    ok = ok && (!c->store || expire_counted(c->store, g->arena, what->period.since,
                                            what->period.until, &s->expired, e));
    summary_finish(s);
    g->digest.summary = s;
    g->newest = s->newest;
    return ok;
}

static bool read_index(struct context *c, const struct gathering *what, struct gathered *g,
                       struct error *e)
{
    struct index_hints hints = {.config_file = c->paths.config_file,
                                .domain = g->digest.summary->domain};
    if (!find_sent_folders(c->config, g->arena, &hints) ||
        !index_state_find(g->arena, c->store, what->store_error, c->config, &hints,
                          what->period.until, &g->index))
        return error_memory(e);
    return true;
}

/* The log in a file; what goes to syslog alone is the administrator's to read. */
static const char *log_file(const struct context *c, struct arena *arena)
{
    const struct config_list *to = &c->config->log_to;
    for (size_t i = 0; i < to->count; i++) {
        if (strcmp(to->items[i], "file") == 0)
            return arena_printf(arena, "%s/backsift.log", c->paths.state_folder);
        if (strncmp(to->items[i], "file:", 5) == 0)
            return to->items[i] + 5;
    }
    return NULL;
}

static bool read_log(const struct context *c, const struct gathering *what, struct gathered *g,
                     struct error *e)
{
    const char *file = log_file(c, g->arena);
    if (file &&
        !troubles_read(g->arena, file, what->period.since, what->period.until, &g->troubles))
        return error_memory(e);
    return true;
}

bool gather(struct context *c, const struct gathering *what, struct gathered *out, struct error *e)
{
    *out = (struct gathered){.arena = arena_new(LIMIT_DIGEST_MEMORY), .newest = -1};
    columns_open(&out->columns);
    out->digest = (struct digest){.index = &out->index,
                                  .troubles = &out->troubles,
                                  .blocklists = &out->blocklists,
                                  .owner = what->owner,
                                  .observing = c->config->observe,
                                  .own_hosts_known = c->config->relays.count > 0,
                                  .everything = what->everything,
                                  .columns = &out->columns};
    if (!out->arena)
        return error_memory(e);
    return read_journal(c, what, out, e) && read_index(c, what, out, e) &&
           digest_blocklists(c, out->digest.summary, out->arena, what->keep_answers,
                             &out->blocklists, e) &&
           read_log(c, what, out, e);
}

void gathered_free(struct gathered *g)
{
    columns_close(&g->columns);
    arena_free(g->arena);
    *g = (struct gathered){0};
}
