/*
 * What a program that waits for long wakes up for: the time, and being asked to stop.
 */
#ifndef BACKSIFT_CMD_WAKE_H
#define BACKSIFT_CMD_WAKE_H

#include <stdbool.h>

#include "base/error.h"

struct wake {
    int stop_fd;  /* can be read once SIGTERM or SIGINT has come */
    int timer_fd; /* can be read when the time set is over */
};

/* From now on SIGTERM and SIGINT do nothing but make stop_fd readable. False with *e; ended with
 * wake_close in any case, which leaves the signals blocked. */
bool wake_open(struct wake *w, struct error *e);
void wake_close(struct wake *w);

/* Sets the timer. It also goes off when the clock jumps, as it does when a computer wakes from
 * sleep: what was waited for may long be over. */
bool wake_set(struct wake *w, int ms, struct error *e);

bool wake_is_stop(const struct wake *w);

/* Waits for so long, or until asked to stop. */
bool wake_sleep(struct wake *w, int ms, struct error *e);

#endif
