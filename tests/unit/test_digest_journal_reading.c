/*
 * digest/journal_reading: what is read by indexes and counts is what a look at every event gives.
 */
#include "store_fixture.h"

#include "digest/journal_reading.h"
#include "digest_fixture.h"

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Filed late, changed early, dated ahead: all that a journal may hold. */
static void add_random_event(struct store_fixture *f, unsigned *seed)
{
    static const char *const classes[] = {"bounce",  "delay",         "success",
                                          "receipt", "filter-notice", "autoreply"};
    static const char *const origins[] = {"ours", "forged", "unknown", "forged"};
    char id[32], to[40], subject[32];
    unsigned r = next_random(seed);
    snprintf(id, sizeof id, "%u@shop.example", next_random(seed) % 40);
    snprintf(to, sizeof to, "x%u@shop.example", next_random(seed) % 7);
    snprintf(subject, sizeof subject, "offer %u", r % 3);
    unixtime arrival = NOW + 2 * HOUR - (unixtime)(next_random(seed) % (20 * 86400));
    struct response one = {.class = classes[r % 6],
                           .origin = origins[next_random(seed) % 4],
                           .arrival = arrival,
                           .time = arrival + (r % 5 == 0 ? next_random(seed) % 86400 : 0),
                           .changed = r % 4 == 0 ? NOW - next_random(seed) % (2 * 86400) : 0,
                           .previous_origin = r % 4 == 0 ? "unknown" : "",
                           .by_user = r % 8 == 0,
                           .id = id,
                           .came_to = to,
                           .recipient = "bob@far.example",
                           .action = r % 2 ? "failed" : "delayed",
                           .original_subject = subject,
                           .source = r % 2 ? "203.0.113.7" : "203.0.113.8",
                           .file = id};
    struct report_recipient recipients[2];
    struct evidence evidence[16];
    struct findings found = make_findings(&one, recipients, evidence);
    struct journal_event event = make_event(&one);
    struct buf wire = {0};
    assert_true(findings_encode(&found, &wire));
    event.findings = buf_span(&wire);
    assert_true(journal_add(f->store, &event, &f->e));
    buf_free(&wire);
}

/* The same, from every event. */
static bool take(void *context, const struct journal_event *event)
{
    struct summary *s = context;
    bool fresh = summary_is_new(s, event);
    bool changed = event->changed >= s->since && event->changed < s->until;
    bool ours = strcmp(event->origin, "ours") == 0 && event->arrival >= s->days[0].start &&
                strcmp(event->class_, "receipt") != 0 && strcmp(event->class_, "autoreply") != 0;
    count_response(s, event);
    if (fresh || changed || ours)
        assert_true(summary_visit(s, event));
    return true;
}

static void assert_same_list(const struct told_list *a, const struct told_list *b)
{
    assert_int_equal(a->total, b->total);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_int_equal(a->items[i].arrival, b->items[i].arrival);
}

static void assert_same_mails(const struct summary *a, const struct summary *b)
{
    assert_int_equal(a->mails.count, b->mails.count);
    for (size_t i = 0; i < a->mails.count; i++) {
        assert_string_equal(a->mails.items[i].id, b->mails.items[i].id);
        assert_int_equal(a->mails.items[i].fate, b->mails.items[i].fate);
        assert_int_equal(a->mails.items[i].recipients[0].delays,
                         b->mails.items[i].recipients[0].delays);
    }
}

static void assert_same(const struct summary *a, const struct summary *b)
{
    assert_memory_equal(a->counts, b->counts, sizeof a->counts);
    assert_memory_equal(a->days, b->days, sizeof a->days);
    assert_same_list(&a->rescued, &b->rescued);
    assert_same_list(&a->answers, &b->answers);
    assert_same_list(&a->doubtful, &b->doubtful);
    assert_same_mails(a, b);
    assert_int_equal(a->found_forged, b->found_forged);
    assert_int_equal(a->older_doubtful, b->older_doubtful);
    assert_int_equal(a->unreadable, 0);
    assert_int_equal(b->unreadable, 0);
    assert_int_equal(a->forged_name_count, b->forged_name_count);
    for (size_t i = 0; i < a->forged_name_count; i++)
        assert_int_equal(a->forged_names[i].count, b->forged_names[i].count);
    assert_int_equal(a->senders.campaigns.count, b->senders.campaigns.count);
    assert_int_equal(a->senders.campaigns.items[0].count, b->senders.campaigns.items[0].count);
}

static void compare(struct store_fixture *f, int64_t after, unixtime since, unixtime until)
{
    struct summary_options options = {.since = since, .until = until, .after = after};
    struct summary *a = summary_new(f->home.arena, &options);
    struct summary *b = summary_new(f->home.arena, &options);
    assert_true(summary_read(a, f->store, &f->e));
    assert_true(journal_each(f->store, 0, INT64_MAX, take, b, &f->e));
    summary_finish(a);
    summary_finish(b);
    assert_same(a, b);
}

static void indexes_tell_what_every_event_tells(void **state)
{
    struct store_fixture *f = *state;
    unsigned seed = 7;
    setenv("TZ", "UTC0", 1);
    tzset();
    arena_free(f->home.arena);
    f->home.arena = arena_new(LIMIT_DIGEST_MEMORY);
    assert_true(store_begin(f->store, &f->e));
    for (int i = 0; i < 3000; i++)
        add_random_event(f, &seed);
    assert_true(store_commit(f->store, &f->e));
    compare(f, -1, NOW - SECONDS_PER_DAY, NOW);
    compare(f, -1, NOW - 9 * SECONDS_PER_DAY, NOW - 3 * SECONDS_PER_DAY);
    compare(f, 0, 0, NOW);
    compare(f, 2000, NOW - SECONDS_PER_DAY, NOW);
}

static void an_empty_journal_tells_nothing(void **state)
{
    struct store_fixture *f = *state;
    for (int64_t after = -1; after < 1; after++) {
        struct summary_options options = {.since = 0, .until = NOW, .after = after};
        struct summary *s = summary_new(f->home.arena, &options);
        assert_true(summary_read(s, f->store, &f->e));
        summary_finish(s);
        assert_true(summary_is_empty(s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(indexes_tell_what_every_event_tells, fixture_start,
                                        fixture_end),
        cmocka_unit_test_setup_teardown(an_empty_journal_tells_nothing, fixture_start, fixture_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
