/*
 * Header blocks in text, by their looks.
 */
#include "message_fixture.h"

#include "report/field_block.h"
#include "report/report.h"

/* Finds the nth block; its Message-ID, or "none" when there is no such block. */
static const char *id_of_block(void **state, const char *text, int nth)
{
    struct span s = input_of(text, strlen(text));
    struct header h;
    size_t offset = 0, end = 0;
    for (int i = 0; i <= nth; i++, offset = end) {
        if (!quoted_header_find(*state, s, &offset, &end, &h))
            return "none";
        assert_true(end > offset && end <= s.n);
    }
    return arena_string(*state, header_raw(&h, "Message-ID"));
}

static void block_is_found_after_any_separator_or_none(void **state)
{
    const char *header = "From: a@example.org\nTo: b@example.org\nMessage-ID: <1@x>\n\nbody\n";
    const char *before[] = {"",
                            "Hi.\n\n",
                            "--- Below this line is a copy\n",
                            "Hier der Kopf:\n\n",
                            "Return to sender, sorry\n\n\n",
                            "From a@example.org Mon Jan  1 00:00:00 2001\n"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        assert_string_equal(id_of_block(state, arena_printf(*state, "%s%s", before[i], header), 0),
                            "<1@x>");
}

static void offset_and_end_are_those_of_the_block(void **state)
{
    const char *text = "Notice.\n\nSubject: s\nDate: d\nTo: t\n\nbody";
    size_t offset = 0, end = 0;
    struct header h;
    assert_true(quoted_header_find(*state, span_of(text), &offset, &end, &h));
    assert_int_equal(offset, strstr(text, "Subject") - text);
    assert_int_equal(end, strstr(text, "body") - text);
    assert_int_equal(h.count, 3);
}

static void prefixes_and_indentation_come_off(void **state)
{
    assert_string_equal(id_of_block(state,
                                    "> Received: from x\n>   by y; date\n> From: a\n"
                                    "> Message-ID: <1@x>\n>\n> body\n",
                                    0),
                        "<1@x>");
    assert_string_equal(id_of_block(state, "| From: a\n| To: b\n| Message-ID:\n|  <1@x>\n|\n", 0),
                        "<1@x>");
    assert_string_equal(
        id_of_block(state, ">> From: a\n>> To: b\n>> Message-ID: <1@x>\n> out\n", 0), "<1@x>");
    assert_string_equal(
        id_of_block(state, "    From: a\n    Message-ID: <1@\n     x>\n    To: b\n", 0),
        "<1@\n x>");
    assert_string_equal(
        id_of_block(state, "   From: a\n     To: b\nSubject: c\n  Message-ID: <1@x>\n", 0),
        "<1@x>");
}

static void wrapped_lines_are_joined(void **state)
{
    assert_string_equal(id_of_block(state, "From: a\nMessage-ID:\n<1@x>\nTo: b\nSubject: s\n", 0),
                        "<1@x>");
    const char *text = "Received: from a very long host name that was cut by some mailer here\n"
                       "by mx.example.org; Mon, 1 Jan 2001\nFrom: a\nSubject: s\n";
    struct header h;
    size_t offset = 0, end;
    assert_true(quoted_header_find(*state, span_of(text), &offset, &end, &h));
    assert_true(span_ends_nocase(header_raw(&h, "Received"), "1 Jan 2001"));
}

static void received_lines_may_come_first(void **state)
{
    assert_string_equal(id_of_block(state,
                                    "X-Odd: 1\nReceived: from a\n\tby b\nReceived: from c\n"
                                    "Message-Id: <1@x>\n\n",
                                    0),
                        "<1@x>");
}

static void several_blocks_are_found_in_order(void **state)
{
    const char *text = "From: a\nTo: b\nMessage-ID: <1@x>\n\ntext\n\n"
                       "From: c\nTo: d\nMessage-ID: <2@x>\n\n";
    assert_string_equal(id_of_block(state, text, 0), "<1@x>");
    assert_string_equal(id_of_block(state, text, 1), "<2@x>");
    assert_string_equal(id_of_block(state, text, 2), "none");
}

static void prose_and_small_blocks_are_none(void **state)
{
    assert_string_equal(id_of_block(state, "", 0), "none");
    assert_string_equal(id_of_block(state, "\n\n\n", 0), "none");
    assert_string_equal(id_of_block(state, "Subject: s\nMessage-ID: <1@x>\n\n", 0), "none");
    assert_string_equal(id_of_block(state, "Date: d\nTo: b\nCc: c\nMIME-Version: 1.0\n\n", 0),
                        "none");
    assert_string_equal(id_of_block(state, "To: a\nCc: b\n\nMessage-ID: <1@x>\n", 0), "none");
    assert_string_equal(id_of_block(state,
                                    "I write to you.\nFrom: here\none\ntwo\nthree\nfour\n"
                                    "To: there\nfive\nsix\nseven\neight\nSubject: no\n",
                                    0),
                        "none");
    assert_string_equal(id_of_block(state, "From: a\n> To: b\n> Subject: c\nDate: d\n", 0), "none");
}

static void captured_place_is_read_whatever_its_size(void **state)
{
    const char *text = "words\n  Message-ID: <1@x>\n  Subject: s\n\nmore";
    struct header h;
    size_t end;
    size_t at = (size_t)(strstr(text, "Message") - text);
    assert_true(field_block_read(*state, span_of(text), at, &end, &h));
    assert_span(header_raw(&h, "Message-ID"), "<1@x>");
    assert_span(header_raw(&h, "Subject"), "s");
    assert_true(field_block_read(*state, span_of(text), 5, &end, &h));
    assert_span(header_raw(&h, "Message-ID"), "<1@x>");
    assert_false(field_block_read(*state, span_of(text), 0, &end, &h));
    assert_false(field_block_read(*state, span_of(text), strlen(text) - 4, &end, &h));
    assert_false(field_block_read(*state, span_of(text), strlen(text), &end, &h));
    assert_false(field_block_read(*state, span_of(text), strlen(text) + 9, &end, &h));
}

/* Quadratic work would take minutes here. */
static void hostile_text_is_read_once(void **state)
{
    size_t n = 4 * 1024 * 1024;
    char *text = malloc(n);
    const char *units[] = {"a:\n", "From: a\n\n", "> > > ", "To:\nx\n", "\n", " \n", "Subject:\n "};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        size_t len = strlen(units[u]);
        for (size_t i = 0; i < n; i++)
            text[i] = units[u][i % len];
        struct arena *arena = arena_new(LIMIT_ARENA);
        struct header h;
        size_t offset = 0, end = 0, blocks = 0;
        while (quoted_header_find(arena, (struct span){text, n}, &offset, &end, &h)) {
            assert_true(end > offset);
            offset = end;
            blocks++;
        }
        assert_true(blocks <= 1);
        arena_free(arena);
    }
    free(text);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(block_is_found_after_any_separator_or_none),
        message_test(offset_and_end_are_those_of_the_block),
        message_test(prefixes_and_indentation_come_off),
        message_test(wrapped_lines_are_joined),
        message_test(received_lines_may_come_first),
        message_test(several_blocks_are_found_in_order),
        message_test(prose_and_small_blocks_are_none),
        message_test(captured_place_is_read_whatever_its_size),
        message_test(hostile_text_is_read_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
