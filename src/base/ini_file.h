/*
 * Reading INI files (backsift.conf, rule files) with inih, without its silent ways: a line that is
 * too long, a NUL byte, a name that would be cut and text behind a section name are errors with
 * file and line. A value runs to the end of its line: there are no inline comments (a regex may
 * hold " ;") and no continuation lines.
 */
#ifndef BACKSIFT_BASE_INI_FILE_H
#define BACKSIFT_BASE_INI_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/span.h"

/* One thing read. key and value are NULL where a section begins (also an empty one), so that two
 * sections of the same name can be told apart. section is "" before the first. The strings live
 * until the receiver returns, file as long as the caller's name. */
struct ini_item {
    const char *file;
    int line;
    const char *section;
    const char *key, *value; /* without white space around them */
};

/* Gives false with *e filled ("file:line: ...") to end the reading. */
typedef bool (*ini_receiver)(void *context, const struct ini_item *item, struct error *e);

/* Reads a regular file (nothing else) of at most LIMIT_INI_FILE bytes. Errors are of kind
 * ERROR_CONFIG, ERROR_RETRY without memory. */
bool ini_read_file(const char *path, ini_receiver receive, void *context, struct error *e);

/* The same from memory; file is the name for errors. */
bool ini_read_bytes(const char *file, struct span bytes, ini_receiver receive, void *context,
                    struct error *e);

#endif
