/*
 * Where log lines go. The default is a file of the user's own, because a person who runs backsift
 * from .forward can seldom read the host's mail log; syslog is the fall-back when the disk is full.
 */
#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"

enum target { TARGET_FILE, TARGET_SYSLOG, TARGET_STDERR };

struct log {
    bool to[3];
    char file[4096];
};

struct log *log_open(const char **targets, size_t count, const char *default_file)
{
    struct log *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    snprintf(l->file, sizeof l->file, "%s", default_file ? default_file : "");
    for (size_t i = 0; i < count; i++) {
        if (strcmp(targets[i], "syslog") == 0)
            l->to[TARGET_SYSLOG] = true;
        else if (strcmp(targets[i], "stderr") == 0)
            l->to[TARGET_STDERR] = true;
        else
            l->to[TARGET_FILE] = true;
        if (strncmp(targets[i], "file:", 5) == 0)
            snprintf(l->file, sizeof l->file, "%s", targets[i] + 5);
    }
    if (count == 0)
        l->to[TARGET_FILE] = true;
    return l;
}

void log_close(struct log *l)
{
    free(l);
}

/* The state folder may not exist before the first line. Its parents belong to the user's home. */
static void make_parents(const char *file)
{
    char path[4096];
    snprintf(path, sizeof path, "%s", file);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

static void keep_small(const char *file, int fd)
{
    struct stat st;
    char old[4200];
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < LIMIT_LOG_FILE)
        return;
    snprintf(old, sizeof old, "%s.1", file);
    rename(file, old); /* when it fails the file grows on: better than a lost line */
}

static bool write_file(const char *file, const char *line, size_t n)
{
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(file, flags, 0600);
    if (fd < 0) {
        make_parents(file);
        fd = open(file, flags, 0600);
    }
    if (fd < 0)
        return false;
    bool ok = write(fd, line, n) == (ssize_t)n;
    keep_small(file, fd);
    return close(fd) == 0 && ok;
}

static void write_syslog(enum log_level level, const char *text)
{
    static const int priority[] = {LOG_INFO, LOG_WARNING, LOG_ERR};
    openlog("backsift", LOG_PID, LOG_MAIL);
    syslog(priority[level], "%s", text);
    closelog();
}

void log_line(struct log *l, enum log_level level, const char *format, ...)
{
    static const char *const names[] = {"info", "warning", "error"};
    if (!l)
        return;
    char text[2048], line[2200], when[32];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    clock_format(clock_now(), when);
    int n = snprintf(line, sizeof line, "%s backsift[%ld]: %s: %s\n", when, (long)getpid(),
                     names[level], text);
    if (l->to[TARGET_STDERR])
        fprintf(stderr, "backsift: %s\n", text);
    bool in_file = l->to[TARGET_FILE] && write_file(l->file, line, (size_t)n);
    if (l->to[TARGET_SYSLOG] || (l->to[TARGET_FILE] && !in_file))
        write_syslog(level, text);
}
