/*
 * Rules over messages: every kind of field and condition, the order, what is captured, limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "rules/rules.h"
#include "scratch.h"

/* Loads one file of rules, in both modes of compiling when jit alternates. */
static struct ruleset *load_mode(const char *content, bool jit)
{
    char dir[256];
    struct error e = {0};
    scratch_make(dir);
    scratch_write(dir, "r.rules", content);
    struct rules_options options = {.shipped_folder = dir, .jit = jit};
    struct ruleset *rs = ruleset_load(&options, &e);
    if (!rs)
        print_message("%s\n", e.text);
    assert_non_null(rs);
    scratch_remove(dir);
    return rs;
}

/* One message under the rules. The report may be given; its memory is the arena's. */
struct trial {
    struct arena *arena;
    struct message *message;
    struct report report;
    const char *sender;
    struct rule_match match;
};

static void trial_begin(struct trial *t, const char *bytes)
{
    *t = (struct trial){.arena = arena_new(LIMIT_ARENA)};
    t->message = message_parse(t->arena, span_of(bytes));
    assert_non_null(t->message);
}

static void trial_match(struct trial *t, struct ruleset *rs)
{
    assert_true(ruleset_match(rs, t->message, &t->report, t->sender, &t->match));
}

/* The rule that decides, without the file's name; "" for none. With and without native code. */
static void expect_from(const char *rules, const char *bytes, const char *sender, const char *want)
{
    for (int jit = 0; jit < 2; jit++) {
        struct ruleset *rs = load_mode(rules, jit);
        struct trial t;
        trial_begin(&t, bytes);
        t.sender = sender;
        trial_match(&t, rs);
        const char *got = *t.match.rule ? t.match.rule + strlen("r/") : "";
        if (strcmp(got, want) != 0)
            print_message("message: %s\n", bytes);
        assert_string_equal(got, want);
        assert_int_equal(t.match.class == CLASS_MAIL, *want == '\0');
        assert_null(t.match.broken_rule);
        arena_free(t.arena);
        ruleset_free(rs);
    }
}

static void expect(const char *rules, const char *bytes, const char *want)
{
    expect_from(rules, bytes, NULL, want);
}

static void test_header_fields(void **state)
{
    (void)state;
    const char *rules = "[a]\nclass = bounce\nx-kind = ^bounce$\n"
                        "[b]\nclass = delay\nsubject = verz\xc3\xb6gert\n";
    expect(rules, "X-Kind: Bounce\n\n", "a");
    expect(rules, "X-KIND: mail\nx-kind:\n bounce\n\n", "a");
    expect(rules, "X-Kind: bounces\n\n", "");
    expect(rules, "X-Other: bounce\n\n", "");
    expect(rules, "Subject: =?iso-8859-1?q?VERZ=D6GERT?=\n\n", "b");
    expect(rules, "Subject: verz\xf6gert\n\n", "b");
}

static void test_return_path(void **state)
{
    (void)state;
    const char *rules = "[null]\nclass = bounce\nreturn-path = ^$\n"
                        "[root]\nclass = delay\nreturn-path = ^root@x\\.org$\n";
    expect_from(rules, "\n", "", "null");
    expect_from(rules, "Return-Path: <root@x.org>\n\n", "", "null");
    expect_from(rules, "Return-Path: <>\n\n", NULL, "null");
    expect_from(rules, "Return-Path: <>\n\n", "root@x.org", "root");
    expect_from(rules, "Return-Path: <root@x.org>\n\n", NULL, "root");
    expect_from(rules, "Return-Path: root@x.org\n\n", NULL, "root");
    expect_from(rules, "\n", "<root@x.org>", "root");
    expect_from(rules, "\n", NULL, "");
}

static void test_text_lines_structure(void **state)
{
    (void)state;
    const char *rules = "[text]\nclass = bounce\nsubject = t\ntext = one two\n"
                        "[lines]\nclass = bounce\nsubject = l\nlines = ^two$\n"
                        "[structure]\nclass = bounce\nstructure = ^multipart/report\\(text/plain\n";
    expect(rules, "Subject: t\n\none \n  two\n", "text");
    expect(rules, "Subject: l\n\none\ntwo\nthree\n", "lines");
    expect(rules, "Subject: l\n\none two\n", "");
    expect(rules, "Subject: x\n\none\ntwo\n", "");
    expect(rules,
           "Content-Type: multipart/report; boundary=b\n\n--b\n\nhello\n--b\n"
           "Content-Type: message/delivery-status\n\n--b--\n",
           "structure");
}

static void test_alternatives_also_and_not(void **state)
{
    (void)state;
    const char *rules =
        "[a]\nclass = bounce\nsubject = red\nsubject = green\nalso-subject = apple\n"
        "also-subject = ripe\nnot-subject = worm\nnot-subject = rotten\n";
    expect(rules, "Subject: ripe red apple\n\n", "a");
    expect(rules, "Subject: ripe green apple\n\n", "a");
    expect(rules, "Subject: ripe blue apple\n\n", "");
    expect(rules, "Subject: red apple\n\n", "");
    expect(rules, "Subject: ripe green pear\n\n", "");
    expect(rules, "Subject: ripe red apple with a worm\n\n", "");
    expect(rules, "Subject: ripe red apple, rotten\n\n", "");
    expect("[a]\nclass = bounce\nalso-subject = apple\nsubject = red\n", "Subject: red\n\n", "");
    /* Over several fields of one name each condition may be met by another of them. */
    expect(rules, "Subject: ripe\nSubject: red\nSubject: apple\n\n", "a");
    expect(rules, "Subject: ripe red apple\nSubject: worm\n\n", "");
}

static void test_any_of_several_fields(void **state)
{
    (void)state;
    const char *rules = "[a]\nclass = bounce\nsubject = red\nany-from = daemon\n"
                        "any-precedence = bulk\nany-precedence = junk\nany-text = sorry\n"
                        "not-from = friend\n";
    expect(rules, "Subject: red\nFrom: daemon\n\n", "a");
    expect(rules, "Subject: red\nFrom: x\nPrecedence: junk\n\n", "a");
    expect(rules, "Subject: red\nFrom: x\n\nsorry\n", "a");
    expect(rules, "Subject: red\nFrom: x\nPrecedence: list\n\nhello\n", "");
    expect(rules, "Subject: blue\nFrom: daemon\nPrecedence: bulk\n\nsorry\n", "");
    expect(rules, "Subject: red\nFrom: daemon, a friend\n\n", "");
}

static void test_missing_field(void **state)
{
    (void)state;
    expect("[a]\nclass = bounce\nsubject = x\nnot-from = y\n", "Subject: x\n\n", "a");
    expect("[a]\nclass = bounce\nsubject = x\nfrom = ^\n", "Subject: x\n\n", "");
    expect("[a]\nclass = bounce\nsubject = x\nfrom = ^\n", "Subject: x\nFrom:\n\n", "a");
    expect("[a]\nclass = bounce\nsubject = x\nnot-report.action = y\n", "Subject: x\n\n", "a");
    expect("[a]\nclass = bounce\nsubject = x\nreport.action = ^\n", "Subject: x\n\n", "");
}

static void add_group(struct trial *t, const char *fields)
{
    struct report_group *groups = arena_array(t->arena, t->report.group_count + 1, sizeof *groups);
    size_t used;
    for (size_t i = 0; i < t->report.group_count; i++)
        groups[i] = t->report.groups[i];
    t->report.groups = groups;
    assert_true(
        header_parse(t->arena, span_of(fields), 0, &groups[t->report.group_count++].fields, &used));
}

static void test_report_and_original(void **state)
{
    (void)state;
    struct ruleset *rs =
        load_mode("[r]\nclass = bounce\nsubject = x\nreport.action = ^failed$\n"
                  "[o]\nclass = delay\nsubject = x\noriginal.subject = h\xc3\xa9\n",
                  false);
    struct trial t;
    size_t used;
    trial_begin(&t, "Subject: x\n\n");
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "");
    add_group(&t, "Action: delayed\n");
    add_group(&t, "Action: relayed\nAction: Failed\n");
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "r/r");
    t.report = (struct report){.originals = arena_array(t.arena, 2, sizeof(struct original)),
                               .original_count = 2};
    assert_true(
        header_parse(t.arena, span_of("Subject: no\n"), 0, &t.report.originals[0].header, &used));
    assert_true(header_parse(t.arena, span_of("Subject: =?utf-8?q?h=C3=A9?=\n"), 0,
                             &t.report.originals[1].header, &used));
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "");
    t.report.originals++;
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "r/o");
    assert_int_equal(t.match.class, CLASS_DELAY);
    arena_free(t.arena);
    ruleset_free(rs);
}

static void test_first_rule_decides(void **state)
{
    (void)state;
    struct ruleset *rs = load_mode("[exempt]\nclass = mail\nsubject = discuss\n"
                                   "[second]\nclass = bounce\nsubject = fail\n"
                                   "[third]\nclass = delay\nsubject = fail\nfrom = x\n",
                                   false);
    struct trial t;
    trial_begin(&t, "Subject: failed\nFrom: x\n\n");
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "r/second");
    assert_int_equal(t.match.class, CLASS_BOUNCE);
    arena_free(t.arena);
    trial_begin(&t, "Subject: let us discuss why it failed\n\n");
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "r/exempt");
    assert_int_equal(t.match.class, CLASS_MAIL);
    arena_free(t.arena);
    ruleset_free(rs);
}

static void expect_capture(const struct trial *t, size_t i, enum capture_kind kind,
                           const char *field, const char *value, size_t offset)
{
    assert_true(i < t->match.capture_count);
    const struct capture *c = &t->match.captures[i];
    assert_int_equal(c->kind, kind);
    assert_string_equal(c->field, field);
    assert_true(span_is(c->value, value));
    assert_int_equal(c->offset, offset);
}

static void test_captures(void **state)
{
    (void)state;
    const char *rules =
        "[a]\nclass = bounce\nsubject = fail(?<reason>ed|ure)\n"
        "subject = never (?<reason>comes)\n"
        "text = to (?<recipient>[^ ]+@[^ ]+)\n"
        "not-text = (?<reason>nothing)\n"
        "capture-lines = ^<(?<recipient>[^>]*)>: (?<status>[45]\\.\\d\\.\\d)?(?<reason>.*)$\n"
        "capture-lines = (?<id>[^< ]+@host)\n"
        "capture-lines = copy follows\\.\\n(?<original>)\n";
    const char *bytes = "Subject: Delivery failed\n\nmail to a@x to b@x\n"
                        "<c@x>: 5.1.1 unknown\n<d@x>: full\n<c@x>: full\n<>:\n"
                        "copy follows.\nMessage-ID: <q@host>\n";
    for (int jit = 0; jit < 2; jit++) {
        struct ruleset *rs = load_mode(rules, jit);
        struct trial t;
        trial_begin(&t, bytes);
        trial_match(&t, rs);
        assert_string_equal(t.match.rule, "r/a");
        expect_capture(&t, 0, CAPTURE_REASON, "subject", "ed", 13);
        expect_capture(&t, 1, CAPTURE_RECIPIENT, "text", "a@x", 8);
        size_t lines = strlen("mail to a@x to b@x\n");
        /* Names of a match come in the order of the table of names: by alphabet. */
        expect_capture(&t, 2, CAPTURE_REASON, "lines", " unknown", lines + 12);
        expect_capture(&t, 3, CAPTURE_RECIPIENT, "lines", "c@x", lines + 1);
        expect_capture(&t, 4, CAPTURE_STATUS, "lines", "5.1.1", lines + 7);
        expect_capture(&t, 5, CAPTURE_REASON, "lines", "full", lines + 28);
        expect_capture(&t, 6, CAPTURE_RECIPIENT, "lines", "d@x", lines + 22);
        expect_capture(&t, 7, CAPTURE_ID, "lines", "q@host",
                       (size_t)(strstr(bytes, "q@host") - strstr(bytes, "mail")));
        expect_capture(&t, 8, CAPTURE_ORIGINAL, "lines", "",
                       (size_t)(strstr(bytes, "Message-ID") - strstr(bytes, "mail")));
        assert_int_equal(t.match.capture_count, 9);
        arena_free(t.arena);
        ruleset_free(rs);
    }
}

/* A rule that does not hold captures nothing, and captures are no condition. */
static void test_captures_are_no_condition(void **state)
{
    (void)state;
    struct ruleset *rs = load_mode("[a]\nclass = bounce\nsubject = (?<id>x)\ntext = yy\n"
                                   "[b]\nclass = bounce\nsubject = x\ncapture-text = (?<id>zz)\n",
                                   false);
    struct trial t;
    trial_begin(&t, "Subject: x\n\nnothing\n");
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "r/b");
    assert_int_equal(t.match.capture_count, 0);
    arena_free(t.arena);
    ruleset_free(rs);
}

/* Empty matches do not end the search, nor make it stand still. */
static void test_empty_captures(void **state)
{
    (void)state;
    struct ruleset *rs = load_mode("[a]\nclass = bounce\nsubject = x\n"
                                   "capture-lines = ^(?<original>)(?=\xc3\xa9?id:)\n",
                                   false);
    struct trial t;
    trial_begin(&t, "Subject: x\n\nid: 1\nno\n\xc3\xa9id: 2\nid: 3\n");
    trial_match(&t, rs);
    assert_int_equal(t.match.capture_count, 3);
    expect_capture(&t, 0, CAPTURE_ORIGINAL, "lines", "", 0);
    expect_capture(&t, 1, CAPTURE_ORIGINAL, "lines", "", 9);
    expect_capture(&t, 2, CAPTURE_ORIGINAL, "lines", "", 17);
    arena_free(t.arena);
    ruleset_free(rs);
}

static void test_captures_are_bounded(void **state)
{
    (void)state;
    struct ruleset *rs = load_mode("[a]\nclass = bounce\nsubject = x\n"
                                   "capture-lines = (?<recipient>\\d+@x)\n"
                                   "capture-text = (?<reason>)\n",
                                   false);
    struct buf bytes = {0};
    struct trial t;
    buf_add_string(&bytes, "Subject: x\n\n");
    for (int i = 0; i < 2 * LIMIT_CAPTURES; i++)
        buf_printf(&bytes, "%d@x \xc3\xa9\n", i);
    trial_begin(&t, buf_string(&bytes));
    trial_match(&t, rs);
    assert_int_equal(t.match.capture_count, LIMIT_CAPTURES);
    expect_capture(
        &t, LIMIT_CAPTURES - 1, CAPTURE_RECIPIENT, "lines", "99@x",
        (size_t)(strstr(buf_string(&bytes), "99@x") - strstr(buf_string(&bytes), "0@x")));
    arena_free(t.arena);
    ruleset_free(rs);
    buf_free(&bytes);
}

static void test_invalid_utf8(void **state)
{
    (void)state;
    const char *rules = "[a]\nclass = bounce\nreturn-path = ^b.?d@x$\n"
                        "[b]\nclass = delay\nsubject = d\xc3\xa9j\xc3\xa0\n";
    expect_from(rules, "\n", "bad@x", "a");
    expect_from(rules, "\n",
                "b\xff"
                "d@x",
                "");
    expect_from("[a]\nclass = bounce\nreturn-path = \\Ab\nreturn-path = d@x\\z\n", "\n",
                "\xff\xfe"
                "d@x",
                "a");
    expect(rules, "Subject: D\xc3\x89J\xc3\x80 vu\n\n", "b");
}

/* Characters beyond ASCII that match ASCII letters without case get through the prefilter. */
static void test_long_s_and_kelvin(void **state)
{
    (void)state;
    expect("[a]\nclass = bounce\nsubject = ^bounces kept$\n",
           "Subject: bounce\xc5\xbf \xe2\x84\xaa"
           "ept\n\n",
           "a");
}

/* A rule whose regex runs into a limit, or does not compile, does not hold, is named, and stops
 * nobody else. */
static void test_broken_rules(void **state)
{
    (void)state;
    struct ruleset *rs =
        load_mode("[costly]\nclass = mail\nsubject = ^(a+)+$\n"
                  "[also]\nclass = mail\nsubject = aaa\nnot-subject = ^(?:a*)*[bc]$\n"
                  "[good]\nclass = bounce\nsubject = aaa\n",
                  false);
    struct trial t;
    trial_begin(&t, "Subject: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n\n");
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "r/good");
    assert_string_equal(t.match.broken_rule, "r/costly");
    arena_free(t.arena);
    ruleset_free(rs);

    /* Some 2^18 steps: more than LIMIT_REGEX_MATCH, less than PCRE2's own limit. */
    rs = load_mode("[costly]\nclass = mail\nsubject = ^(a+)+$\n", false);
    trial_begin(&t, "Subject: aaaaaaaaaaaaaaaaaa!\n\n");
    trial_match(&t, rs);
    assert_string_equal(t.match.broken_rule, "r/costly");
    arena_free(t.arena);
    ruleset_free(rs);

    rs = load_mode("[broken]\nclass = mail\nsubject = (\n[good]\nclass = bounce\nsubject = aaa\n",
                   false);
    trial_begin(&t, "Subject: aaa\n\n");
    for (int i = 0; i < 2; i++) {
        trial_match(&t, rs);
        assert_string_equal(t.match.rule, "r/good");
        assert_string_equal(t.match.broken_rule, "r/broken");
    }
    arena_free(t.arena);
    ruleset_free(rs);
    /* An alternative that holds outweighs one that cannot be told. */
    rs = load_mode("[a]\nclass = bounce\nsubject = (\nsubject = aaa\n", false);
    trial_begin(&t, "Subject: aaa\n\n");
    trial_match(&t, rs);
    assert_string_equal(t.match.rule, "r/a");
    assert_null(t.match.broken_rule);
    arena_free(t.arena);
    ruleset_free(rs);
}

/* The body is looked at only when the header fits some rule: parsing leaves it undecoded. */
static void test_text_is_decoded_on_demand(void **state)
{
    (void)state;
    struct ruleset *rs = load_mode("[a]\nclass = bounce\ntext = word\nsubject = fail\n"
                                   "[b]\nclass = bounce\nany-text = word\nany-subject = mail\n"
                                   "subject = mail\n",
                                   false);
    struct buf bytes = {0};
    size_t used[2];
    for (int i = 0; i < 2; i++) {
        struct trial t;
        buf_reset(&bytes);
        buf_printf(&bytes, "Subject: %s\n\n", i ? "fail" : "mail");
        for (int k = 0; k < 5000; k++)
            buf_add_string(&bytes, "nothing\n");
        trial_begin(&t, buf_string(&bytes));
        size_t before = arena_used(t.arena);
        trial_match(&t, rs);
        used[i] = arena_used(t.arena) - before;
        arena_free(t.arena);
    }
    assert_true(used[0] < 4096);
    assert_true(used[1] > 40000);
    buf_free(&bytes);
    ruleset_free(rs);
}

static bool may_match(const char *rules, const char *header, const char *structure,
                      const char *sender)
{
    struct ruleset *rs = load_mode(rules, false);
    struct trial t;
    trial_begin(&t, header);
    bool may = ruleset_may_match(rs, t.message, span_of(structure), sender);
    arena_free(t.arena);
    ruleset_free(rs);
    return may;
}

static void test_may_match(void **state)
{
    (void)state;
    const char *header_alone = "[a]\nclass = bounce\nsubject = fail\nnot-from = friend\n";
    assert_true(may_match(header_alone, "Subject: fail\n\n", NULL, NULL));
    assert_false(may_match(header_alone, "Subject: hello\n\n", NULL, NULL));
    assert_false(may_match(header_alone, "Subject: fail\nFrom: friend\n\n", NULL, NULL));
    static const char *const body[] = {"text = x", "lines = x", "report.action = x",
                                       "original.subject = x", "not-text = x"};
    for (size_t i = 0; i < sizeof body / sizeof *body; i++) {
        char rules[100];
        snprintf(rules, sizeof rules, "[a]\nclass = bounce\nsubject = fail\n%s\n", body[i]);
        assert_true(may_match(rules, "Subject: fail\n\n", NULL, NULL));
        assert_false(may_match(rules, "Subject: hello\n\n", NULL, NULL));
    }
    const char *structure = "[a]\nclass = bounce\nstructure = ^multipart/report\ntext = x\n";
    assert_true(may_match(structure, "\n", NULL, NULL));
    assert_true(may_match(structure, "\n", "multipart/report(text/plain)", NULL));
    assert_false(may_match(structure, "\n", "text/plain", NULL));
    const char *unlike = "[a]\nclass = bounce\nsubject = x\nnot-structure = html\n";
    assert_true(may_match(unlike, "Subject: x\n\n", NULL, NULL));
    assert_false(may_match(unlike, "Subject: x\n\n", "text/html", NULL));
    const char *sender = "[a]\nclass = bounce\nreturn-path = ^$\ntext = x\n";
    assert_true(may_match(sender, "\n", NULL, ""));
    assert_false(may_match(sender, "\n", NULL, "a@x"));
    assert_false(may_match(sender, "\n", NULL, NULL));
    const char *any = "[a]\nclass = bounce\nsubject = x\nany-from = daemon\nany-to = list\n";
    assert_true(may_match(any, "Subject: x\nFrom: daemon\n\n", NULL, NULL));
    assert_false(may_match(any, "Subject: x\nFrom: friend\n\n", NULL, NULL));
    const char *any_text = "[a]\nclass = bounce\nsubject = x\nany-from = daemon\nany-text = y\n";
    assert_true(may_match(any_text, "Subject: x\nFrom: friend\n\n", NULL, NULL));
    assert_false(may_match(any_text, "Subject: z\nFrom: daemon\n\n", NULL, NULL));
}

/* class = mail counts only where it is certain, and where nothing stands before it. */
static void test_may_match_and_exemptions(void **state)
{
    (void)state;
    const char *certain = "[a]\nclass = mail\nsubject = re:\n"
                          "[b]\nclass = bounce\nsubject = fail\ntext = x\n";
    assert_false(may_match(certain, "Subject: re: fail\n\n", NULL, NULL));
    assert_true(may_match(certain, "Subject: fail\n\n", NULL, NULL));
    const char *uncertain = "[a]\nclass = mail\nsubject = re:\ntext = hello\n"
                            "[b]\nclass = bounce\nsubject = fail\ntext = x\n";
    assert_true(may_match(uncertain, "Subject: re: fail\n\n", NULL, NULL));
    assert_false(may_match(uncertain, "Subject: re: hello\n\n", NULL, NULL));
    const char *broken = "[a]\nclass = mail\nsubject = (\n[b]\nclass = bounce\nsubject = )\n";
    assert_true(may_match(broken, "Subject: x\n\n", NULL, NULL));
}

/* One ruleset over many messages: answers of one do not reach the next, memory stays flat. */
static void test_reuse(void **state)
{
    (void)state;
    struct buf rules = {0};
    for (int i = 0; i < 300; i++)
        buf_printf(&rules, "[r%d]\nclass = bounce\nsubject = word%d\\b\ntext = body%d\\b\n", i, i,
                   i);
    struct ruleset *rs = load_mode(buf_string(&rules), true);
    struct arena *arena = arena_new(LIMIT_ARENA);
    for (int i = 0; i < 3000; i++) {
        char bytes[200], want[20];
        int n = (i * 7) % 300;
        snprintf(bytes, sizeof bytes, "Subject: word%d\n\nbody%d\n", n, i % 3 ? n : n + 1);
        snprintf(want, sizeof want, "r/r%d", n);
        arena_reset(arena);
        struct message *m = message_parse(arena, span_of(bytes));
        struct report report = {0};
        struct rule_match match;
        assert_true(ruleset_match(rs, m, &report, NULL, &match));
        assert_string_equal(match.rule, i % 3 ? want : "");
    }
    assert_true(arena_used(arena) < 20000);
    arena_free(arena);
    ruleset_free(rs);
    buf_free(&rules);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct ruleset *rs = load_mode("[a]\nclass = bounce\nsubject = fail\ntext = word\n", false);
    char *bytes = malloc(20000);
    memset(bytes, 'w', 19999);
    bytes[19999] = '\0';
    memcpy(bytes, "Subject: fail\n\n", 15);
    bool failed = false, done = false;
    for (size_t cap = 1000; cap < 400000 && !done; cap += 500) {
        struct arena *a = arena_new(cap);
        struct message *m = message_parse(a, span_of(bytes));
        struct report report = {0};
        struct rule_match match;
        if (m && ruleset_match(rs, m, &report, NULL, &match)) {
            assert_int_equal(match.class, CLASS_MAIL);
            done = m->arena && arena_used(a) > 20000;
        } else if (m)
            failed = true;
        arena_free(a);
    }
    assert_true(failed);
    assert_true(done);
    free(bytes);
    ruleset_free(rs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header_fields),
        cmocka_unit_test(test_return_path),
        cmocka_unit_test(test_text_lines_structure),
        cmocka_unit_test(test_alternatives_also_and_not),
        cmocka_unit_test(test_any_of_several_fields),
        cmocka_unit_test(test_missing_field),
        cmocka_unit_test(test_report_and_original),
        cmocka_unit_test(test_first_rule_decides),
        cmocka_unit_test(test_captures),
        cmocka_unit_test(test_captures_are_no_condition),
        cmocka_unit_test(test_empty_captures),
        cmocka_unit_test(test_captures_are_bounded),
        cmocka_unit_test(test_invalid_utf8),
        cmocka_unit_test(test_long_s_and_kelvin),
        cmocka_unit_test(test_broken_rules),
        cmocka_unit_test(test_text_is_decoded_on_demand),
        cmocka_unit_test(test_may_match),
        cmocka_unit_test(test_may_match_and_exemptions),
        cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests_name("rules_match", tests, NULL, NULL);
}
