/*
 * [folders] over the defaults of DESIGN.md.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "verdict/verdict.h"

static void check(struct config *c, enum class class, const char *ours, const char *unknown,
                  const char *forged)
{
    assert_string_equal(verdict_folder(c, class, ORIGIN_OURS), ours);
    assert_string_equal(verdict_folder(c, class, ORIGIN_UNKNOWN), unknown);
    assert_string_equal(verdict_folder(c, class, ORIGIN_FORGED), forged);
}

static void test_defaults(void **state)
{
    (void)state;
    struct config c = {0};
    check(&c, CLASS_MAIL, "INBOX", "INBOX", "INBOX");
    check(&c, CLASS_BOUNCE, "Bounces", "Unverified", "Backscatter");
    check(&c, CLASS_DELAY, "Bounces", "Unverified", "Backscatter");
    check(&c, CLASS_SUCCESS, "Bounces", "Unverified", "Backscatter");
    check(&c, CLASS_RECEIPT, "Autoreplies", "Unverified", "Backscatter");
    check(&c, CLASS_AUTOREPLY, "Autoreplies", "Unverified", "Backscatter");
    check(&c, CLASS_CHALLENGE, "INBOX", "INBOX", "Backscatter");
    check(&c, CLASS_FILTER_NOTICE, "Bounces", "Unverified", "Backscatter");
    check(&c, CLASS_LIST_ROBOT, "INBOX", "INBOX", "Backscatter");
    check(&c, CLASS_COMPLAINT, "INBOX", "INBOX", "Backscatter");
}

static void test_settings(void **state)
{
    (void)state;
    struct folder_setting settings[] = {
        {"bounce.ours", "Own"}, {"*.forged", "Junk"},   {"bounce.*", "B"},
        {"*.*", "All"},         {"delay.forged", "DF"}, {"delay.forged", "Later"},
    };
    struct config c = {.folders = settings, .folder_count = 6};
    check(&c, CLASS_BOUNCE, "Own", "B", "B");
    check(&c, CLASS_DELAY, "All", "All", "Later");
    check(&c, CLASS_RECEIPT, "All", "All", "Junk");
    check(&c, CLASS_MAIL, "INBOX", "INBOX", "INBOX");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
