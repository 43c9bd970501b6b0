/*
 * Who a sendmail command line sends to and from.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "cmd/sendmail_arguments.h"

static struct arena *arena;

static struct sendmail_arguments read_words(const char *const *words)
{
    struct sendmail_arguments a;
    assert_true(sendmail_arguments_read(arena, (char *const *)words, &a));
    return a;
}
#define READ(...) read_words((const char *[]){__VA_ARGS__, NULL})

static void test_mutt(void **state)
{
    (void)state;
    struct sendmail_arguments a =
        READ("-oem", "-oi", "-f", "ann@example.org", "--", "joe@far.example", "-odd@far.example");
    assert_string_equal(a.sender, "ann@example.org");
    assert_int_equal(a.recipients.count, 2);
    assert_string_equal(a.recipients.items[0], "joe@far.example");
    assert_string_equal(a.recipients.items[1], "-odd@far.example");
}

static void test_git_send_email(void **state)
{
    (void)state;
    struct sendmail_arguments a = READ("-i", "joe@far.example", "list@far.example");
    assert_null(a.sender);
    assert_int_equal(a.recipients.count, 2);
}

static void test_header_decides(void **state)
{
    (void)state;
    struct sendmail_arguments a =
        READ("-t", "-fann@example.org", "-F", "Ann @ home", "-a", "work@x");
    assert_string_equal(a.sender, "ann@example.org");
    assert_int_equal(a.recipients.count, 0);
}

static void test_no_words(void **state)
{
    (void)state;
    const char *none[] = {NULL};
    struct sendmail_arguments a = read_words(none);
    assert_int_equal(a.recipients.count, 0);
    a = READ("-f");
    assert_null(a.sender);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new(65536);
    return arena ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mutt),
        cmocka_unit_test(test_git_send_email),
        cmocka_unit_test(test_header_decides),
        cmocka_unit_test(test_no_words),
    };
    return cmocka_run_group_tests(tests, start, end);
}
