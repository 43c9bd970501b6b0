/*
 * Fills the outbound index of the configuration in HOME with COUNT made-up sent messages, through
 * the same functions as `record`.
 *
 *   fill_index COUNT
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "config/config.h"
#include "store/store.h"

#define PER_TRANSACTION 10000

static bool add(struct store *s, long n, unixtime now, struct error *e)
{
    char id[64], to[64];
    snprintf(id, sizeof id, "bench-%ld@example.org", n);
    snprintf(to, sizeof to, "customer-%ld@example.net", n);
    const char *recipients[] = {to};
    struct sent m = {id, recipients, 1, "me@example.org", now - n % (80 * SECONDS_PER_DAY)};
    return store_add_sent(s, "stdin", &m, e);
}

static bool fill(struct store *s, long count, struct error *e)
{
    unixtime now = clock_now();
    for (long i = 0; i < count; i++) {
        if (i % PER_TRANSACTION == 0 && !store_begin(s, e))
            return false;
        if (!add(s, i, now, e))
            return false;
        if ((i % PER_TRANSACTION == PER_TRANSACTION - 1 || i == count - 1) && !store_commit(s, e))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    long count = argc == 2 ? atol(argv[1]) : 0;
    struct error e = {0};
    struct paths paths;
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct config *c = NULL;
    struct store *s = NULL;
    bool ok = count > 0 && arena && paths_find(arena, CALLER_USER, NULL, &paths, &e) &&
              (c = config_read(&paths, false, &e)) && (s = store_open(c, STORE_WRITE, 10000, &e)) &&
              fill(s, count, &e);
    if (!ok)
        fprintf(stderr, "fill_index: %s\n", e.text);
    if (s)
        store_close(s);
    if (c)
        config_free(c);
    arena_free(arena);
    return ok ? 0 : 1;
}
