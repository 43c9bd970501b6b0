/*
 * digest/visible: hostile text on one line of a known width, nothing hidden in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/printable.h"
#include "digest/visible.h"

static struct columns columns;

static int open_columns(void **state)
{
    (void)state;
    columns_open(&columns);
    return 0;
}

static int close_columns(void **state)
{
    (void)state;
    columns_close(&columns);
    return 0;
}

static void shown(struct span text, size_t max, const char *want)
{
    struct buf b = {0};
    visible_add(&columns, &b, text, max);
    assert_string_equal(buf_string(&b), want);
    assert_true(columns_of(&columns, buf_span(&b)) <= max);
    assert_true(utf8_is_valid(buf_span(&b)));
    buf_free(&b);
}

static void white_space_becomes_one_space(void **state)
{
    (void)state;
    shown(span_of("  a \t b\r\n c\n"), 80, "a b c");
    shown(span_of("a\xc2\xa0"
                  "b\xe2\x80\xa8"
                  "c"),
          80, "a b c");
    shown(span_of(" \r\n "), 80, "");
}

static void controls_and_bidi_are_written_out(void **state)
{
    (void)state;
    shown(span_of("a\x1b[31mb\x07"), 80, "a<U+001B>[31mb<U+0007>");
    shown((struct span){"a\0b", 3}, 80, "a<U+0000>b");
    shown(span_of("\x7f\xc2\x9b"), 80, "<U+007F><U+009B>");
    shown(span_of("evil\xe2\x80\xaegpj.exe"), 80, "evil<U+202E>gpj.exe");
    shown(span_of("\xe2\x81\xa6x\xe2\x81\xa9\xd8\x9c"), 80, "<U+2066>x<U+2069><U+061C>");
}

static void joiners_go(void **state)
{
    (void)state;
    shown(span_of("a\xe2\x80\x8b"
                  "b\xef\xbb\xbf"
                  "c\xc2\xad"
                  "d\xf3\xa0\x81\xa1"
                  "e"),
          80, "abcde");
}

static void invalid_bytes_are_replaced(void **state)
{
    (void)state;
    shown(span_of("a\xff\xc3"
                  "b\xed\xa0\x80\xc0\xaf"),
          80,
          "a\xef\xbf\xbd\xef\xbf\xbd"
          "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void text_is_cut_by_columns(void **state)
{
    (void)state;
    shown(span_of("abcdef"), 6, "abcdef");
    shown(span_of("abcdefg"), 6, "abcde\xe2\x80\xa6");
    /* Two columns each: five of them and the ellipsis are eleven. */
    shown(span_of("日本語日本語"), 12, "日本語日本語");
    shown(span_of("日本語日本語"), 11, "日本語日本\xe2\x80\xa6");
    shown(span_of("日本語日本語"), 10, "日本語日\xe2\x80\xa6");
    shown(span_of("a <\xe2\x80\xae"), 5, "a <\xe2\x80\xa6");
}

static void marks_do_not_pile_up(void **state)
{
    (void)state;
    shown(span_of("e\xcc\x81"), 1, "e\xcc\x81");
    shown(span_of("z\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86!"), 9,
          "z\xcc\x81\xcc\x82\xcc\x83\xcc\x84!");
    shown(span_of("\xcc\x81"
                  "a b\xcc\x81 \xcc\x82"),
          9,
          "\xe2\x97\x8c\xcc\x81"
          "a b\xcc\x81 \xe2\x97\x8c\xcc\x82");
}

static void links_are_not_live(void **state)
{
    (void)state;
    shown(span_of("see https://evil.example/ now"), 80, "see https[:]//evil.example/ now");
    shown(span_of("(WWW.evil.example) awww.x"), 80, "(www[.]evil.example) awww.x");
}

static void megabytes_are_cut(void **state)
{
    (void)state;
    size_t n = 8 * 1024 * 1024;
    char *big = malloc(n);
    assert_non_null(big);
    memset(big, 'x', n);
    shown((struct span){big, n}, 10, "xxxxxxxxx\xe2\x80\xa6");
    memset(big, ' ', n);
    shown((struct span){big, n}, 10, "");
    for (size_t i = 0; i + 1 < n; i += 2)
        memcpy(big + i, "\xcc\x81", 2);
    big[0] = big[1] = 'a';
    shown((struct span){big, n}, 10, "aa\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
    free(big);
}

static void columns_fit_never_splits_a_character(void **state)
{
    (void)state;
    assert_int_equal(columns_fit(&columns, span_of("日本"), 3).n, 3);
    assert_int_equal(columns_fit(&columns, span_of("日本"), 1).n, 3);
    assert_int_equal(columns_fit(&columns, span_of("e\xcc\x81x"), 1).n, 3);
    assert_int_equal(columns_fit(&columns, span_of(""), 1).n, 0);
    assert_int_equal(columns_of(&columns, span_of("a日e\xcc\x81")), 4);
}

static void the_programs_locale_stays(void **state)
{
    (void)state;
    assert_string_equal(setlocale(LC_ALL, NULL), "C");
    assert_ptr_equal(uselocale((locale_t)0), LC_GLOBAL_LOCALE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_becomes_one_space),
        cmocka_unit_test(controls_and_bidi_are_written_out),
        cmocka_unit_test(joiners_go),
        cmocka_unit_test(invalid_bytes_are_replaced),
        cmocka_unit_test(text_is_cut_by_columns),
        cmocka_unit_test(marks_do_not_pile_up),
        cmocka_unit_test(links_are_not_live),
        cmocka_unit_test(megabytes_are_cut),
        cmocka_unit_test(columns_fit_never_splits_a_character),
        cmocka_unit_test(the_programs_locale_stays),
    };
    return cmocka_run_group_tests(tests, open_columns, close_columns);
}
