/* Header blocks: fields, folding, and all the broken lines that must not end a block early. */
#include "message_fixture.h"

static struct header read_block(void **state, const char *text, size_t *used)
{
    struct header h;
    assert_true(header_parse(*state, span_of(text), 0, &h, used));
    return h;
}

static void fields_in_order(void **state)
{
    size_t used;
    struct header h = read_block(state, "A: 1\r\nB : 2\r\na:3 \r\n\r\nbody", &used);
    assert_int_equal(h.count, 3);
    assert_span(h.fields[1].name, "B");
    assert_span(h.fields[1].value, "2");
    assert_int_equal(h.fields[1].offset, 6);
    assert_span(header_field(&h, "A", 1)->value, "3");
    assert_null(header_field(&h, "A", 2));
    assert_span(header_raw(&h, "b"), "2");
    assert_int_equal(header_raw(&h, "C").n, 0);
    assert_int_equal(used, 21);
    assert_false(h.truncated);
}

static void folded_value_stays_raw(void **state)
{
    size_t used;
    struct header h = read_block(state, "Subject: one\n two\n\tthree\nX: y\n\n", &used);
    assert_int_equal(h.count, 2);
    assert_span(h.fields[0].value, "one\n two\n\tthree");
}

static void junk_does_not_end_a_header(void **state)
{
    size_t used;
    static const char text[] = "A: 1\n"
                               "From someone@example.com Mon Jan  1 00:00:00 2024\n"
                               ">From someone else\n"
                               "no colon here\n"
                               " folded onto junk\n"
                               ": no name\n"
                               "B: 2\n\nbody";
    struct header h = read_block(state, text, &used);
    assert_int_equal(h.count, 2);
    assert_span(header_raw(&h, "B"), "2");
    assert_string_equal(text + used, "body");
}

static void nul_in_a_name_is_junk(void **state)
{
    static const char text[] = "A: 1\nB\0C: 2\nD: \0 3\nContent-Type: text/html\n\n";
    struct message *m = parse_bytes(state, text, sizeof text - 1);
    assert_int_equal(m->root->header.count, 3);
    assert_string_equal(m->root->subtype, "html");
}

static void leading_lines(void **state)
{
    static const char *const starts[] = {
        "From a@b Mon Jan  1 00:00:00 2024\n",
        ">From a@b Mon Jan  1 00:00:00 2024\r\n",
        "\n\n\r\n",
        " a folded first line\n",
        "\xef\xbb\xbf",
        "From a@b Mon\n>From c@d Tue\n",
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        char *text =
            arena_printf(*state, "%sSubject: hello\nContent-Type: text/html\n\nbody", starts[i]);
        struct message *m = parse(state, text);
        assert_span(header_raw(&m->root->header, "subject"), "hello");
        assert_string_equal(m->root->subtype, "html");
        assert_span(m->root->body, "body");
    }
}

static void envelope_line_is_not_of_the_message(void **state)
{
    struct message *m = parse(state, "From a@b Mon Jan  1\nSubject: x\n\nbody");
    assert_int_equal(m->bytes.p[0], 'S');
    assert_int_equal(m->root->header.fields[0].offset, 0);
    assert_int_equal(m->root->offset, 12);
}

static void empty_lines_before_text_are_no_header(void **state)
{
    struct message *m = parse(state, "\n\nJust some text\nAnother: line\n");
    assert_int_equal(m->root->header.count, 0);
    assert_span(m->root->body, "\nJust some text\nAnother: line\n");
}

static void cr_only_lines(void **state)
{
    struct message *m = parse(state, "Subject: x\r\tfolded\rContent-Type: text/html\r\rbody\rmore");
    assert_int_equal(m->root->header.count, 2);
    assert_string_equal(m->root->subtype, "html");
    assert_span(m->root->body, "body\rmore");
}

static void cr_only_behind_lf_fields(void **state)
{
    struct message *m =
        parse(state, "Received: by us\nSubject: x\rContent-Type: text/html\r\rbody\r\n");
    assert_int_equal(m->root->header.count, 3);
    assert_span(m->root->body, "body\r\n");
}

static void doubled_cr(void **state)
{
    struct message *m = parse(state, "A: 1\r\r\nB: 2\r\r\n\r\r\nbody");
    assert_int_equal(m->root->header.count, 2);
    assert_span(m->root->body, "body");
}

static void lost_empty_line(void **state)
{
    struct message *m = parse(state, "Subject: x\nThis is text\nand more\n");
    assert_int_equal(m->root->header.count, 1);
    assert_span(m->root->body, "This is text\nand more\n");
}

static void line_of_spaces(void **state)
{
    struct message *m = parse(state, "Subject: x\n  \nTo: y\n   \nbody: no\n");
    assert_int_equal(m->root->header.count, 3); /* both lines of spaces are folding */
    m = parse(state, "Subject: x\n  \nbody text\n");
    assert_span(m->root->body, "body text\n");
}

static void field_limit(void **state)
{
    struct buf text = {0};
    for (int i = 0; i < LIMIT_HEADER_FIELDS + 10; i++)
        buf_add_string(&text, "A: b\n");
    buf_add_string(&text, "\nbody");
    struct message *m = parse_bytes(state, text.p, text.n);
    buf_free(&text);
    assert_int_equal(m->root->header.count, LIMIT_HEADER_FIELDS);
    assert_true(m->root->header.truncated);
    assert_true(m->truncated);
    assert_span(m->root->body, "body");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(fields_in_order),
        message_test(folded_value_stays_raw),
        message_test(junk_does_not_end_a_header),
        message_test(nul_in_a_name_is_junk),
        message_test(leading_lines),
        message_test(envelope_line_is_not_of_the_message),
        message_test(empty_lines_before_text_are_no_header),
        message_test(cr_only_lines),
        message_test(cr_only_behind_lf_fields),
        message_test(doubled_cr),
        message_test(lost_empty_line),
        message_test(line_of_spaces),
        message_test(field_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
