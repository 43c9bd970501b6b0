/*
 * digest/tally: counting names in bounded memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "digest/tally.h"

static void counts_and_sorts(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct tally t = {.names = {.arena = arena, .limit = 10}};
    const char *names[] = {"b", "a", "c", "b", "c", "b"};
    for (size_t i = 0; i < 6; i++)
        tally_add(&t, span_of(names[i]));
    struct tally_count *top;
    int64_t rest;
    assert_int_equal(tally_top(&t, 2, &top, &rest), 2);
    assert_string_equal(top[0].name, "b");
    assert_int_equal(top[0].count, 3);
    assert_string_equal(top[1].name, "c");
    assert_int_equal(rest, 1);
    arena_free(arena);
}

static void empty_has_no_top(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct tally t = {.names = {.arena = arena, .limit = 10}};
    struct tally_count *top;
    int64_t rest = -1;
    assert_int_equal(tally_top(&t, 5, &top, &rest), 0);
    assert_int_equal(rest, 0);
    arena_free(arena);
}

static void names_beyond_the_limit_are_counted_together(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct tally t = {.names = {.arena = arena, .limit = 100}};
    for (int i = 0; i < 1000; i++) {
        char name[16];
        int n = snprintf(name, sizeof name, "n%d", i);
        tally_add(&t, (struct span){name, (size_t)n});
    }
    struct tally_count *top;
    int64_t rest;
    size_t count = tally_top(&t, 5, &top, &rest);
    assert_int_equal(count, 5);
    assert_int_equal(rest, 995);
    assert_int_equal(t.names.count, 100);
    arena_free(arena);
}

static void without_memory_all_are_others(void **state)
{
    (void)state;
    struct arena *arena = arena_new(16);
    struct tally t = {.names = {.arena = arena, .limit = 100}};
    struct tally_count *top;
    int64_t rest;
    tally_add(&t, span_of("a"));
    assert_int_equal(tally_top(&t, 5, &top, &rest), 0);
    assert_int_equal(rest, 1);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_sorts),
        cmocka_unit_test(empty_has_no_top),
        cmocka_unit_test(names_beyond_the_limit_are_counted_together),
        cmocka_unit_test(without_memory_all_are_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
