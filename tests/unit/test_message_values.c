/* Addresses and dates in field values. */
#include "message_fixture.h"

/* The addresses joined by a space. */
static const char *addresses(void **state, const char *value)
{
    struct string_list l = addresses_in(*state, input_of(value, strlen(value)));
    const char *joined = "";
    for (size_t i = 0; i < l.count; i++)
        joined = arena_printf(*state, "%s%s%s", joined, i ? " " : "", l.items[i]);
    return joined;
}

static void well_formed(void **state)
{
    assert_string_equal(addresses(state, "a@x"), "a@x");
    assert_string_equal(addresses(state, "John <a@x>, b@y"), "a@x b@y");
    assert_string_equal(addresses(state, "\"j@k\" <a@x>"), "a@x");
    assert_string_equal(addresses(state, "John (c@d) <a@x>"), "a@x");
    assert_string_equal(addresses(state, "a@x (John)"), "a@x");
    assert_string_equal(addresses(state, "g: a@x,\r\n b@y;, c@z"), "a@x b@y c@z");
    assert_string_equal(addresses(state, "\"a b\"@x"), "\"a b\"@x");
    assert_string_equal(addresses(state, "SRS0=h=tt=x.org=u@y.org"), "SRS0=h=tt=x.org=u@y.org");
    assert_string_equal(addresses(state, "<a@[192.0.2.1]>"), "a@[192.0.2.1]");
    assert_string_equal(addresses(state, "=?utf-8?q?J=C3=B6rg?= <j@x>"), "j@x");
}

static void none(void **state)
{
    assert_string_equal(addresses(state, ""), "");
    assert_string_equal(addresses(state, "<>"), "");
    assert_string_equal(addresses(state, "MAILER-DAEMON <>"), "");
    assert_string_equal(addresses(state, "MAILER-DAEMON"), "");
    assert_string_equal(addresses(state, "undisclosed-recipients:;"), "");
    assert_string_equal(addresses(state, "foo bar @ @x a@ @"), "");
}

static void unreadable(void **state)
{
    assert_string_equal(addresses(state, "John Doe a@x"), "a@x");
    assert_string_equal(addresses(state, "a@x b@y"), "a@x b@y");
    assert_string_equal(addresses(state, "a@x;b@y"), "a@x b@y");
    assert_string_equal(addresses(state, "<a@x"), "a@x");
    assert_string_equal(addresses(state, "[a@x]"), "a@x");
    assert_string_equal(addresses(state, "<@r1,@r2:a@x>"), "a@x");
    assert_string_equal(addresses(state, "<mailto:a@x>"), "a@x");
    assert_string_equal(addresses(state, "rfc822; a@x."), "a@x");
    assert_string_equal(addresses(state, "user 'a@x' unknown"), "a@x");
    assert_string_equal(addresses(state, "(a@x"), "a@x");
    assert_string_equal(addresses(state, "a@x,,b@y"), "a@x b@y");
}

static void limits(void **state)
{
    struct buf text = {0};
    for (int i = 0; i < LIMIT_RECIPIENTS + 10; i++)
        buf_printf(&text, "<u%d@x>, ", i);
    assert_int_equal(addresses_in(*state, buf_span(&text)).count, LIMIT_RECIPIENTS);
    buf_reset(&text);
    for (int i = 0; i < 20000; i++)
        buf_add_byte(&text, '(');
    buf_add_string(&text, " a@x");
    assert_int_equal(addresses_in(*state, buf_span(&text)).count, 1);
    buf_reset(&text);
    for (size_t i = 0; i <= LIMIT_ADDRESS; i++)
        buf_add_byte(&text, 'a');
    buf_add_string(&text, "@x");
    assert_int_equal(addresses_in(*state, buf_span(&text)).count, 0);
    buf_free(&text);
}

static void assert_date(const char *value, const char *expected)
{
    unixtime t;
    char shown[32] = "none";
    if (date_in(span_of(value), &t))
        clock_format(t, shown);
    assert_string_equal(shown, expected);
}

static void dates(void **state)
{
    (void)state;
    assert_date("Mon, 01 Jan 2024 10:00:00 +0100", "2024-01-01T09:00:00Z");
    assert_date("Thu, 29 Feb 2024 23:59:60 -0330", "2024-03-01T03:30:00Z");
    assert_date("1 Jan 24 10:00 EST", "2024-01-01T15:00:00Z");
    assert_date("1 Jan 99 10:00 GMT", "1999-01-01T10:00:00Z");
    assert_date("1 Jan 104 10:00 GMT", "2004-01-01T10:00:00Z");
    assert_date("Mon, 1 Jan\r\n 2024 10:00:00 -0000 (UTC)", "2024-01-01T10:00:00Z");
    assert_date("Mon, 1 Jan 2024 10:00:00 (GMT) +0100", "2024-01-01T09:00:00Z");
    assert_date("Mon Jan  1 10:00:00 2024", "2024-01-01T10:00:00Z");
    assert_date("Monday, 1 January 2024 10:00:00 +01:00", "2024-01-01T09:00:00Z");
    assert_date("1-Jan-2024 10:00:00 GMT+9", "2024-01-01T01:00:00Z");
    assert_date("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z");
    assert_date("2024-07-01 10:00:00.123-0500", "2024-07-01T15:00:00Z");
    assert_date("Mon, 1 Jul 2024 10:00:00 CEST", "2024-07-01T08:00:00Z");
    assert_date("January 1, 2024 1:05 PM", "2024-01-01T13:05:00Z");
    assert_date("Thu, 01 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00Z");
    assert_date("Tue, 29 Feb 2000 00:00:00 +0000", "2000-02-29T00:00:00Z");
}

static void dates_that_are_none(void **state)
{
    (void)state;
    assert_date("", "none");
    assert_date("Not supplied", "none");
    assert_date("1 Jan 2024", "none");
    assert_date("30 Feb 2024 10:00:00 +0000", "none");
    assert_date("1 Foo 2024 10:00:00 +0000", "none");
    assert_date("1 Jan 2024 30:00:00 +0000", "none");
    assert_date("01/02/2024 10:00:00", "none");
    assert_date("1 Jan 99999999999 10:00:00", "none");
    assert_date("Jan ((((( 1 2024 10:00", "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(well_formed), message_test(none),  message_test(unreadable),
        message_test(limits),      message_test(dates), message_test(dates_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
