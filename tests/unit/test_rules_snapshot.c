/*
 * A snapshot of the rules: taken when nothing has changed, passed over in every other case, and the
 * same verdicts with it as without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/limits.h"
#include "rules/rules.h"

static char folder[64], rules_folder[96], rule_file[128], file[96];

static const char rules_text[] = "[exact]\nclass = bounce\nsubject = ^failed: \nreturn-path = ^$\n"
                                 "[any]\nclass = autoreply\nsubject = ^(?:away|ausw.rts)\n"
                                 "text = back on (?<reason>\\w+)\n";

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* A change only counts as settled when it is two seconds old: the times are set back by the test,
 * but the change time cannot be, so the test waits for the clock to pass it. */
static void settle(void)
{
    struct stat st;
    assert_int_equal(stat(rule_file, &st), 0);
    while (time(NULL) < st.st_ctim.tv_sec + 2)
        usleep(20000);
}

static struct rules_options options(void)
{
    return (struct rules_options){.shipped_folder = rules_folder, .snapshot = file};
}

static struct ruleset *load(void)
{
    struct rules_options o = options();
    struct error e = {0};
    struct ruleset *rs = ruleset_load(&o, &e);
    if (!rs)
        print_message("%s\n", e.text);
    assert_non_null(rs);
    return rs;
}

static bool loads_from_snapshot(void)
{
    struct ruleset *rs = load();
    bool is = ruleset_is_snapshot(rs);
    ruleset_free(rs);
    return is;
}

static void save(void)
{
    struct rules_options o = options();
    struct error e = {0};
    if (!ruleset_save(&o, &e))
        print_message("%s\n", e.text);
    assert_int_equal(e.kind, ERROR_NONE);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/backsift-snapshot.XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(rules_folder, sizeof rules_folder, "%s/rules", folder);
    snprintf(rule_file, sizeof rule_file, "%s/a.rules", rules_folder);
    snprintf(file, sizeof file, "%s/rules.snapshot", folder);
    if (mkdir(rules_folder, 0700) != 0)
        return -1;
    write_text(rule_file, rules_text);
    settle();
    save();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char more[128];
    snprintf(more, sizeof more, "%s/b.rules", rules_folder);
    unlink(more);
    unlink(rule_file);
    unlink(file);
    rmdir(rules_folder);
    return rmdir(folder);
}

static void judge(struct ruleset *rs, const char *text, char out[128])
{
    struct arena *a = arena_new(LIMIT_ARENA);
    struct rule_match match;
    struct message *m = message_parse(a, span_of(text));
    assert_true(ruleset_match(rs, m, report_read(m), NULL, &match));
    snprintf(out, 128, "%s %s %zu", class_name(match.class), match.rule, match.capture_count);
    arena_free(a);
}

static void verdicts_are_the_same(void **state)
{
    (void)state;
    const char *messages[] = {"Return-Path: <>\nSubject: failed: x\n\nt\n",
                              "Subject: Ausw\xc3\xa4rts\n\nback on Monday\n",
                              "Subject: away\n\nback soon\n", "Subject: hello\n\nt\n"};
    const char *want[] = {"bounce a/exact 0", "autoreply a/any 1", "mail  0", "mail  0"};
    struct ruleset *rs = load();
    assert_true(ruleset_is_snapshot(rs));
    assert_int_equal(ruleset_count(rs), 2);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 4; i++) {
            char got[128];
            judge(rs, messages[i], got);
            assert_string_equal(got, want[i]);
        }
    ruleset_free(rs);
    assert_true(loads_from_snapshot());
}

static void changed_rules_are_read(void **state)
{
    (void)state;
    write_text(rule_file, "[exact]\nclass = delay\nsubject = ^failed: \nreturn-path = ^$\n");
    struct ruleset *rs = load();
    char got[128];
    assert_false(ruleset_is_snapshot(rs));
    judge(rs, "Return-Path: <>\nSubject: failed: x\n\nt\n", got);
    assert_string_equal(got, "delay a/exact 0");
    ruleset_free(rs);
}

static void a_new_rule_file_is_read(void **state)
{
    (void)state;
    char more[128];
    snprintf(more, sizeof more, "%s/b.rules", rules_folder);
    write_text(more, "[b]\nclass = delay\nsubject = ^slow\n");
    struct ruleset *rs = load();
    assert_false(ruleset_is_snapshot(rs));
    assert_int_equal(ruleset_count(rs), 3);
    ruleset_free(rs);
}

static void fresh_rules_are_not_saved(void **state)
{
    (void)state;
    struct rules_options o = options();
    struct error e = {0};
    write_text(rule_file, rules_text);
    assert_false(ruleset_save(&o, &e));
    assert_int_equal(e.kind, ERROR_RETRY);
}

static void a_doubtful_file_is_passed_over(void **state)
{
    (void)state;
    assert_int_equal(chmod(file, 0620), 0);
    assert_false(loads_from_snapshot());
    assert_int_equal(chmod(file, 0600), 0);
    assert_true(loads_from_snapshot());
    struct stat st;
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(truncate(file, st.st_size - 1), 0);
    assert_false(loads_from_snapshot());
    assert_int_equal(truncate(file, 0), 0);
    assert_false(loads_from_snapshot());
    write_text(file,
               "something else that is long enough to be looked at ............................");
    assert_false(loads_from_snapshot());
    save();
    assert_true(loads_from_snapshot());
}

static void two_at_once_do_not_meet(void **state)
{
    (void)state;
    struct ruleset *first = load(), *second = load();
    assert_true(ruleset_is_snapshot(first));
    assert_false(ruleset_is_snapshot(second)); /* the address is taken: from text */
    char got[128];
    judge(second, "Subject: away\n\nback on Friday\n", got);
    assert_string_equal(got, "autoreply a/any 1");
    ruleset_free(first);
    ruleset_free(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(verdicts_are_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changed_rules_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_rule_file_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fresh_rules_are_not_saved, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_doubtful_file_is_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_at_once_do_not_meet, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
