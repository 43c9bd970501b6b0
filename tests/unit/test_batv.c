/*
 * prvs tags (draft-levine-smtp-batv-01). The signatures were computed with another implementation
 * of HMAC-SHA1.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "verdict/batv.h"

/* A day whose number ends in 000. */
#define DAY_000 (20000 * SECONDS_PER_DAY)

static struct arena *arena;

static bool valid(const char *address, const char *key, unixtime when)
{
    return batv_tag_is_valid(arena, address, key, when);
}

static void test_valid(void **state)
{
    (void)state;
    assert_true(valid("prvs=0004117d88=bob@example.org", "secret", DAY_000));
    assert_true(valid("prvs=1010e06dbf=Bob.B@example.org", "secret", DAY_000));
    assert_true(valid("prvs=3030d73d5a=bob@example.org", "two, keys", DAY_000));
}

static void test_case_is_changed_on_the_way(void **state)
{
    (void)state;
    assert_true(valid("PRVS=0004117D88=BOB@EXAMPLE.ORG", "secret", DAY_000));
    assert_true(valid("prvs=0004117d88=bob@Example.org", "secret", DAY_000));
}

static void test_wrong(void **state)
{
    (void)state;
    assert_false(valid("prvs=0004117d89=bob@example.org", "secret", DAY_000));
    assert_false(valid("prvs=0004117d88=eve@example.org", "secret", DAY_000));
    assert_false(valid("prvs=0004117d88=bob@example.org", "Secret", DAY_000));
    assert_false(valid("prvs=1004117d88=bob@example.org", "secret", DAY_000));
}

static void test_first_and_last_day(void **state)
{
    (void)state;
    unixtime day_004 = DAY_000 + 4 * SECONDS_PER_DAY;
    assert_true(valid("prvs=0004117d88=bob@example.org", "secret", day_004 + 86399));
    assert_false(valid("prvs=0004117d88=bob@example.org", "secret", day_004 + 86400));
    assert_false(valid("prvs=0990c6b11c=bob@example.org", "secret", DAY_000));
    assert_true(valid("prvs=0990c6b11c=bob@example.org", "secret", DAY_000 - 10 * SECONDS_PER_DAY));
    /* Further ahead than any signer makes them: an old one that wrapped. */
    assert_false(valid("prvs=00340c322c=bob@example.org", "secret", DAY_000));
}

static void test_day_wraps(void **state)
{
    (void)state;
    unixtime day_999 = DAY_000 - SECONDS_PER_DAY;
    assert_true(valid("prvs=0999c3c002=bob@example.org", "secret", day_999));
    assert_true(valid("prvs=000023583e=bob@example.org", "secret", day_999));
    assert_false(valid("prvs=0998d83b5b=bob@example.org", "secret", day_999));
}

static void test_no_tag(void **state)
{
    (void)state;
    static const char *const addresses[] = {
        "bob@example.org",
        "",
        "prvs=",
        "prvs=0004117d88",
        "prvs=0004117d88=",
        "prvs=0004117d88@x",
        "prvs=x004117d88=bob@example.org",
        "prvs=000411788=bob@example.org",
        "bob=prvs=0004117d88@example.org",
    };
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
        assert_false(valid(addresses[i], "secret", DAY_000));
    assert_false(valid("prvs=0004117d88=bob@example.org", "secret", -1));
}

static int start(void **state)
{
    (void)state;
    arena = arena_new(65536);
    return arena ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),     cmocka_unit_test(test_case_is_changed_on_the_way),
        cmocka_unit_test(test_wrong),     cmocka_unit_test(test_first_and_last_day),
        cmocka_unit_test(test_day_wraps), cmocka_unit_test(test_no_tag),
    };
    return cmocka_run_group_tests(tests, start, end);
}
