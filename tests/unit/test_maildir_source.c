/*
 * The Maildir source: what is new is recorded once, whatever happens to the files' names, and only
 * a whole run counts as one.
 */
#include "verdict_fixture.h"

#include <utime.h>

#include "sources/coverage.h"

static const char *name; /* of the source */

static int start(void **state)
{
    world_start(state);
    temp_home_write(&w.home, "Sent/new/.keep", "", 0);
    temp_home_write(&w.home, "Sent/cur/.keep", "", 0);
    name = arena_printf(w.home.arena, "maildir:%s/Sent", w.home.path);
    w.config->sources = list_of(1, &name);
    return name ? 0 : -1;
}

#define SOURCE_TEST(f) cmocka_unit_test_setup_teardown(f, start, world_end)

static const char *file_path(const char *file)
{
    return arena_printf(w.home.arena, "%s/Sent/%s", w.home.path, file);
}

/* A sent copy whose file was last written at `filed`; date "" leaves the field out. */
static void put_copy(const char *file, const char *id, const char *date, unixtime filed)
{
    const char *text = arena_printf(w.home.arena,
                                    "From: ann@example.org\nTo: joe@far.example\n"
                                    "%s%s%s%s%s%sSubject: x\n\nbody\n",
                                    date[0] ? "Date: " : "", date, date[0] ? "\n" : "",
                                    id[0] ? "Message-ID: <" : "", id, id[0] ? ">\n" : "");
    char below[256];
    snprintf(below, sizeof below, "Sent/%s", file);
    const char *path = temp_home_write(&w.home, below, text, strlen(text));
    assert_int_equal(utime(path, &(struct utimbuf){filed, filed}), 0);
}

static void copy(const char *file, const char *id)
{
    put_copy(file, id, "", w.now - 100);
}

static struct source_progress run_until(int64_t deadline)
{
    struct source_progress p = {0};
    struct error e = {0};
    if (!source_run(w.store, w.config, name, deadline, &p, &e))
        fail_msg("%s", e.text);
    return p;
}

static void assert_run(int64_t added)
{
    struct source_progress p = run_until(0);
    assert_true(p.complete);
    assert_int_equal(p.added, added);
}

static struct source_state state_now(void)
{
    struct source_state s;
    struct error e = {0};
    assert_true(store_source(w.store, w.home.arena, name, &s, &e));
    return s;
}

static bool knows(const char *id, unixtime *when)
{
    struct error e = {0};
    return store_find_id(w.store, id, when, &e) == LOOKUP_YES;
}

static void test_records_new_and_cur(void **state)
{
    (void)state;
    unixtime when;
    struct error e = {0};
    copy("new/1.a.host", "1@example.org");
    copy("cur/2.a.host:2,S", "2@example.org");
    assert_run(2);
    assert_true(knows("1@example.org", &when));
    assert_true(knows("2@example.org", &when));
    assert_int_equal(store_find_pair(w.store, "ann@example.org", "joe@far.example", &when, &e),
                     LOOKUP_YES);
    struct source_state s = state_now();
    assert_int_equal(s.messages, 2);
    assert_false(s.is_push);
    assert_true(s.first_run >= w.now && s.last_run == s.first_run);
}

static void test_repeated(void **state)
{
    (void)state;
    copy("cur/1.a.host:2,S", "1@example.org");
    assert_run(1);
    assert_run(0);
    copy("cur/2.a.host:2,S", "2@example.org");
    assert_run(1);
    assert_run(0);
    assert_int_equal(state_now().messages, 2);
}

static void test_renamed(void **state)
{
    (void)state;
    copy("new/1.a.host", "1@example.org");
    assert_run(1);
    assert_int_equal(rename(file_path("new/1.a.host"), file_path("cur/1.a.host:2,")), 0);
    assert_run(0);
    assert_int_equal(rename(file_path("cur/1.a.host:2,"), file_path("cur/1.a.host:2,FS")), 0);
    assert_run(0);
    assert_int_equal(state_now().messages, 1);
}

/* A folder left alone is not read again: what hides behind an old time stamp shows it. */
static void test_unchanged_is_not_read(void **state)
{
    (void)state;
    struct utimbuf old = {w.now - 100, w.now - 100};
    copy("cur/1.a.host:2,S", "1@example.org");
    assert_int_equal(utime(file_path("cur"), &old), 0);
    assert_int_equal(utime(file_path("new"), &old), 0);
    assert_run(1);
    copy("cur/2.a.host:2,S", "2@example.org");
    assert_int_equal(utime(file_path("cur"), &old), 0);
    assert_run(0);
    old.modtime++;
    assert_int_equal(utime(file_path("cur"), &old), 0);
    assert_run(1);
}

/* Names of long ago are not looked up one by one; what comes or goes under such a name shows in
 * their sum. */
static void test_old_names(void **state)
{
    (void)state;
    unixtime when;
    copy("cur/1000000001.a.host:2,S", "1@example.org");
    copy("cur/1000000002.a.host:2,S", "2@example.org");
    assert_run(2);
    copy("cur/1000000003.a.host:2,S", "3@example.org");
    assert_run(1);
    assert_true(knows("3@example.org", &when));
    assert_int_equal(unlink(file_path("cur/1000000001.a.host:2,S")), 0);
    assert_run(0);
    assert_int_equal(unlink(file_path("cur/1000000002.a.host:2,S")), 0);
    copy("new/1000000004.a.host", "4@example.org");
    assert_run(1);
    assert_true(knows("4@example.org", &when));
    assert_run(0);
}

static void test_more_than_a_batch(void **state)
{
    (void)state;
    char file[64], id[64];
    for (int i = 0; i < LIMIT_SENT_BATCH + 1; i++) {
        snprintf(file, sizeof file, "cur/%d.a.host:2,S", i);
        snprintf(id, sizeof id, "%d@example.org", i);
        copy(file, id);
    }
    assert_run(LIMIT_SENT_BATCH + 1);
    assert_int_equal(state_now().messages, LIMIT_SENT_BATCH + 1);
}

static void test_deadline(void **state)
{
    (void)state;
    unixtime when;
    copy("cur/1.a.host:2,S", "1@example.org");
    struct source_progress p = run_until(clock_monotonic_us() - 1);
    assert_false(p.complete);
    assert_int_equal(state_now().first_run, 0);
    assert_false(knows("1@example.org", &when));
    assert_run(1);
}

static void test_date_is_the_time(void **state)
{
    (void)state;
    unixtime when;
    put_copy("cur/1.a", "1@example.org", date_field(w.now - 5 DAYS), w.now - 100);
    put_copy("cur/2.a", "2@example.org", date_field(w.now + 5 DAYS), w.now - 100);
    put_copy("cur/3.a", "3@example.org", "no date", w.now - 200);
    put_copy("cur/4.a", "4@example.org", "", w.now + 300);
    put_copy("cur/5.a", "5@example.org", "Thu, 1 Jan 1970 00:00:01 +0000", w.now - 200);
    assert_run(5);
    assert_true(knows("1@example.org", &when));
    assert_int_equal(when, w.now - 5 DAYS);
    assert_true(knows("2@example.org", &when));
    assert_in_range(when, w.now, clock_now());
    assert_true(knows("3@example.org", &when));
    assert_int_equal(when, w.now - 200);
    assert_true(knows("4@example.org", &when));
    assert_in_range(when, w.now, clock_now());
    assert_true(knows("5@example.org", &when));
    assert_int_equal(when, w.now - 200);
}

static void test_too_old_is_left_out_and_not_covered(void **state)
{
    (void)state;
    unixtime when;
    struct coverage c;
    struct error e = {0};
    put_copy("cur/1.a", "1@example.org", date_field(w.now - 91 DAYS), w.now - 91 DAYS);
    assert_run(1);
    assert_false(knows("1@example.org", &when));
    w.config->complete_since = w.now - 300 DAYS;
    w.config->retain_days = 365; /* raised afterwards */
    assert_true(coverage_find(w.store, w.home.arena, w.config, clock_now(), &c, &e));
    assert_true(c.any);
    assert_true(c.from >= w.now - 90 DAYS);
}

static void test_nameless(void **state)
{
    (void)state;
    struct error e = {0};
    put_copy("cur/1.a", "", date_field(w.now - 40 DAYS), w.now - 3 DAYS);
    assert_run(1);
    /* Its date may be wrong, so it casts doubt on both times. */
    assert_int_equal(store_has_nameless(w.store, w.now - 41 DAYS, w.now - 39 DAYS, &e), LOOKUP_YES);
    assert_int_equal(store_has_nameless(w.store, w.now - 4 DAYS, w.now - 2 DAYS, &e), LOOKUP_YES);
    assert_int_equal(store_has_nameless(w.store, w.now - 30 DAYS, w.now - 10 DAYS, &e), LOOKUP_NO);
}

static void test_unreadable_message_ends_coverage(void **state)
{
    (void)state;
    unixtime when;
    struct source_progress p = {0};
    struct error e = {0};
    copy("cur/1.a", "1@example.org");
    assert_int_equal(symlink("2.a", file_path("cur/2.a")), 0); /* a loop */
    copy("cur/3.a", "3@example.org");
    assert_false(source_run(w.store, w.config, name, 0, &p, &e));
    assert_non_null(strstr(e.text, "cur/2.a"));
    assert_int_equal(p.skipped, 1);
    assert_true(knows("1@example.org", &when) && knows("3@example.org", &when));
    assert_int_equal(state_now().last_run, 0);
    assert_int_equal(unlink(file_path("cur/2.a")), 0);
    assert_run(0);
    assert_true(state_now().last_run >= w.now);
}

static void test_what_is_no_message(void **state)
{
    (void)state;
    assert_int_equal(mkdir(file_path("cur/folder"), 0700), 0);
    assert_int_equal(mkfifo(file_path("cur/fifo"), 0600), 0);
    assert_int_equal(symlink("nowhere", file_path("cur/link")), 0);
    copy("cur/1.a", "1@example.org");
    assert_run(1);
}

static void test_no_folder(void **state)
{
    (void)state;
    struct source_progress p = {0};
    struct error e = {0};
    name = "maildir:/nonexistent/Sent";
    assert_false(source_run(w.store, w.config, name, 0, &p, &e));
    assert_int_equal(e.kind, ERROR_DATA);
    assert_non_null(strstr(e.text, "/nonexistent/Sent"));
}

static void test_refresh(void **state)
{
    (void)state;
    unixtime when;
    const char *all[] = {"maildir:/nonexistent/Sent", "imap:later", SOURCE_STDIN, name};
    w.config->sources = list_of(4, all);
    copy("new/1.a", "1@example.org");
    sources_refresh(w.store, w.config);
    assert_true(knows("1@example.org", &when));
    assert_true(state_now().last_run >= w.now);
}

static void test_kinds(void **state)
{
    (void)state;
    struct error e = {0};
    assert_non_null(source_kind_of("maildir:/x", &e));
    assert_true(source_kind_of("stdin", &e)->is_push);
    assert_true(source_kind_of("wrapper", &e)->is_push);
    assert_null(source_kind_of("maildir:", &e));
    assert_null(source_kind_of("stdin:x", &e));
    assert_null(source_kind_of("other:x", &e));
    assert_non_null(strstr(e.text, "maildir:PATH"));
}

static void test_message(void **state)
{
    (void)state;
    unixtime when;
    struct error e = {0};
    const char *bcc = "hidden@far.example";
    struct span message = span_of("From: ann@example.org\nTo: joe@far.example\n"
                                  "Message-ID: <1@example.org>\n\nbody\n");
    name = SOURCE_STDIN;
    assert_true(source_record_message(w.store, SOURCE_STDIN, message, NULL, NULL, 0, &e));
    assert_true(knows("1@example.org", &when));
    assert_in_range(when, w.now, clock_now());
    assert_int_equal(store_find_pair(w.store, "ann@example.org", "joe@far.example", &when, &e),
                     LOOKUP_YES);
    assert_true(state_now().is_push);
    assert_int_equal(state_now().messages, 1);
    assert_true(
        source_record_message(w.store, SOURCE_STDIN, message, "ann+b@example.org", &bcc, 1, &e));
    assert_int_equal(store_find_id_recipient(w.store, "1@example.org", bcc, &e), LOOKUP_YES);
    assert_int_equal(state_now().messages, 2);
    assert_false(source_record_message(w.store, SOURCE_STDIN, span_of(""), NULL, NULL, 0, &e));
    assert_int_equal(e.kind, ERROR_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SOURCE_TEST(test_records_new_and_cur),
        SOURCE_TEST(test_repeated),
        SOURCE_TEST(test_renamed),
        SOURCE_TEST(test_unchanged_is_not_read),
        SOURCE_TEST(test_old_names),
        SOURCE_TEST(test_more_than_a_batch),
        SOURCE_TEST(test_deadline),
        SOURCE_TEST(test_date_is_the_time),
        SOURCE_TEST(test_too_old_is_left_out_and_not_covered),
        SOURCE_TEST(test_nameless),
        SOURCE_TEST(test_unreadable_message_ends_coverage),
        SOURCE_TEST(test_what_is_no_message),
        SOURCE_TEST(test_no_folder),
        SOURCE_TEST(test_refresh),
        SOURCE_TEST(test_kinds),
        SOURCE_TEST(test_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
