/*
 * Places on a mail server, written and read back, and what is none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/limits.h"
#include "cmd/imap_place.h"

static void expect_round_trip(const char *mailbox, uint32_t validity, uint32_t uid)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    const struct imap_place place = {mailbox, validity, uid};
    struct imap_place back;
    const char *text = imap_place_write(arena, &place);
    assert_non_null(text);
    assert_true(imap_place_read(arena, text, &back));
    assert_string_equal(back.mailbox, mailbox);
    assert_int_equal(back.validity, validity);
    assert_int_equal(back.uid, uid);
    arena_free(arena);
}

static void test_any_name_comes_back(void **state)
{
    (void)state;
    expect_round_trip("INBOX", 1, 1);
    expect_round_trip("Robots/Gr&APYA3w-e &- Co", 4294967295u, 4294967295u);
    expect_round_trip("x;UIDVALIDITY=7/;UID=8", 9, 10);
    expect_round_trip("", 3, 4);
}

static void test_what_is_no_place(void **state)
{
    (void)state;
    static const char *const none[] = {
        "",
        "1700000000.M1P2.host",
        "INBOX;UIDVALIDITY=7",
        "INBOX;UIDVALIDITY=7/;UID=",
        "INBOX;UIDVALIDITY=/;UID=1",
        "INBOX;UIDVALIDITY=7/;UID=1x",
        "INBOX;UIDVALIDITY=0/;UID=1",
        "INBOX;UIDVALIDITY=7/;UID=4294967296",
        "INBOX;UIDVALIDITY=7/;UID=00000000001",
        "INBOX;UIDVALIDITY=-7/;UID=1",
    };
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct imap_place place;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(imap_place_read(arena, none[i], &place));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_name_comes_back),
        cmocka_unit_test(test_what_is_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
