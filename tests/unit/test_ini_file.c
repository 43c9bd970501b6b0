/*
 * The INI reader: what inih would do silently must be an error with file and line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/ini_file.h"
#include "base/limits.h"
#include "scratch.h"

static bool note(void *context, const struct ini_item *item, struct error *e)
{
    struct buf *out = context;
    if (item->key)
        buf_printf(out, "%d:%s.%s=%s|", item->line, item->section, item->key, item->value);
    else
        buf_printf(out, "%d:[%s]|", item->line, item->section);
    if (item->key && strcmp(item->key, "refuse") == 0)
        return error_set(e, ERROR_CONFIG, "%s:%d: refused", item->file, item->line);
    return true;
}

static void expect(struct span input, const char *items, const char *error)
{
    struct buf out = {0};
    struct error e = {0};
    bool ok = ini_read_bytes("f", input, note, &out, &e);
    assert_string_equal(buf_string(&out), items);
    assert_string_equal(e.text, error);
    assert_int_equal(ok, *error == '\0');
    buf_free(&out);
}

static void test_items(void **state)
{
    (void)state;
    expect(span_of("a = b\n[s]\n# comment\n; comment\n\n c=d \r\n[t]\n[t]\nx=y=z"),
           "1:.a=b|2:[s]|6:s.c=d|7:[t]|8:[t]|9:t.x=y=z|", "");
    expect(span_of("\xef\xbb\xbf[s]\nk = v"), "1:[s]|2:s.k=v|", "");
    expect((struct span){"", 0}, "", "");
}

static void test_no_inline_comment_and_no_continuation(void **state)
{
    (void)state;
    expect(span_of("[s]\na = b ; c # d\n  e = f\n"), "1:[s]|2:s.a=b ; c # d|3:s.e=f|", "");
}

static void test_errors_name_the_line(void **state)
{
    (void)state;
    expect(span_of("[s]\na = b\nnonsense\nc = d"), "1:[s]|2:s.a=b|",
           "f:3: neither a [section] nor a line of the form key = value");
    expect(span_of("[s\na = b"), "", "f:1: neither a [section] nor a line of the form key = value");
    expect(span_of("[s] a = b\n"), "", "f:1: there is text behind the section name");
    expect(span_of("[s]\nrefuse = 1\nc = d"), "1:[s]|2:s.refuse=1|", "f:2: refused");
    expect((struct span){"[s]\na = b\0c\n", 12}, "1:[s]|", "f:2: the line holds a NUL byte");
    expect(span_of("[a12345678901234567890123456789012345678901234567890]"), "",
           "f:1: a section name has at most 49 characters");
    expect(span_of("a12345678901234567890123456789012345678901234567890 = 1"), "",
           "f:1: a key has at most 49 characters");
}

/* The longest line arrives whole; one byte more is an error, in a comment, too: inih would read the
 * tail of it as a line of its own. */
static void test_long_lines(void **state)
{
    (void)state;
    size_t n = LIMIT_CONFIG_LINE;
    char *line = malloc(n + 8);
    struct buf out = {0};
    struct error e = {0};
    memset(line, 'x', n + 8);
    memcpy(line, "a = ", 4);
    line[n] = '\n';
    assert_true(ini_read_bytes("f", (struct span){line, n + 1}, note, &out, &e));
    assert_int_equal(buf_span(&out).n, strlen("1:.a=|") + n - 4);
    buf_reset(&out);
    line[0] = '#';
    line[n] = 'x';
    assert_false(ini_read_bytes("f", (struct span){line, n + 1}, note, &out, &e));
    assert_string_equal(e.text, "f:1: the line is longer than 16384 bytes");
    buf_free(&out);
    free(line);
}

static void test_files(void **state)
{
    (void)state;
    char dir[256], path[300];
    struct buf out = {0};
    struct error e = {0};
    scratch_make(dir);
    scratch_write(dir, "a.conf", "[s]\nk = v\n");
    snprintf(path, sizeof path, "%s/a.conf", dir);
    assert_true(ini_read_file(path, note, &out, &e));
    assert_string_equal(buf_string(&out), "1:[s]|2:s.k=v|");
    assert_false(ini_read_file(dir, note, &out, &e));
    assert_non_null(strstr(e.text, "is not a file"));
    snprintf(path, sizeof path, "%s/missing", dir);
    assert_false(ini_read_file(path, note, &out, &e));
    assert_int_equal(e.kind, ERROR_CONFIG);
    assert_non_null(strstr(e.text, "No such file"));
    buf_free(&out);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_no_inline_comment_and_no_continuation),
        cmocka_unit_test(test_errors_name_the_line),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests_name("ini_file", tests, NULL, NULL);
}
