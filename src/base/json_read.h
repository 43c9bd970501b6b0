/*
 * Reading JSON (RFC 8259) as far as backsift's own exports need it: one object of strings and whole
 * numbers, nothing nested.
 */
#ifndef BACKSIFT_BASE_JSON_READ_H
#define BACKSIFT_BASE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

struct json_member {
    struct span name, text; /* text: of a string, unescaped, valid UTF-8, perhaps with NUL */
    bool is_number;
    int64_t number;
};

/* Reads all of s as one object into at most `most` members; strings are arena memory. False when it
 * is anything else, has more members, or without memory. */
bool json_read_object(struct arena *arena, struct span s, struct json_member *members, size_t most,
                      size_t *count);

/* The member of that name, or NULL. */
const struct json_member *json_member_of(const struct json_member *members, size_t count,
                                         const char *name);

#endif
