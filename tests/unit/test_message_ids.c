/* Message-IDs in field values and in text, as broken as they come. */
#include "message_fixture.h"

/* The IDs joined by a space. */
static const char *ids(void **state, const char *value, bool allow_no_at)
{
    struct string_list l = message_ids_in(*state, span_of(value), allow_no_at);
    const char *joined = "";
    for (size_t i = 0; i < l.count; i++)
        joined = arena_printf(*state, "%s%s%s", joined, i ? " " : "", l.items[i]);
    return joined;
}

static void well_formed(void **state)
{
    assert_string_equal(ids(state, "<a@x>", false), "a@x");
    assert_string_equal(ids(state, "<a@x>\r\n\t<b@y><c@z>", false), "a@x b@y c@z");
    assert_string_equal(ids(state, "<\"quoted left\"@x>", false), "\"quotedleft\"@x");
    assert_string_equal(ids(state, "<a@[192.0.2.1]>", false), "a@[192.0.2.1]");
}

static void folded(void **state)
{
    assert_string_equal(ids(state, "<0123456789\r\n 0123456789@example.com>", false),
                        "01234567890123456789@example.com");
    assert_string_equal(ids(state, "< a@x >", false), "a@x");
}

static void with_text_around(void **state)
{
    assert_string_equal(ids(state, "Your message <a@x> of Monday", false), "a@x");
    assert_string_equal(ids(state, "\"<a@x>\"", false), "a@x");
    assert_string_equal(ids(state, "Message-ID: <a@x>\nTo: <nobody>", false), "a@x");
    assert_string_equal(ids(state, "a < b, <c@d>", false), "c@d");
    assert_string_equal(ids(state, "<john <a@x>", false), "a@x");
}

static void comments(void **state)
{
    assert_string_equal(ids(state, "<a@x> (Jo <jo@y>'s message of \"Monday\")", false), "a@x");
    assert_string_equal(ids(state, "(a (nested) <b@y>) <a@x>", false), "a@x");
    assert_string_equal(ids(state, "the message (<a@x>) was lost", false), "a@x");
    assert_string_equal(ids(state, "unclosed ( <a@x> :-( <b@x>", false), "a@x b@x");
    assert_string_equal(ids(state, "(escaped \\) <b@y>) <a@x>", false), "a@x");
}

static void bare(void **state)
{
    assert_string_equal(ids(state, " a@x \r\n", false), "a@x");
    assert_string_equal(ids(state, "\"a@x\"", false), "a@x");
    assert_string_equal(ids(state, "write to a@x", false), "");
    assert_string_equal(ids(state, "@x", false), "");
    assert_string_equal(ids(state, "a@", false), "");
    assert_string_equal(ids(state, "abc", true), "");
}

static void without_at(void **state)
{
    assert_string_equal(ids(state, "<abc>", false), "");
    assert_string_equal(ids(state, "<abc>", true), "abc");
    assert_string_equal(ids(state, "<>", true), "");
}

static void cut_ids_are_none(void **state)
{
    assert_string_equal(ids(state, "<abc@exam", false), "");
    assert_string_equal(ids(state, "<abc@exam <b@y>", false), "b@y");
    char *longest = arena_alloc(*state, LIMIT_MESSAGE_ID + 4);
    memset(longest, 'a', LIMIT_MESSAGE_ID + 3);
    longest[0] = '<';
    longest[2] = '@';
    longest[LIMIT_MESSAGE_ID + 1] = '>';
    longest[LIMIT_MESSAGE_ID + 2] = '\0';
    assert_int_equal(strlen(ids(state, longest, false)), LIMIT_MESSAGE_ID);
    longest[LIMIT_MESSAGE_ID + 1] = 'a';
    longest[LIMIT_MESSAGE_ID + 2] = '>';
    assert_string_equal(ids(state, longest, false), "");
}

static void encoded(void **state)
{
    assert_string_equal(ids(state, "=?utf-8?q?=3Ca=40x=3E?=", false), "a@x");
    assert_string_equal(ids(state, "=?utf-8?q?=3Cabc?=\r\n =?utf-8?q?def=40x=3E?=", false),
                        "abcdef@x");
}

static void no_more_than_the_limit(void **state)
{
    struct buf text = {0};
    for (int i = 0; i < LIMIT_ORIGINALS + 5; i++)
        buf_printf(&text, "<%d@x> ", i);
    struct string_list l = message_ids_in(*state, buf_span(&text), false);
    assert_int_equal(l.count, LIMIT_ORIGINALS);
    assert_string_equal(l.items[LIMIT_ORIGINALS - 1], "15@x");
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(well_formed),      message_test(folded),  message_test(with_text_around),
        message_test(comments),         message_test(bare),    message_test(without_at),
        message_test(cut_ids_are_none), message_test(encoded), message_test(no_more_than_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
