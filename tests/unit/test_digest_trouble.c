/*
 * digest/trouble: the log's warnings and errors, counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/limits.h"
#include "digest/trouble.h"

static struct arena *arena;
static char folder[64], file[80], older[90];
static unixtime since, until;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(8 << 20);
    strcpy(folder, "/tmp/backsift-trouble.XXXXXX");
    if (!arena || !mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/log", folder);
    snprintf(older, sizeof older, "%s/log.1", folder);
    clock_parse_date("2026-08-04T00:00:00Z", &since);
    clock_parse_date("2026-08-05T00:00:00Z", &until);
    return 0;
}

static int end(void **state)
{
    (void)state;
    unlink(file);
    unlink(older);
    rmdir(folder);
    arena_free(arena);
    return 0;
}

static void write_log(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void the_same_trouble_is_counted(void **state)
{
    (void)state;
    struct troubles t;
    write_log(older, "2026-08-03T23:59:59Z backsift[1]: error: too old\n"
                     "2026-08-04T00:00:00Z backsift[1]: warning: rule 7 hit a limit\n");
    write_log(file, "2026-08-04T01:00:00Z backsift[22]: warning: rule 12 hit a limit\n"
                    "2026-08-04T02:00:00Z backsift[23]: info: filed\n"
                    "2026-08-04T03:00:00Z backsift[23]: error: disk full\n"
                    "garbage\n2026-08-04T03:00:00Z\n2026-99-04T03:00:00Z backsift[1]: error: x\n\n"
                    "2026-08-05T00:00:00Z backsift[24]: error: too new\n");
    assert_true(troubles_read(arena, file, since, until, &t));
    assert_int_equal(t.count, 2);
    assert_string_equal(t.items[0].text, "disk full");
    assert_true(t.items[0].is_error);
    assert_string_equal(t.items[1].text, "rule 12 hit a limit");
    assert_int_equal(t.items[1].count, 2);
    assert_int_equal(t.items[1].last, since + 3600);
}

static void no_file_is_no_trouble(void **state)
{
    (void)state;
    struct troubles t;
    assert_true(troubles_read(arena, file, since, until, &t));
    assert_int_equal(t.count, 0);
    assert_true(troubles_read(arena, folder, since, until, &t)); /* a folder is no log either */
    assert_int_equal(t.count, 0);
}

static void kinds_are_limited(void **state)
{
    (void)state;
    struct troubles t;
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    for (int i = 0; i < 1000; i++)
        fprintf(f, "2026-08-04T01:00:00Z backsift[1]: error: %c%c%c\n", 'a' + i % 10,
                'a' + i / 10 % 10, 'a' + i / 100);
    assert_int_equal(fclose(f), 0);
    assert_true(troubles_read(arena, file, since, until, &t));
    assert_int_equal(t.count, LIMIT_DIGEST_TROUBLES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_trouble_is_counted, begin, end),
        cmocka_unit_test_setup_teardown(no_file_is_no_trouble, begin, end),
        cmocka_unit_test_setup_teardown(kinds_are_limited, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
