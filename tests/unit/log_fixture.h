/*
 * A log file and a store of its own for each test: lines are written, the source is run, and what
 * the index knows is asked for.
 */
#ifndef BACKSIFT_TESTS_LOG_FIXTURE_H
#define BACKSIFT_TESTS_LOG_FIXTURE_H

#include "store_fixture.h"

#include <time.h>

#include "sources/source.h"

struct log_fixture {
    struct store_fixture s;
    const char *path, *name;
    struct source_progress progress;
};

static inline int log_fixture_start(void **state)
{
    static struct log_fixture f;
    f = (struct log_fixture){.path = NULL};
    fixture_prepare(&f.s);
    f.s.config.retain_days = 90;
    fixture_reopen(&f.s, STORE_WRITE);
    f.path = temp_home_path(&f.s.home, "mail.log");
    f.name = arena_printf(f.s.home.arena, "log:%s", f.path);
    *state = &f;
    return 0;
}

static inline int log_fixture_end(void **state)
{
    struct log_fixture *f = *state;
    void *inner = &f->s;
    return fixture_end(&inner);
}

/* The stamps of the lines below are of today: "%T" in a line becomes the syslog stamp of now minus
 * some minutes, "%E" Exim's, "%I" an ISO one. */
static inline void log_append_to(struct log_fixture *f, const char *path, const char *lines)
{
    char syslog[32], native[32], iso[40];
    time_t now = time(NULL) - 600;
    struct tm tm;
    FILE *out = fopen(path, "a");
    assert_non_null(out);
    localtime_r(&now, &tm);
    strftime(syslog, sizeof syslog, "%b %e %H:%M:%S", &tm);
    strftime(native, sizeof native, "%Y-%m-%d %H:%M:%S", &tm);
    strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%S%z", &tm);
    for (const char *p = lines; *p; p++) {
        if (p[0] == '%' && (p[1] == 'T' || p[1] == 'E' || p[1] == 'I')) {
            fputs(p[1] == 'T' ? syslog : p[1] == 'E' ? native : iso, out);
            p++;
        } else {
            putc(*p, out);
        }
    }
    assert_int_equal(fclose(out), 0);
    (void)f;
}

static inline void log_append(struct log_fixture *f, const char *lines)
{
    log_append_to(f, f->path, lines);
}

static inline void log_run(struct log_fixture *f)
{
    f->progress = (struct source_progress){0};
    if (!source_run(f->s.store, &f->s.config, f->name, 0, &f->progress, &f->s.e))
        fail_msg("%s", f->s.e.text);
    assert_true(f->progress.complete);
}

static inline void log_read(struct log_fixture *f, const char *lines)
{
    log_append(f, lines);
    log_run(f);
}

static inline bool log_sent(struct log_fixture *f, const char *id)
{
    unixtime when;
    enum lookup found = store_find_id(f->s.store, id, &when, &f->s.e);
    assert_int_not_equal(found, LOOKUP_ERROR);
    if (found == LOOKUP_YES)
        assert_in_range(when, time(NULL) - 700, time(NULL) - 500);
    return found == LOOKUP_YES;
}

static inline bool log_relayed(struct log_fixture *f, const char *id)
{
    unixtime when;
    return store_find_relayed(f->s.store, id, &when, &f->s.e) == LOOKUP_YES;
}

static inline bool log_wrote_to(struct log_fixture *f, const char *address)
{
    unixtime when;
    return store_find_recipient(f->s.store, address, &when, &f->s.e) == LOOKUP_YES;
}

static inline bool log_pair(struct log_fixture *f, const char *sender, const char *recipient)
{
    unixtime when;
    return store_find_pair(f->s.store, sender, recipient, &when, &f->s.e) == LOOKUP_YES;
}

static inline bool log_nameless(struct log_fixture *f)
{
    return store_has_nameless(f->s.store, 0, time(NULL), &f->s.e) == LOOKUP_YES;
}

#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, log_fixture_start, log_fixture_end)

#endif
