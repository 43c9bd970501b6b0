/*
 * cmd/filter_scrub: forged verdict fields go, all else stays, however the bytes come in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cmd/filter_scrub.h"

/* Feeds the message in pieces of that size. */
static void check_pieces(struct span in, struct span want, size_t piece)
{
    struct buf out = {0};
    struct scrub s = {.cr_ends_lines = strcmp(scrub_line_end(in), "\r") == 0};
    for (size_t i = 0; i < in.n; i += piece)
        scrub_feed(&s, span_slice(in, i, i + piece), &out);
    scrub_end(&s, &out);
    assert_false(out.failed);
    assert_int_equal(out.n, want.n);
    if (want.n > 0)
        assert_memory_equal(out.p, want.p, want.n);
    buf_free(&out);
}

static void check_bytes(struct span in, struct span want)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 100000};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        check_pieces(in, want, pieces[i]);
}

static void check(const char *in, const char *want)
{
    check_bytes(span_of(in), span_of(want));
}

static void forged_fields_go(void **state)
{
    (void)state;
    check("X-Backsift: class=mail\nA: b\n\ntext\n", "A: b\n\ntext\n");
    check("A: b\nx-backsift : x\nC: d\n\n", "A: b\nC: d\n\n");
    check("A: b\r\nX-BACKSIFT:x\r\n\r\nt", "A: b\r\n\r\nt");
    check("A: b\nX-Backsift: x", "A: b\n"); /* ends within the field */
    check("A: b\nX-Backsift:", "A: b\n");
    check("X-Backsift: 1\nX-Backsift: 2\n\n", "\n");
}

static void folded_lines_go_with_their_field(void **state)
{
    (void)state;
    check("X-Backsift: a\n b\n\tc\nD: e\n f\n\n", "D: e\n f\n\n");
    check("A: b\nX-Backsift: a\n \nD: e\n\n", "A: b\nD: e\n\n");
    check(" leading fold\nA: b\n\n", " leading fold\nA: b\n\n");
}

static void everything_else_stays(void **state)
{
    (void)state;
    check("", "");
    check("no header at all", "no header at all");
    check("\nX-Backsift: in the body\n", "\nX-Backsift: in the body\n");
    check("A: b\n\nX-Backsift: in the body\n", "A: b\n\nX-Backsift: in the body\n");
    check("X-Backsifted: x\nX-Backsif: x\nX-Backsift\n\n",
          "X-Backsifted: x\nX-Backsif: x\nX-Backsift\n\n");
    check("A: x\rX-Backsift: not a line of its own\n\n",
          "A: x\rX-Backsift: not a line of its own\n\n");
    static const char nul[] = "A: \0b\nX-Backsift: \0\n\n\0";
    static const char kept[] = "A: \0b\n\n\0";
    check_bytes((struct span){nul, sizeof nul - 1}, (struct span){kept, sizeof kept - 1});
}

static void cr_only_messages_are_understood(void **state)
{
    (void)state;
    check("A: b\rX-Backsift: x\r folded\rC: d\r\rX-Backsift: body\r",
          "A: b\rC: d\r\rX-Backsift: body\r");
}

static void long_lines_are_not_lost(void **state)
{
    (void)state;
    size_t n = 50000;
    char *in = malloc(2 * n);
    char *want = malloc(2 * n);
    memset(in, 'a', n);
    memcpy(in + n, "\nX-Backsift: x\nB: c\n\n", sizeof "\nX-Backsift: x\nB: c\n\n");
    memset(want, 'a', n);
    memcpy(want + n, "\nB: c\n\n", sizeof "\nB: c\n\n");
    check(in, want);
    memcpy(in, "X-Backsift: ", 12);
    check(in, "B: c\n\n");
    free(in);
    free(want);
}

/* The first LF stands behind what is looked at: CR seems to be the line end, LF must count, too. */
static void a_late_lf_hides_nothing(void **state)
{
    (void)state;
    size_t n = 70000;
    char *in = malloc(n + 100);
    memset(in, 'a', n);
    in[10] = '\r';
    strcpy(in + n, "\nX-Backsift: x\nB: c\n\n");
    char *want = malloc(n + 100);
    memset(want, 'a', n);
    want[10] = '\r';
    strcpy(want + n, "\nB: c\n\n");
    check(in, want);
    free(in);
    free(want);
}

static void line_ends_are_told(void **state)
{
    (void)state;
    assert_string_equal(scrub_line_end(span_of("a\nb\r\n")), "\n");
    assert_string_equal(scrub_line_end(span_of("a\r\nb\n")), "\r\n");
    assert_string_equal(scrub_line_end(span_of("a\rb\r")), "\r");
    assert_string_equal(scrub_line_end(span_of("a\rb\n")), "\n");
    assert_string_equal(scrub_line_end(span_of("")), "\n");
    assert_string_equal(scrub_line_end(span_of("\n")), "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forged_fields_go),
        cmocka_unit_test(folded_lines_go_with_their_field),
        cmocka_unit_test(everything_else_stays),
        cmocka_unit_test(cr_only_messages_are_understood),
        cmocka_unit_test(long_lines_are_not_lost),
        cmocka_unit_test(a_late_lf_hides_nothing),
        cmocka_unit_test(line_ends_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
