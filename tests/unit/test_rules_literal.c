/*
 * The prefilter: what is required of a subject must never reject what the regex matches.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/printable.h"
#include "rules/fold.h"
#include "rules/lint.h"
#include "rules/literal.h"
#include "rules/regex.h"

static void expect_literals(const char *pattern, const char *want)
{
    struct arena *a = arena_new(LIMIT_ARENA);
    struct literal_set set = literals_required(a, span_of(pattern));
    struct buf got = {0};
    for (size_t i = 0; i < set.count; i++)
        buf_printf(&got, "%s%.*s", i ? "|" : "", (int)set.items[i].text.n, set.items[i].text.p);
    if (strcmp(buf_string(&got), want) != 0)
        print_message("pattern: %s\n", pattern);
    assert_string_equal(buf_string(&got), want);
    buf_free(&got);
    arena_free(a);
}

static void test_runs(void **state)
{
    (void)state;
    expect_literals("Undeliverable", "undeliverable");
    expect_literals("^Undeliverable: \\b", "undeliverable: ");
    expect_literals("mail\\s+delivery failed", "delivery failed");
    expect_literals("ab?cde", "cde");
    expect_literals("abc*", "ab");
    expect_literals("abc+d", "abc");
    expect_literals("ab{2}c", "abbc");
    expect_literals("ab{2,3}c", "abb");
    expect_literals("ab{0}c", "ac");
    expect_literals("no\\.such\\x20user", "no.such user");
    expect_literals("user[.]unknown", "user.unknown");
    expect_literals("user[ -]unknown", "unknown");
    expect_literals("[]x]yz[^]]", "yz");
    expect_literals("[[:alpha:]]ab", "ab");
    expect_literals("\xc3\xa9?tude", "tude");
    expect_literals("\xc3\x89tude", "\xc3\xa9tude");
    expect_literals("\xd0\x9e\xd1\x88(?:\xd0\x98)\\x{431}+", "\xd0\xbe\xd1\x88\xd0\xb8\xd0\xb1");
    expect_literals("\xe4\xb8\x8d\xe5\x9c\xa8|\xe4\xbc\x91",
                    "\xe4\xb8\x8d\xe5\x9c\xa8|\xe4\xbc\x91");
    expect_literals("a\xc5\xbf"
                    "b\xc3\x9f"
                    "cd",
                    "cd"); /* not known: long s, sharp s */
    expect_literals("#\\d", "#");
    expect_literals("foo(?=bar)baz", "foobaz");
    expect_literals("a{x}b", "a{x}b");
    expect_literals("(?i)Foo", "foo");
}

static void test_groups(void **state)
{
    (void)state;
    expect_literals("user (unknown)", "user unknown");
    expect_literals("(user|mailbox) ?(unknown|unavailable)", "unknown|unavailable");
    expect_literals("undeliverable|returned mail", "undeliverable|returned mail");
    expect_literals("(?:the )?mailbox", "mailbox");
    expect_literals("(?:(?:ab|cd)|ef)", "ab|cd|ef");
    expect_literals("(?<recipient>\\S+) does not exist", " does not exist");
    expect_literals("(?<!not )delivered", "delivered");
    expect_literals("(?!x)delivered", "delivered");
    expect_literals("(?:foo){2}", "foo");
    expect_literals("(?:foo){0,2}bar", "bar");
    expect_literals("(?:foo|barbar)+", "foo|barbar");
}

/* Nothing is required, or it cannot be told. */
static void test_nothing(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "",       ".",         "^$",          "a?",       "\\d+",         "foo|",
        "foo|.*", "(?x) a b",  "\\Qa.b\\E",   "(a)\\1bc", "(?(?=a)b|cd)", "(*ACCEPT)abc",
        "abc)",   "(?R)abc",   "a(?#x)bc",    "abc{,2}",  "ab{ 1,2 }cd",  "abc{2}{3}",
        "a**bc",  "(?1)(abc)", "\\N{U+41}bc", "[abc",     "(?:foo)?",     "\xc3\x9f",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        expect_literals(patterns[i], "");
    char many[3000] = "aa0";
    for (int i = 1; i < 250; i++)
        sprintf(many + strlen(many), "|aa%d", i);
    expect_literals(many, "");
    char deep[200] = "";
    for (int i = 0; i < 60; i++)
        strcat(deep, "(");
    expect_literals(deep, "");
}

static void test_folding(void **state)
{
    (void)state;
    struct arena *a = arena_new(LIMIT_ARENA);
    struct span s = literal_subject(
        a,
        span_of(
            "AbZ[@ \xc3\x89 \xc5\xbf\xe2\x84\xaa \xd0\x96 \xff\xe4\xb8\x8d\xf0\x9f\x98\x80\xc5"));
    assert_true(span_is(s, "abz[@ \xc3\xa9 sk \xd0\xb6 \xff\xe4\xb8\x8d\xf0\x9f\x98\x80\xc5"));
    arena_free(a);
}

static bool matches(struct regex_engine *en, struct regex *x, unsigned cp)
{
    char bytes[3];
    struct span subject = {bytes, fold_write(cp, bytes)};
    return regex_match(en, x, subject, 0) == REGEX_YES;
}

/* The characters that have case, in any script. */
static size_t characters_with_case(struct regex_engine *en, unsigned out[4000])
{
    struct regex x = {.pattern =
                          span_of("[\\p{L&}\\x{345}\\x{2160}-\\x{217f}\\x{24b6}-\\x{24e9}]")};
    size_t n = 0;
    for (unsigned cp = 1; cp <= 0xffff; cp++)
        if ((cp < 0xd800 || cp > 0xdfff) && (matches(en, &x, cp) || fold(cp) != cp) && n < 4000)
            out[n++] = cp;
    regex_free_codes(en);
    return n;
}

/* What the pattern finds among the characters with case must fold to this one; 0: there must be
 * none. */
static void expect_found(struct regex_engine *en, const char *pattern, const unsigned *cased,
                         size_t n, unsigned folded)
{
    struct regex x = {.pattern = span_of(pattern)};
    for (size_t i = 0; i < n; i++) {
        if (!matches(en, &x, cased[i]))
            continue;
        if (fold(cased[i]) != folded)
            print_message("%s finds U+%04X\n", pattern, cased[i]);
        assert_int_equal(fold(cased[i]), folded);
    }
    regex_free_codes(en);
}

/* PCRE2 is the judge: what it takes for the same character without case must fold to the same. A
 * range without case must find nothing that has it. */
static void test_folding_agrees_with_pcre2(void **state)
{
    (void)state;
    struct regex_engine *en = regex_engine_new(false);
    static unsigned cased[4000];
    static bool has_case[0x10001];
    size_t n = characters_with_case(en, cased), tried = 0;
    unsigned first = 0;
    assert_in_range(n, 2000, 3999);
    for (size_t i = 0; i < n; i++)
        has_case[cased[i]] = true;
    for (unsigned cp = 1; cp <= 0x10000; cp++) {
        char pattern[64], bytes[3], folded[3];
        bool known = cp <= 0xffff && fold_is_known(cp);
        if (known && has_case[cp]) {
            snprintf(pattern, sizeof pattern, "\\x{%x}", cp);
            expect_found(en, pattern, cased, n, fold(cp));
            assert_int_equal(fold(fold(cp)), fold(cp));
            assert_true(fold_write(fold(cp), folded) <= fold_write(cp, bytes));
            tried++;
        }
        bool plain = known && !has_case[cp];
        if (plain && !first)
            first = cp;
        if (!plain && first) {
            snprintf(pattern, sizeof pattern, "[\\x{%x}-\\x{%x}]", first, cp - 1);
            expect_found(en, pattern, cased, n, 0);
            first = 0;
        }
    }
    assert_true(tried > 900);
    for (size_t i = 0; i < n; i++) {
        char bytes[3], folded[3];
        assert_true(fold_write(fold(cased[i]), folded) <= fold_write(cased[i], bytes));
    }
    regex_engine_free(en);
}

static const char *const property_patterns[] = {
    "undeliverable",
    "mail (delivery )?failed",
    "(mail|message) (delivery|transport) (failed|failure|sub(system|urbs))",
    "user[ .]+unknown",
    "^(re|aw|fwd?): *(out of (the )?office|abwesen(d|heit))",
    "(?<recipient>[^ @]+@[^ @]+) (does not exist|unknown)",
    "a+b{2,3}(cd|ef)*gh?",
    "sk{2}s|ks",
    "(?:ab|cd){2,}k",
    "\\x73kip|\\.s\\.",
    "\xc3\xa9?s(?=k)k",
    "(?i)s(?-i)k",
    "(un|re)?k[s]k",
    "(?>foo|fo)s",
    "x{0}sks",
    "\\bks\\b|\\Bss",
    "s\\Kks",
    "((((s)k)s)k)",
    "(?|sk|ks)s",
    "s{3}",
    "k?s?ks??k+?",
    "\xd0\x9e\xd1\x88\xd0\xb8|\xe4\xb8\x8d\xe5\x9c\xa8",
    "[\xd0\x9e]\xd1\x88\xd0\xb8+s",
    "\xc3\xa5k|\xcf\x83s",
};

static const char *const fragments[] = {
    "undeliverable",
    "mail ",
    "delivery ",
    "failed",
    "message ",
    "transport ",
    "failure",
    "sub",
    "system",
    "user",
    " .",
    "unknown",
    "re: ",
    "out of ",
    "office",
    "the ",
    "a@b ",
    "does ",
    "not ",
    "exist",
    "s",
    "k",
    "S",
    "K",
    "ks",
    "sk",
    "\xc5\xbf",
    "\xe2\x84\xaa",
    "\xc3\xa9",
    "\xff",
    "fo",
    "foo",
    "ab",
    "bbb",
    "cd",
    "ef",
    "g",
    "h",
    " ",
    "\xc5",
    "\xc3\x89",
    ".",
    "\xd0\xbe",
    "\xe1\xb2\x82\xd1\x88",
    "\xd0\x98",
    "\xe4\xb8\x8d",
    "\xe5\x9c\xa8",
    "\xe2\x84\xab",
    "\xcf\x82",
    "\xce\xa3",
    "abwesend",
    "Aw:",
    "un",
    "x",
    "urbs",
    "abwesen\xe2\x84",
};

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* 20,000 subjects over each pattern; a deterministic generator, so that a failure comes again. */
static void test_never_rejects_a_match(void **state)
{
    (void)state;
    struct arena *keep = arena_new(LIMIT_ARENA), *a = arena_new(LIMIT_ARENA);
    struct regex_engine *en = regex_engine_new(false);
    uint32_t random = 2463534242u;
    size_t count = sizeof property_patterns / sizeof *property_patterns, matched = 0, spared = 0;
    struct regex regexes[sizeof property_patterns / sizeof *property_patterns];
    for (size_t i = 0; i < count; i++)
        regexes[i] = (struct regex){.pattern = span_of(property_patterns[i])};
    for (int n = 0; n < 20000; n++) {
        struct buf b = {0};
        for (uint32_t k = next_random(&random) % 9; k > 0; k--)
            buf_add_string(
                &b, fragments[next_random(&random) % (sizeof fragments / sizeof *fragments)]);
        struct span subject = buf_span(&b);
        struct span folded = literal_subject(a, subject);
        struct grams grams;
        assert_true(grams_of(a, folded, &grams));
        for (size_t i = 0; i < count; i++) {
            enum regex_answer answer = regex_match(en, &regexes[i], subject, 0);
            bool may = literals_may_hold(regex_literals(keep, &regexes[i]), folded, &grams);
            assert_int_not_equal(answer, REGEX_FAILED);
            if (answer == REGEX_YES && !may)
                print_message("%s rejected '%s'\n", regexes[i].pattern.p, buf_string(&b));
            assert_true(answer == REGEX_NO || may);
            matched += answer == REGEX_YES;
            spared += !may;
        }
        buf_free(&b);
        arena_reset(a);
    }
    assert_true(matched > 5000); /* or the subjects would prove nothing */
    assert_true(spared > 200000);
    regex_engine_free(en);
    arena_free(a);
    arena_free(keep);
}

static void expect_lint(const char *pattern, bool multiline, bool quadratic, bool nested)
{
    struct lint lint = pattern_lint(span_of(pattern), multiline);
    if (lint.quadratic_start != quadratic || lint.nested_repeat != nested)
        print_message("pattern: %s\n", pattern);
    assert_int_equal(lint.quadratic_start, quadratic);
    assert_int_equal(lint.nested_repeat, nested);
}

static void test_lint(void **state)
{
    (void)state;
    expect_lint(".*foo", false, true, false);
    expect_lint("\\S+@x", false, true, false);
    expect_lint("foo|\\S+@x", false, true, false);
    expect_lint("(?<recipient>[^ @]+)@x", false, true, false);
    expect_lint("x?\\s*foo", false, true, false);
    expect_lint("(?:foo )+bar", false, true, false);
    expect_lint("-+ original", false, true, false);
    expect_lint("(?i).+", false, true, false);
    expect_lint("^.*foo", false, false, false);
    expect_lint("<\\S+@x", false, false, false);
    expect_lint("\\S{1,64}@x", false, false, false);
    expect_lint("\\b\\w+@x", false, false, false);
    expect_lint("(?<!\\S)\\S+@x", false, false, false);
    expect_lint("^.*foo", true, false, false);
    expect_lint("^\\s*foo", true, true, false);
    expect_lint("^[^<]+<", true, true, false);
    expect_lint("^[^<\\n]+<", true, false, false);
    expect_lint("^[ \\t]*foo", true, false, false);
    expect_lint("^(?:\\s+)foo", true, true, false);
    expect_lint("x(?:\\w+)+y", false, false, true);
    expect_lint("x(?:a+)+y", false, false, true);
    expect_lint("x(?:\\w+\\s*)*y", false, false, true);
    expect_lint("x(?:(?:a?b*)c?)*y", false, false, true);
    expect_lint("x(?:\\w+-|z+)*y", false, false, true);
    expect_lint("x(?:\\w+-|z)*y", false, false, false);
    expect_lint("x(?:\\w++)+y", false, false, false);
    expect_lint("x(?>\\w+)+y", false, false, false);
    expect_lint("x(?:\\w+, )+y", false, false, false);
    expect_lint("x(?:\\w+){1,3}y", false, false, false);
    expect_lint("\\Q.*\\E.*(", false, false, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_folding),
        cmocka_unit_test(test_folding_agrees_with_pcre2),
        cmocka_unit_test(test_never_rejects_a_match),
        cmocka_unit_test(test_lint),
    };
    return cmocka_run_group_tests_name("rules_literal", tests, NULL, NULL);
}
