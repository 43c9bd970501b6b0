/*
 * What the child that reads a message does to itself before the first byte of it is parsed.
 * Private to evidence/, but for sandbox_probe.
 */
#ifndef BACKSIFT_EVIDENCE_SANDBOX_H
#define BACKSIFT_EVIDENCE_SANDBOX_H

#include <stdbool.h>

/* The one descriptor that stays open. */
#define SANDBOX_PIPE 3

/* First step, in the child: default signals, no new privileges, no dump, death with the parent,
 * pipe moved to SANDBOX_PIPE and every other descriptor closed. False when the pipe cannot be
 * moved. */
bool sandbox_detach(int pipe);

/* What stands around the child beside its limits. */
struct sandbox_walls {
    bool filter;   /* seccomp: of system calls */
    bool landlock; /* no file can be reached; Linux 5.13 and later, where it is switched on */
};

/* Last step: limits of CPU, memory and files, Landlock and the system call filter. The limits hold
 * whatever the kernel takes of the rest. */
struct sandbox_walls sandbox_enter(void);

/* For those who ask: what a child would have around it, tried out by one. False when no child could
 * be made, or it died. */
bool sandbox_probe(struct sandbox_walls *out);

#endif
