/*
 * What of a server's answers reaches libetpan: what real servers say passes however it is cut into
 * pieces, what would break it does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "mailbox/imap_screen.h"

static const uint64_t left = 1000;

static const char *pass(const char *p, size_t n, size_t piece)
{
    struct imap_screen s = {0};
    const char *why = NULL;
    for (size_t i = 0; i < n && !why; i += piece)
        why = imap_screen_pass(&s, p + i, n - i < piece ? n - i : piece, left);
    return why;
}

static void expect(const char *text, const char *why)
{
    for (size_t piece = 1; piece <= strlen(text); piece++) {
        const char *got = pass(text, strlen(text), piece);
        if (why)
            assert_non_null(got);
        else if (got)
            fail_msg("%s: %s", got, text);
        if (why)
            assert_non_null(strstr(got, why));
    }
}

static void test_what_servers_say(void **state)
{
    (void)state;
    expect("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready (\"here {5} :-(\r\n", NULL);
    expect("* OK [PERMANENTFLAGS (\\Answered \\*)] it's 5\" wide\r\n1 OK [READ-WRITE] done\r\n",
           NULL);
    expect("* 1 FETCH (UID 2 BODY[] {6}\r\n((\"\r\n\\ FLAGS ())\r\n1 OK x\r\n", NULL);
    expect("* 1 FETCH (BODY[] {0}\r\n)\r\n* LIST () \"\\\\\" \"a\\\"({5}\"\r\n", NULL);
    expect("* OK [MYRIGHTS \"acdilrsw\"] ACL\r\n* NO [ALERT] bad charset\r\n+ \r\n\r\n", NULL);
    expect("* NAMESPACE ((\"\" \"/\")(\"#news.\" \".\")) NIL ((\"a\" \"\"))\r\n", NULL);
    expect("* 1 FETCH (ENVELOPE (\"\" \"\" \"\"))\r\n", NULL);
}

static void test_what_breaks_libetpan(void **state)
{
    (void)state;
    expect("* 1 FETCH (BODY[] {1001}\r\n", "more than its answer may take");
    expect("* 1 FETCH (BODY[] {18446744073709551620}\r\n", "more than its answer may take");
    expect("* 1 FETCH (BODY[] {5}abcde)\r\n", "not IMAP");
    expect("* 1 FETCH (BODY[] {-5}\r\n", "not IMAP");
    expect("* LIST () \"a\r\nb\" x\r\n", "not IMAP");
    expect("* LIST () \"a\\\r\nb\" x\r\n", "not IMAP");
    expect("* NO [BADCHARSET ({5}\r\n", "not IMAP");
    expect("* no [ badcharset (\"x\")] x\r\n", "not IMAP");
    expect("1 OK x {5}\r\n", "not IMAP");
    expect("* NAMESPACE ((\"\" \"\")) NIL NIL\r\n", "not IMAP");
    expect("* NAMESPACE (({0}\r\n \"\")) NIL NIL\r\n", "not IMAP");
    assert_non_null(pass("* OK a\0b\r\n", 10, 3));
    assert_null(pass("* 1 FETCH (BODY[] {1}\r\n\0)\r\n", 27, 3));
}

static void test_brackets(void **state)
{
    (void)state;
    char line[LIMIT_IMAP_NESTING + 40] = "* 1 FETCH ";
    size_t n = strlen(line);
    memset(line + n, '(', LIMIT_IMAP_NESTING);
    assert_null(pass(line, n + LIMIT_IMAP_NESTING, 7));
    line[n + LIMIT_IMAP_NESTING] = '(';
    assert_string_equal(pass(line, n + LIMIT_IMAP_NESTING + 1, 7),
                        "the server's answer is nested too deeply");
    memcpy(line, "1 OK ((((((", 10);
    assert_non_null(pass(line, n + LIMIT_IMAP_NESTING + 1, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_servers_say),
        cmocka_unit_test(test_what_breaks_libetpan),
        cmocka_unit_test(test_brackets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
