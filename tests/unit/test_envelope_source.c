/*
 * cmd/envelope_source: who wins, what the null reverse-path looks like, what is no address.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/limits.h"
#include "cmd/envelope_source.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    unsetenv("SENDER");
    unsetenv("RECIPIENT");
    unsetenv("ORIGINAL_RECIPIENT");
    return arena ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void check_sender(const char *option, const char *line, const char *want)
{
    struct envelope e = envelope_find(arena, option, NULL, span_of(line));
    if (want)
        assert_string_equal(e.sender, want);
    else
        assert_null(e.sender);
}

static void options_come_before_environment_before_from_line(void **state)
{
    (void)state;
    const char *line = "From c@x.example  Thu Jan  1 00:00:00 2026\n";
    check_sender(NULL, "", NULL);
    check_sender(NULL, line, "c@x.example");
    setenv("SENDER", "b@x.example", 1);
    check_sender(NULL, line, "b@x.example");
    check_sender("a@x.example", line, "a@x.example");
    setenv("RECIPIENT", "r@x.example", 1);
    assert_string_equal(envelope_find(arena, NULL, NULL, span_of("")).recipient, "r@x.example");
    setenv("ORIGINAL_RECIPIENT", "o@x.example", 1);
    assert_string_equal(envelope_find(arena, NULL, NULL, span_of("")).recipient, "o@x.example");
    assert_string_equal(envelope_find(arena, NULL, "<p@x.example>", span_of("")).recipient,
                        "p@x.example");
}

static void the_null_path_has_many_spellings(void **state)
{
    (void)state;
    static const char *const null[] = {"", "<>", " <> ", "MAILER-DAEMON", "mailer-daemon", "#@[]"};
    for (size_t i = 0; i < sizeof null / sizeof *null; i++)
        check_sender(null[i], "", "");
    check_sender(NULL, "From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n", "");
    check_sender(NULL, "From <> Thu Jan  1 00:00:00 2026\n", "");
    check_sender("MAILER-DAEMON@x.example", "", "MAILER-DAEMON@x.example");
    setenv("SENDER", "", 1);
    check_sender(NULL, "From c@x.example Thu\n", "");
}

static void what_is_no_address_is_not_known(void **state)
{
    (void)state;
    char longer[LIMIT_ADDRESS + 2];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    check_sender(longer, "", NULL);
    check_sender("a\nX-Backsift: b@x", "", NULL);
    check_sender("a\x7f@x", "", NULL);
    check_sender(NULL, "From \n", NULL);
    setenv("RECIPIENT", "", 1); /* an empty recipient says nothing */
    assert_null(envelope_find(arena, NULL, NULL, span_of("")).recipient);
}

static void from_lines_have_an_end(void **state)
{
    (void)state;
    assert_int_equal(envelope_from_line(span_of("From a b\nc")), 9);
    assert_int_equal(envelope_from_line(span_of("From a b\r\nc")), 10);
    assert_int_equal(envelope_from_line(span_of("From a b\rc\n")), 9);
    assert_int_equal(envelope_from_line(span_of("From a b")), 0);
    assert_int_equal(envelope_from_line(span_of("From: a b\n")), 0);
    assert_int_equal(envelope_from_line(span_of(">From a b\n")), 0);
    assert_int_equal(envelope_from_line(span_of("From")), 0);
    assert_int_equal(envelope_from_line(span_of("")), 0);
}

int main(void)
{
#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_ARENA(options_come_before_environment_before_from_line),
        WITH_ARENA(the_null_path_has_many_spellings),
        WITH_ARENA(what_is_no_address_is_not_known),
        WITH_ARENA(from_lines_have_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
