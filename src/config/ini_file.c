/*
 * inih behind a reader of our own. Debian's inih has its options as variables and hands the line
 * number to the handler only in this form of the prototype; a library without those variables does
 * not link, which is better than one that cuts lines at 200 bytes.
 */
#include "config/ini_file.h"

#include <errno.h>
#include <string.h>

#define INI_HANDLER_LINENO 1
#include <ini.h>

#include "base/span.h"

struct reading {
    FILE *in;
    const char *file;
    int line, section_line;
    ini_visit visit;
    void *context;
    struct error *e;
    bool failed;
};

static void fail(struct reading *r, const char *what)
{
    error_set(r->e, ERROR_CONFIG, "%s:%d: %s", r->file, r->line, what);
    r->failed = true;
}

/* Up to and with the line end. False at the end of the file or when the line cannot be taken. */
static bool take_line(struct reading *r, char *line, size_t size)
{
    size_t n = 0;
    int c = EOF;
    r->line++;
    while (n < size - 1 && (c = getc(r->in)) != EOF) {
        if (c == '\r') {
            int next = getc(r->in);
            if (next != '\n' && next != EOF) {
                fail(r, "a carriage return inside a line: end lines with LF or CR LF");
                return false;
            }
            c = '\n';
        }
        line[n++] = (char)c;
        if (c == '\n')
            break;
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            fail(r, "a control character (or a NUL byte) in the line: remove it");
            return false;
        }
    }
    line[n] = '\0';
    if (n == size - 1 && c != '\n') {
        fail(r, "the line is too long");
        return false;
    }
    return n > 0;
}

static void check_heading(struct reading *r, struct span line)
{
    size_t end = span_find_byte(line, ']', 0);
    if (end == line.n)
        fail(r, "a section heading without its ']'");
    else if (end + 1 != line.n)
        fail(r, "text behind the ']' of a section heading");
    else if (end == 1)
        fail(r, "a section heading without a name");
    else if (end - 1 > INI_SECTION_BYTES)
        fail(r, "the section name is too long");
    else
        r->section_line = r->line;
}

static void check_entry(struct reading *r, struct span line)
{
    size_t equals = span_find_byte(line, '=', 0), colon = span_find_byte(line, ':', 0);
    size_t key_end = equals < colon ? equals : colon;
    if (key_end == line.n)
        fail(r, "neither a [section] nor 'key = value': a comment needs '#' in front");
    else if (span_trim(span_slice(line, 0, key_end)).n == 0)
        fail(r, "a value without a key");
}

/* Takes the place of fgets: once something is wrong it reports the end of the file, because the
 * library itself goes on to the end whatever happens. */
static char *read_line(char *line, int size, void *context)
{
    struct reading *r = context;
    if (r->failed || !take_line(r, line, (size_t)size))
        return NULL;
    struct span s = span_trim(span_of(line));
    if (r->line == 1 && span_starts_nocase(s, "\xef\xbb\xbf"))
        s = span_trim(span_slice(s, 3, s.n));
    if (s.n == 0 || s.p[0] == '#' || s.p[0] == ';')
        return line;
    if (s.p[0] == '[')
        check_heading(r, s);
    else
        check_entry(r, s);
    return r->failed ? NULL : line;
}

static int take_entry(void *context, const char *section, const char *key, const char *value,
                      int line)
{
    struct reading *r = context;
    if (r->failed)
        return 0;
    struct ini_entry entry = {.file = r->file,
                              .line = line,
                              .section = section,
                              .section_line = r->section_line,
                              .key = key,
                              .value = value ? value : ""};
    if (!r->visit(r->context, &entry, r->e))
        r->failed = true;
    return !r->failed;
}

bool ini_file_read(FILE *in, const char *file, int max_line, ini_visit visit, void *context,
                   struct error *e)
{
    struct reading r = {.in = in, .file = file, .visit = visit, .context = context, .e = e};
    ini_allow_multiline = false;
    ini_allow_inline_comments = false;
    ini_allow_no_value = false;
    ini_allow_bom = true;
    ini_use_stack = true;
    ini_max_line = max_line + 2; /* the line end and the NUL */
    errno = 0;
    int wrong_line = ini_parse_stream(read_line, &r, take_entry, &r);
    if (r.failed)
        return false;
    if (ferror(in))
        return error_system(e, errno == EISDIR ? ERROR_CONFIG : ERROR_RETRY, errno,
                            "%s: cannot read it", file);
    if (wrong_line != 0)
        return error_set(e, ERROR_CONFIG, "%s:%d: cannot be understood", file, wrong_line);
    return true;
}
