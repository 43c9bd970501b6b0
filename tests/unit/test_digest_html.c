/*
 * digest/html: golden files, and that no value of a journal becomes markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/printable.h"
#include "digest/html.h"
#include "digest_sample.h"
#include "golden.h"

static bool has(const struct buf *out, const char *text)
{
    return span_find_nocase(buf_span(out), span_of(text)) < out->n;
}

static void make(struct sample *s, void (*fill)(struct sample *), struct buf *out)
{
    *out = (struct buf){0};
    sample_begin(s);
    fill(s);
    digest_html(&s->digest, out);
    assert_false(out->failed);
    assert_true(utf8_is_valid(buf_span(out)));
}

static void a_full_digest(void **state)
{
    (void)state;
    struct sample s;
    struct buf out;
    make(&s, sample_full, &out);
    assert_true(golden_matches("digest-full.html", buf_span(&out)));
    buf_free(&out);
    sample_end(&s);
}

static void a_first_digest(void **state)
{
    (void)state;
    struct sample s;
    struct buf out;
    make(&s, sample_first, &out);
    assert_true(golden_matches("digest-first.html", buf_span(&out)));
    buf_free(&out);
    sample_end(&s);
}

/* Every tag of the page is one that the page is made of: a list, because whatever is not in it came
 * from outside. */
static void assert_only_own_tags(struct span html)
{
    static const char *const own[] = {"!DOCTYPE html",
                                      "html",
                                      "head",
                                      "meta",
                                      "title",
                                      "style",
                                      "body",
                                      "table",
                                      "tr",
                                      "td",
                                      "p",
                                      "h1",
                                      "h2",
                                      "span",
                                      "br",
                                      "b",
                                      "bdi",
                                      "pre"};
    for (size_t at = span_find_byte(html, '<', 0); at < html.n;
         at = span_find_byte(html, '<', at + 1)) {
        struct span rest = span_slice(html, at + 1, html.n);
        if (rest.n > 0 && rest.p[0] == '/')
            rest = span_slice(rest, 1, rest.n);
        bool known = false;
        for (size_t i = 0; i < sizeof own / sizeof *own && !known; i++) {
            struct span name = span_of(own[i]);
            known = span_equals(span_slice(rest, 0, name.n), name) && rest.n > name.n &&
                    (rest.p[name.n] == '>' || rest.p[name.n] == ' ');
        }
        if (!known)
            fail_msg("a tag from outside: %.*s", (int)(rest.n < 40 ? rest.n : 40), rest.p);
    }
}

static void nothing_breaks_out(void **state)
{
    (void)state;
    struct sample s;
    struct buf out;
    make(&s, sample_hostile, &out);
    assert_only_own_tags(buf_span(&out));
    assert_true(has(&out, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert_true(has(&out, "&amp;lt;"));
    assert_false(has(&out, "<script"));
    assert_false(has(&out, "<img"));
    assert_false(has(&out, "://"));
    assert_false(has(&out, "\xe2\x80\xae"));
    for (size_t i = 0; i < out.n; i++)
        assert_true((unsigned char)out.p[i] >= 0x20 || out.p[i] == '\n');
    assert_true(out.n < 300000);
    buf_free(&out);
    sample_end(&s);
}

static void nothing_is_fetched_run_or_linked(void **state)
{
    (void)state;
    struct sample s;
    struct buf out;
    make(&s, sample_full, &out);
    const char *bad[] = {"src=", "href", "url(", "@import", "<script", "onload", "<link", "<form"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(has(&out, bad[i]));
    assert_only_own_tags(buf_span(&out));
    buf_free(&out);
    sample_end(&s);
}

static void a_full_buffer_is_no_half_page(void **state)
{
    (void)state;
    struct sample s;
    sample_begin(&s);
    sample_full(&s);
    for (size_t limit = 1; limit < 25000; limit += 97) {
        struct buf out = {.limit = limit};
        digest_html(&s.digest, &out);
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
        cmocka_unit_test(nothing_is_fetched_run_or_linked),
        cmocka_unit_test(a_full_buffer_is_no_half_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
