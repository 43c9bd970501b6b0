/*
 * What most subcommands start from: paths, config, log, rules, and on demand the store.
 */
#ifndef BACKSIFT_CMD_CONTEXT_H
#define BACKSIFT_CMD_CONTEXT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/log.h"
#include "base/span.h"
#include "config/config.h"
#include "config/paths.h"
#include "evidence/evidence.h"
#include "rules/rules.h"
#include "store/store.h"
#include "verdict/verdict.h"

struct context {
    struct arena *arena; /* for what lives as long as the run */
    struct paths paths;
    struct config *config;
    struct log *log;
    struct ruleset *rules; /* NULL until context_load_rules */
    struct store *store;   /* NULL until context_open_store */
};

/* Finds paths, reads the config, opens the log. config_option: --config or NULL. */
bool context_open(struct context *c, enum caller caller, const char *config_option,
                  struct error *e);
/* Loads the rule files; jit for many messages. */
bool context_load_rules(struct context *c, bool jit, struct error *e);
/* Where the rules had to be read from text, keeps a snapshot of them in the state folder (made when
 * missing) for the next run. For when the work is done: it takes some milliseconds, and its failure
 * means nothing. */
void context_save_rules(struct context *c);
/* The child that used the rules died: if they came from a snapshot, removes it, as it may be
 * damaged. */
void context_doubt_rules(struct context *c);
/* Opens the store once; later calls give the same. */
bool context_open_store(struct context *c, enum store_access access, int wait_ms, struct error *e);
/* Opens it for a run of `record`, which is counted: a store that was restored from a backup is
 * noticed, gets its gap, and is logged. */
bool context_open_to_record(struct context *c, struct error *e);
/* Locks a file in the state folder, both made when missing, so that one run of a kind is at work at
 * a time: with wait until the other has ended, else a running one is an error. The lock goes when
 * *fd is closed. */
bool context_lock(const struct context *c, const char *name, bool wait, int *fd, struct error *e);
void context_close(struct context *c);

/* One message read and judged in this process (classify, explain, filter, the mending of a gap).
 * store may be NULL with note saying why. All memory is arena's. False only without memory. */
struct judged {
    struct message *message;
    struct rule_match match;
    struct findings *findings;
    struct verdict verdict;
};
bool context_judge(struct context *c, struct arena *arena, struct span bytes,
                   const struct envelope *envelope, const struct index_access *index,
                   unixtime arrival, struct judged *out);

/* A file mapped or read whole, at most LIMIT_MESSAGE_PARSED bytes of it. path "-" is standard
 * input. The bytes are the arena's. */
bool context_read_file(struct arena *arena, const char *path, struct span *bytes, struct error *e);
/* The same for an open file; name is for the error. */
bool context_read_fd(struct arena *arena, int fd, const char *name, struct span *bytes,
                     struct error *e);

#endif
