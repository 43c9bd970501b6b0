/*
 * What the child that reads a message does to itself before the first byte of it is parsed. Private
 * to evidence/.
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

/* Last step: limits of CPU, memory and files, and the system call filter. False when the kernel
 * takes no filter; the limits hold all the same. */
bool sandbox_enter(void);

#endif
