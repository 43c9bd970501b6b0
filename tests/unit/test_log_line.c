/*
 * Log lines as syslog daemons and journalctl print them: their parts and their time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "sources/log_line.h"

#define FILE_TIME ((unixtime)1767272400) /* 2026-01-01T13:00:00Z */

static const struct {
    const char *line, *time; /* time: NULL when it is no log line */
} lines[] = {
    /* syslog(3) by rsyslog's traditional format, journalctl -o short */
    {"Jan  1 12:00:05 mx postfix/smtpd[7]: text", "2026-01-01T12:00:05Z"},
    {"Dec 31 23:59:59 mx postfix/smtpd[7]: text", "2025-12-31T23:59:59Z"},
    /* rsyslog's own format */
    {"2026-01-01T12:00:05.123456+00:00 mx postfix/smtpd[7]: text", "2026-01-01T12:00:05Z"},
    {"2026-01-01T12:00:05.123456-05:30 mx postfix/smtpd[7]: text", "2026-01-01T17:30:05Z"},
    {"2026-01-01T12:00:05Z mx postfix/smtpd[7]: text", "2026-01-01T12:00:05Z"},
    /* journalctl -o short-iso, of older and newer systemd */
    {"2026-01-01T12:00:05+0100 mx postfix/smtpd[7]: text", "2026-01-01T11:00:05Z"},
    {"2026-01-01T12:00:05+01:00 mx postfix/smtpd[7]: text", "2026-01-01T11:00:05Z"},
    /* journalctl -o short-iso-precise */
    {"2026-01-01T12:00:05.123456+0100 mx postfix/smtpd[7]: text", "2026-01-01T11:00:05Z"},
    {"-- Journal begins at Thu 2026-01-01 00:00:00 UTC. --", NULL},
    {"-- Boot 0123456789abcdef0123456789abcdef --", NULL},
    {"2026-01-01T12:00:05+0100", NULL},
    {"Jan  1 12:00:05 mx", NULL},
    {"", NULL},
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct log_line l;
        struct log_clock clock = {.file_time = FILE_TIME};
        char time[32];
        bool is_line = log_line_parse(span_of(lines[i].line), &l);
        if (is_line != (lines[i].time != NULL))
            fail_msg("%s: %s", lines[i].line, is_line ? "taken for a log line" : "not read");
        if (!is_line)
            continue;
        clock_format(log_clock_read(&clock, l.stamp), time);
        if (strcmp(time, lines[i].time) != 0)
            fail_msg("%s: read as %s", lines[i].line, time);
        assert_true(span_is(l.host, "mx"));
        assert_true(span_is(l.program, "postfix/smtpd"));
        assert_true(span_is(l.pid, "7"));
        assert_true(span_is(l.text, "text"));
    }
}

/* The hours are kept from line to line; those of a zone must not be taken for local ones. */
static void test_zones_side_by_side(void **state)
{
    struct log_clock clock = {.file_time = FILE_TIME};
    (void)state;
    assert_int_equal(log_clock_read(&clock, span_of("2026-01-01T12:00:05+01:00")),
                     FILE_TIME - 2 * 3600 + 5);
    assert_int_equal(log_clock_read(&clock, span_of("2026-01-01T12:00:05Z")), FILE_TIME - 3600 + 5);
    assert_int_equal(log_clock_read(&clock, span_of("2026-01-01T12:59:59-01:00")),
                     FILE_TIME + 3600 - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_zones_side_by_side),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
