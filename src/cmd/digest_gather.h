/*
 * Bringing together what a digest is made from: journal, index, log, configuration.
 */
#ifndef BACKSIFT_CMD_DIGEST_GATHER_H
#define BACKSIFT_CMD_DIGEST_GATHER_H

#include "cmd/context.h"
#include "digest/digest.h"

struct gathering {
    struct summary_options period;
    const char *owner;       /* as struct digest */
    bool everything;         /* likewise */
    bool keep_answers;       /* of block lists, in the store, which is open for writing then */
    const char *store_error; /* why there is no store to read; NULL when context has one */
};

/* All that digest points to; it must not be moved. */
struct gathered {
    struct arena *arena;
    struct columns columns;
    struct index_state index;
    struct troubles troubles;
    struct blocklists blocklists;
    struct digest digest;
    int64_t newest; /* highest event number seen; -1 when none */
};

/* Reads everything. A journal that cannot be read is an error; an index that cannot be read is told
 * in the digest. Ended with gathered_free, also after failure. */
bool gather(struct context *c, const struct gathering *what, struct gathered *out, struct error *e);
void gathered_free(struct gathered *g);

#endif
