/*
 * What the parts of `check` share: where findings go.
 */
#ifndef BACKSIFT_CMD_CHECK_H
#define BACKSIFT_CMD_CHECK_H

#include <stdbool.h>

#include "cmd/context.h"

enum check_level { CHECK_OK, CHECK_NOTE, CHECK_WARNING, CHECK_WRONG };

struct check {
    struct context context;
    const char *config_option; /* --config or NULL */
    bool quiet;
    int wrong, warnings;
};

/* Prints one finding and counts it; what is one word such as "maildir". The text is made safe. */
__attribute__((format(printf, 4, 5))) void check_report(struct check *k, enum check_level level,
                                                        const char *what, const char *format, ...);

#endif
