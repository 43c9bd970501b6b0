/* The text of parts and of whole messages: charsets, HTML, alternatives, attachments. */
#include "message_fixture.h"

#include "base/printable.h"

static void plain_text(void **state)
{
    struct message *m = parse(state, "Content-Type: text/plain; charset=iso-8859-1\r\n"
                                     "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                                     "Gr=FC=\r\n=DFe\r\n  an alle=A0!\r\n");
    assert_span(message_lines(m), "Gr\xc3\xbc\xc3\x9f"
                                  "e\n  an alle !\n");
    assert_span(message_text(m), "Gr\xc3\xbc\xc3\x9f"
                                 "e an alle !");
    assert_ptr_equal(message_text(m).p, message_text(m).p);
}

static void line_ends(void **state)
{
    assert_span(message_lines(parse(state, "A: b\n\n1\r\n2\r\r\n3\r4\r\r5\n")),
                "1\n2\n3\n4\n\n5\n");
    assert_span(message_lines(parse(state, "A: b\r\r1\r\r2\r")), "1\n\n2\n");
}

static void nul_and_byte_order_mark(void **state)
{
    struct message *m = parse_bytes(state,
                                    "A: b\n\n\xef\xbb\xbf"
                                    "a\0b",
                                    12);
    assert_span(message_lines(m), "a b");
}

static const char *html(void **state, const char *source)
{
    struct message *m = parse(state, arena_printf(*state, "Content-Type: text/html\n\n%s", source));
    return arena_string(*state, message_lines(m));
}

static void html_lines(void **state)
{
    assert_string_equal(html(state, "<p>One\n two</p><P class=x>three<br>four<br/>five</p>"),
                        "One two\nthree\nfour\nfive\n");
    assert_string_equal(html(state, "<table><tr><td>a<td>b</tr><tr><td>c</table>"), "a b\nc\n");
    assert_string_equal(html(state, "a<b>b</b>c <i>d</i>"), "abc d");
    assert_string_equal(html(state, "<pre>x\n  y</pre>z"), "x\n  y\nz");
}

static void html_dropped(void **state)
{
    assert_string_equal(html(state, "<html><head><title>T</title></head><body>x</body>"), "x\n");
    assert_string_equal(html(state, "a<script>if (1 < 2) <b></script>b<style>p {}</STYLE >c"),
                        "abc");
    assert_string_equal(html(state, "a<!-- <p> > -->b<![if x]>c<!-- never closed"), "abc");
    assert_string_equal(html(state, "<head><body>x"), "x");
    assert_string_equal(html(state, "a<a href=\"x>y\" title='>'>b</a>"), "ab");
    assert_string_equal(html(state, "a<script>never closed"), "a");
}

static void html_entities(void **state)
{
    assert_string_equal(html(state, "&lt;a&#64;x&gt; &amp;amp; &#x41;&#66 &nbsp;c"),
                        "<a@x> &amp; AB c");
    assert_string_equal(html(state, "&auml;&euro;&#150;&hellip;"),
                        "\xc3\xa4\xe2\x82\xac\xe2\x80\x93"
                        "\xe2\x80\xa6");
    assert_string_equal(html(state, "a&b &unknown; &#; &#xd800; &#99999999999; &"),
                        "a&b &unknown; &#; \xef\xbf\xbd \xef\xbf\xbd &");
}

static void html_that_is_none(void **state)
{
    assert_string_equal(html(state, "1 < 2 <3 <a@x.org> <unclosed"),
                        "1 < 2 <3 <a@x.org> <unclosed");
    assert_string_equal(html(state, "a <b title=\"never closed> c"), "a c");
}

static void plain_that_is_html(void **state)
{
    struct message *m = parse(state, "A: b\n\n<!DOCTYPE HTML><html><p>a</p>");
    assert_span(message_lines(m), "a\n");
    assert_span(message_lines(parse(state, "A: b\n\nI wrote <html> here")), "I wrote <html> here");
}

#define ALTERNATIVE "Content-Type: multipart/alternative; boundary=a\n\n"

static void alternatives(void **state)
{
    struct message *m = parse(state, ALTERNATIVE "--a\nContent-Type: text/html\n\n<p>html\n"
                                                 "--a\n\nplain\n--a--\n");
    assert_span(message_lines(m), "plain");
    m = parse(state, ALTERNATIVE "--a\n\n \n--a\nContent-Type: text/html\n\n<p>html\n--a--\n");
    assert_span(message_lines(m), "html");
    m = parse(state, ALTERNATIVE
              "--a\nContent-Type: text/calendar\n\nBEGIN\n"
              "--a\nContent-Type: multipart/related; boundary=r\n\n"
              "--r\nContent-Type: text/html\n\nrelated\n--r\nContent-Type: image/png\n\nx\n--r--\n"
              "--a\nContent-Type: text/html\n\nsecond\n--a--\n");
    assert_span(message_lines(m), "related");
}

static void parts_in_order(void **state)
{
    struct message *m =
        parse(state, "Content-Type: multipart/report; boundary=r\n\n"
                     "--r\nContent-Type: multipart/mixed; boundary=m\n\n"
                     "--m\n\none\n--m\nContent-Type: text/plain\n\ntwo\n--m--\n"
                     "--r\nContent-Type: message/delivery-status\n\nAction: failed\n"
                     "--r\nContent-Type: message/rfc822\n\nSubject: x\n\nreturned\n"
                     "--r\nContent-Type: text/plain\nContent-Disposition: attachment\n\nattached\n"
                     "--r\nContent-Type: image/png\n\nimage\n--r--\n");
    assert_span(message_lines(m), "one\ntwo");
    assert_span(message_text(m), "one two");
    assert_int_equal(message_part_text(m, m->parts[8]).n, 0);
    assert_span(message_part_text(m, m->parts[6]), "returned");
}

static void an_attachment_alone(void **state)
{
    struct message *m = parse(state, "Content-Disposition: attachment; filename=x.txt\n\nhello\n");
    assert_span(message_lines(m), "hello\n");
}

static void a_multipart_that_is_none(void **state)
{
    struct message *m = parse(state, "Content-Type: multipart/mixed; boundary=b\n\nhello\n");
    assert_span(message_lines(m), "hello\n");
}

static void nothing_to_read(void **state)
{
    assert_int_equal(message_lines(parse(state, "Content-Type: image/png\n\nx")).n, 0);
    assert_int_equal(message_text(parse(state, "Content-Type: message/rfc822\n\nA: b\n\nx")).n, 0);
    assert_int_equal(message_lines(parse(state, "")).n, 0);
}

static void text_is_limited(void **state)
{
    struct buf text = {0};
    buf_add_string(&text, "A: b\n\n");
    while (text.n < 2 * LIMIT_TEXT)
        buf_add_string(&text, "\xc3\xa4\xc3\xb6\xe2\x82\xac\r\n");
    struct message *m = parse_bytes(state, text.p, text.n);
    buf_free(&text);
    size_t n = message_lines(m).n;
    assert_true(n <= LIMIT_TEXT && n > LIMIT_TEXT - 4);
    assert_true(utf8_is_valid(message_lines(m)));
    assert_true(message_text(m).n <= LIMIT_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(plain_text),
        message_test(line_ends),
        message_test(nul_and_byte_order_mark),
        message_test(html_lines),
        message_test(html_dropped),
        message_test(html_entities),
        message_test(html_that_is_none),
        message_test(plain_that_is_html),
        message_test(alternatives),
        message_test(parts_in_order),
        message_test(an_attachment_alone),
        message_test(a_multipart_that_is_none),
        message_test(nothing_to_read),
        message_test(text_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
