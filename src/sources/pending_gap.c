/*
 * Pending gaps: lines "TIME SOURCE", appended under a lock, removed once the store has them. What
 * cannot be read counts as a gap.
 */
#include "sources/pending_gap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"

#define REASON "a sent message could not be recorded"

const char *pending_gap_path(struct arena *arena, const struct config *config)
{
    const char *scheme = "sqlite:";
    bool is_file = strncmp(config->index_url, scheme, strlen(scheme)) == 0;
    return arena_printf(arena, "%s.gaps",
                        is_file ? config->index_url + strlen(scheme) : config->key_file);
}

/* The file opened and locked, or -1 with errno. */
static int open_locked(const struct config *config, int flags)
{
    struct arena *arena = arena_new(LIMIT_GAP_FILE);
    const char *path = arena ? pending_gap_path(arena, config) : NULL;
    errno = ENOMEM;
    int fd = path ? open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    int why = errno;
    arena_free(arena);
    if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        why = errno;
        close(fd);
        fd = -1;
    }
    errno = why;
    return fd;
}

/* Half a line would spoil the next one, so it is taken back. */
static bool append(int fd, struct span line)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    if (write_all(fd, line))
        return true;
    int why = errno;
    if (ftruncate(fd, st.st_size) != 0)
        why = errno;
    errno = why;
    return false;
}

bool pending_gap_add(const struct config *config, const char *source, unixtime at, struct error *e)
{
    char line[LIMIT_VALUE + 32];
    int n = snprintf(line, sizeof line, "%lld %.*s\n", (long long)at, (int)LIMIT_VALUE, source);
    int fd = open_locked(config, O_WRONLY | O_CREAT | O_APPEND);
    bool ok = fd >= 0 && append(fd, (struct span){line, (size_t)n});
    int why = errno;
    if (fd >= 0)
        close(fd);
    return ok ||
           error_system(e, ERROR_RETRY, why, "cannot note that a sent message was not recorded");
}

typedef bool (*gap_visit)(void *context, const struct gap *g);

/* A line that does not read as one stands for the time the file was last written. */
static struct gap gap_of_line(char *line, unixtime written)
{
    char *end;
    struct gap g = {.from = strtoll(line, &end, 10), .reason = REASON};
    bool ok =
        end != line && *end == ' ' && strchr(end, '\n') && g.from > 0 && g.from <= written + 1;
    if (!ok)
        g.from = written;
    end[strcspn(end, "\n")] = '\0';
    g.to = g.from;
    g.source = ok ? end + 1 : "?";
    return g;
}

/* Calls visit for each line; false at the first false, and for a file that cannot be read whole:
 * then *e is set. */
static bool each_line(int fd, gap_visit visit, void *context, struct error *e)
{
    struct stat st;
    int copy = dup(fd);
    FILE *in = copy >= 0 && fstat(fd, &st) == 0 ? fdopen(copy, "r") : NULL;
    if (!in) {
        int why = errno;
        if (copy >= 0)
            close(copy);
        return error_system(e, ERROR_RETRY, why, "cannot read the pending gaps");
    }
    char line[LIMIT_VALUE + 64];
    bool ok = true;
    while (ok && fgets(line, sizeof line, in)) {
        struct gap g = gap_of_line(line, st.st_mtim.tv_sec);
        ok = visit(context, &g);
    }
    if (ok && ferror(in))
        ok = error_system(e, ERROR_RETRY, errno, "cannot read the pending gaps");
    fclose(in);
    return ok;
}

struct search {
    struct arena *arena;
    unixtime from, to;
    const char *why;
};

static bool outside(void *context, const struct gap *g)
{
    struct search *s = context;
    if (g->from < s->from || g->from > s->to)
        return true;
    s->why = arena_printf(s->arena, "%s (%s)", REASON, g->source);
    return false;
}

bool pending_gap_lies_in(struct arena *arena, const struct config *config, unixtime from,
                         unixtime to, const char **why)
{
    struct search s = {.arena = arena, .from = from, .to = to, .why = REASON};
    struct error e = {0};
    int fd = open_locked(config, O_RDONLY);
    if (fd < 0 && errno == ENOENT)
        return false;
    bool none = fd >= 0 && each_line(fd, outside, &s, &e);
    if (fd >= 0)
        close(fd);
    *why = s.why ? s.why : REASON;
    return !none;
}

struct storing {
    struct store *store;
    struct error *e;
};

static bool store_one(void *context, const struct gap *g)
{
    struct storing *s = context;
    return store_gap_add(s->store, g, s->e);
}

bool pending_gap_store(struct store *s, const struct config *config, struct error *e)
{
    struct storing storing = {s, e};
    int fd = open_locked(config, O_RDWR);
    if (fd < 0)
        return errno == ENOENT ||
               error_system(e, ERROR_RETRY, errno, "cannot read the pending gaps");
    bool empty = lseek(fd, 0, SEEK_END) == 0;
    bool ok = empty || (lseek(fd, 0, SEEK_SET) == 0 && store_begin(s, e));
    if (ok && !empty) {
        ok = each_line(fd, store_one, &storing, e) && store_commit(s, e);
        if (!ok)
            store_rollback(s);
        else if (ftruncate(fd, 0) != 0)
            ok = error_system(e, ERROR_RETRY, errno, "cannot empty the pending gaps");
    }
    close(fd);
    return ok;
}
