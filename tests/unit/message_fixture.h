/*
 * What the tests of message/ share: an arena of the real size around each test, and a parse of a
 * string.
 */
#ifndef BACKSIFT_TESTS_MESSAGE_FIXTURE_H
#define BACKSIFT_TESTS_MESSAGE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/limits.h"
#include "message/header.h"
#include "message/message.h"

/* Inputs end where their heap block ends, so that AddressSanitizer sees a read past them. */
struct input {
    struct input *next;
    char bytes[];
};
static struct input *inputs;

static inline int make_arena(void **state)
{
    *state = arena_new(LIMIT_ARENA);
    return *state ? 0 : -1;
}

static inline int drop_arena(void **state)
{
    arena_free(*state);
    while (inputs) {
        struct input *next = inputs->next;
        free(inputs);
        inputs = next;
    }
    return 0;
}

static inline struct span input_of(const char *bytes, size_t n)
{
    struct input *in = malloc(sizeof *in + n);
    assert_non_null(in);
    in->next = inputs;
    inputs = in;
    memcpy(in->bytes, bytes, n);
    return (struct span){in->bytes, n};
}

static inline struct message *parse_bytes(void **state, const char *bytes, size_t n)
{
    struct message *m = message_parse(*state, input_of(bytes, n));
    assert_non_null(m);
    return m;
}

static inline struct message *parse(void **state, const char *text)
{
    return parse_bytes(state, text, strlen(text));
}

#define assert_span(actual, text)                                                                  \
    do {                                                                                           \
        struct span checked_ = (actual);                                                           \
        char *copy_ = arena_string(*state, checked_);                                              \
        assert_non_null(copy_);                                                                    \
        assert_string_equal(copy_, text);                                                          \
    } while (0)

#define message_test(f) cmocka_unit_test_setup_teardown(f, make_arena, drop_arena)

#endif
