/*
 * Reading one message in a child process: parser, rules and regular expressions run where they can
 * open no file, start no program, send nothing, and be killed without loss. The parent gets
 * findings that were checked byte by byte, or the word that there are none.
 */
#ifndef BACKSIFT_EVIDENCE_READER_H
#define BACKSIFT_EVIDENCE_READER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "config/config.h"
#include "evidence/evidence.h"
#include "rules/rules.h"

/* What the log should know beside the findings. */
struct reader_notes {
    bool no_sandbox;       /* the kernel took no system call filter: limits and deadline only */
    char broken_rule[256]; /* struct rule_match.broken_rule; "" when none */
};

/* What is read, and with what. All of it stays the caller's and must live until reader_end. */
struct reader_job {
    /* The message; or, when fd is not -1, a file that the child maps from its start. No more than
     * LIMIT_MESSAGE_PARSED bytes are read; what is longer leaves doubt in the findings. */
    struct span bytes;
    int fd;
    struct ruleset *rules;
    const struct config *config;
    const struct envelope *envelope;
    int wall_ms;                /* deadline; 0 for LIMIT_CHILD_WALL_MS */
    struct reader_notes *notes; /* may be NULL; filled by reader_answer */
};

enum reader_result {
    READER_DONE,
    READER_FAILED /* the child died, hung, was killed, or answered nonsense: why in *e */
};

struct reader; /* a running child */

/* Forks the child and returns at once, so that the caller can sync the file meanwhile. Where
 * SIGCHLD is ignored (some mail systems leave it so) it is set to its default, as else no child can
 * be waited for. The child undoes signal handlers and holds no descriptor but its pipe. NULL
 * without memory, processes or descriptors, with the reason in *e (kind ERROR_RETRY). What it
 * returns is ended by reader_end. */
struct reader *reader_start(const struct reader_job *job, struct error *e);

/* Waits for the child's answer until the deadline, counted from reader_start. *out is arena memory,
 * NULL when READER_FAILED. Once for each reader. The child may still be at its end: reader_end. */
enum reader_result reader_answer(struct reader *r, struct arena *arena, struct findings **out,
                                 struct error *e);

/* Kills the child if it still runs, reaps it and frees r. Only the child that r stands for is
 * signalled and waited for. */
void reader_end(struct reader *r);

/* Both, for callers who have nothing to do meanwhile. */
enum reader_result reader_finish(struct reader *r, struct arena *arena, struct findings **out,
                                 struct error *e);

/* The child's process ID, for tests. */
pid_t reader_pid(const struct reader *r);

#endif
