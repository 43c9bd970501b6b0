/*
 * Coverage: what begins it, what ends it, and the gaps in it.
 */
#include "verdict_fixture.h"

#include "sources/coverage.h"
#include "sources/pending_gap.h"
#include "sources/write_count.h"

static struct coverage find(void)
{
    struct coverage c;
    struct error e = {0};
    if (!coverage_find(w.store, w.home.arena, w.config, w.now, &c, &e))
        fail_msg("%s", e.text);
    assert_non_null(c.why);
    return c;
}

static bool holds(unixtime from, unixtime to, const char **why)
{
    struct coverage c = find();
    return coverage_holds(w.store, w.home.arena, w.config, &c, from, to, why);
}

static void test_nothing_said(void **state)
{
    (void)state;
    assert_false(find().any);
    w.config->sources = LIST(SOURCE_STDIN);
    assert_false(find().any);
    w.config->complete_since = w.now - 20 DAYS;
    assert_false(find().any);
    ran(SOURCE_STDIN, true, w.now, w.now);
    assert_true(find().any);
    w.config->complete_since = 0;
    assert_false(find().any);
}

static void test_begin(void **state)
{
    (void)state;
    struct error e = {0};
    covered();
    assert_int_equal(find().from, w.now - 60 DAYS);
    w.config->complete_since = w.now - 200 DAYS;
    assert_int_equal(find().from, w.now - 90 DAYS);
    assert_true(coverage_forget(w.store, w.now - 30 DAYS, &e));
    assert_int_equal(find().from, w.now - 30 DAYS);
    assert_true(coverage_forget(w.store, w.now - 50 DAYS, &e)); /* forgets nothing more */
    assert_int_equal(find().from, w.now - 30 DAYS);
}

static void test_pruned(void **state)
{
    (void)state;
    struct error e = {0};
    bool left = true;
    covered();
    while (left)
        assert_true(store_prune(w.store, w.now - 40 DAYS, 1000, &left, &e));
    assert_int_equal(find().from, w.now - 40 DAYS);
}

static void test_end(void **state)
{
    (void)state;
    covered();
    assert_int_equal(find().to, w.now);
    w.config->sources = LIST(SOURCE_STDIN, "maildir:/a", "maildir:/b");
    ran("maildir:/a", false, w.now - 9 DAYS, w.now - 2 DAYS);
    ran("maildir:/b", false, w.now - 9 DAYS, w.now - 1 DAYS);
    struct coverage c = find();
    assert_int_equal(c.to, w.now - 2 DAYS);
    assert_non_null(strstr(c.why, "maildir:/a"));
    ran("maildir:/a", false, w.now - 9 DAYS, w.now + 9 DAYS); /* by a wrong clock */
    assert_int_equal(find().to, w.now - 1 DAYS);
}

static void test_spans(void **state)
{
    (void)state;
    const char *why;
    covered();
    w.config->complete_since = w.now - 14 DAYS;
    struct coverage c = find();
    assert_true(coverage_spans(w.store, w.home.arena, w.config, &c, w.now, &why));
    assert_false(coverage_spans(w.store, w.home.arena, w.config, &c, w.now - 1, &why));
    assert_false(coverage_spans(w.store, w.home.arena, w.config, &c, w.now + 1, &why));
    w.config->reach_days = 2;
    assert_true(coverage_spans(w.store, w.home.arena, w.config, &c, w.now - 12 DAYS, &why));
}

static void test_gaps_at_the_edges(void **state)
{
    (void)state;
    const char *why;
    struct error e = {0};
    struct gap gap = {SOURCE_STDIN, w.now - 9 DAYS, w.now - 8 DAYS, "no power"};
    covered();
    assert_true(store_gap_add(w.store, &gap, &e));
    assert_false(holds(w.now - 20 DAYS, w.now - 9 DAYS, &why));
    assert_non_null(strstr(why, "no power"));
    assert_false(holds(w.now - 8 DAYS, w.now, &why));
    assert_true(holds(w.now - 20 DAYS, w.now - 9 DAYS - 1, &why));
    assert_true(holds(w.now - 8 DAYS + 1, w.now, &why));
}

static void test_pending_gap(void **state)
{
    (void)state;
    const char *why;
    struct gap *gaps;
    size_t count;
    struct error e = {0};
    covered();
    assert_true(pending_gap_store(w.store, w.config, &e)); /* there is none */
    assert_true(pending_gap_add(w.config, SOURCE_WRAPPER, w.now - 3 DAYS, &e));
    assert_true(pending_gap_add(w.config, SOURCE_WRAPPER, w.now - 1 DAYS, &e));
    assert_false(holds(w.now - 5 DAYS, w.now - 2 DAYS, &why));
    assert_non_null(strstr(why, SOURCE_WRAPPER));
    assert_true(holds(w.now - 5 DAYS, w.now - 4 DAYS, &why));
    assert_true(pending_gap_store(w.store, w.config, &e));
    assert_true(store_gaps(w.store, w.home.arena, 0, w.now, &gaps, &count, &e));
    assert_int_equal(count, 2);
    assert_true(pending_gap_store(w.store, w.config, &e)); /* they are not moved twice */
    assert_true(store_gaps(w.store, w.home.arena, 0, w.now, &gaps, &count, &e));
    assert_int_equal(count, 2);
    assert_false(holds(w.now - 5 DAYS, w.now - 2 DAYS, &why));
}

static void test_pending_gap_of_a_broken_line(void **state)
{
    (void)state;
    static const char *const lines[] = {"17", "x\n", "99999999999999 wrapper\n", "5wrapper\n"};
    const char *why;
    covered();
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        temp_home_write(&w.home, "state/backsift.db.gaps", lines[i], strlen(lines[i]));
        w.now = clock_now();
        assert_false(holds(w.now - 5 DAYS, w.now, &why));
        assert_true(holds(w.now - 5 DAYS, w.now - 1 DAYS, &why));
    }
}

static void test_pending_gaps_that_cannot_be_read(void **state)
{
    (void)state;
    const char *why;
    covered();
    assert_true(holds(w.now - 5 DAYS, w.now, &why));
    assert_int_equal(mkdir(pending_gap_path(w.home.arena, w.config), 0700), 0);
    assert_false(holds(w.now - 5 DAYS, w.now, &why));
    assert_true(why[0] != '\0');
}

static unixtime count_run(void)
{
    struct error e = {0};
    unixtime restored;
    if (!write_count_add(w.store, w.config, &restored, &e))
        fail_msg("%s", e.text);
    return restored;
}

static void test_restored_store(void **state)
{
    (void)state;
    const char *why, *backup;
    struct error e = {0};
    covered();
    assert_int_equal(count_run(), -1);
    assert_int_equal(count_run(), -1);
    assert_true(store_note_get(w.store, w.home.arena, "write-count", &backup, &e));
    assert_int_equal(count_run(), -1);
    assert_true(holds(w.now - 5 DAYS, w.now, &why));
    /* As in a backup of two days ago. */
    backup = arena_printf(w.home.arena, "2 %lld", (long long)(w.now - 2 DAYS));
    assert_true(store_note_set(w.store, "write-count", backup, &e));
    assert_false(holds(w.now - 5 DAYS, w.now, &why));
    assert_non_null(strstr(why, "restored"));
    assert_true(holds(w.now - 5 DAYS, w.now - 3 DAYS, &why));
    assert_int_equal(count_run(), w.now - 2 DAYS);
    assert_int_equal(count_run(), -1);
    assert_false(holds(w.now - 5 DAYS, w.now, &why));
    assert_true(holds(w.now - 5 DAYS, w.now - 3 DAYS, &why));
    /* Other hosts that share the store only move it ahead. */
    backup = arena_printf(w.home.arena, "99 %lld", (long long)w.now);
    assert_true(store_note_set(w.store, "write-count", backup, &e));
    assert_int_equal(count_run(), -1);
}

static void test_count_that_cannot_be_kept(void **state)
{
    (void)state;
    const char *why;
    covered();
    const char *path = arena_printf(w.home.arena, "%s.count", w.config->key_file);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(count_run(), -1);
    assert_true(holds(w.now - 5 DAYS, w.now, &why));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_nothing_said),
        WORLD_TEST(test_restored_store),
        WORLD_TEST(test_count_that_cannot_be_kept),
        WORLD_TEST(test_begin),
        WORLD_TEST(test_pruned),
        WORLD_TEST(test_end),
        WORLD_TEST(test_spans),
        WORLD_TEST(test_gaps_at_the_edges),
        WORLD_TEST(test_pending_gap),
        WORLD_TEST(test_pending_gap_of_a_broken_line),
        WORLD_TEST(test_pending_gaps_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
