/*
 * digest/explain_status: codes in plain words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "digest/explain_status.h"

static const char *why(const char *code)
{
    return explain_status(span_of(code)).why;
}

static void codes_have_their_sentence(void **state)
{
    (void)state;
    assert_string_equal(why("5.1.1"), "There is no such mailbox at that domain.");
    assert_string_equal(why("4.2.2"), "The recipient's mailbox is full.");
    assert_string_equal(why("5.7.23"),
                        "Your domain's SPF record does not allow the server that sent your mail.");
}

static void unknown_details_fall_to_their_subject(void **state)
{
    (void)state;
    assert_string_equal(why("5.1.99"), why("5.1.0"));
    assert_string_equal(why("5.9.1"), why("5.0.0"));
}

static void what_is_no_code_says_nothing(void **state)
{
    (void)state;
    const char *bad[] = {"",  "5",        "5.1",     "5.1.",           "5.1.1.1",
                         "x", "5.1.1234", "5.1.1\n", "99999999999.1.1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_string_equal(why(bad[i]), why("5.0.0"));
}

static void every_code_has_words_and_advice(void **state)
{
    (void)state;
    for (int subject = 0; subject < 10; subject++)
        for (int detail = 0; detail < 40; detail++) {
            char code[16];
            snprintf(code, sizeof code, "5.%d.%d", subject, detail);
            struct explanation e = explain_status(span_of(code));
            assert_true(strlen(e.why) > 10 && e.why[strlen(e.why) - 1] == '.');
            assert_true(strlen(e.advice) > 10 && e.advice[strlen(e.advice) - 1] == '.');
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_their_sentence),
        cmocka_unit_test(unknown_details_fall_to_their_subject),
        cmocka_unit_test(what_is_no_code_says_nothing),
        cmocka_unit_test(every_code_has_words_and_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
