/*
 * Status codes from fields and from SMTP replies.
 */
#include "message_fixture.h"

#include "report/status_code.h"

static void check_reply(const char *text, const char *want)
{
    char code[STATUS_CODE_SIZE];
    bool found = status_from_reply(span_of(text), code);
    assert_string_equal(code, want);
    assert_int_equal(found, want[0] != '\0');
}

static void check_field(const char *value, const char *want)
{
    char code[STATUS_CODE_SIZE];
    assert_int_equal(status_read(span_of(value), code), want[0] != '\0');
    assert_string_equal(code, want);
}

static void fields_hold_a_code_and_a_comment(void **state)
{
    (void)state;
    check_field("5.1.1", "5.1.1");
    check_field(" 5.1.1 (bad destination mailbox)", "5.1.1");
    check_field("4.4.7(expired)", "4.4.7");
    check_field("2.0.0", "2.0.0");
    check_field("5.4.312", "5.4.312");
    check_field("(5.1.1)", "");
    check_field("5.1", "");
    check_field("5.1.1.1", "");
    check_field("5.1234.1", "");
    check_field("3.1.1", "");
    check_field("", "");
}

static void code_behind_reply_is_believed_first(void **state)
{
    (void)state;
    check_reply("550 5.1.1 <a@example.org>... User unknown", "5.1.1");
    check_reply("550-5.7.1 [192.0.2.1] spam", "5.7.1");
    check_reply("550 #5.1.0 Address rejected", "5.1.0");
    check_reply("host mx.example.org[192.0.2.1] said: 452 4.2.2 full (in reply to RCPT)", "4.2.2");
    check_reply("5.4.0 see 550 5.2.2 quota", "5.2.2");
    check_reply("451 5.1.1 class differs", "4.3.0");
}

static void code_alone_must_look_like_one(void **state)
{
    (void)state;
    check_reply("sorry, no mailbox here by that name (#5.1.1)", "5.1.1");
    check_reply("553 sorry, that domain isn't allowed (#5.7.1)", "5.7.1");
    check_reply("5.1.0 - Unknown address error", "5.1.0");
    check_reply("refused by 5.6.7.8", "");
    check_reply("[4.2.3.4] is listed", "");
    check_reply("sendmail v5.6.7beta", "");
    check_reply("2.0.0 accepted", "");
    check_reply("a4.2.2", "");
    check_reply("version 15.20.4.5.1", "");
}

static void reply_alone_has_a_meaning(void **state)
{
    (void)state;
    check_reply("550 User unknown", "5.0.0");
    check_reply("554 Transaction failed", "5.0.0");
    check_reply("552 Too much mail data", "5.2.2");
    check_reply("421 try later", "4.3.2");
    check_reply("SMTP error: 450", "4.2.0");
    check_reply("426 odd", "4.0.0");
    check_reply("556 domain does not accept mail", "5.1.10");
    check_reply("port 587", "");
    check_reply("at 10:450", "");
    check_reply("5500 messages", "");
    check_reply("x550", "");
    check_reply("", "");
}

static void nothing_beyond_the_limit_is_read(void **state)
{
    (void)state;
    char text[5000];
    memset(text, ' ', sizeof text);
    memcpy(text + 4000, "550 5.1.1", 10);
    char code[STATUS_CODE_SIZE];
    assert_false(status_from_reply(span_of(text), code));
    memset(text, '5', sizeof text);
    assert_false(status_from_reply((struct span){text, sizeof text}, code));
}

static void general_codes_say_nothing(void **state)
{
    (void)state;
    assert_true(status_is_general("5.0.0"));
    assert_true(status_is_general("4.0.0"));
    assert_false(status_is_general("5.0.1"));
    assert_false(status_is_general(""));
}

static void words_have_a_meaning(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"Sorry, no mailbox here by that name", "5.1.1"},
        {"<bob>: USER UNKNOWN", "5.1.1"},
        {"Quota exceeded for this user", "5.2.2"},
        {"all hosts have been failing: retry timeout exceeded", "5.4.7"},
        {"Message size exceeds fixed limit", "5.3.4"},
        {"Host not found", "5.1.2"},
        {"something else", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char code[STATUS_CODE_SIZE];
        bool found = status_from_wording(span_of(cases[i].text), '5', code);
        assert_int_equal(found, cases[i].want[0] != '\0');
        assert_string_equal(code, cases[i].want);
    }
    char code[STATUS_CODE_SIZE];
    assert_true(status_from_wording(span_of("connection timed out"), '4', code));
    assert_string_equal(code, "4.4.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_hold_a_code_and_a_comment),
        cmocka_unit_test(code_behind_reply_is_believed_first),
        cmocka_unit_test(code_alone_must_look_like_one),
        cmocka_unit_test(reply_alone_has_a_meaning),
        cmocka_unit_test(nothing_beyond_the_limit_is_read),
        cmocka_unit_test(general_codes_say_nothing),
        cmocka_unit_test(words_have_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
