/*
 * base/: spans, the memory owner, the growing string, safe text, dates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/printable.h"

static void spans_compare_without_locale(void **state)
{
    (void)state;
    assert_true(span_is_nocase(span_of("Message-ID"), "message-id"));
    assert_false(span_is_nocase(span_of("Message-ID"), "message-i"));
    assert_true(span_starts_nocase(span_of("Re: x"), "re:"));
    assert_false(span_starts_nocase(span_of("R"), "re:"));
    assert_true(span_ends_nocase(span_of("a.ORG"), ".org"));
    assert_int_equal(span_find(span_of("abcabc"), span_of("ca")), 2);
    assert_int_equal(span_find(span_of("abc"), span_of("x")), 3);
    assert_int_equal(span_find_nocase(span_of("xxABC"), span_of("abc")), 2);
    assert_int_equal(span_trim(span_of(" \t\r\n")).n, 0);
    assert_true(span_is(span_trim(span_of(" a b\r\n")), "a b"));
}

static void lines_end_with_lf_crlf_or_cr(void **state)
{
    (void)state;
    struct span rest = span_of("a\nb\r\nc\rd\n\ne"), line;
    const char *want[] = {"a", "b", "c", "d", "", "e"};
    for (size_t i = 0; i < 6; i++) {
        assert_true(span_next_line(&rest, &line));
        assert_true(span_is(line, want[i]));
    }
    assert_false(span_next_line(&rest, &line));
}

static void arena_has_a_cap(void **state)
{
    (void)state;
    struct arena *a = arena_new(100000);
    assert_non_null(arena_alloc(a, 60000));
    assert_false(arena_failed(a));
    assert_null(arena_alloc(a, 60000));
    assert_true(arena_failed(a));
    assert_non_null(arena_alloc(a, 39936));
    assert_true(arena_failed(a));
    assert_null(arena_array(a, SIZE_MAX / 2, 4));
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
    assert_false(arena_failed(a));
    for (int i = 0; i < 1000; i++) {
        unsigned char *p = arena_alloc(a, 33);
        assert_non_null(p);
        for (int k = 0; k < 33; k++)
            assert_int_equal(p[k], 0);
        memset(p, 0xff, 33);
    }
    arena_reset(a);
    assert_string_equal(arena_printf(a, "%d-%s", 7, "x"), "7-x");
    arena_free(a);
}

static void buf_fails_once_and_for_all(void **state)
{
    (void)state;
    struct buf b = {.limit = 8};
    buf_add_string(&b, "12345678");
    assert_false(b.failed);
    buf_add_byte(&b, '9');
    assert_true(b.failed);
    assert_string_equal(buf_string(&b), "");
    buf_reset(&b);
    buf_printf(&b, "%s", "ok");
    assert_string_equal(buf_string(&b), "ok");
    buf_free(&b);
}

static void check_printable(const char *in, size_t max, const char *want)
{
    struct buf b = {0};
    printable_add(&b, span_of(in), max);
    assert_string_equal(buf_string(&b), want);
    buf_free(&b);
}

static void check_string(const char *in, size_t max, const char *want, bool want_cut)
{
    struct arena *a = arena_new(10000);
    bool cut = false;
    assert_string_equal(printable_string(a, span_of(in), max, &cut), want);
    assert_int_equal(cut, want_cut);
    arena_free(a);
}

static void strings_are_cut_at_characters(void **state)
{
    (void)state;
    check_string(" \t a\n b \r\n", 10, "a b", false);
    check_string("abc", 3, "abc", false);
    check_string("abcd", 3, "abc", true);
    check_string("ab\xc3\xa9", 4, "ab\xc3\xa9", false);
    check_string("ab\xc3\xa9", 3, "ab", true);
    check_string("ab \xf0\x9f\x90\x88", 6, "ab", true);
    check_string("\xff", 3, "\xef\xbf\xbd", false);
    check_string("\xff", 2, "", true);
    check_string("", 0, "", false);
    check_string("a\x01\xe2\x80\xae\x7f", 9, "a", false);
}

static void clean_is_what_stays_as_it_is(void **state)
{
    (void)state;
    assert_true(printable_is_clean(span_of("a  b <\xc3\xa9> \xef\xbf\xbd")));
    assert_true(printable_is_clean(span_of("")));
    const char *const dirty[] = {"a\n",          "\t",          "\x7f",         "\xc2\x85",
                                 "\xff",         "\xc3",        "\xe2\x80\xae", "\xe2\x80\xa8",
                                 "\xe2\x80\x8b", "\xef\xbb\xbf"};
    for (size_t i = 0; i < sizeof dirty / sizeof *dirty; i++)
        assert_false(printable_is_clean(span_of(dirty[i])));
    assert_false(printable_is_clean((struct span){"a\0b", 3}));
}

static void foreign_text_becomes_harmless(void **state)
{
    (void)state;
    check_printable("a\x1b[31mb\r\nc\x7f", 0, "a [31mb c ");
    check_printable("\xe2\x80\xaegnp.exe", 0, "gnp.exe");
    check_printable("bad \xff\xfe end", 0, "bad \xef\xbf\xbd\xef\xbf\xbd end");
    check_printable("\xc2\x9b"
                    "31m",
                    0, " 31m");
    check_printable("abcdef", 3, "abc\xe2\x80\xa6");
    check_printable("abc", 3, "abc");
}

static void utf8_is_checked_strictly(void **state)
{
    (void)state;
    assert_true(utf8_is_valid(span_of("gr\xc3\xbc\xc3\x9f \xf0\x9f\x93\xac")));
    assert_false(utf8_is_valid(span_of("\xc0\xaf")));         /* overlong */
    assert_false(utf8_is_valid(span_of("\xed\xa0\x80")));     /* surrogate */
    assert_false(utf8_is_valid(span_of("\xf4\x90\x80\x80"))); /* beyond U+10FFFF */
    assert_false(utf8_is_valid(span_of("\xe2\x82")));         /* cut */
}

static void dates_are_read_strictly(void **state)
{
    (void)state;
    unixtime t = 0;
    assert_true(clock_parse_date("2026-01-02", &t));
    assert_int_equal(t, 1767312000);
    assert_true(clock_parse_date("2026-01-02T03:04:05Z", &t));
    assert_int_equal(t, 1767323045);
    assert_false(clock_parse_date("2026-02-30", &t));
    assert_false(clock_parse_date("2026-01-02x", &t));
    assert_false(clock_parse_date("yesterday", &t));
    char text[32];
    clock_format(1767323045, text);
    assert_string_equal(text, "2026-01-02T03:04:05Z");
}

static void errors_are_one_safe_line(void **state)
{
    (void)state;
    struct error e = {0};
    assert_false(error_set(&e, ERROR_DATA, "file '%s' is bad", "x\n\x1b[2J"));
    assert_string_equal(e.text, "file 'x??[2J' is bad");
    assert_int_equal(e.kind, ERROR_DATA);
    assert_false(error_set(NULL, ERROR_DATA, "ignored"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_compare_without_locale),
        cmocka_unit_test(lines_end_with_lf_crlf_or_cr),
        cmocka_unit_test(arena_has_a_cap),
        cmocka_unit_test(buf_fails_once_and_for_all),
        cmocka_unit_test(strings_are_cut_at_characters),
        cmocka_unit_test(clean_is_what_stays_as_it_is),
        cmocka_unit_test(foreign_text_becomes_harmless),
        cmocka_unit_test(utf8_is_checked_strictly),
        cmocka_unit_test(dates_are_read_strictly),
        cmocka_unit_test(errors_are_one_safe_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
