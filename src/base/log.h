/*
 * The log: one line per event that an administrator must know of. By default a file in the state
 * folder that keeps itself small; also syslog or standard error by configuration.
 */
#ifndef BACKSIFT_BASE_LOG_H
#define BACKSIFT_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

struct log;

enum log_level { LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* targets: "file" (default_file), "file:/abs/path", "syslog" (facility mail), "stderr". A file that
 * cannot be written falls back to syslog, silently: logging never fails a delivery. The file is
 * opened at the first line, appended to with one write per line, and moved to FILE.1 when it has
 * grown beyond LIMIT_LOG_FILE. NULL without memory (log_line(NULL, ...) is allowed and does
 * nothing). */
struct log *log_open(const char **targets, size_t count, const char *default_file);
void log_close(struct log *l);

/* One line: "2026-01-02T03:04:05Z backsift[PID]: LEVEL: text", control characters made '?'. */
__attribute__((format(printf, 3, 4))) void log_line(struct log *l, enum log_level level,
                                                    const char *format, ...);

#endif
