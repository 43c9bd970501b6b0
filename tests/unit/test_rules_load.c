/*
 * Loading rule files: what is wrong with one is an error with file and line; whose file wins and in
 * which order rules stand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rules/rules.h"
#include "scratch.h"

struct folders {
    char top[256], user[300], shipped[300];
};

static struct folders folders_make(void)
{
    struct folders f;
    scratch_make(f.top);
    snprintf(f.user, sizeof f.user, "%s/user", f.top);
    snprintf(f.shipped, sizeof f.shipped, "%s/shipped", f.top);
    assert_int_equal(mkdir(f.shipped, 0700), 0);
    return f;
}

static struct ruleset *load(const struct folders *f, struct error *e)
{
    struct rules_options options = {.user_folder = f->user, .shipped_folder = f->shipped};
    return ruleset_load(&options, e);
}

/* Loads one file of this content; want is the error behind the folder's name. */
static void expect_error(const char *content, const char *want)
{
    struct folders f = folders_make();
    struct error e = {0};
    scratch_write(f.shipped, "a.rules", content);
    struct ruleset *rs = load(&f, &e);
    assert_null(rs);
    assert_int_equal(e.kind, ERROR_CONFIG);
    assert_memory_equal(e.text, f.shipped, strlen(f.shipped));
    assert_string_equal(e.text + strlen(f.shipped) + 1, want);
    scratch_remove(f.top);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("subject = x\n", "a.rules:1: a key stands before the first [rule]");
    expect_error("[a]\nclass = bounced\n", "a.rules:2: unknown class 'bounced'");
    expect_error("[a]\nclass = bounce\nsubject = x\nclass = bounce\n",
                 "a.rules:4: a rule has one class");
    expect_error("# c\n[a]\nsubject = x\n", "a.rules:2: the rule 'a' has no class");
    expect_error("[a]\n[b]\nclass = mail\nsubject = x\n", "a.rules:1: the rule 'a' has no class");
    expect_error("[a]\nclass = bounce\nsubject = x\n[a]\nclass = bounce\nsubject = y\n",
                 "a.rules:4: there is a rule of that name above: 'a'");
    expect_error("[A]\n", "a.rules:1: a rule's name has at most 48 of a-z, 0-9 and '-': not 'A'");
    expect_error("[a1234567890123456789012345678901234567890123456789]\n",
                 "a.rules:1: a section name has at most 49 characters");
    expect_error("[not-a]\n",
                 "a.rules:1: a rule's name does not begin with 'not-' (samples do): 'not-a'");
    expect_error("[a]\nclass = bounce\nnonsense\n",
                 "a.rules:3: neither a [section] nor a line of the form key = value");
    expect_error("[a] class = bounce\n", "a.rules:1: there is text behind the section name");
}

static void test_key_errors(void **state)
{
    (void)state;
    expect_error("[a]\nclass = bounce\nsubject =\n",
                 "a.rules:3: the regex is missing behind 'subject'");
    expect_error("[a]\nclass = bounce\nsubject = \xff\n",
                 "a.rules:3: the regex is not valid UTF-8 behind 'subject'");
    expect_error("[a]\nclass = bounce\nnot- = x\n",
                 "a.rules:3: a field's name is missing in 'not-'");
    expect_error("[a]\nclass = bounce\nreport. = x\n",
                 "a.rules:3: a field's name is missing in 'report.'");
    const char *spelling = "a field's name is written with a-z, 0-9, '-' and '_', and has a dot "
                           "only behind report or original: not";
    char want[400];
    snprintf(want, sizeof want, "a.rules:3: %s 'Subject'", spelling);
    expect_error("[a]\nclass = bounce\nSubject = x\n", want);
    snprintf(want, sizeof want, "a.rules:3: %s 'reports.action'", spelling);
    expect_error("[a]\nclass = bounce\nreports.action = x\n", want);
    snprintf(want, sizeof want, "a.rules:3: %s 'not subject'", spelling);
    expect_error("[a]\nclass = bounce\nnot subject = x\n", want);
    expect_error("[a]\nclass = bounce\nnot-class = x\n",
                 "a.rules:3: there is no field of that name: 'not-class'");
}

static void test_group_errors(void **state)
{
    (void)state;
    const char *unknown = "a.rules:3: unknown group 'recipent': there are recipient, reason, "
                          "status, id and original";
    expect_error("[a]\nclass = bounce\nsubject = a (?<recipent>x)\n", unknown);
    expect_error("[a]\nclass = bounce\nsubject = a (?P<recipent>x)\n", unknown);
    expect_error("[a]\nclass = bounce\nsubject = (b(?'recipent'x))\n", unknown);
    expect_error("[a]\nclass = bounce\ntext = (?<original>x)\nsubject = x\n",
                 "a.rules:3: the group 'original' is for the field 'lines' alone");
}

static void test_a_condition_on_the_header_is_needed(void **state)
{
    (void)state;
    const char *want = "a.rules:1: the rule 'a' needs a condition that is not 'not-' or 'any-' on "
                       "a header field, return-path or structure";
    expect_error("[a]\nclass = bounce\n", want);
    expect_error("[a]\nclass = bounce\ntext = x\n", want);
    expect_error("[a]\nclass = bounce\nnot-subject = x\ntext = x\n", want);
    expect_error("[a]\nclass = bounce\nreport.action = x\n", want);
    expect_error("[a]\nclass = bounce\ncapture-subject = x\n", want);
    expect_error("[a]\nclass = bounce\nany-subject = x\nany-from = y\n", want);
    static const char *const enough[] = {"subject", "return-path", "structure", "also-from"};
    for (size_t i = 0; i < sizeof enough / sizeof *enough; i++) {
        struct folders f = folders_make();
        struct error e = {0};
        char content[100];
        snprintf(content, sizeof content, "[a]\nclass = bounce\n%s = x\ntext = y\n", enough[i]);
        scratch_write(f.shipped, "a.rules", content);
        struct ruleset *rs = load(&f, &e);
        assert_non_null(rs);
        ruleset_free(rs);
        scratch_remove(f.top);
    }
}

static void test_bad_bytes_and_long_lines(void **state)
{
    (void)state;
    char long_line[17000] = "[a]\nclass = bounce\nsubject = ";
    memset(long_line + strlen(long_line), 'x', 16500);
    expect_error(long_line, "a.rules:3: the line is longer than 16384 bytes");
    struct folders f = folders_make();
    struct error e = {0};
    char path[400];
    snprintf(path, sizeof path, "%s/a.rules", f.shipped);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite("[a]\nclass = bounce\nsubject = a\0b\n", 1, 33, out), 33);
    assert_int_equal(fclose(out), 0);
    assert_null(load(&f, &e));
    assert_non_null(strstr(e.text, "a.rules:3: the line holds a NUL byte"));
    scratch_remove(f.top);
}

static void test_folders(void **state)
{
    (void)state;
    struct folders f = folders_make();
    struct error e = {0};
    struct rules_options missing = {.shipped_folder = "/nonexistent"};
    assert_null(ruleset_load(&missing, &e));
    assert_int_equal(e.kind, ERROR_CONFIG);
    assert_non_null(strstr(e.text, "/nonexistent"));
    scratch_write(f.shipped, "bad name.rules", "");
    assert_null(load(&f, &e));
    assert_non_null(strstr(e.text, "rename it"));
    scratch_remove(f.top);

    f = folders_make();
    char path[400];
    snprintf(path, sizeof path, "%s/d.rules", f.shipped);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_null(load(&f, &e));
    assert_non_null(strstr(e.text, "d.rules' is not a file"));
    scratch_remove(f.top);
}

#define RULE(name) "[" name "]\nclass = bounce\nsubject = x\n"

static void test_order_and_replacement(void **state)
{
    (void)state;
    struct folders f = folders_make();
    struct error e = {0};
    assert_int_equal(mkdir(f.user, 0700), 0);
    scratch_write(f.shipped, "b.rules", RULE("two") RULE("one"));
    scratch_write(f.shipped, "a.rules", RULE("a"));
    scratch_write(f.shipped, "C.rules", RULE("upper"));
    scratch_write(f.shipped, "gone.rules", RULE("gone"));
    scratch_write(f.shipped, ".hidden.rules", "broken");
    scratch_write(f.shipped, "b.rules~", "broken");
    scratch_write(f.user, "z.rules", RULE("mine"));
    scratch_write(f.user, "a.rules", RULE("a") RULE("more"));
    scratch_write(f.user, "gone.rules", "# emptied\n");
    struct ruleset *rs = load(&f, &e);
    assert_non_null(rs);
    struct buf names = {0};
    for (size_t i = 0; i < ruleset_count(rs); i++)
        buf_printf(&names, "%s:%d ", ruleset_info(rs, i).name, ruleset_info(rs, i).line);
    assert_string_equal(buf_string(&names), "a/a:1 a/more:4 z/mine:1 C/upper:1 b/two:1 b/one:4 ");
    buf_reset(&names);
    for (size_t i = 0; i < ruleset_file_count(rs); i++) {
        struct rules_file file = ruleset_file(rs, i);
        buf_printf(&names, "%s%s%s:%zu ", file.users ? "user " : "", file.name,
                   file.replaces ? " replaces" : "", file.rules);
        assert_memory_equal(file.path, file.users ? f.user : f.shipped, strlen(f.top) + 5);
    }
    assert_string_equal(buf_string(&names), "user a replaces:2 user gone replaces:0 user z:1 "
                                            "C:1 b:2 ");
    assert_memory_equal(ruleset_file(rs, 0).replaces, f.shipped, strlen(f.shipped));
    struct rule_info info = ruleset_info(rs, 5);
    assert_int_equal(info.class, CLASS_BOUNCE);
    assert_int_equal(info.conditions, 1);
    assert_memory_equal(info.file, f.shipped, strlen(f.shipped));
    buf_free(&names);
    ruleset_free(rs);
    scratch_remove(f.top);
}

static void test_class_names(void **state)
{
    (void)state;
    static const char *const names[] = {"mail",       "bounce",    "delay",     "success",
                                        "receipt",    "autoreply", "challenge", "filter-notice",
                                        "list-robot", "complaint"};
    for (int c = 0; c < CLASS_COUNT; c++) {
        enum class back;
        assert_string_equal(class_name((enum class)c), names[c]);
        assert_true(class_from_name(span_of(names[c]), &back));
        assert_int_equal(back, c);
    }
    enum class none;
    assert_false(class_from_name(span_of("Bounce"), &none));
    assert_false(class_from_name(span_of(""), &none));
}

struct findings {
    struct buf errors, warnings;
};

static void note(void *context, enum rules_severity severity, const char *text)
{
    struct findings *found = context;
    const char *line = strstr(text, ".rules:");
    buf_printf(severity == RULES_ERROR ? &found->errors : &found->warnings, "%.24s|",
               line ? line + strlen(".rules:") : text);
}

static void test_check(void **state)
{
    (void)state;
    struct folders f = folders_make();
    struct error e = {0};
    struct findings found = {0};
    scratch_write(f.shipped, "a.rules",
                  "[a]\nclass = bounce\nsubject = (\n" /* 3 */
                  "also-subject = .*x\n"
                  "text = \\S+@x.org\n" /* 5 */
                  "text = xxx(\\w+)+y\n"
                  "lines = x*|y\n"
                  "not-lines = [xy]\n"
                  "text = ^$\n"
                  "capture-lines = (?<original>)\n"
                  "not-subject = \\Q.\\E(?<re>x)\n" /* 11: unreadable but by PCRE2 */
                  "not-from = (?<status>a)|(?<status>b)\n");
    struct ruleset *rs = load(&f, &e);
    assert_non_null(rs);
    assert_int_equal(ruleset_check(rs, note, &found), 6);
    assert_string_equal(buf_string(&found.errors),
                        "3: the regex does not co|11: the group name 're' |"
                        "5: the regex starts with|6: a repeat without boun|"
                        "7: the regex matches any|10: the regex matches an|");
    assert_string_equal(buf_string(&found.warnings),
                        "4: the regex starts with|9: the regex needs no fi|"
                        "8: the regex needs no fi|");
    ruleset_free(rs);
    buf_free(&found.errors);
    buf_free(&found.warnings);
    scratch_remove(f.top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_key_errors),
        cmocka_unit_test(test_group_errors),
        cmocka_unit_test(test_a_condition_on_the_header_is_needed),
        cmocka_unit_test(test_bad_bytes_and_long_lines),
        cmocka_unit_test(test_folders),
        cmocka_unit_test(test_order_and_replacement),
        cmocka_unit_test(test_class_names),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests_name("rules_load", tests, NULL, NULL);
}
