/*
 * A store of its own for each test. STORE_URL in the environment names another engine's store, and
 * STORE_RESET is the shell command that empties it; without them each test has a SQLite file.
 */
#ifndef BACKSIFT_TESTS_STORE_FIXTURE_H
#define BACKSIFT_TESTS_STORE_FIXTURE_H

#include "temp_home.h"

#include <stdbool.h>
#include <sys/wait.h>

#include "store/store.h"

#define WAIT_MS 2000

struct store_fixture {
    struct temp_home home;
    struct config config;
    struct store *store;
    struct error e;
};

static inline const char *fixture_database(struct store_fixture *f)
{
    return temp_home_path(&f->home, "state/backsift.db");
}

static inline struct store *fixture_open(struct store_fixture *f, enum store_access access)
{
    f->e = (struct error){0};
    return store_open(&f->config, access, WAIT_MS, &f->e);
}

/* Opens f->store anew. */
static inline void fixture_reopen(struct store_fixture *f, enum store_access access)
{
    store_close(f->store);
    f->store = fixture_open(f, access);
    if (!f->store)
        fail_msg("%s", f->e.text);
}

static inline void fixture_prepare(struct store_fixture *f)
{
    *f = (struct store_fixture){.store = NULL};
    temp_home_start(&f->home);
    const char *url = getenv("STORE_URL");
    const char *reset = getenv("STORE_RESET");
    if (url && reset)
        assert_int_equal(system(reset), 0);
    f->config.index_url = url ? url : arena_printf(f->home.arena, "sqlite:%s", fixture_database(f));
    f->config.key_file = temp_home_path(&f->home, "config/key");
}

static inline int fixture_start(void **state)
{
    static struct store_fixture f;
    fixture_prepare(&f);
    fixture_reopen(&f, STORE_WRITE);
    *state = &f;
    return 0;
}

static inline int fixture_end(void **state)
{
    struct store_fixture *f = *state;
    store_close(f->store);
    temp_home_end(&f->home);
    return 0;
}

/* Adds a message to one recipient; NULL leaves something out. */
static inline bool fixture_send(struct store_fixture *f, const char *id, const char *sender,
                                const char *recipient, unixtime time)
{
    struct sent m = {.message_id = id,
                     .recipients = &recipient,
                     .recipient_count = recipient ? 1 : 0,
                     .sender = sender,
                     .time = time};
    return store_add_sent(f->store, "stdin", &m, &f->e);
}

#endif
