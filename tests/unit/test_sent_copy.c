/*
 * What the header of a sent copy says: IDs, recipients, senders, date.
 */
#include "message_fixture.h"

#include "sources/sent_copy.h"

static struct sent_copy read_copy(struct arena *arena, const char *text)
{
    struct sent_copy copy;
    assert_true(sent_copy_read(arena, span_of(text), &copy));
    return copy;
}

static void assert_items(struct string_list got, size_t count, const char *const *want)
{
    assert_int_equal(got.count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(got.items[i], want[i]);
}
#define ASSERT_ITEMS(got, ...)                                                                     \
    assert_items(got, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                      \
                 (const char *[]){__VA_ARGS__})

static void test_ordinary(void **state)
{
    struct sent_copy c = read_copy(*state, "From: Ann <ann@example.org>\n"
                                           "To: joe@far.example, \"Doe, Jane\" <jane@far.example>\n"
                                           "Cc: joe@far.example\n"
                                           "Bcc: hidden@far.example\n"
                                           "Date: Fri, 2 Jan 2026 03:04:05 +0000\n"
                                           "Message-ID: <1@example.org>\n"
                                           "Subject: hello\n"
                                           "\n"
                                           "To: not@header.example\n");
    assert_true(c.is_message);
    ASSERT_ITEMS(c.ids, "1@example.org");
    ASSERT_ITEMS(c.recipients, "joe@far.example", "jane@far.example", "hidden@far.example");
    ASSERT_ITEMS(c.senders, "ann@example.org");
    assert_true(c.has_date);
    assert_int_equal(c.date, 1767323045);
}

static void test_resent(void **state)
{
    struct sent_copy c = read_copy(*state, "Resent-From: ann@example.org\r\n"
                                           "Resent-To: joe@far.example\r\n"
                                           "Resent-Date: Sat, 3 Jan 2026 03:04:05 +0000\r\n"
                                           "Resent-Message-ID: <2@example.org>\r\n"
                                           "From: eve@else.example\r\n"
                                           "To: ann@example.org\r\n"
                                           "Date: Fri, 2 Jan 2026 03:04:05 +0000\r\n"
                                           "Message-ID: <1@else.example>\r\n"
                                           "\r\n");
    ASSERT_ITEMS(c.ids, "1@else.example", "2@example.org");
    ASSERT_ITEMS(c.recipients, "ann@example.org", "joe@far.example");
    ASSERT_ITEMS(c.senders, "eve@else.example", "ann@example.org");
    assert_int_equal(c.date, 1767323045 + 86400);
}

static void test_nameless(void **state)
{
    struct sent_copy c = read_copy(*state, "From: ann@example.org\nTo: joe@far.example\n"
                                           "Date: some day\nMessage-ID:\n\n");
    assert_true(c.is_message);
    assert_int_equal(c.ids.count, 0);
    assert_false(c.has_date);
}

static void test_no_message(void **state)
{
    assert_false(read_copy(*state, "").is_message);
    assert_false(read_copy(*state, "\n\nbody\n").is_message);
}

static void test_long_list(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Message-ID: <1@example.org>\nCc: r0@far.example");
    for (int i = 1; i < 3 * LIMIT_RECIPIENTS; i++)
        buf_printf(&b, ",\n r%d@far.example", i);
    buf_add_string(&b, "\n\n");
    struct sent_copy c = read_copy(*state, buf_string(&b));
    assert_int_equal(c.recipients.count, 3 * LIMIT_RECIPIENTS);
    assert_string_equal(c.recipients.items[250], "r250@far.example");
    buf_free(&b);
}

static void test_hostile_list(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "To: ");
    for (int i = 0; i < 40000; i++)
        buf_add_string(&b, "a@b, ");
    buf_add_string(&b, "\n\n");
    struct sent_copy c = read_copy(*state, buf_string(&b));
    ASSERT_ITEMS(c.recipients, "a@b");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ordinary, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_resent, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_nameless, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_no_message, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_long_list, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(test_hostile_list, make_arena, drop_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
