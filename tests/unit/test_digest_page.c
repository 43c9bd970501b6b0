/*
 * digest/page: filling, labels and rows by display width.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "digest/page.h"

static struct columns columns;
static struct buf out;
static struct page page = {.out = &out, .columns = &columns, .width = 20};

static int open_page(void **state)
{
    (void)state;
    columns_open(&columns);
    return 0;
}

static int close_page(void **state)
{
    (void)state;
    columns_close(&columns);
    buf_free(&out);
    return 0;
}

static void is(const char *want)
{
    assert_string_equal(buf_string(&out), want);
    buf_reset(&out);
}

static void paragraphs_are_filled(void **state)
{
    (void)state;
    page_paragraph(&page, 2, 2, span_of("one two three four five six"));
    is("  one two three four\n    five six\n");
    page_paragraph(&page, 0, 0, span_of("12345678901234567890 x"));
    is("12345678901234567890\nx\n");
    page_paragraph(&page, 0, 0, span_of("1234567890123456789012345"));
    is("12345678901234567890\n12345\n");
    page_paragraph(&page, 0, 0, span_of("  "));
    is("");
}

static void wide_and_combining_characters_count_by_columns(void **state)
{
    (void)state;
    page_paragraph(&page, 0, 0, span_of("日本語日本語日本語日本語"));
    is("日本語日本語日本語日\n本語\n");
    page_paragraph(&page, 0, 0, span_of("e\xcc\x81\x65\xcc\x81 45678901234567890 x"));
    is("e\xcc\x81\x65\xcc\x81 45678901234567890\nx\n");
}

static void labels_stand_before_hanging_values(void **state)
{
    (void)state;
    page_labelled(&page, 2, 6, "To", span_of("a@b.example and c@d.example"));
    is("  To    a@b.example\n        and\n        c@d.example\n");
    page_labelled(&page, 2, 6, "To", span_of(""));
    is("");
    page_labelled(&page, 0, 2, "Long", span_of("x"));
    is("Long x\n");
}

static void rows_are_aligned(void **state)
{
    (void)state;
    struct cell cells[] = {
        {span_of("日本"), 5, false}, {span_of("7"), 3, true}, {span_of("x"), 6, false}};
    page_row(&page, 1, cells, 3);
    is(" 日本     7  x\n");
    struct cell wide[] = {
        {span_of("日本語"), 5, false}, {span_of("1234"), 3, true}, {span_of(""), 6, false}};
    page_row(&page, 1, wide, 3);
    is(" 日本\xe2\x80\xa6  12\xe2\x80\xa6\n");
}

static void commands_stay_whole(void **state)
{
    (void)state;
    page_verbatim(&page, 0, "a command that is longer than the page");
    is("a command that is longer than the page\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_are_filled),
        cmocka_unit_test(wide_and_combining_characters_count_by_columns),
        cmocka_unit_test(labels_stand_before_hanging_values),
        cmocka_unit_test(rows_are_aligned),
        cmocka_unit_test(commands_stay_whole),
    };
    return cmocka_run_group_tests(tests, open_page, close_page);
}
