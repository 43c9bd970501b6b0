/*
 * Reading many messages in one child process that stays: what reader.h does for one message, at a
 * fiftieth of its cost. A message that kills the child costs nobody but itself its findings: it is
 * read once more in a child of its own, and what is behind it in a new one that stays. Where only a
 * header is there, it tells whether the rest is worth fetching.
 */
#ifndef BACKSIFT_EVIDENCE_BULK_READER_H
#define BACKSIFT_EVIDENCE_BULK_READER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "evidence/evidence.h"
#include "evidence/reader.h"
#include "rules/rules.h"

/* Messages that are put in and not answered yet, at most. */
#define BULK_IN_FLIGHT (2 * LIMIT_BULK_BASKET)

struct bulk_reading {
    /* The caller's; they must live until bulk_reader_close. All rules are compiled when the first
     * child is born, as it can make no native code later. */
    struct ruleset *rules;
    const struct config *config;
    int wall_ms; /* deadline for one message; 0 for LIMIT_CHILD_WALL_MS */
    /* Called once for each message, in the order in which they were put in, from within the
     * functions below. found is memory of its own until the call returns; NULL when the message
     * cannot be read, with the reason in why (kind ERROR_DATA). False ends the reading: the
     * function that called it returns false, *e untouched. */
    bool (*answer)(void *context, const struct findings *found, const struct reader_notes *notes,
                   const struct error *why);
    /* The same for each header; may be NULL when none is put in. may_match: some rule of a class
     * other than mail may hold (ruleset_may_match), or the header cannot be judged. */
    bool (*answer_header)(void *context, bool may_match);
    void *context;
};

struct bulk_reader;

/* NULL with *e without memory. No child is started yet. */
struct bulk_reader *bulk_reader_open(const struct bulk_reading *reading, struct error *e);

/* Puts in the message in the file fd, read from its start, at most LIMIT_MESSAGE_PARSED bytes of
 * it; what is longer leaves doubt in its findings. fd stays the caller's and is not used
 * afterwards. False with *e (kind ERROR_RETRY) when no child can be started. */
bool bulk_reader_put(struct bulk_reader *b, int fd, struct error *e);

/* The same for a message in memory, which is copied. */
bool bulk_reader_put_bytes(struct bulk_reader *b, struct span bytes, struct error *e);

/* The same for a message's header, of which no more than LIMIT_MESSAGE_PARSED bytes count, and the
 * line of its structure as somebody else tells it, of at most LIMIT_STRUCTURE bytes; p NULL: not
 * known. A structure that does not agree with the header on what the message is does not count. */
bool bulk_reader_put_header(struct bulk_reader *b, struct span header, struct span structure,
                            struct error *e);

/* Waits for all that is not answered yet. False as bulk_reader_put. */
bool bulk_reader_finish(struct bulk_reader *b, struct error *e);

/* Ends the child; what is not answered stays so. NULL is allowed. */
void bulk_reader_close(struct bulk_reader *b);

/* The process ID of the child that stays, for tests; 0 when there is none. */
pid_t bulk_reader_pid(const struct bulk_reader *b);

#endif
