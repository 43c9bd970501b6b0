/*
 * Golden files: what a test makes is compared with tests/unit/golden/NAME; with UPDATE_GOLDEN set
 * in the environment it is written there instead (`make update-golden`).
 */
#ifndef BACKSIFT_TESTS_GOLDEN_H
#define BACKSIFT_TESTS_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static inline bool golden_read(const char *path, struct buf *out)
{
    char block[4096];
    FILE *f = fopen(path, "rb");
    size_t n;
    if (!f)
        return false;
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        buf_add(out, (struct span){block, n});
    return fclose(f) == 0;
}

/* Prints the first line that differs. */
static inline void golden_explain(const char *path, struct span got, struct span want)
{
    struct span got_line = {0}, want_line = {0};
    for (int line = 1;; line++) {
        bool more_got = span_next_line(&got, &got_line),
             more_want = span_next_line(&want, &want_line);
        if (more_got && more_want && span_equals(got_line, want_line))
            continue;
        fprintf(stderr,
                "%s:%d differs ('make update-golden' rewrites it)\n  got:  %.*s\n  want: %.*s\n",
                path, line, more_got ? (int)got_line.n : 0, got_line.p ? got_line.p : "",
                more_want ? (int)want_line.n : 0, want_line.p ? want_line.p : "");
        return;
    }
}

static inline bool golden_matches(const char *name, struct span got)
{
    char path[256];
    struct buf want = {0};
    snprintf(path, sizeof path, "tests/unit/golden/%s", name);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *f = fopen(path, "wb");
        bool written = f && fwrite(got.p, 1, got.n, f) == got.n;
        return f && fclose(f) == 0 && written;
    }
    bool same = golden_read(path, &want) && span_equals(got, buf_span(&want));
    if (!same)
        golden_explain(path, got, buf_span(&want));
    buf_free(&want);
    return same;
}

#endif
