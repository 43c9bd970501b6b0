/*
 * The store by its interface: nothing here knows the engine.
 */
#include "store_fixture.h"

#include <signal.h>

#define NOW ((unixtime)1700000000)
#define DAY SECONDS_PER_DAY

static void expect_id(struct store_fixture *f, const char *id, unixtime expected)
{
    unixtime when = 0;
    assert_int_equal(store_find_id(f->store, id, &when, &f->e), expected ? LOOKUP_YES : LOOKUP_NO);
    assert_int_equal(when, expected);
}

/* --- sent messages --- */

static void test_empty(void **state)
{
    struct store_fixture *f = *state;
    unixtime when;
    assert_int_equal(store_has_sent(f->store, &f->e), LOOKUP_NO);
    expect_id(f, "a@x", 0);
    assert_int_equal(store_find_recipient(f->store, "bob@b.example", &when, &f->e), LOOKUP_NO);
    assert_int_equal(store_has_nameless(f->store, 0, NOW, &f->e), LOOKUP_NO);
    fixture_reopen(f, STORE_READ);
    assert_int_equal(store_has_sent(f->store, &f->e), LOOKUP_NO);
}

static void test_find_sent(void **state)
{
    struct store_fixture *f = *state;
    const char *recipients[] = {"Bob@B.example", "carl@c.example"};
    struct sent m = {"<A1@Host.example>", recipients, 2, "Ann@example.org", NOW};
    unixtime when = 0;
    assert_true(store_add_sent(f->store, "stdin", &m, &f->e));
    assert_int_equal(store_has_sent(f->store, &f->e), LOOKUP_YES);
    expect_id(f, "A1@host.EXAMPLE", NOW);
    expect_id(f, "a1@host.example", 0);
    assert_int_equal(store_find_recipient(f->store, "bob@b.example", &when, &f->e), LOOKUP_YES);
    assert_int_equal(when, NOW);
    assert_int_equal(store_find_recipient(f->store, "ann@example.org", &when, &f->e), LOOKUP_NO);
    assert_int_equal(store_find_pair(f->store, "ann@example.org", "carl@c.example", &when, &f->e),
                     LOOKUP_YES);
    assert_int_equal(store_find_pair(f->store, "eve@example.org", "carl@c.example", &when, &f->e),
                     LOOKUP_NO);
    assert_int_equal(store_find_id_recipient(f->store, "A1@host.example", "carl@c.example", &f->e),
                     LOOKUP_YES);
    assert_int_equal(store_find_id_recipient(f->store, "A1@host.example", "dora@c.example", &f->e),
                     LOOKUP_NO);
    assert_int_equal(
        store_find_id_recipient(f->store, "other@host.example", "carl@c.example", &f->e),
        LOOKUP_NO);
}

static void test_same_again(void **state)
{
    struct store_fixture *f = *state;
    int64_t count;
    struct index_stats stats;
    assert_true(fixture_send(f, "a@x", "ann@o", "bob@b", NOW));
    assert_true(fixture_send(f, "a@x", "ann@o", "bob@b", NOW + 60));
    assert_true(fixture_send(f, "a@x", "ann@o", "bob@b", NOW - 60));
    expect_id(f, "a@x", NOW + 60);
    unixtime when = 0;
    assert_int_equal(store_find_recipient(f->store, "bob@b", &when, &f->e), LOOKUP_YES);
    assert_int_equal(when, NOW + 60);
    assert_true(store_stats(f->store, f->home.arena, &stats, &f->e));
    assert_int_equal(stats.ids, 1);
    assert_int_equal(stats.recipients, 1);
    assert_true(store_sent_by_day(f->store, NOW / DAY, 1, &count, &f->e));
    assert_int_equal(count, 1);
}

static void test_address_forms(void **state)
{
    struct store_fixture *f = *state;
    unixtime when;
    assert_true(fixture_send(f, "1@x", "prvs=0123abcdef=ann+shop@o", "bob+list@b", NOW));
    assert_true(fixture_send(f, "2@x", "ann@o", "carl@c", NOW));
    static const struct {
        const char *address;
        enum lookup expected;
    } recipients[] = {
        {"bob+list@b", LOOKUP_YES}, {"bob@b", LOOKUP_YES},         {"bob+other@b", LOOKUP_YES},
        {"carl@c", LOOKUP_YES},     {"carl+news@c", LOOKUP_YES},   {"\"carl\"@C.", LOOKUP_YES},
        {"dora@c", LOOKUP_NO},      {"not an address", LOOKUP_NO},
    };
    for (size_t i = 0; i < sizeof recipients / sizeof *recipients; i++)
        assert_int_equal(store_find_recipient(f->store, recipients[i].address, &when, &f->e),
                         recipients[i].expected);
    assert_int_equal(store_find_pair(f->store, "ann@o", "bob@b", &when, &f->e), LOOKUP_YES);
    assert_int_equal(store_find_pair(f->store, "ann+x@o", "bob+list@b", &when, &f->e), LOOKUP_YES);
    assert_int_equal(store_find_pair(f->store, "bob@b", "ann@o", &when, &f->e), LOOKUP_NO);
}

static void test_nameless(void **state)
{
    struct store_fixture *f = *state;
    unixtime when;
    assert_true(fixture_send(f, NULL, "ann@o", "bob@b", NOW));
    assert_true(fixture_send(f, "<>", NULL, "carl@c", NOW + 10));
    assert_int_equal(store_has_nameless(f->store, NOW, NOW, &f->e), LOOKUP_YES);
    assert_int_equal(store_has_nameless(f->store, NOW + 1, NOW + 9, &f->e), LOOKUP_NO);
    assert_int_equal(store_has_nameless(f->store, NOW + 10, NOW + 99, &f->e), LOOKUP_YES);
    assert_int_equal(store_find_pair(f->store, "ann@o", "bob@b", &when, &f->e), LOOKUP_YES);
    assert_int_equal(store_find_recipient(f->store, "carl@c", &when, &f->e), LOOKUP_YES);
    assert_int_equal(store_has_sent(f->store, &f->e), LOOKUP_YES);
}

static void test_seal(void **state)
{
    struct store_fixture *f = *state;
    const char *text = "4F1A from ann@example.org";
    const char *one = store_seal(f->store, f->home.arena, span_of(text), &f->e);
    const char *two = store_seal(f->store, f->home.arena, span_of(text), &f->e);
    assert_non_null(one);
    assert_string_not_equal(one, two);
    assert_string_equal(store_unseal(f->store, f->home.arena, one, &f->e), text);
    assert_string_equal(store_unseal(f->store, f->home.arena, two, &f->e), text);
    char *broken = arena_string(f->home.arena, span_of(one));
    broken[30] = broken[30] == '0' ? '1' : '0';
    assert_string_equal(store_unseal(f->store, f->home.arena, broken, &f->e), "");
    assert_string_equal(store_unseal(f->store, f->home.arena, "00ff", &f->e), "");
    assert_string_equal(store_unseal(f->store, f->home.arena, "x", &f->e), "");
    assert_string_equal(store_unseal(f->store, f->home.arena, "", &f->e), "");
    one = store_seal(f->store, f->home.arena, span_of(""), &f->e);
    assert_string_equal(store_unseal(f->store, f->home.arena, one, &f->e), "");
}

static void test_relayed(void **state)
{
    struct store_fixture *f = *state;
    unixtime when = 0;
    bool left;
    assert_int_equal(store_find_relayed(f->store, "r@x", &when, &f->e), LOOKUP_NO);
    assert_true(store_add_relayed(f->store, "<r@X>", NOW, &f->e));
    assert_true(store_add_relayed(f->store, "r@x", NOW - 10, &f->e));
    assert_true(store_add_relayed(f->store, "", NOW, &f->e));
    assert_int_equal(store_find_relayed(f->store, "r@x", &when, &f->e), LOOKUP_YES);
    assert_int_equal(when, NOW);
    expect_id(f, "r@x", 0);
    assert_int_equal(store_has_sent(f->store, &f->e), LOOKUP_NO);
    assert_true(store_prune(f->store, NOW + 1, 10, &left, &f->e));
    assert_int_equal(store_find_relayed(f->store, "r@x", &when, &f->e), LOOKUP_NO);
}

static void test_future_is_now(void **state)
{
    struct store_fixture *f = *state;
    unixtime when = 0, now = clock_now();
    assert_true(fixture_send(f, "a@x", "ann@o", "bob@b", now + 30 * DAY));
    assert_int_equal(store_find_id(f->store, "a@x", &when, &f->e), LOOKUP_YES);
    assert_in_range(when, now, now + 60);
}

static void test_odd_values(void **state)
{
    struct store_fixture *f = *state;
    char *huge = malloc(200001);
    unixtime when;
    assert_non_null(huge);
    memset(huge, 'x', 200000);
    huge[200000] = '\0';
    assert_true(fixture_send(f, huge, huge, huge, NOW));
    assert_int_equal(store_find_id(f->store, huge, &when, &f->e), LOOKUP_YES);
    assert_int_equal(store_find_recipient(f->store, huge, &when, &f->e), LOOKUP_NO);
    assert_int_equal(store_find_recipient(f->store, "", &when, &f->e), LOOKUP_NO);
    assert_int_equal(store_find_id(f->store, "", &when, &f->e), LOOKUP_NO);
    free(huge);
}

static void test_strays(void **state)
{
    struct store_fixture *f = *state;
    int count = -1;
    assert_true(store_strays(f->store, "a@x", &count, &f->e));
    assert_int_equal(count, 0);
    for (int i = 1; i <= 3; i++) {
        assert_true(store_count_stray(f->store, "a@X", &count, &f->e));
        assert_int_equal(count, i);
    }
    assert_true(store_strays(f->store, "a@x", &count, &f->e));
    assert_int_equal(count, 3);
    assert_true(store_strays(f->store, "b@x", &count, &f->e));
    assert_int_equal(count, 0);
}

/* --- transactions --- */

static void test_rollback(void **state)
{
    struct store_fixture *f = *state;
    assert_true(store_begin(f->store, &f->e));
    assert_false(store_begin(f->store, &f->e));
    assert_true(fixture_send(f, "a@x", NULL, NULL, NOW));
    expect_id(f, "a@x", NOW);
    store_rollback(f->store);
    expect_id(f, "a@x", 0);
    assert_true(store_begin(f->store, &f->e));
    assert_true(fixture_send(f, "b@x", NULL, NULL, NOW));
    assert_true(store_commit(f->store, &f->e));
    fixture_reopen(f, STORE_READ);
    expect_id(f, "b@x", NOW);
    expect_id(f, "a@x", 0);
}

static void test_close_in_transaction(void **state)
{
    struct store_fixture *f = *state;
    assert_true(store_begin(f->store, &f->e));
    assert_true(fixture_send(f, "a@x", NULL, NULL, NOW));
    fixture_reopen(f, STORE_WRITE);
    expect_id(f, "a@x", 0);
}

static void test_reader_does_not_write(void **state)
{
    struct store_fixture *f = *state;
    fixture_reopen(f, STORE_READ);
    assert_false(fixture_send(f, "a@x", NULL, NULL, NOW));
    assert_false(store_note_set(f->store, "n", "v", &f->e));
    assert_false(store_begin(f->store, &f->e));
}

/* --- sources --- */

static void test_sources(void **state)
{
    struct store_fixture *f = *state;
    struct source_state s, *all;
    size_t count;
    assert_true(store_source(f->store, f->home.arena, "maildir:/m", &s, &f->e));
    assert_int_equal(s.first_run, 0);
    assert_string_equal(s.cursor, "");
    s = (struct source_state){"maildir:/m", false, NOW, NOW + 5, 7, "c1"};
    assert_true(store_source_save(f->store, &s, &f->e));
    s.last_run = NOW + 9;
    s.cursor = "c2";
    assert_true(store_source_save(f->store, &s, &f->e));
    s = (struct source_state){"a-push", true, NOW, NOW, 1, ""};
    assert_true(store_source_save(f->store, &s, &f->e));
    assert_true(store_source(f->store, f->home.arena, "maildir:/m", &s, &f->e));
    assert_false(s.is_push);
    assert_int_equal(s.first_run, NOW);
    assert_int_equal(s.last_run, NOW + 9);
    assert_int_equal(s.messages, 7);
    assert_string_equal(s.cursor, "c2");
    assert_true(store_sources(f->store, f->home.arena, &all, &count, &f->e));
    assert_int_equal(count, 2);
    assert_string_equal(all[0].name, "a-push");
    assert_true(all[0].is_push);
    assert_string_equal(all[1].name, "maildir:/m");
}

static void test_items(void **state)
{
    struct store_fixture *f = *state;
    bool seen = true;
    assert_true(store_item_seen(f->store, "s", span_of("1"), &seen, &f->e));
    assert_false(seen);
    assert_true(store_item_add(f->store, "s", span_of("1"), &f->e));
    assert_true(store_item_add(f->store, "s", span_of("1"), &f->e));
    assert_true(store_item_seen(f->store, "s", span_of("1"), &seen, &f->e));
    assert_true(seen);
    assert_true(store_item_seen(f->store, "s1", span_of(""), &seen, &f->e));
    assert_false(seen);
    assert_true(store_item_seen(f->store, "t", span_of("1"), &seen, &f->e));
    assert_false(seen);
}

static void test_gaps(void **state)
{
    struct store_fixture *f = *state;
    const struct gap later = {"s", 300, 400, "later"}, first = {"s", 100, 200, "first"};
    struct gap *gaps;
    size_t count;
    assert_true(store_gap_add(f->store, &later, &f->e));
    assert_true(store_gap_add(f->store, &first, &f->e));
    assert_true(store_gap_add(f->store, &first, &f->e));
    assert_true(store_gaps(f->store, f->home.arena, 0, 1000, &gaps, &count, &f->e));
    assert_int_equal(count, 2);
    assert_string_equal(gaps[0].reason, "first");
    assert_int_equal(gaps[0].from, 100);
    assert_int_equal(gaps[0].to, 200);
    assert_string_equal(gaps[1].source, "s");
    assert_true(store_gaps(f->store, f->home.arena, 200, 299, &gaps, &count, &f->e));
    assert_int_equal(count, 1);
    assert_true(store_gaps(f->store, f->home.arena, 201, 299, &gaps, &count, &f->e));
    assert_int_equal(count, 0);
}

static void test_days(void **state)
{
    struct store_fixture *f = *state;
    int64_t counts[3];
    assert_true(fixture_send(f, "1@x", NULL, NULL, 100 * DAY));
    assert_true(fixture_send(f, "2@x", NULL, NULL, 100 * DAY + DAY - 1));
    assert_true(fixture_send(f, NULL, NULL, "bob@b", 102 * DAY));
    assert_true(fixture_send(f, "3@x", NULL, NULL, 103 * DAY));
    assert_true(store_sent_by_day(f->store, 100, 3, counts, &f->e));
    assert_int_equal(counts[0], 2);
    assert_int_equal(counts[1], 0);
    assert_int_equal(counts[2], 1);
}

static void test_notes(void **state)
{
    struct store_fixture *f = *state;
    const char *value = NULL;
    assert_true(store_note_get(f->store, f->home.arena, "digest", &value, &f->e));
    assert_string_equal(value, "");
    assert_true(store_note_set(f->store, "digest", "1", &f->e));
    assert_true(store_note_set(f->store, "digest", "2'; --", &f->e));
    assert_true(store_note_get(f->store, f->home.arena, "digest", &value, &f->e));
    assert_string_equal(value, "2'; --");
}

static void test_stats(void **state)
{
    struct store_fixture *f = *state;
    struct index_stats stats;
    assert_true(store_stats(f->store, f->home.arena, &stats, &f->e));
    assert_int_equal(stats.ids + stats.recipients + stats.nameless + stats.journal_events, 0);
    assert_int_equal(stats.oldest, 0);
    assert_int_equal(strlen(stats.key_check), 8);
    assert_true(fixture_send(f, "1@x", "ann@o", "bob@b", NOW));
    assert_true(fixture_send(f, "2@x", "eve@o", "bob@b", NOW + 50));
    assert_true(fixture_send(f, NULL, "ann@o", "carl@c", NOW - 50));
    assert_true(store_stats(f->store, f->home.arena, &stats, &f->e));
    assert_int_equal(stats.ids, 2);
    assert_int_equal(stats.recipients, 2);
    assert_int_equal(stats.nameless, 1);
    assert_int_equal(stats.oldest, NOW - 50);
    assert_int_equal(stats.newest, NOW + 50);
    assert_true(stats.bytes != 0);
}

static void count_problem(void *context, const char *problem)
{
    (void)problem;
    ++*(int *)context;
}

static void test_verify_sound(void **state)
{
    struct store_fixture *f = *state;
    int64_t problems = -1;
    int reported = 0;
    assert_true(fixture_send(f, "1@x", "ann@o", "bob@b", NOW));
    assert_true(store_verify(f->store, count_problem, &reported, &problems, &f->e));
    assert_int_equal(problems, 0);
    assert_int_equal(reported, 0);
}

/* --- pruning --- */

static int64_t prune_all(struct store_fixture *f, unixtime before, int most)
{
    bool left = true;
    int64_t calls = 0;
    while (left) {
        assert_true(store_prune(f->store, before, most, &left, &f->e));
        assert_in_range(++calls, 1, 1000);
    }
    return calls;
}

static void test_prune(void **state)
{
    struct store_fixture *f = *state;
    struct index_stats stats;
    char id[32], recipient[32];
    int count;
    for (int i = 0; i < 50; i++) {
        snprintf(id, sizeof id, "%d@x", i);
        snprintf(recipient, sizeof recipient, "r%d@b", i);
        assert_true(fixture_send(f, id, "ann@o", recipient, NOW + i * DAY));
    }
    assert_true(fixture_send(f, NULL, NULL, "nobody@b", NOW));
    const struct gap gap = {"s", NOW, NOW + 1, "why"};
    assert_true(store_gap_add(f->store, &gap, &f->e));
    /* One sent again later stays. */
    assert_true(fixture_send(f, "3@x", "ann@o", "r3@b", NOW + 45 * DAY));
    assert_true(store_count_stray(f->store, "3@x", &count, &f->e));
    assert_true(prune_all(f, NOW + 40 * DAY, 7) > 5);
    assert_true(store_stats(f->store, f->home.arena, &stats, &f->e));
    assert_int_equal(stats.ids, 11);
    assert_int_equal(stats.recipients, 11);
    assert_int_equal(stats.nameless, 0);
    assert_int_equal(stats.oldest, NOW + 40 * DAY);
    expect_id(f, "3@x", NOW + 45 * DAY);
    expect_id(f, "39@x", 0);
    expect_id(f, "40@x", NOW + 40 * DAY);
    int64_t counts[60];
    assert_true(store_sent_by_day(f->store, NOW / DAY, 60, counts, &f->e));
    assert_int_equal(counts[39], 0);
    assert_int_equal(counts[40], 1);
    struct gap *gaps;
    size_t gap_count;
    assert_true(store_gaps(f->store, f->home.arena, 0, NOW * 2, &gaps, &gap_count, &f->e));
    assert_int_equal(gap_count, 0);
    assert_true(store_strays(f->store, "3@x", &count, &f->e));
    assert_int_equal(count, 1);
}

static void test_prune_again(void **state)
{
    struct store_fixture *f = *state;
    assert_int_equal(prune_all(f, NOW, 10), 1);
    assert_true(fixture_send(f, "1@x", NULL, NULL, NOW + 10));
    prune_all(f, NOW + DAY - 1, 10);
    expect_id(f, "1@x", NOW + 10);
    prune_all(f, NOW + DAY, 10);
    expect_id(f, "1@x", 0);
}

/* --- journal --- */

static struct journal_event sample(const char *file, unixtime time)
{
    return (struct journal_event){.time = time,
                                  .arrival = time - 1,
                                  .class_ = "bounce",
                                  .origin = "unknown",
                                  .rule = "dsn",
                                  .row = 8,
                                  .mailbox = "maildir:/m",
                                  .folder = "Unverified",
                                  .file = file,
                                  .previous_origin = "",
                                  .findings = {"\0\1\2", 3}};
}

static void test_journal(void **state)
{
    struct store_fixture *f = *state;
    struct journal_event a = sample("a", NOW), b = sample("b", NOW + 1), found;
    assert_true(journal_add(f->store, &a, &f->e));
    assert_true(journal_add(f->store, &b, &f->e));
    assert_true(b.number > a.number);
    assert_int_equal(journal_find(f->store, f->home.arena, "maildir:/m", "c", &found, &f->e),
                     LOOKUP_NO);
    assert_int_equal(journal_find(f->store, f->home.arena, "imap:m", "a", &found, &f->e),
                     LOOKUP_NO);
    b.origin = "ours";
    b.row = 2;
    b.marked = b.by_user = true;
    b.folder = "Bounces";
    b.file = "b2";
    b.previous_origin = "unknown";
    b.changed = NOW + 100;
    assert_true(journal_update(f->store, &b, &f->e));
    assert_int_equal(journal_find(f->store, f->home.arena, "maildir:/m", "b2", &found, &f->e),
                     LOOKUP_YES);
    assert_int_equal(found.number, b.number);
    assert_int_equal(found.time, NOW + 1);
    assert_int_equal(found.arrival, NOW);
    assert_string_equal(found.class_, "bounce");
    assert_string_equal(found.origin, "ours");
    assert_string_equal(found.rule, "dsn");
    assert_int_equal(found.row, 2);
    assert_true(found.marked && found.by_user);
    assert_string_equal(found.folder, "Bounces");
    assert_string_equal(found.previous_origin, "unknown");
    assert_int_equal(found.changed, NOW + 100);
    assert_int_equal(found.findings.n, 3);
    assert_memory_equal(found.findings.p, "\0\1\2", 3);
}

struct seen {
    char files[200];
    int most;
    struct store_fixture *f;
};

static bool visit(void *context, const struct journal_event *event)
{
    struct seen *s = context;
    unixtime when;
    strcat(s->files, event->file);
    assert_int_equal(store_find_id(s->f->store, "1@x", &when, &s->f->e), LOOKUP_NO);
    return --s->most > 0;
}

static void expect_each(struct store_fixture *f, unixtime from, unixtime to, int most,
                        const char *files)
{
    struct seen s = {.most = most, .f = f};
    assert_true(journal_each(f->store, from, to, visit, &s, &f->e));
    assert_string_equal(s.files, files);
}

static void test_journal_each(void **state)
{
    struct store_fixture *f = *state;
    struct journal_event events[5];
    for (int i = 0; i < 5; i++) {
        char name[2] = {(char)('a' + i), '\0'};
        events[i] = sample(name, NOW + 100 - i * 10);
        assert_true(journal_add(f->store, &events[i], &f->e));
    }
    expect_each(f, 0, NOW * 2, 99, "abcde");
    expect_each(f, NOW + 70, NOW + 100, 99, "bcd");
    expect_each(f, 0, NOW * 2, 2, "ab");
    expect_each(f, NOW + 200, NOW + 300, 99, "");
    events[4].file = "E";
    events[4].changed = NOW + 250;
    assert_true(journal_update(f->store, &events[4], &f->e));
    expect_each(f, NOW + 200, NOW + 300, 99, "E");
    expect_each(f, 0, NOW * 2, 99, "abcdE");
    expect_each(f, 0, 1, 99, "");
}

/* What the digest asks: by number, by change, by kind. */
static void test_journal_by_kind(void **state)
{
    struct store_fixture *f = *state;
    static const char *const names[] = {"a", "b", "c", "d"};
    struct journal_event events[4];
    struct seen s = {.most = 99, .f = f};
    struct journal_range range = {.after = -1, .from = NOW + 5, .to = NOW + 25};
    int64_t n;
    for (int i = 0; i < 4; i++) {
        events[i] = sample(names[i], NOW + 10 * i);
        events[i].arrival = NOW + 10 * i;
        assert_true(journal_add(f->store, &events[i], &f->e));
    }
    assert_true(journal_each_since(f->store, &range, visit, &s, &f->e));
    range = (struct journal_range){.after = events[2].number, .to = NOW * 2};
    assert_true(journal_each_since(f->store, &range, visit, &s, &f->e));
    range = (struct journal_range){.after = -1, .from = NOW * 2, .to = NOW * 3};
    assert_true(journal_each_since(f->store, &range, visit, &s, &f->e));
    assert_string_equal(s.files, "bcd");
    s.files[0] = '\0';
    assert_true(
        journal_each_of(f->store, "bounce", events[0].origin, NOW, NOW + 20, visit, &s, &f->e));
    assert_string_equal(s.files, "ab");
    assert_true(journal_count(f->store, "bounce", events[0].origin, NOW, NOW + 21, &n, &f->e));
    assert_int_equal(n, 3);
    assert_int_equal(journal_has(f->store, "delay", events[0].origin, 0, NOW * 2, &f->e),
                     LOOKUP_NO);
    events[1].origin = "ours";
    events[1].changed = NOW + 500;
    assert_true(journal_update(f->store, &events[1], &f->e));
    assert_int_equal(journal_has(f->store, "bounce", "ours", 0, NOW * 2, &f->e), LOOKUP_YES);
    s.files[0] = '\0';
    assert_true(journal_each_changed(f->store, NOW + 500, NOW + 501, visit, &s, &f->e));
    assert_string_equal(s.files, "b");
}

static void test_senders(void **state)
{
    struct store_fixture *f = *state;
    struct sender_set *none = store_senders(f->store, f->home.arena, &f->e);
    assert_non_null(none);
    assert_false(store_is_sender(f->store, none, "ann@o.example"));
    for (int i = 0; i < 200; i++) {
        const char *id = arena_printf(f->home.arena, "%d@o.example", i);
        assert_true(fixture_send(f, id, arena_printf(f->home.arena, "ann%d@o.example", i),
                                 "bob@far.example", NOW));
    }
    assert_true(fixture_send(f, "x@o.example", NULL, "carol@far.example", NOW));
    struct sender_set *set = store_senders(f->store, f->home.arena, &f->e);
    assert_true(store_is_sender(f->store, set, "Ann7@o.example"));
    assert_true(store_is_sender(f->store, set, "ann199+tag@o.example"));
    assert_false(store_is_sender(f->store, set, "ann200@o.example"));
    assert_false(store_is_sender(f->store, set, "bob@far.example"));
}

static void test_journal_is_pruned(void **state)
{
    struct store_fixture *f = *state;
    struct journal_event old = sample("o", NOW), touched = sample("t", NOW),
                         young = sample("y", NOW + DAY);
    assert_true(journal_add(f->store, &old, &f->e));
    assert_true(journal_add(f->store, &touched, &f->e));
    assert_true(journal_add(f->store, &young, &f->e));
    touched.changed = NOW + DAY;
    assert_true(journal_update(f->store, &touched, &f->e));
    prune_all(f, NOW + 1, 1);
    expect_each(f, 0, NOW * 2, 99, "ty");
    prune_all(f, NOW + 3 * DAY, 10);
    expect_each(f, 0, NOW * 2, 99, "");
    old = sample("n", NOW);
    assert_true(journal_add(f->store, &old, &f->e));
    assert_true(old.number > young.number);
}

/* --- several processes --- */

#define WRITERS    4
#define PER_WRITER 100

static void write_many(struct store_fixture *f, int writer)
{
    char id[32];
    f->store = fixture_open(f, STORE_WRITE);
    for (int i = 0; f->store && i < PER_WRITER; i++) {
        struct journal_event event = sample(id, NOW);
        snprintf(id, sizeof id, "%d.%d@x", writer, i);
        if (!fixture_send(f, id, "ann@o", id, NOW) || !journal_add(f->store, &event, &f->e))
            break;
    }
    if (f->e.kind)
        fprintf(stderr, "writer %d: %s\n", writer, f->e.text);
    store_close(f->store);
    _exit(f->e.kind == ERROR_NONE ? 0 : 1);
}

static void test_many_writers(void **state)
{
    struct store_fixture *f = *state;
    pid_t writers[WRITERS];
    char id[32];
    store_close(f->store);
    f->store = NULL;
    for (int w = 0; w < WRITERS; w++)
        if ((writers[w] = fork()) == 0)
            write_many(f, w);
    for (int w = 0; w < WRITERS; w++) {
        int status;
        assert_int_equal(waitpid(writers[w], &status, 0), writers[w]);
        assert_int_equal(status, 0);
    }
    fixture_reopen(f, STORE_READ);
    for (int w = 0; w < WRITERS; w++)
        for (int i = 0; i < PER_WRITER; i++) {
            snprintf(id, sizeof id, "%d.%d@x", w, i);
            expect_id(f, id, NOW);
        }
    struct index_stats stats;
    assert_true(store_stats(f->store, f->home.arena, &stats, &f->e));
    assert_int_equal(stats.ids, WRITERS * PER_WRITER);
    assert_int_equal(stats.journal_events, WRITERS * PER_WRITER);
}

/* Records messages in pairs, one transaction each, and tells of each by a byte. */
static void write_until_killed(struct store_fixture *f, int tell)
{
    char id[32];
    f->store = fixture_open(f, STORE_WRITE);
    for (int i = 0; f->store; i++) {
        bool ok = store_begin(f->store, &f->e);
        for (int k = 0; ok && k < 2; k++) {
            snprintf(id, sizeof id, "%d.%d@x", i, k);
            ok = fixture_send(f, id, "ann@o", "bob@b", NOW);
        }
        if (!ok || !store_commit(f->store, &f->e) || write(tell, "", 1) != 1)
            break;
    }
    _exit(1);
}

static void test_killed_writer(void **state)
{
    struct store_fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    for (int round = 0; round < 5; round++) {
        int tell[2], acknowledged = 0, problems_reported = 0;
        int64_t problems;
        char byte, id[32];
        unixtime when;
        assert_int_equal(pipe(tell), 0);
        pid_t writer = fork();
        if (writer == 0)
            write_until_killed(f, tell[1]);
        close(tell[1]);
        /* A different number of commits each time, then in the middle of whatever comes next. */
        while (acknowledged < 7 * round + 1 && read(tell[0], &byte, 1) == 1)
            acknowledged++;
        kill(writer, SIGKILL);
        assert_int_equal(waitpid(writer, NULL, 0), writer);
        while (read(tell[0], &byte, 1) == 1)
            acknowledged++;
        close(tell[0]);
        assert_true(acknowledged > 7 * round);
        fixture_reopen(f, STORE_WRITE);
        for (int i = 0; i < acknowledged; i++) {
            snprintf(id, sizeof id, "%d.1@x", i);
            expect_id(f, id, NOW);
        }
        /* What was not acknowledged is there whole or not at all. */
        snprintf(id, sizeof id, "%d.0@x", acknowledged);
        enum lookup first = store_find_id(f->store, id, &when, &f->e);
        snprintf(id, sizeof id, "%d.1@x", acknowledged);
        assert_int_equal(store_find_id(f->store, id, &when, &f->e), first);
        assert_true(store_verify(f->store, count_problem, &problems_reported, &problems, &f->e));
        assert_int_equal(problems, 0);
        store_close(f->store);
        f->store = NULL;
    }
}

/* --- keys --- */

static void test_other_key(void **state)
{
    struct store_fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(unlink(f->config.key_file), 0);
    temp_home_write(&f->home, "config/key",
                    "00000000000000000000000000000000"
                    "00000000000000000000000000000000\n",
                    65);
    assert_int_equal(chmod(f->config.key_file, 0600), 0);
    for (int i = 0; i < 2; i++) {
        assert_null(fixture_open(f, i ? STORE_WRITE : STORE_READ));
        assert_int_equal(f->e.kind, ERROR_CONFIG);
        assert_non_null(strstr(f->e.text, "another key"));
    }
}

static void test_missing_key(void **state)
{
    struct store_fixture *f = *state;
    store_close(f->store);
    f->store = NULL;
    assert_int_equal(unlink(f->config.key_file), 0);
    for (int i = 0; i < 2; i++) {
        assert_null(fixture_open(f, i ? STORE_WRITE : STORE_READ));
        assert_int_equal(f->e.kind, ERROR_CONFIG);
        assert_non_null(strstr(f->e.text, "is missing"));
    }
    assert_int_not_equal(access(f->config.key_file, F_OK), 0);
}

static void test_key_open_to_others(void **state)
{
    struct store_fixture *f = *state;
    assert_int_equal(chmod(f->config.key_file, 0644), 0);
    assert_null(fixture_open(f, STORE_READ));
    assert_int_equal(f->e.kind, ERROR_CONFIG);
    assert_non_null(strstr(f->e.text, "chmod 600"));
}

static void test_unknown_engine(void **state)
{
    struct store_fixture *f = *state;
    const char *url = f->config.index_url;
    f->config.index_url = "oracle:x";
    assert_null(fixture_open(f, STORE_READ));
    assert_int_equal(f->e.kind, ERROR_CONFIG);
    f->config.index_url = url;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_empty),
        TEST(test_find_sent),
        TEST(test_same_again),
        TEST(test_address_forms),
        TEST(test_nameless),
        TEST(test_relayed),
        TEST(test_seal),
        TEST(test_future_is_now),
        TEST(test_odd_values),
        TEST(test_strays),
        TEST(test_rollback),
        TEST(test_close_in_transaction),
        TEST(test_reader_does_not_write),
        TEST(test_sources),
        TEST(test_items),
        TEST(test_gaps),
        TEST(test_days),
        TEST(test_notes),
        TEST(test_stats),
        TEST(test_verify_sound),
        TEST(test_prune),
        TEST(test_prune_again),
        TEST(test_journal),
        TEST(test_journal_each),
        TEST(test_journal_by_kind),
        TEST(test_senders),
        TEST(test_journal_is_pruned),
        TEST(test_many_writers),
        TEST(test_killed_writer),
        TEST(test_other_key),
        TEST(test_missing_key),
        TEST(test_key_open_to_others),
        TEST(test_unknown_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
