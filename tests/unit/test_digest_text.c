/*
 * digest/text: golden files, and what must hold of every digest whatever the journal says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/printable.h"
#include "digest/text.h"
#include "digest_sample.h"
#include "golden.h"

/* No line wider than the page, none with a control character, all of it UTF-8. Commands to paste
 * may be longer, but those are not made of mail. */
static void assert_well_formed(struct sample *s, struct span text)
{
    struct span rest = text, line;
    assert_true(utf8_is_valid(text));
    while (span_next_line(&rest, &line)) {
        for (size_t i = 0; i < line.n; i++)
            assert_true((unsigned char)line.p[i] >= 0x20 && line.p[i] != 0x7f);
        assert_true(columns_of(&s->columns, line) <= 72);
    }
}

static void a_full_digest(void **state)
{
    (void)state;
    struct sample s;
    struct buf out = {0};
    sample_begin(&s);
    sample_full(&s);
    digest_text(&s.digest, &out);
    assert_false(out.failed);
    assert_well_formed(&s, buf_span(&out));
    assert_true(golden_matches("digest-full.txt", buf_span(&out)));
    buf_free(&out);
    sample_end(&s);
}

static void a_first_digest(void **state)
{
    (void)state;
    struct sample s;
    struct buf out = {0};
    sample_begin(&s);
    sample_first(&s);
    digest_text(&s.digest, &out);
    assert_false(out.failed);
    assert_true(golden_matches("digest-first.txt", buf_span(&out)));
    buf_free(&out);
    sample_end(&s);
}

static bool has(const struct buf *out, const char *text)
{
    return span_find(buf_span(out), span_of(text)) < out->n;
}

static void nothing_breaks_out(void **state)
{
    (void)state;
    struct sample s;
    struct buf out = {0};
    sample_begin(&s);
    sample_hostile(&s);
    digest_text(&s.digest, &out);
    assert_false(out.failed);
    assert_well_formed(&s, buf_span(&out));
    assert_true(has(&out, "<U+001B>"));
    assert_true(has(&out, "<U+202E>"));
    assert_false(has(&out, "\xe2\x80\xae"));
    assert_false(has(&out, "\nBcc:"));
    assert_false(has(&out, "\nFrom x"));
    assert_false(has(&out, "\n--=_backsift"));
    assert_false(has(&out, "://"));
    assert_false(has(&out, " www.evil"));
    assert_true(out.n < 100000);
    buf_free(&out);
    sample_end(&s);
}

static void long_lists_are_cut_unless_all_is_asked_for(void **state)
{
    (void)state;
    struct response r = {
        .class = "bounce", .origin = "unknown", .arrival = NOW - HOUR, .subject = "doubt"};
    for (int everything = 0; everything < 2; everything++) {
        struct sample s;
        struct buf out = {0};
        sample_begin(&s);
        for (int i = 0; i < LIMIT_DIGEST_SHOWN + 23; i++)
            add_response((struct summary *)s.digest.summary, &r);
        summary_finish((struct summary *)s.digest.summary);
        s.digest.everything = everything;
        digest_text(&s.digest, &out);
        assert_int_equal(has(&out, "23 more are not shown here"), !everything);
        buf_free(&out);
        sample_end(&s);
    }
}

/* Grown one byte at a time, so that every append is the one that fails once. */
static void a_full_buffer_is_no_half_digest(void **state)
{
    (void)state;
    struct sample s;
    sample_begin(&s);
    sample_full(&s);
    for (size_t limit = 1; limit < 6000; limit += 13) {
        struct buf out = {.limit = limit};
        digest_text(&s.digest, &out);
        assert_true(out.failed || out.n <= limit);
        buf_free(&out);
    }
    sample_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_digest),
        cmocka_unit_test(a_first_digest),
        cmocka_unit_test(nothing_breaks_out),
        cmocka_unit_test(long_lists_are_cut_unless_all_is_asked_for),
        cmocka_unit_test(a_full_buffer_is_no_half_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
