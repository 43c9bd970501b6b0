/*
 * How a verdict is shown: one line, one JSON object, or in full.
 */
#ifndef BACKSIFT_CMD_VERDICT_OUTPUT_H
#define BACKSIFT_CMD_VERDICT_OUTPUT_H

#include <stdio.h>

#include "base/error.h"
#include "cmd/context.h"

/* j is NULL when the input could not be read; then e says why. Errors of writing are left to the
 * stream (ferror). */
typedef void (*verdict_printer)(FILE *out, const char *path, const struct judged *j,
                                const struct error *e);

/* "path: class origin rule folder", separated by single tabs. */
void verdict_print_line(FILE *out, const char *path, const struct judged *j, const struct error *e);
/* {"file":...,"class":...} as in backsift(1). An input that cannot be read is class "mail" with
 * "error". */
void verdict_print_json(FILE *out, const char *path, const struct judged *j, const struct error *e);
/* Several lines for people; colour on a terminal unless NO_COLOR is set. */
void verdict_print_full(FILE *out, const char *path, const struct judged *j, const struct error *e);

#endif
