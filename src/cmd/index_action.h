/*
 * The actions of `index`, one function each. The store is open when they are called.
 */
#ifndef BACKSIFT_CMD_INDEX_ACTION_H
#define BACKSIFT_CMD_INDEX_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/context.h"

struct index_options {
    const char *config; /* --config or NULL */
    bool json;
    int days;        /* of the coverage chart; 0: as many as the reach takes */
    unixtime before; /* of prune; 0: by retain-days */
    char **words;    /* what stands behind the action */
    size_t word_count;
};

/* Fills *e for an error, whose kind then decides the exit code; else gives the exit code. */
typedef int (*index_action)(struct context *c, const struct index_options *o, struct error *e);

int index_stats(struct context *c, const struct index_options *o, struct error *e);
int index_coverage(struct context *c, const struct index_options *o, struct error *e);
int index_lookup(struct context *c, const struct index_options *o, struct error *e);
int index_verify(struct context *c, const struct index_options *o, struct error *e);
int index_prune(struct context *c, const struct index_options *o, struct error *e);
int index_export(struct context *c, const struct index_options *o, struct error *e);
int index_import(struct context *c, const struct index_options *o, struct error *e);

#endif
