/*
 * inih behind a reader of our own that sees every line first. The library must have its settings as
 * variables, as Debian's has: without them (upstream's build) this file does not compile, because
 * inline comments and lines cut at 200 bytes would change rules silently. That the library at run
 * time heeds them is seen from the buffer size it passes to the reader.
 */
#include "base/ini_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INI_HANDLER_LINENO 1
#include <ini.h>

#include "base/limits.h"

/* inih copies section and key names to buffers of 50 bytes and cuts what is longer. */
#define NAME_MAX_LENGTH ((size_t)49)
/* What inih is told to hold: a line, its line end and a NUL. */
#define LINE_BUFFER (LIMIT_CONFIG_LINE + 3)

struct reading {
    const char *file;
    struct span rest;
    int line;
    ini_receiver receive;
    void *context;
    struct error *error;
    bool failed;
};

static void fail(struct reading *r, const char *what)
{
    r->failed = true;
    error_set(r->error, ERROR_CONFIG, "%s:%d: %s", r->file, r->line, what);
}

/* A section line is read here as well as by inih, which tells nobody that a section began. */
static void receive_section(struct reading *r, struct span line)
{
    size_t end = span_find_byte(line, ']', 1);
    if (end == line.n)
        return; /* inih calls this an error, too */
    struct span behind = span_trim(span_slice(line, end + 1, line.n));
    char name[NAME_MAX_LENGTH + 1];
    if (end - 1 > NAME_MAX_LENGTH) {
        fail(r, "a section name has at most 49 characters");
        return;
    }
    if (behind.n > 0 && behind.p[0] != ';' && behind.p[0] != '#') {
        fail(r, "there is text behind the section name");
        return;
    }
    memcpy(name, line.p + 1, end - 1);
    name[end - 1] = '\0';
    struct ini_item item = {.file = r->file, .line = r->line, .section = name};
    r->failed = !r->receive(r->context, &item, r->error);
}

static void look_at_line(struct reading *r, struct span line)
{
    if (line.n > LIMIT_CONFIG_LINE)
        fail(r, "the line is longer than 16384 bytes");
    else if (memchr(line.p, '\0', line.n))
        fail(r, "the line holds a NUL byte");
    else if (line.n > 0 && line.p[0] == '[')
        receive_section(r, line);
}

/* The reader for inih: a line with its line end, NULL at the end. */
static char *next_line(char *buffer, int size, void *stream)
{
    struct reading *r = stream;
    if (r->failed || r->rest.n == 0)
        return NULL;
    r->line++;
    size_t n = span_find_byte(r->rest, '\n', 0);
    struct span line = span_slice(r->rest, 0, n);
    r->rest = span_slice(r->rest, n + 1, r->rest.n);
    if (size != LINE_BUFFER) {
        fail(r, "the inih library at run time ignores its settings: use the one backsift was "
                "built with");
        return NULL;
    }
    look_at_line(r, span_trim(line));
    if (r->failed)
        return NULL;
    line = span_trim(line);
    memcpy(buffer, line.p, line.n);
    memcpy(buffer + line.n, "\n", 2);
    return buffer;
}

static int receive_key(void *context, const char *section, const char *key, const char *value,
                       int line)
{
    struct reading *r = context;
    if (r->failed)
        return 0;
    if (strlen(key) > NAME_MAX_LENGTH) {
        fail(r, "a key has at most 49 characters");
        return 0;
    }
    struct ini_item item = {r->file, line, section, key, value};
    r->failed = !r->receive(r->context, &item, r->error);
    return r->failed ? 0 : 1;
}

/* These are variables of the library, shared by all its users in the process. */
static void set_up_library(void)
{
    ini_max_line = LINE_BUFFER;
    ini_use_stack = true;
    ini_allow_inline_comments = false;
    ini_allow_multiline = false;
    ini_allow_bom = false;
    ini_allow_no_value = false;
    ini_stop_on_first_error = true;
}

bool ini_read_bytes(const char *file, struct span bytes, ini_receiver receive, void *context,
                    struct error *e)
{
    struct reading r = {file, bytes, 0, receive, context, e, false};
    if (bytes.n >= 3 && memcmp(bytes.p, "\xef\xbb\xbf", 3) == 0)
        r.rest = span_slice(bytes, 3, bytes.n);
    set_up_library();
    int failed_line = ini_parse_stream(next_line, &r, receive_key, &r);
    if (r.failed)
        return false;
    if (failed_line > 0)
        return error_set(e, ERROR_CONFIG,
                         "%s:%d: neither a [section] nor a line of the form key = value", file,
                         failed_line);
    return failed_line == 0 || error_memory(e);
}

static bool read_whole(int fd, const char *path, char **bytes, size_t *n, struct error *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return error_system(e, ERROR_CONFIG, errno, "cannot read '%s'", path);
    if (!S_ISREG(st.st_mode))
        return error_set(e, ERROR_CONFIG, "'%s' is not a file", path);
    if ((size_t)st.st_size > LIMIT_INI_FILE)
        return error_set(e, ERROR_CONFIG, "'%s' is larger than %zu bytes", path, LIMIT_INI_FILE);
    *bytes = malloc((size_t)st.st_size + 1);
    if (!*bytes)
        return error_memory(e);
    while (*n < (size_t)st.st_size) {
        ssize_t got = read(fd, *bytes + *n, (size_t)st.st_size - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_system(e, ERROR_CONFIG, errno, "cannot read '%s'", path);
        if (got == 0)
            break;
        *n += (size_t)got;
    }
    return true;
}

bool ini_read_file(const char *path, ini_receiver receive, void *context, struct error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return error_system(e, ERROR_CONFIG, errno, "cannot read '%s'", path);
    char *bytes = NULL;
    size_t n = 0;
    bool ok = read_whole(fd, path, &bytes, &n, e);
    close(fd);
    ok = ok && ini_read_bytes(path, (struct span){bytes, n}, receive, context, e);
    free(bytes);
    return ok;
}
