/*
 * What most subcommands start from. The store is opened only when a response has been seen:
 * ordinary mail never touches it.
 */
#include "cmd/context.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/directory.h"
#include "base/limits.h"
#include "sources/write_count.h"

bool context_open(struct context *c, enum caller caller, const char *config_option, struct error *e)
{
    *c = (struct context){.arena = arena_new(LIMIT_ARENA)};
    if (!c->arena)
        return error_memory(e);
    if (!paths_find(c->arena, caller, config_option, &c->paths, e))
        return false;
    c->config = config_read(&c->paths, config_option != NULL, e);
    if (!c->config)
        return false;
    const char *file = arena_printf(c->arena, "%s/backsift.log", c->paths.state_folder);
    c->log = log_open(c->config->log_to.items, c->config->log_to.count, file);
    return true;
}

static struct rules_options rules_options_of(const struct context *c, bool jit)
{
    return (struct rules_options){
        .user_folder = c->paths.user_rules,
        .shipped_folder = c->paths.shipped_rules,
        .jit = jit,
        .snapshot = arena_printf(c->arena, "%s/rules.snapshot", c->paths.state_folder),
    };
}

bool context_load_rules(struct context *c, bool jit, struct error *e)
{
    struct rules_options options = rules_options_of(c, jit);
    c->rules = ruleset_load(&options, e);
    return c->rules != NULL;
}

void context_save_rules(struct context *c)
{
    if (!c->rules || ruleset_is_snapshot(c->rules))
        return;
    struct rules_options options = rules_options_of(c, false);
    if (!options.snapshot)
        return;
    int folder = directory_make_path(c->paths.state_folder);
    if (folder < 0)
        return;
    (void)ruleset_save(&options, NULL);
    close(folder);
}

void context_doubt_rules(struct context *c)
{
    struct rules_options options = rules_options_of(c, false);
    if (c->rules && ruleset_is_snapshot(c->rules) && options.snapshot)
        unlink(options.snapshot);
}

bool context_open_store(struct context *c, enum store_access access, int wait_ms, struct error *e)
{
    if (!c->store)
        c->store = store_open(c->config, access, wait_ms, e);
    return c->store != NULL;
}

bool context_lock(const struct context *c, const char *name, bool wait, int *fd, struct error *e)
{
    const char *path = c->paths.state_folder;
    int folder = directory_make_path(path);
    *fd = folder < 0 ? -1 : openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int why = errno;
    if (folder >= 0)
        close(folder);
    if (*fd < 0)
        return error_system(e, ERROR_RETRY, why, "cannot make %s/%s", path, name);
    while (flock(*fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            return error_set(e, ERROR_RETRY, "another run holds %s/%s: try again later", path,
                             name);
        if (errno != EINTR)
            return error_system(e, ERROR_RETRY, errno, "cannot lock %s/%s", path, name);
    }
    return true;
}

bool context_open_to_record(struct context *c, struct error *e)
{
    unixtime restored;
    char since[32];
    if (!context_open_store(c, STORE_WRITE, LIMIT_RECORD_MS, e) ||
        !write_count_add(c->store, c->config, &restored, e))
        return false;
    clock_format(restored, since);
    if (restored >= 0)
        log_line(c->log, LOG_LEVEL_WARNING,
                 "the index was restored from a backup: what was recorded after %s "
                 "is missing, and no response is judged forged for that time; record again what is "
                 "still there",
                 since);
    return true;
}

void context_close(struct context *c)
{
    if (c->store)
        store_close(c->store);
    if (c->rules)
        ruleset_free(c->rules);
    log_close(c->log);
    if (c->config)
        config_free(c->config);
    arena_free(c->arena);
    *c = (struct context){0};
}

bool context_judge(struct context *c, struct arena *arena, struct span bytes,
                   const struct envelope *envelope, const struct index_access *index,
                   unixtime arrival, struct judged *out)
{
    *out = (struct judged){.message = message_parse(arena, bytes)};
    if (!out->message ||
        !ruleset_match(c->rules, out->message, NULL, envelope->sender, &out->match))
        return false;
    out->findings = findings_collect(out->message, NULL, &out->match, c->config, envelope);
    return out->findings &&
           verdict_judge(arena, out->findings, c->config, index, arrival, &out->verdict);
}

bool context_read_fd(struct arena *arena, int fd, const char *name, struct span *bytes,
                     struct error *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_system(e, ERROR_DATA, errno, "cannot read '%s'", name);
    size_t size = S_ISREG(st.st_mode) && (size_t)st.st_size < LIMIT_MESSAGE_PARSED
                      ? (size_t)st.st_size
                      : LIMIT_MESSAGE_PARSED;
    char *p = arena_bytes(arena, size + 1);
    ssize_t got = p ? read_all(fd, p, size) : 0;
    if (!p)
        return error_memory(e);
    if (got < 0)
        return error_system(e, ERROR_DATA, errno, "cannot read '%s'", name);
    p[got] = '\0';
    *bytes = (struct span){p, (size_t)got};
    return true;
}

bool context_read_file(struct arena *arena, const char *path, struct span *bytes, struct error *e)
{
    if (strcmp(path, "-") == 0)
        return context_read_fd(arena, STDIN_FILENO, path, bytes, e);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_system(e, ERROR_DATA, errno, "cannot read '%s'", path);
    bool ok = context_read_fd(arena, fd, path, bytes, e);
    close(fd);
    return ok;
}
