/*
 * One line on the terminal that tells how far a long run is, and is gone when it ends, also by a
 * signal. Only for a terminal on standard error that can take a line back: no dumb one (TERM).
 */
#ifndef BACKSIFT_CMD_PROGRESS_H
#define BACKSIFT_CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Is there such a terminal? Otherwise the functions below are not to be called. */
bool progress_is_possible(void);

/* Puts text, cut to the width of the window, in the place of what was shown before. */
void progress_show(const char *text);

/* The same with a bar as far as the window has room: "[####   ] DONE of TOTAL" and detail. */
void progress_show_bar(int64_t done, int64_t total, const char *detail);

/* Takes the line away. */
void progress_clear(void);

#endif
