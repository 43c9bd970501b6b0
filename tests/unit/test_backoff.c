/*
 * The pauses between tries to reach a server that fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "mailbox/backoff.h"

static void test_doubles_up_to_the_most(void **state)
{
    (void)state;
    int most = LIMIT_IMAP_BACKOFF_FIRST_MS;
    for (int tries = 1; tries < 1000; tries++) {
        assert_int_equal(backoff_ms(tries, 0), most / 2);
        assert_int_equal(backoff_ms(tries, (unsigned)most / 2), most);
        most = most * 2 < LIMIT_IMAP_BACKOFF_MOST_MS ? most * 2 : LIMIT_IMAP_BACKOFF_MOST_MS;
    }
}

static void test_chance_stays_within_half_and_whole(void **state)
{
    (void)state;
    unsigned chance = 1;
    for (int i = 0; i < 10000; i++) {
        chance = chance * 1103515245u + 12345u;
        int ms = backoff_ms(4, chance);
        assert_in_range(ms, 4 * LIMIT_IMAP_BACKOFF_FIRST_MS, 8 * LIMIT_IMAP_BACKOFF_FIRST_MS);
    }
    assert_in_range(backoff_ms(2147483647, 4294967295u), 1, LIMIT_IMAP_BACKOFF_MOST_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubles_up_to_the_most),
        cmocka_unit_test(test_chance_stays_within_half_and_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
