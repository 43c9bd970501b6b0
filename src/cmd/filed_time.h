/*
 * When a message was filed in a Maildir, as far as its name tells.
 */
#ifndef BACKSIFT_CMD_FILED_TIME_H
#define BACKSIFT_CMD_FILED_TIME_H

#include "base/clock.h"

/* Unique names begin with the second of filing and a dot. 0 for other names, and for times in the
 * future. */
unixtime filed_time_of_name(const char *unique);

/* The same for the path of a file in new/ or cur/; 0 for files elsewhere. */
unixtime filed_time_of_path(const char *path);

#endif
