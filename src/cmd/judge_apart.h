/*
 * Judging a message that comes right from the mail system: it is read in a child process, and
 * judged in this one by what the child found. What deliver and filter share.
 */
#ifndef BACKSIFT_CMD_JUDGE_APART_H
#define BACKSIFT_CMD_JUDGE_APART_H

#include "base/error.h"
#include "cmd/context.h"
#include "evidence/reader.h"

/* A message being read apart. Start from {0}; it must stay where it is until apart_end. */
struct apart {
    struct envelope envelope;
    struct reader_notes notes;
    struct reader *reader;
};

/* Loads the rules and starts a child that reads a message: the file fd, or bytes when fd is -1.
 * False with *e: then nothing is to be finished. */
bool apart_start(struct context *c, struct apart *a, struct span bytes, int fd,
                 const struct envelope *envelope, struct error *e);

/* Waits for what the child found (memory of c->arena). NULL with *e. */
struct findings *apart_answer(struct context *c, struct apart *a, struct error *e);

/* Ends the child, which has nothing more to say; nothing where none was started. */
void apart_end(struct apart *a);

/* Judges findings that arrive now. For class mail the store is not touched; for a response it is
 * opened (for writing, as sources are refreshed first; only for reading if that cannot be) and
 * stays open in c. False with *e when nothing can be said: memory, or an index that cannot be read
 * when the origin hangs on it (row 4 of the table). An empty index is no failure. */
bool apart_judge(struct context *c, const struct findings *f, bool count_strays,
                 struct verdict *out, struct error *e);

#endif
