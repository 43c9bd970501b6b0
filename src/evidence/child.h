/*
 * A child process that speaks to its parent over one pipe: how it is born, heard and buried.
 * Private to evidence/.
 */
#ifndef BACKSIFT_EVIDENCE_CHILD_H
#define BACKSIFT_EVIDENCE_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/span.h"

/* Exit codes of a child. */
enum { CHILD_DONE = 0, CHILD_NO_MEMORY = 1, CHILD_NO_INPUT = 2 };

/* What a child does; writes to the descriptor and does not return. */
typedef void (*child_run)(void *context, int pipe);

/* Forks with all signals held back, so that a handler of the parent never runs in the child, which
 * has them still held when it begins. Where SIGCHLD is ignored it is set to its default, as else no
 * child can be waited for. *pipe gets the end to read from, closed by the caller. The child's
 * process ID, or -1 with *e (kind ERROR_RETRY). */
pid_t child_start(child_run run, void *context, int *pipe, struct error *e);

/* Waits until there is something to read, or the end; false at the deadline, which is of the
 * monotonic clock in microseconds. */
bool child_wait_readable(int pipe, int64_t deadline);

/* Kills the child if it still runs and reaps it; *e, which may be NULL, gets how it ended (kind
 * ERROR_DATA). */
void child_end(pid_t pid, struct error *e);

/* For the child: writes all of s. */
bool child_write(int fd, struct span s);

#endif
