/*
 * Reading a file of sections and "key = value" lines: backsift.conf and rule files. Stricter than
 * the library underneath, which would split, cut or skip silently what it cannot hold.
 */
#ifndef BACKSIFT_CONFIG_INI_FILE_H
#define BACKSIFT_CONFIG_INI_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

/* Bytes of a section name, the library's limit. */
#define INI_SECTION_BYTES 49

/* One "key = value" line. Strings are valid during the call only. */
struct ini_entry {
    const char *file;
    int line;
    const char *section;     /* "" before the first heading */
    int section_line;        /* tells two sections of one name apart; 0 before the first heading */
    const char *key, *value; /* white space around them is off; value may be "" */
};

/* Called for each entry; false ends the reading with *e as filled. */
typedef bool (*ini_visit)(void *context, const struct ini_entry *entry, struct error *e);

/* Reads `in` (the caller opens and closes it), whose name in errors is `file`. Comments are whole
 * lines that start with '#' or ';'; there are no comments behind values and no continuation lines.
 * The first of these ends it with an error of kind ERROR_CONFIG that begins with FILE:LINE: a line
 * longer than max_line bytes, a control character other than tab (NUL, a CR that ends no line), a
 * section name beyond INI_SECTION_BYTES or empty, text behind a heading's "]", a line that is
 * neither heading nor entry, an entry without a key. A read error is ERROR_RETRY; reading a folder
 * is ERROR_CONFIG. The library keeps its settings in global variables, which this sets. */
bool ini_file_read(FILE *in, const char *file, int max_line, ini_visit visit, void *context,
                   struct error *e);

#endif
