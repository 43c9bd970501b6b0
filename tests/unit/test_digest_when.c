/*
 * digest/when: local time, its days and periods, across changes of the clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "digest/when.h"

static int in_berlin(void **state)
{
    (void)state;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    return 0;
}

static unixtime at(const char *utc)
{
    unixtime t = 0;
    assert_true(clock_parse_date(utc, &t));
    return t;
}

static void forms(void **state)
{
    (void)state;
    unixtime t = at("2026-08-04T12:02:03Z");
    assert_string_equal(when(t, WHEN_SHORT).text, "Tue 4 Aug 14:02");
    assert_string_equal(when(t, WHEN_STAMP).text, " 4 Aug 14:02");
    assert_string_equal(when(t, WHEN_FULL).text, "Tue 4 Aug 2026, 14:02");
    assert_string_equal(when(t, WHEN_DAY).text, "Tue 4 Aug");
    assert_string_equal(when(t, WHEN_DATE).text, "2026-08-04");
    assert_string_equal(when(t, WHEN_HEADER).text, "Tue, 04 Aug 2026 14:02:03 +0200");
    assert_string_equal(when(INT64_MAX, WHEN_DATE).text, "1970-01-01");
}

static void offsets_west_of_greenwich(void **state)
{
    (void)state;
    setenv("TZ", "NST3:30", 1);
    tzset();
    assert_string_equal(when(at("2026-01-04T12:00:00Z"), WHEN_HEADER).text,
                        "Sun, 04 Jan 2026 08:30:00 -0330");
    in_berlin(NULL);
}

static void days_have_the_length_they_have(void **state)
{
    (void)state;
    unixtime t = at("2026-10-25T12:00:00Z"); /* the day of 25 hours */
    assert_int_equal(when_day_start(t, 0), at("2026-10-24T22:00:00Z"));
    assert_int_equal(when_day_start(t, 1) - when_day_start(t, 0), 25 * 3600);
    assert_int_equal(when_day_start(t, -24), at("2026-09-30T22:00:00Z"));
}

static void periods_follow_the_calendar(void **state)
{
    (void)state;
    unixtime t = at("2026-08-05T05:00:00Z"); /* a Wednesday */
    enum period p;
    assert_int_equal(period_start(PERIOD_DAY, t), at("2026-08-04T22:00:00Z"));
    assert_int_equal(period_start(PERIOD_HOUR, t + 61), t);
    assert_int_equal(period_start(PERIOD_WEEK, t), at("2026-08-02T22:00:00Z"));
    assert_int_equal(period_start(PERIOD_WEEK, at("2026-08-09T12:00:00Z")),
                     at("2026-08-02T22:00:00Z"));
    assert_int_equal(period_start(PERIOD_MONTH, t), at("2026-07-31T22:00:00Z"));
    assert_true(period_from_name("week", &p) && p == PERIOD_WEEK);
    assert_false(period_from_name("year", &p));
}

static void dates_are_local(void **state)
{
    (void)state;
    unixtime t;
    assert_true(when_parse("2026-08-04", &t) && t == at("2026-08-03T22:00:00Z"));
    assert_true(when_parse("2026-08-04T00:00:00Z", &t) && t == at("2026-08-04T00:00:00Z"));
    assert_false(when_parse("2026-08-32", &t));
    assert_false(when_parse("yesterday", &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(offsets_west_of_greenwich),
        cmocka_unit_test(days_have_the_length_they_have),
        cmocka_unit_test(dates_are_local),
        cmocka_unit_test(periods_follow_the_calendar),
    };
    return cmocka_run_group_tests(tests, in_berlin, NULL);
}
