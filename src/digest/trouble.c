/*
 * Log lines are our own, but they quote file names and other words from outside: their text is
 * treated as foreign.
 */
#include "digest/trouble.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "digest/tally.h"

struct reader {
    struct arena *arena;
    unixtime since, until;
    struct names kinds; /* by the text with its digits replaced */
    struct troubles *out;
    bool failed;
};

/* "2026-01-02T03:04:05Z backsift[PID]: LEVEL: text"; false for info and what is no such line. */
static bool split(struct span line, unixtime *time, bool *is_error, struct span *text)
{
    char stamp[32] = "";
    struct span first = span_slice(line, 0, span_find_byte(line, ' ', 0));
    if (first.n >= sizeof stamp)
        return false;
    memcpy(stamp, first.p, first.n);
    if (!clock_parse_date(stamp, time))
        return false;
    size_t colon = span_find(line, span_of("]: "));
    struct span rest = span_slice(line, colon + 3, line.n);
    *is_error = span_starts_nocase(rest, "error: ");
    if (!*is_error && !span_starts_nocase(rest, "warning: "))
        return false;
    *text = span_slice(rest, *is_error ? 7 : 9, rest.n);
    return true;
}

/* Process numbers, file names and times change, the trouble is the same. */
static long kind_of(struct reader *r, struct span text)
{
    char key[200];
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < sizeof key; i++) {
        bool digit = ascii_is_digit(text.p[i]);
        if (digit && n > 0 && key[n - 1] == '#')
            continue;
        key[n++] = digit ? '#' : text.p[i];
    }
    return names_number(&r->kinds, (struct span){key, n});
}

static void take_line(struct reader *r, struct span line)
{
    unixtime time;
    bool is_error;
    struct span text;
    if (!split(line, &time, &is_error, &text) || time < r->since || time >= r->until)
        return;
    long kind = kind_of(r, text);
    if (kind < 0)
        return;
    struct trouble *t = &r->out->items[kind];
    if ((size_t)kind == r->out->count)
        r->out->count++;
    const char *copy = arena_string(r->arena, text);
    r->failed = r->failed || !copy;
    *t = (struct trouble){copy ? copy : "", is_error, t->count + 1, time};
}

/* The end of a regular file, as much as a log may have and then some. */
static void take_file(struct reader *r, const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    size_t most = 2 * (size_t)LIMIT_LOG_FILE;
    char *p = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? malloc(most) : NULL;
    if (p) {
        off_t from = st.st_size > (off_t)most ? st.st_size - (off_t)most : 0;
        ssize_t n = pread(fd, p, most, from);
        struct span rest = {p, n > 0 ? (size_t)n : 0}, line;
        while (span_next_line(&rest, &line))
            take_line(r, line);
    }
    free(p);
    if (fd >= 0)
        close(fd);
}

static int worst_first(const void *a, const void *b)
{
    const struct trouble *x = a, *y = b;
    if (x->is_error != y->is_error)
        return x->is_error ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return strcmp(x->text, y->text);
}

bool troubles_read(struct arena *arena, const char *file, unixtime since, unixtime until,
                   struct troubles *out)
{
    struct reader r = {.arena = arena,
                       .since = since,
                       .until = until,
                       .kinds = {.arena = arena, .limit = LIMIT_DIGEST_TROUBLES},
                       .out = out};
    out->count = 0;
    out->items = arena_array(arena, LIMIT_DIGEST_TROUBLES, sizeof *out->items);
    const char *older = arena_printf(arena, "%s.1", file);
    if (!out->items || !older)
        return false;
    take_file(&r, older);
    take_file(&r, file);
    if (out->count > 0)
        qsort(out->items, out->count, sizeof *out->items, worst_first);
    return !r.failed;
}
