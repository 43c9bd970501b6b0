/*
 * The Maildir is walked as it stands on disk, with folders that no configuration names. A message
 * that the journal does not know as forged is mail of the owner's and spares whom it is for.
 */
#include "cmd/digest_reject.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/refile.h"

struct walk {
    struct context *context;
    struct reject_map *map;
    struct arena *arena; /* of one message */
    const char *mailbox;
};

bool reject_form_from_name(const char *name, enum reject_form *out)
{
    bool exim = name && strcmp(name, "exim") == 0;
    *out = exim ? REJECT_EXIM : REJECT_POSTFIX;
    return exim || !name || strcmp(name, "postfix") == 0;
}

static bool is_in_maildir(const FTSENT *file)
{
    const char *folder = file->fts_parent->fts_name;
    return file->fts_name[0] != '.' && (strcmp(folder, "cur") == 0 || strcmp(folder, "new") == 0);
}

static bool read_header(struct walk *w, const char *path, struct span *out, struct error *e)
{
    char *bytes = arena_alloc(w->arena, LIMIT_HEADER_BYTES);
    int fd = bytes ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = 0;
    *out = (struct span){bytes, 0};
    if (!bytes)
        return error_memory(e);
    if (fd < 0)
        return errno == ENOENT || error_system(e, ERROR_RETRY, errno, "cannot read '%s'", path);
    while (out->n < LIMIT_HEADER_BYTES &&
           (n = read(fd, bytes + out->n, LIMIT_HEADER_BYTES - out->n)) > 0)
        out->n += (size_t)n;
    int why = errno;
    close(fd);
    return n >= 0 || error_system(e, ERROR_RETRY, why, "cannot read '%s'", path);
}

static bool is_forged(struct walk *w, const char *filename, bool *forged, struct error *e)
{
    struct journal_event event;
    struct span name = span_of(filename);
    const char *unique = arena_string(w->arena, span_slice(name, 0, span_find_byte(name, ':', 0)));
    if (!unique)
        return error_memory(e);
    enum lookup found = journal_find(w->context->store, w->arena, w->mailbox, unique, &event, e);
    *forged = found == LOOKUP_YES && strcmp(event.origin, origin_name(ORIGIN_FORGED)) == 0;
    return found != LOOKUP_ERROR;
}

static bool visit_file(struct walk *w, const FTSENT *file, struct error *e)
{
    struct span header;
    bool forged = false;
    arena_reset(w->arena);
    if (!is_forged(w, file->fts_name, &forged, e))
        return false;
    if (forged)
        return true;
    if (!read_header(w, file->fts_accpath, &header, e))
        return false;
    reject_map_spare_header(w->map, header);
    return true;
}

static bool visit_tree(struct walk *w, FTS *tree, struct error *e)
{
    const FTSENT *file;
    errno = 0;
    while ((file = fts_read(tree))) {
        if (file->fts_info == FTS_DNR || file->fts_info == FTS_ERR)
            return error_system(e, ERROR_RETRY, file->fts_errno, "cannot read '%s'",
                                file->fts_path);
        if (file->fts_info == FTS_F && is_in_maildir(file) && !visit_file(w, file, e))
            return false;
        errno = 0;
    }
    return errno == 0 || error_system(e, ERROR_RETRY, errno, "cannot read your mail");
}

static bool walk_maildir(struct walk *w, const char *path, struct error *e)
{
    char *copy = arena_string(w->context->arena, span_of(path));
    char *paths[] = {copy, NULL};
    if (!copy)
        return error_memory(e);
    if (access(path, R_OK | X_OK) != 0)
        return error_system(e, ERROR_CONFIG, errno, "cannot read '%s'", path);
    FTS *tree = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return error_system(e, ERROR_RETRY, errno, "cannot read '%s'", path);
    bool ok = visit_tree(w, tree, e);
    fts_close(tree);
    return ok;
}

static bool is_possible(const struct config *c, struct error *e)
{
    if (!c->addresses_complete)
        return error_set(e, ERROR_CONFIG,
                         "--reject-map needs to know all addresses in use: name them in [own] "
                         "address, then say 'addresses-complete = yes'");
    if (c->domains.count == 0)
        return error_set(e, ERROR_CONFIG, "--reject-map needs your domains: see [own] domain");
    return true;
}

bool digest_reject_map(struct context *c, const char *store_error, enum reject_form form,
                       struct buf *out, struct error *e)
{
    if (!is_possible(c->config, e))
        return false;
    if (!c->store)
        return error_set(e, ERROR_DATA, "%s", store_error);
    struct arena *arena = arena_new(LIMIT_DIGEST_MEMORY);
    struct walk w = {.context = c,
                     .map = arena ? reject_map_new(arena, c->config) : NULL,
                     .arena = arena_new(LIMIT_ARENA),
                     .mailbox = refile_mailbox(c->arena, c->config->maildir)};
    bool ok = (w.map && w.arena && w.mailbox) || error_memory(e);
    ok = ok && journal_each(c->store, 0, INT64_MAX, reject_map_visit, w.map, e) &&
         walk_maildir(&w, c->config->maildir, e) && reject_map_write(w.map, c->store, form, out, e);
    reject_map_end(w.map);
    arena_free(w.arena);
    arena_free(arena);
    return ok;
}
