/*
 * Writing JSON (RFC 8259) into a growing string: objects and arrays open and close, commas and
 * escapes come by themselves. One writer for everything that speaks JSON.
 */
#ifndef BACKSIFT_BASE_JSON_H
#define BACKSIFT_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* out gets the text; memory failure is out->failed. Start from {.out = &buf}. */
struct json {
    struct buf *out;
    bool comma; /* private */
};

/* name is NULL inside an array or at the top. */
void json_open_object(struct json *j, const char *name);
void json_close_object(struct json *j);
void json_open_array(struct json *j, const char *name);
void json_close_array(struct json *j);
/* s is escaped; invalid UTF-8 becomes U+FFFD. NULL writes null. */
void json_string(struct json *j, const char *name, const char *s);
void json_span(struct json *j, const char *name, struct span s);
void json_number(struct json *j, const char *name, int64_t n);
void json_bool(struct json *j, const char *name, bool b);

#endif
