/*
 * Reading a log as a source: from run to run, across rotation and compression, with what is lost
 * known as a gap.
 */
#include "log_fixture.h"

#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "sources/coverage.h"
#include "sources/log_line.h"

#define P "%T mx postfix/"
#define Q "%%T mx postfix/" /* in a format */

static void submit(struct log_fixture *f, const char *path, int n)
{
    char lines[400];
    snprintf(lines, sizeof lines,
             Q "pickup[1]: AAAAA%d: uid=0 from=<ann>\n" Q
               "cleanup[2]: AAAAA%d: message-id=<m%d@home.test>\n" Q "qmgr[3]: AAAAA%d: removed\n",
             n, n, n, n);
    log_append_to(f, path, lines);
}

static bool knows(struct log_fixture *f, int n)
{
    char id[32];
    snprintf(id, sizeof id, "m%d@home.test", n);
    return log_sent(f, id);
}

static const char *beside(struct log_fixture *f, const char *end)
{
    return arena_printf(f->s.home.arena, "%s%s", f->path, end);
}

static void move(const char *from, const char *to)
{
    assert_int_equal(rename(from, to), 0);
}

static void compress(struct log_fixture *f, const char *path)
{
    assert_int_equal(system(arena_printf(f->s.home.arena, "gzip -f '%s'", path)), 0);
}

static size_t gaps(struct log_fixture *f)
{
    struct gap *list;
    size_t count;
    assert_true(store_gaps(f->s.store, f->s.home.arena, 0, time(NULL) + 9, &list, &count, &f->s.e));
    return count;
}

static void test_grows(void **state)
{
    struct log_fixture *f = *state;
    submit(f, f->path, 1);
    log_run(f);
    assert_true(knows(f, 1));
    assert_int_equal(f->progress.seen, 3);
    log_run(f);
    assert_int_equal(f->progress.seen, 0);
    submit(f, f->path, 2);
    log_run(f);
    assert_int_equal(f->progress.seen, 3);
    assert_int_equal(f->progress.added, 1);
    assert_true(knows(f, 2));
    assert_int_equal(gaps(f), 0);
}

static void test_incomplete_line(void **state)
{
    struct log_fixture *f = *state;
    log_read(f,
             P "pickup[1]: AAAAA1: uid=0 from=<ann>\n" P "cleanup[2]: AAAAA1: message-id=<m1@ho");
    assert_false(knows(f, 1));
    log_read(f, "me.test>\n");
    assert_true(knows(f, 1));
}

/* The message is still open when the run ends; its lines come with the next, and the next. */
static void test_open_message_is_carried_over(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "pickup[1]: AAAAA1: uid=0 from=<ann>\n");
    log_read(f, P "cleanup[2]: AAAAA1: message-id=<m1@home.test>\n");
    assert_true(knows(f, 1));
    log_read(f, P "qmgr[3]: AAAAA1: from=<ann@home.test>, size=1, nrcpt=1 (queue active)\n");
    log_read(f, P "smtp[4]: AAAAA1: to=<bob@far.test>, relay=mx[192.0.2.1]:25, status=sent (x)\n");
    assert_true(log_pair(f, "ann@home.test", "bob@far.test"));
    struct source_state source;
    assert_true(store_source(f->s.store, f->s.home.arena, f->name, &source, &f->s.e));
    assert_null(strstr(source.cursor, "bob"));
    assert_null(strstr(source.cursor, "ann"));
    assert_int_equal(source.messages, 1);
}

static void test_carried_origin_of_inbound(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "smtpd[1]: AAAAA1: client=far.test[203.0.113.9]\n");
    log_read(f, P "cleanup[2]: AAAAA1: message-id=<in@far.test>\n");
    log_read(f, P "pickup[1]: BBBBB1: uid=0 from=<ann>\n");
    log_read(f, P "cleanup[2]: BBBBB1: message-id=<in@far.test>\n");
    assert_false(log_sent(f, "in@far.test"));
}

static void test_rotated(void **state)
{
    struct log_fixture *f = *state;
    submit(f, f->path, 1);
    log_run(f);
    submit(f, f->path, 2);
    move(f->path, beside(f, ".1"));
    submit(f, f->path, 3);
    log_run(f);
    assert_true(knows(f, 2) && knows(f, 3));
    submit(f, f->path, 4);
    move(beside(f, ".1"), beside(f, ".2"));
    compress(f, beside(f, ".2"));
    move(f->path, beside(f, ".1"));
    submit(f, f->path, 5);
    log_run(f);
    assert_true(knows(f, 4) && knows(f, 5));
    assert_int_equal(f->progress.seen, 6);
    assert_int_equal(gaps(f), 0);
}

/* Compressed before the rest of it was read, and by date; the log itself is not there again yet. */
static void test_rotated_and_compressed(void **state)
{
    struct log_fixture *f = *state;
    submit(f, f->path, 1);
    log_run(f);
    submit(f, f->path, 2);
    move(f->path, beside(f, "-20260101"));
    compress(f, beside(f, "-20260101"));
    log_run(f);
    assert_true(knows(f, 2));
    assert_int_equal(f->progress.seen, 3);
    submit(f, f->path, 3);
    log_run(f);
    assert_true(knows(f, 3));
    assert_int_equal(f->progress.seen, 3);
    assert_int_equal(gaps(f), 0);
}

static void test_copied_and_truncated(void **state)
{
    struct log_fixture *f = *state;
    submit(f, f->path, 1);
    log_run(f);
    submit(f, f->path, 2);
    assert_int_equal(system(arena_printf(f->s.home.arena, "cp '%s' '%s.1'", f->path, f->path)), 0);
    assert_int_equal(truncate(f->path, 0), 0);
    log_run(f);
    assert_true(knows(f, 2));
    submit(f, f->path, 3);
    log_run(f);
    assert_true(knows(f, 3));
    assert_int_equal(gaps(f), 0);
}

/* All rotated files are read at first, oldest first. */
static void test_first_run(void **state)
{
    struct log_fixture *f = *state;
    log_append_to(f, beside(f, ".2"), P "pickup[1]: AAAAA9: uid=0 from=<ann>\n");
    compress(f, beside(f, ".2"));
    log_append_to(f, beside(f, ".1"), P "cleanup[2]: AAAAA9: message-id=<m9@home.test>\n");
    submit(f, f->path, 1);
    log_append_to(f, beside(f, ".old"), "no log\n");
    log_append_to(f, beside(f, ".10.xz"), "no log\n");
    log_run(f);
    assert_true(knows(f, 9) && knows(f, 1));
    assert_int_equal(f->progress.seen, 5);
}

static void test_missed_rotation_is_a_gap(void **state)
{
    struct log_fixture *f = *state;
    submit(f, f->path, 1);
    log_run(f);
    assert_int_equal(unlink(f->path), 0);
    log_append(f, "%T mx postfix/master[1]: daemon started\n");
    submit(f, f->path, 3);
    log_run(f);
    assert_true(knows(f, 3));
    assert_int_equal(gaps(f), 1);
    log_run(f);
    assert_int_equal(gaps(f), 1);
}

static void test_cut_is_a_gap(void **state)
{
    struct log_fixture *f = *state;
    submit(f, f->path, 1);
    log_run(f);
    assert_int_equal(truncate(f->path, 0), 0);
    log_run(f);
    assert_int_equal(gaps(f), 1);
}

static void test_no_log(void **state)
{
    struct log_fixture *f = *state;
    assert_false(source_run(f->s.store, &f->s.config, f->name, 0, &f->progress, &f->s.e));
    assert_non_null(strstr(f->s.e.text, "mail.log"));
    assert_false(f->progress.complete);
}

/* What is older than the index keeps is left out, and coverage knows. */
static void test_too_old(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, "2001-02-03T04:05:06Z mx postfix/pickup[1]: AAAAA1: uid=0 from=<ann>\n"
                "2001-02-03T04:05:06Z mx postfix/cleanup[1]: AAAAA1: message-id=<m1@home.test>\n");
    assert_false(knows(f, 1));
    assert_int_equal(f->progress.added, 0);
}

/* Over-long lines, and lines of anything. */
static void test_odd_lines(void **state)
{
    struct log_fixture *f = *state;
    char *huge = malloc(1000001);
    assert_non_null(huge);
    memset(huge, 'x', 1000000);
    huge[1000000] = '\0';
    log_append(f, "\n\n:\nNov\n[\nNov 23 20:00:00 mx\nNov 23 20:00:00 mx postfix/smtpd[: x\n");
    log_append(f,
               "2026-11-23 20:00:00\n2026-11-23 20:00:00 [\nFoo 99 99:99:99 mx postfix/x[1]: y\n");
    log_append(f, huge);
    log_append(f, "\n");
    submit(f, f->path, 1);
    log_append(f, "%E 1xVaZ9-00001v-39 <=\n%E 1xVaZ9-00001v-39 <= \"\n%E 1xVaZ9-00001v-39 => \n");
    log_append(f, P "smtpd[1]: AAAAA2: client=\n" P "smtp[1]: AAAAA2: to=<\n" P "x: : \n");
    log_run(f);
    assert_true(knows(f, 1));
    free(huge);
}

/* What is left of an over-long line when the rest of it comes is no line of its own. */
static void test_rest_of_a_long_line(void **state)
{
    struct log_fixture *f = *state;
    for (int i = 0; i < 2 * 256 * 16; i++)
        log_append(f, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    log_run(f);
    log_read(f, P "pickup[1]: AAAAA1: uid=0 from=<ann>\n" P
                  "cleanup[2]: AAAAA1: message-id=<m1@home.test>\n");
    assert_false(knows(f, 1));
    assert_int_equal(f->progress.seen, 1);
}

static void test_deadline(void **state)
{
    struct log_fixture *f = *state;
    for (int i = 0; i < 3000; i++)
        log_append(f, "%T mx postfix/anvil[1]: statistics: max connection rate 1/60s\n"
                      "%T mx postfix/anvil[1]: statistics: max connection count 1\n");
    submit(f, f->path, 1);
    assert_true(source_run(f->s.store, &f->s.config, f->name, 1, &f->progress, &f->s.e));
    assert_false(f->progress.complete);
    assert_true(f->progress.seen < 6000);
    log_run(f);
    assert_true(knows(f, 1));
    assert_true(f->progress.seen < 6003);
}

/* --- time --- */

static unixtime read_stamp(const char *stamp, unixtime file_time)
{
    struct log_clock c = {.file_time = file_time};
    return log_clock_read(&c, span_of(stamp));
}

static void test_time(void **state)
{
    (void)state;
    const unixtime new_year = 1767225600; /* 2026-01-01T00:00:00Z */
    assert_int_equal(read_stamp("2026-01-01T00:00:05Z", 0), new_year + 5);
    assert_int_equal(read_stamp("2026-01-01T02:00:05.123456+02:00", 0), new_year + 5);
    assert_int_equal(read_stamp("2025-12-31T19:30:00-0430", 0), new_year);
    assert_int_equal(read_stamp("2026-01-01 01:00:00 +0100", 0), new_year);
    assert_int_equal(read_stamp("2026-01-01 00:00:00", 0), new_year);
    assert_int_equal(read_stamp("Jan  1 00:00:05", new_year + 60), new_year + 5);
    assert_int_equal(read_stamp("Dec 31 23:59:59", new_year + 60), new_year - 1);
    assert_int_equal(read_stamp("Jan  1 00:00:05", new_year - 60), new_year + 5); /* clocks */
    assert_int_equal(read_stamp("Xyz  1 00:00:05", new_year), 0);
    assert_int_equal(read_stamp("2026-13-01T00:00:05Z", 0), 0);
    assert_int_equal(read_stamp("", 0), 0);
}

static int zone_is_utc(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(test_grows),
        LOG_TEST(test_incomplete_line),
        LOG_TEST(test_open_message_is_carried_over),
        LOG_TEST(test_carried_origin_of_inbound),
        LOG_TEST(test_rotated),
        LOG_TEST(test_rotated_and_compressed),
        LOG_TEST(test_copied_and_truncated),
        LOG_TEST(test_first_run),
        LOG_TEST(test_missed_rotation_is_a_gap),
        LOG_TEST(test_cut_is_a_gap),
        LOG_TEST(test_no_log),
        LOG_TEST(test_too_old),
        LOG_TEST(test_odd_lines),
        LOG_TEST(test_rest_of_a_long_line),
        LOG_TEST(test_deadline),
        cmocka_unit_test(test_time),
    };
    return cmocka_run_group_tests(tests, zone_is_utc, NULL);
}
