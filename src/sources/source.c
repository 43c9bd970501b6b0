/*
 * The table of kinds, and running what is declared.
 */
#include "sources/source.h"

#include <string.h>

#include "base/limits.h"
#include "sources/pending_gap.h"
#include "sources/source_kinds.h"

/* Read by backsift-imap, which alone links a network library; `record` runs it. */
static const struct source_kind source_imap = {.scheme = "imap"};

static const struct source_kind *const kinds[] = {&source_stdin, &source_wrapper, &source_maildir,
                                                  &source_mbox,  &source_log,     &source_imap};

static bool is_of_kind(const struct source_kind *k, const char *name)
{
    size_t n = strlen(k->scheme);
    if (strncmp(name, k->scheme, n) != 0)
        return false;
    return k->is_push ? name[n] == '\0' : name[n] == ':' && name[n + 1] != '\0';
}

const struct source_kind *source_kind_of(const char *name, struct error *e)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (is_of_kind(kinds[i], name))
            return kinds[i];
    error_set(e, ERROR_CONFIG,
              "'%s' is no source: known are stdin, wrapper, maildir:PATH, mbox:PATH, log:PATH and "
              "imap:NAME",
              name);
    return NULL;
}

void source_state_run(struct source_state *state, unixtime started, bool complete, int64_t added)
{
    state->messages += added;
    if (!complete)
        return;
    if (state->first_run == 0)
        state->first_run = started;
    /* A run that took longer must not take back what a later one has covered; a time in the future
     * was a wrong clock's. */
    if (state->last_run < started || state->last_run > clock_now())
        state->last_run = started;
}

bool source_run(struct store *s, const struct config *c, const char *name, int64_t deadline_us,
                struct source_progress *progress, struct error *e)
{
    const struct source_kind *kind = source_kind_of(name, e);
    if (!kind)
        return false;
    if (kind->is_push) {
        progress->complete = true;
        return true;
    }
    if (!kind->pull)
        return error_set(e, ERROR_USAGE, "source %s is read by 'backsift record'", name);
    return kind->pull(s, c, name, deadline_us, progress, e);
}

static bool is_refreshed(const struct source_kind *kind)
{
    return kind && kind->is_local && !kind->is_push;
}

bool sources_need_refresh(const struct config *c)
{
    struct error ignored = {0};
    for (size_t i = 0; i < c->sources.count; i++)
        if (is_refreshed(source_kind_of(c->sources.items[i], &ignored)))
            return true;
    return false;
}

void sources_refresh(struct store *s, const struct config *c)
{
    int64_t deadline = clock_monotonic_us() + (int64_t)LIMIT_REFRESH_MS * 1000;
    struct error ignored = {0};
    pending_gap_store(s, c, &ignored);
    for (size_t i = 0; i < c->sources.count; i++) {
        const struct source_kind *kind = source_kind_of(c->sources.items[i], &ignored);
        struct source_progress progress = {0};
        if (is_refreshed(kind))
            kind->pull(s, c, c->sources.items[i], deadline, &progress, &ignored);
    }
}
