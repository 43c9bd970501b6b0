/*
 * What went wrong in backsift itself since the last digest: the warnings and errors of its log, the
 * same ones counted together.
 */
#ifndef BACKSIFT_DIGEST_TROUBLE_H
#define BACKSIFT_DIGEST_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"

struct trouble {
    const char *text; /* of the latest such line */
    bool is_error;
    int64_t count;
    unixtime last;
};

struct troubles {
    struct trouble *items; /* errors first, then the most frequent */
    size_t count;
};

/* Reads FILE.1 and FILE (base/log.h) for lines with a time in [since, until). Lines that differ in
 * digits only are the same trouble. A missing file has none. False without memory. */
bool troubles_read(struct arena *arena, const char *file, unixtime since, unixtime until,
                   struct troubles *out);

#endif
