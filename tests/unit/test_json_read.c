/*
 * Reading JSON objects: what we write ourselves, and what is none.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/json_read.h"

#define MOST 4

static struct arena *arena;
static struct json_member members[MOST];
static size_t count;

static bool read_text(const char *text)
{
    arena_reset(arena);
    return json_read_object(arena, span_of(text), members, MOST, &count);
}

static void test_values(void **state)
{
    (void)state;
    assert_true(read_text(" { \"a\" : \"x\" , \"b\":-12 ,\"c\":0,\"\":\"\"}\r\n"));
    assert_int_equal(count, 4);
    assert_true(span_is(json_member_of(members, count, "a")->text, "x"));
    assert_false(members[0].is_number);
    assert_true(json_member_of(members, count, "b")->is_number);
    assert_int_equal(json_member_of(members, count, "b")->number, -12);
    assert_int_equal(json_member_of(members, count, "c")->number, 0);
    assert_null(json_member_of(members, count, "d"));
    assert_true(read_text("{}"));
    assert_int_equal(count, 0);
}

static void test_strings(void **state)
{
    (void)state;
    assert_true(read_text("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}"));
    assert_true(span_is(members[0].text, "\"\\/\b\f\n\r\t"));
    assert_true(read_text("{\"a\":\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"}"));
    assert_true(span_is(members[0].text, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
    assert_true(read_text("{\"a\":\"\\u0000\"}"));
    assert_int_equal(members[0].text.n, 1);
    assert_true(read_text("{\"a\":\"\\\\\"}"));
    assert_true(span_is(members[0].text, "\\"));
    assert_true(read_text("{\"a\":\"b\\\\\\\"c\"}"));
    assert_true(span_is(members[0].text, "b\\\"c"));
}

static void test_back_and_forth(void **state)
{
    (void)state;
    static const char odd[] = "\x01\"\\\x7f\xe2\x80\xa8 \xf0\x9f\x98\x80";
    struct buf b = {0};
    struct json j = {.out = &b};
    json_open_object(&j, NULL);
    json_string(&j, "s", odd);
    json_number(&j, "n", -999999999999999999);
    json_close_object(&j);
    assert_true(read_text(buf_string(&b)));
    assert_true(span_is(members[0].text, odd));
    assert_int_equal(members[1].number, -999999999999999999);
    buf_free(&b);
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "x",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":}",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{\"a\":1}}",
        "{\"a\":1} x",
        "{\"a\":1.5}",
        "{\"a\":1e5}",
        "{\"a\":--1}",
        "{\"a\":1234567890123456789}",
        "{\"a\":true}",
        "{\"a\":null}",
        "{\"a\":[1]}",
        "{\"a\":{\"b\":1}}",
        "{a:1}",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":\"\\\"",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\ud83d\"}",
        "{\"a\":\"\\ud83d\\u0041\"}",
        "{\"a\":\"\\ude00\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\xff\"}",
        "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (read_text(texts[i]))
            fail_msg("%s", texts[i]);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new((size_t)64 * 1024);
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
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_back_and_forth),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, start, end);
}
