/*
 * Reading and writing whole stretches: short reads and writes are completed, interrupted calls
 * repeated; a descriptor that does not wait (O_NONBLOCK) is waited for.
 */
#ifndef BACKSIFT_BASE_IO_H
#define BACKSIFT_BASE_IO_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/span.h"

/* Reads until n bytes or the end of input. Gives the bytes read; -1 with errno. */
ssize_t read_all(int fd, char *p, size_t n);

/* Writes all of s. False with errno (ENOSPC when the system takes nothing and says nothing). */
bool write_all(int fd, struct span s);

#endif
