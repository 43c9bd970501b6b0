/*
 * Running a program with one of its system calls gone wrong, by ptrace(2): every call is seen, also
 * those of the C library, of SQLite, and of the process that reads the message.
 */
#ifndef BACKSIFT_TEST_FAULT_TRACE_H
#define BACKSIFT_TEST_FAULT_TRACE_H

#include <stdbool.h>
#include <stddef.h>

enum fault_kind {
    FAULT_KILL,   /* SIGKILL at the entry of the call */
    FAULT_FAIL,   /* the call fails, or does half of what it was asked to */
    FAULT_LASTING /* it and all later calls fail that can: a full disk, a broken one */
};

/* What goes wrong and where. Start-up of the C library is let through: calls are counted from the
 * first fcntl(2) on, which is the first thing that the program does itself. */
struct fault {
    enum fault_kind kind;
    bool
        in_reader; /* counted in the process that reads the message, not in the one that delivers */
    int step;      /* the call, from 1 on */
    int way;       /* FAULT_FAIL: the way it fails in, from 0 on, of those that it can */
    int error;     /* FAULT_LASTING: the error of all */
};

struct fault_run {
    bool reached;     /* there was such a call */
    const char *call; /* its name; static */
    long first;       /* its first argument */
    int ways;         /* in which it can fail */
    int error;        /* what it failed with; 0: it did half, or nothing happened to it */
    int status;       /* as waitpid(2) gives it, of the process that delivers */
};

/* False where processes cannot be traced so: another architecture, or not allowed. */
bool fault_possible(void);

/* Runs argv with input, out and err as standard descriptors, and f gone wrong (NULL: nothing). */
struct fault_run fault_run(char **argv, int input, int out, int err, const struct fault *f);

#endif
