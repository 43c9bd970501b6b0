/*
 * digest/senders, digest/campaign: what belongs together, and what is said of the owner's systems.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "digest/digest.h"
#include "digest_fixture.h"

static int begin(void **state)
{
    *state = arena_new(LIMIT_DIGEST_MEMORY);
    return *state ? 0 : -1;
}

static int end(void **state)
{
    arena_free(*state);
    return 0;
}

static const struct senders *senders_of(void **state, const struct response *r, size_t n)
{
    struct summary *s = new_summary(*state);
    for (size_t i = 0; i < n; i++) {
        struct response one = r[i];
        one.number = (int64_t)i + 1;
        one.class = "bounce";
        one.origin = one.origin ? one.origin : "forged";
        one.arrival = one.arrival ? one.arrival : NOW - HOUR;
        add_response(s, &one);
    }
    summary_finish(s);
    return &s->senders;
}

#define SENDERS(responses) senders_of(state, responses, sizeof(responses) / sizeof *(responses))

static void shapes(void **state)
{
    static const char *const pairs[][2] = {
        {"Order 4711 shipped", "order # shipped"},
        {"Re: FWD:  re:Order A1B2\tshipped", "order # shipped"},
        {"Hello x@shop.example!", "hello @"},
        {"Regards", "regards"},
        {"  ", ""},
        {"re:", ""},
        {"Müller", "müller"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buf b = {0};
        subject_shape(span_of(pairs[i][0]), &b);
        assert_string_equal(buf_string(&b), pairs[i][1]);
        buf_free(&b);
    }
}

static void links_and_subjects_join_what_belongs_together(void **state)
{
    const struct response r[] = {
        {.original_subject = "Order 1", .link = "a.example", .source = "192.0.2.1"},
        {.original_subject = "Order 2", .link = "b.example", .source = "192.0.2.2"},
        {.original_subject = "Cheap", .link = "b.example", .source = "192.0.2.1"},
        {.original_subject = "Cheap", .source = "192.0.2.1", .arrival = NOW - 9 * HOUR},
        {.original_subject = "Alone", .mailer = "Bat"},
        {.mailer = "Bat", .arrival = NOW - 3 * HOUR},
        {.mailer = "Bat"},
        {.origin = "unknown", .mailer = "Bat"},
        {.class = "bounce"},
    };
    const struct senders *s = SENDERS(r);
    assert_int_equal(s->campaigns.count, 2);
    const struct campaign *c = s->campaigns.items;
    assert_int_equal(c[0].count, 4);
    assert_int_equal(c[0].sources, 2);
    assert_int_equal(c[0].first, NOW - 9 * HOUR);
    assert_int_equal(c[0].last, NOW - HOUR);
    assert_string_equal(c[0].subject, "Order 1");
    assert_string_equal(c[0].link, "a.example");
    assert_int_equal(c[1].count, 2);
    assert_int_equal(c[1].sources, 0);
    assert_int_equal(c[1].first, NOW - 3 * HOUR);
    assert_string_equal(c[1].mailer, "Bat");
    assert_int_equal(s->addresses.count, 2);
    assert_int_equal(s->addresses.different, 2);
    assert_string_equal(s->addresses.items[0].name, "192.0.2.1");
    assert_int_equal(s->addresses.items[0].count, 3);
    assert_int_equal(s->traced, 4);
}

/* Two campaigns that a later response joins keep count, span and sources of both. */
static void joined_late(void **state)
{
    const struct response r[] = {
        {.original_subject = "one", .source = "192.0.2.1", .arrival = NOW - 8 * HOUR},
        {.link = "b.example", .source = "192.0.2.1", .arrival = NOW - 9 * HOUR},
        {.link = "b.example", .source = "192.0.2.3"},
        {.original_subject = "one", .link = "b.example", .source = "192.0.2.2"},
    };
    const struct senders *s = SENDERS(r);
    assert_int_equal(s->campaigns.count, 1);
    assert_int_equal(s->campaigns.items[0].count, 4);
    assert_int_equal(s->campaigns.items[0].sources, 3);
    assert_int_equal(s->campaigns.items[0].first, NOW - 9 * HOUR);
}

static const char *words_of(void **state, const struct senders *s, bool known)
{
    struct buf b = {0};
    words_through_us(&b, s, known);
    const char *text = arena_string(*state, buf_span(&b));
    buf_free(&b);
    return text;
}

static void whether_it_went_through_us(void **state)
{
    const struct response clean[] = {{.source = "192.0.2.1"}, {.source = "192.0.2.2"}};
    const struct response dirty[] = {{.source = "192.0.2.1"},
                                     {.origin = "unknown", .relay = "out.shop.example"}};
    const struct response none[] = {{.mailer = "Bat"}};
    const struct response own[] = {{.origin = "ours", .relay = "out.shop.example"}};
    assert_non_null(strstr(words_of(state, SENDERS(clean), true), "nobody has your password"));
    assert_null(strstr(words_of(state, SENDERS(clean), false), "password"));
    const char *text = words_of(state, SENDERS(dirty), true);
    assert_non_null(strstr(text, "change its password"));
    assert_null(strstr(text, "nobody has your password"));
    assert_string_equal(words_of(state, SENDERS(none), true), "");
    assert_string_equal(words_of(state, SENDERS(own), true), "");
}

static void links_are_defanged(void **state)
{
    struct buf b = {0};
    (void)state;
    words_defanged(&b, span_of("www[.]a.example (3), b.co.example (2). End."));
    assert_string_equal(buf_string(&b), "www[.]a[.]example (3), b[.]co[.]example (2). End.");
    buf_free(&b);
}

/* More features than are kept: the rest is in no campaign, and nothing breaks. */
static void a_flood_of_features_is_bounded(void **state)
{
    struct summary *s = new_summary(*state);
    for (int i = 0; i < 2 * LIMIT_DIGEST_NAMES; i++) {
        char subject[64], source[64];
        snprintf(subject, sizeof subject, "%c%c%c%c word", 'a' + i % 26, 'a' + i / 26 % 26,
                 'a' + i / 676 % 26, 'a' + i / 17576);
        snprintf(source, sizeof source, "192.0.%d.%d", i / 250, i % 250);
        struct response r = {.number = i + 1,
                             .class = "bounce",
                             .origin = "forged",
                             .arrival = NOW - HOUR,
                             .original_subject = subject,
                             .link = "same.example",
                             .source = source};
        add_response(s, &r);
    }
    summary_finish(s);
    assert_int_equal(s->senders.campaigns.count, 1);
    assert_int_equal(s->senders.campaigns.items[0].count, 2 * LIMIT_DIGEST_NAMES);
    assert_true(s->senders.campaigns.items[0].sources <= LIMIT_DIGEST_NAMES);
}

int main(void)
{
#define SENDERS_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        SENDERS_TEST(shapes),
        SENDERS_TEST(links_and_subjects_join_what_belongs_together),
        SENDERS_TEST(joined_late),
        SENDERS_TEST(whether_it_went_through_us),
        SENDERS_TEST(links_are_defanged),
        SENDERS_TEST(a_flood_of_features_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
