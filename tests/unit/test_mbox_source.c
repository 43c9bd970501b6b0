/*
 * An mbox of sent copies: its forms, and what a second run reads.
 */
#include "log_fixture.h"

#include <unistd.h>

static int mbox_start(void **state)
{
    int code = log_fixture_start(state);
    struct log_fixture *f = *state;
    f->path = temp_home_path(&f->s.home, "Sent");
    f->name = arena_printf(f->s.home.arena, "mbox:%s", f->path);
    return code;
}
#define MBOX_TEST(f) cmocka_unit_test_setup_teardown(f, mbox_start, log_fixture_end)

static const char *date(time_t t)
{
    static char text[64];
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &tm);
    return text;
}

/* A message of ten minutes ago. */
static void add(struct log_fixture *f, const char *from_line, const char *id, const char *more,
                const char *body)
{
    char text[4000];
    snprintf(text, sizeof text,
             "%s\nFrom: ann@home.test\nTo: bob-%s\nMessage-ID: <%s>\nDate: %s\n"
             "%s\n%s\n\n",
             from_line, id, id, date(time(NULL) - 600), more, body);
    log_append(f, text);
}
#define FROM "From ann@home.test Mon Nov 23 20:00:00 2026"

static void test_forms(void **state)
{
    struct log_fixture *f = *state;
    add(f, FROM, "1@home.test", "", "Hello.\n\n>From here on it is quoted\n\nFrom here it is not.");
    add(f, "From - Mon Nov 23 20:00:00 2026", "2@home.test", "", "From the start");
    add(f, FROM, "3@home.test", "Content-Length: 73\n",
        "Hello,\n\nFrom ann at 10:00 2026\nTo: x@y\nMessage-ID: <fake@home.test>\n\nBye\n");
    add(f, FROM, "4@home.test", "Content-Length: 999999\n", "a wrong length");
    add(f, FROM, "5@home.test", "", "");
    log_run(f);
    assert_int_equal(f->progress.added, 5);
    for (char n = '1'; n <= '5'; n++) {
        char id[] = "N@home.test";
        id[0] = n;
        if (!log_sent(f, id))
            fail_msg("%s is missing", id);
    }
    assert_false(log_sent(f, "fake@home.test"));
    assert_true(log_pair(f, "ann@home.test", "bob-1@home.test"));
    assert_false(log_nameless(f));
}

static void test_grows(void **state)
{
    struct log_fixture *f = *state;
    add(f, FROM, "1@home.test", "", "x");
    log_run(f);
    log_run(f);
    assert_int_equal(f->progress.added, 0);
    add(f, FROM, "2@home.test", "", "x");
    add(f, FROM, "3@home.test", "", "x");
    log_run(f);
    assert_int_equal(f->progress.added, 2);
    assert_int_equal(f->progress.seen, 3); /* the last one is looked at again */
    assert_true(log_sent(f, "2@home.test") && log_sent(f, "3@home.test"));
    log_append(f, FROM "\nFrom: ann@home.test\nMessage-ID: <4@home");
    f->progress = (struct source_progress){0};
    assert_true(source_run(f->s.store, &f->s.config, f->name, 0, &f->progress, &f->s.e));
    assert_int_equal(f->progress.added, 0);
    log_append(f, ".test>\n\nx\n\n");
    log_run(f);
    assert_int_equal(f->progress.added, 1);
    unixtime when;
    assert_int_equal(store_find_id(f->s.store, "4@home.test", &when, &f->s.e), LOOKUP_YES);
    assert_false(log_nameless(f));
}

static void test_rewritten(void **state)
{
    struct log_fixture *f = *state;
    add(f, FROM, "1@home.test", "", "x");
    add(f, FROM, "2@home.test", "", "x");
    log_run(f);
    assert_int_equal(unlink(f->path), 0);
    add(f, FROM, "2@home.test", "", "x");
    add(f, FROM, "3@home.test", "", "x");
    log_run(f);
    assert_int_equal(f->progress.added, 1);
    assert_true(log_sent(f, "1@home.test") && log_sent(f, "3@home.test"));
    assert_int_equal(truncate(f->path, 0), 0);
    log_run(f);
    add(f, FROM, "4@home.test", "", "x");
    log_run(f);
    assert_true(log_sent(f, "4@home.test"));
}

static void test_nameless(void **state)
{
    struct log_fixture *f = *state;
    log_append(f, FROM "\nFrom: ann@home.test\nTo: bob@far.test\n\nx\n");
    log_run(f);
    assert_true(log_nameless(f));
}

static void test_no_mbox(void **state)
{
    struct log_fixture *f = *state;
    assert_false(source_run(f->s.store, &f->s.config, f->name, 0, &f->progress, &f->s.e));
    assert_int_equal(f->s.e.kind, ERROR_DATA);
    log_append(f, "This is no mbox.\n\nFrom: x\n");
    f->s.e = (struct error){0};
    log_run(f);
    assert_int_equal(f->progress.added, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MBOX_TEST(test_forms),    MBOX_TEST(test_grows),   MBOX_TEST(test_rewritten),
        MBOX_TEST(test_nameless), MBOX_TEST(test_no_mbox),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
