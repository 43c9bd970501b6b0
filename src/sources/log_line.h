/*
 * One line of a mail server's log: who wrote it, when, and what. Lines of syslog (RFC 3164 and ISO
 * 8601 time stamps), of journald's short text, and of Exim's own log files.
 */
#ifndef BACKSIFT_SOURCES_LOG_LINE_H
#define BACKSIFT_SOURCES_LOG_LINE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/span.h"

struct log_line {
    struct span stamp;   /* the time as it stands */
    struct span host;    /* empty in Exim's own log files */
    struct span program; /* "postfix/submission/smtpd"; empty in Exim's own log files */
    struct span pid;     /* digits; may be empty */
    struct span text;
};

/* False for what is no line of a log. Views into line. */
bool log_line_parse(struct span line, struct log_line *out);

/* What is known about the time of a file's lines, and the last hour that was worked out. Start from
 * {.file_time = ...}. */
struct log_clock {
    unixtime file_time; /* the file's mtime: syslog's stamps have no year */
    char hour[16];
    unixtime hour_start;
};

/* The time of a stamp. A stamp without a year is the last such time before file_time (a day of
 * tolerance), one without a zone is of the zone of this process. 0 when it is no time. */
unixtime log_clock_read(struct log_clock *c, struct span stamp);

#endif
