/*
 * Input made to exhaust a parser. No wall time is asserted: a quadratic step anywhere makes one of
 * these run for minutes, which is seen. What is asserted is that limits hold and are flagged, and
 * that what stands before the limit is still read.
 */
#include "message_fixture.h"

#include "base/printable.h"
#include "message/charset.h"

static void add_times(struct buf *b, const char *s, size_t times)
{
    while (times-- > 0)
        buf_add_string(b, s);
}

/* Parses and asks for everything. */
static struct message *survive(void **state, struct buf *b)
{
    assert_false(b->failed);
    struct span names[CHARSETS_PRELOADED];
    message_charsets_in(buf_span(b), names, CHARSETS_PRELOADED);
    struct message *m = parse_bytes(state, b->p, b->n);
    buf_free(b);
    assert_true(m->part_count <= LIMIT_PARTS);
    for (size_t i = 0; i < m->part_count; i++) {
        struct part *p = m->parts[i];
        assert_true(p->depth <= LIMIT_PART_DEPTH);
        assert_true(message_part_decoded(m, p).n <= LIMIT_PART_DECODED);
        assert_true(message_part_text(m, p).n <= LIMIT_TEXT);
        for (size_t f = 0; f < p->header.count && f < 50; f++) {
            unixtime when;
            field_decoded(*state, &p->header.fields[f]);
            addresses_in(*state, p->header.fields[f].value);
            message_ids_in(*state, p->header.fields[f].value, true);
            date_in(p->header.fields[f].value, &when);
        }
    }
    assert_true(utf8_is_valid(message_lines(m)));
    assert_true(message_text(m).n <= LIMIT_TEXT);
    assert_true(message_structure(m).n <= LIMIT_STRUCTURE);
    return m;
}

static void fifty_megabytes(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Subject: x\n\n");
    add_times(&b, "0123456789abcde\n", 50 * 1024 * 1024 / 16);
    struct message *m = survive(state, &b);
    assert_true(m->truncated);
    assert_true(m->root->body.n < LIMIT_MESSAGE_PARSED);
    assert_int_equal(message_lines(m).n, LIMIT_TEXT);
}

static void a_million_parts(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n");
    add_times(&b, "--b\n\n", 1000000);
    struct message *m = survive(state, &b);
    assert_true(m->truncated);
    assert_int_equal(m->part_count, LIMIT_PARTS);
    assert_span(span_slice(message_lines(m), 0, 5), "first");
}

static void a_million_empty_parts(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Content-Type: multipart/mixed; boundary=b\n\n");
    add_times(&b, "--b\n", 1000000);
    assert_int_equal(survive(state, &b)->part_count, 1);
}

static void nested_multiparts(void **state)
{
    struct buf b = {0};
    for (int i = 0; i < 100000; i++)
        buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    struct message *m = survive(state, &b);
    assert_true(m->truncated);
    assert_int_equal(m->part_count, LIMIT_PART_DEPTH + 1);
}

static void nested_multiparts_of_one_boundary(void **state)
{
    struct buf b = {0};
    add_times(&b, "Content-Type: multipart/mixed; boundary=b\n\n--b\n", 80000);
    survive(state, &b);
}

static void nested_messages(void **state)
{
    struct buf b = {0};
    add_times(&b, "Content-Type: message/rfc822\n\n", 100000);
    struct message *m = survive(state, &b);
    assert_true(m->truncated);
    assert_int_equal(m->part_count, LIMIT_PART_DEPTH + 1);
}

static void nested_coded_messages(void **state)
{
    struct buf b = {0};
    add_times(&b, "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n",
              50000);
    struct message *m = survive(state, &b);
    assert_true(m->truncated);
    assert_true(arena_used(*state) < LIMIT_ARENA / 2);
}

static void beginnings_of_a_boundary(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Content-Type: multipart/mixed; boundary=");
    add_times(&b, "b", 200);
    buf_add_string(&b, "\n\n");
    for (int i = 0; i < 20000; i++) {
        buf_add_string(&b, "--");
        add_times(&b, "b", 199);
        buf_add_string(&b, "\n\ntext\n");
    }
    assert_int_equal(survive(state, &b)->root->kind, PART_MULTIPART); /* the boundary is guessed */
}

static void a_million_false_boundaries(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Content-Type: multipart/mixed; boundary=b\n\n");
    add_times(&b, "--bx\n", 1000000);
    survive(state, &b);
    buf_add_string(&b, "Content-Type: multipart/mixed\n\n");
    for (int i = 0; i < 200000; i++)
        buf_printf(&b, "--%d\n", i);
    assert_int_equal(survive(state, &b)->root->kind, PART_LEAF);
}

static void wrong_boundaries_at_every_level(void **state)
{
    struct buf b = {0};
    for (int i = 0; i < 30; i++)
        buf_printf(&b, "Content-Type: multipart/mixed; boundary=x%d\n\n--y%d\nContent-", i, i);
    add_times(&b, "text text text text\n--z", 150000);
    survive(state, &b);
}

static void a_megabyte_header_line(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Subject: ");
    add_times(&b, "0123456789", 200000);
    buf_add_string(&b, "\nContent-Type: text/html\n\nbody");
    struct message *m = survive(state, &b);
    assert_true(m->truncated);
    assert_true(m->root->header.fields[0].value.n <= LIMIT_HEADER_BYTES);
    assert_span(m->root->body, "body");
}

static void a_megabyte_of_folding(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Subject: x");
    add_times(&b, "\n y", 400000);
    buf_add_string(&b, "\n\nbody");
    assert_span(survive(state, &b)->root->body, "body");
}

static void many_fields(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Content-Type: text/html\n");
    add_times(&b, "X: y\n", 100000);
    buf_add_string(&b, "\nbody");
    struct message *m = survive(state, &b);
    assert_int_equal(m->root->header.count, LIMIT_HEADER_FIELDS);
    assert_true(m->truncated);
    assert_string_equal(m->root->subtype, "html");
}

static void junk_lines_in_a_part(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Content-Type: multipart/mixed; boundary=b\n\n--b\n");
    add_times(&b, "junk\nX: y\n", 200000);
    survive(state, &b);
    buf_add_string(&b, "Content-Type: multipart/mixed; boundary=b\n\n--b\n");
    add_times(&b, "junk\njunk\nContent-X: y\n", 100000);
    buf_add_string(&b, "\nbody\n");
    survive(state, &b);
}

static void line_ends_without_end(void **state)
{
    static const char *const ends[] = {"\r",  "\n",   "\r\n",  "\r\r\n",
                                       " \n", "\n\r", "\r \r", "\r\r\r\r\n"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct buf b = {0};
        add_times(&b, ends[i], 1000000);
        survive(state, &b);
        buf_add_string(&b, "Subject: x");
        add_times(&b, ends[i], 1000000);
        buf_add_string(&b, "X: y\n");
        survive(state, &b);
    }
}

static void cr_only_fields(void **state)
{
    struct buf b = {0};
    add_times(&b, "X: y\r", 500000);
    survive(state, &b);
}

static void openings_of_encoded_words(void **state)
{
    static const char *const openings[] = {"=?",
                                           "=?a?q?",
                                           "=?utf-8?b?",
                                           "=?utf-8?q?=C3?= ",
                                           "=?koi8-r?q?a?= =?gb2312?q?a?= ",
                                           "=?x?q?a?==?y?q?a?="};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        struct buf b = {0};
        buf_add_string(&b, "Subject: ");
        add_times(&b, openings[i], 30000);
        buf_add_string(&b, "\n\n");
        survive(state, &b);
    }
}

static void openings_of_parameters(void **state)
{
    static const char *const openings[] = {";",         "(", "\"", "a=\"", "name*0=a;",
                                           "boundary=", "=", "\\", "x=(",  "name*1000000000*=%"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        struct buf b = {0};
        buf_add_string(&b, "Content-Type: multipart/mixed; ");
        add_times(&b, openings[i], 60000);
        buf_add_string(&b, "\n\n--a\n\n--a\n");
        survive(state, &b);
    }
}

static void openings_in_values(void **state)
{
    static const char *const openings[] = {"<",   "(",   "\"", "@",  "a@", "<a@", "\\(",  ")(",
                                           "\"@", "[@[", ",",  "a:", ";",  "<>",  "\"a\\"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        struct buf b = {0};
        buf_add_string(&b, "To: ");
        add_times(&b, openings[i], 60000);
        buf_add_string(&b, "\n");
        buf_add_string(&b, "Cc: ");
        add_times(&b, openings[i], 4000);
        buf_add_string(&b, " a@x\n\n");
        survive(state, &b);
    }
}

static void openings_in_text(void **state)
{
    static const char *const openings[] = {"<", "(", "<a", "<a@", "( <a@b"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        struct buf b = {0};
        add_times(&b, openings[i], 1000000);
        assert_int_equal(message_ids_in(*state, buf_span(&b), false).count, 0);
        buf_free(&b);
    }
}

static void openings_in_html(void **state)
{
    static const char *const openings[] = {"<",       "<!--",   "<a",      "<a=\"", "<a='>",  "&",
                                           "&#",      "<head>", "<script", "<pre>", "<a@",    "</",
                                           "<a>\"='", "&#x",    "<!",      "<head", "<style>"};
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
        struct buf b = {0};
        buf_add_string(&b, "Content-Type: text/html\n\n");
        add_times(&b, openings[i], 300000);
        survive(state, &b);
    }
}

static void nested_alternatives(void **state)
{
    struct buf b = {0};
    for (int i = 0; i < LIMIT_PART_DEPTH; i++)
        buf_printf(&b,
                   "Content-Type: multipart/alternative; boundary=b%d\n\n"
                   "--b%d\nContent-Type: image/png\n\n--b%d\n",
                   i, i, i);
    buf_add_string(&b, "\ndeep");
    assert_span(message_lines(survive(state, &b)), "deep");
}

static void invalid_text_in_every_charset(void **state)
{
    static const char *const charsets[] = {
        "utf-7",       "utf-16",       "utf-16le",      "gb2312",    "big5",    "euc-jp", "euc-kr",
        "iso-2022-jp", "iso-2022-kr",  "iso-2022-jp-2", "shift_jis", "euc-tw",  "tcvn",   "viscii",
        "koi8-r",      "windows-1255", "utf-32",        "cp950",     "tis-620", "utf-8"};
    for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
        struct buf b = {0};
        buf_printf(&b, "Content-Type: text/plain; charset=%s\n\n", charsets[i]);
        for (int k = 0; k < 100000; k++)
            buf_add_byte(&b, (char)(k * 7 + k / 251 + k / 13));
        survive(state, &b);
    }
}

static void every_cut_of_a_message(void **state)
{
    static const char whole[] =
        "From x@y Mon\r\nSubject: =?utf-8?q?=C3=84?=\r\n"
        "Content-Type: multipart/report; boundary=\"b\"; report-type*0*=utf-8''delivery;\r\n\r\n"
        "--b\r\nContent-Type: text/html; charset=gb2312\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>&auml;=D6=D0<!-- x --></p>\r\n"
        "--b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "U3ViamVjdDogaW4KTWVzc2FnZS1JRDogPGFAeD4KCmJvZHkK\r\n--b--\r\n";
    for (size_t n = 0; n < sizeof whole; n++) {
        struct buf b = {0};
        buf_add(&b, (struct span){whole, n});
        survive(state, &b);
    }
}

static void too_little_memory(void **state)
{
    struct span text =
        input_of("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n", 58);
    bool parsed = false;
    for (size_t cap = 0; cap < 16384; cap += 16) {
        struct arena *a = arena_new(cap);
        assert_non_null(a);
        struct message *m = message_parse(a, text);
        if (m) {
            message_lines(m);
            message_structure(m);
            message_place(m, m->root);
            header_decoded(a, &m->root->header, "Content-Type");
            addresses_in(a, span_of("a@x"));
            message_ids_in(a, span_of("<a@x>"), false);
        }
        parsed = parsed || m;
        arena_free(a);
    }
    assert_true(parsed);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(fifty_megabytes),
        message_test(a_million_parts),
        message_test(a_million_empty_parts),
        message_test(nested_multiparts),
        message_test(nested_multiparts_of_one_boundary),
        message_test(nested_messages),
        message_test(nested_coded_messages),
        message_test(beginnings_of_a_boundary),
        message_test(a_million_false_boundaries),
        message_test(wrong_boundaries_at_every_level),
        message_test(a_megabyte_header_line),
        message_test(a_megabyte_of_folding),
        message_test(many_fields),
        message_test(junk_lines_in_a_part),
        message_test(line_ends_without_end),
        message_test(cr_only_fields),
        message_test(openings_of_encoded_words),
        message_test(openings_of_parameters),
        message_test(openings_in_values),
        message_test(openings_in_text),
        message_test(openings_in_html),
        message_test(nested_alternatives),
        message_test(invalid_text_in_every_charset),
        message_test(every_cut_of_a_message),
        message_test(too_little_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
