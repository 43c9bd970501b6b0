/*
 * Showing --help: usage texts are written as paragraphs and lists, and filled to 79 columns here,
 * so that no text has to be broken by hand.
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/span.h"
#include "cmd/command.h"
#include "cmd/exit_code.h"

#define HELP_COLUMNS   79
#define HELP_DESCRIBED 26 /* where the description of an option begins */

static size_t indent_of(struct span line)
{
    size_t n = 0;
    while (n < line.n && line.p[n] == ' ')
        n++;
    return n;
}

/* A line that stands by itself: usage, headings, the end of a paragraph. */
static bool stands_alone(struct span line)
{
    return line.n == 0 || span_starts_nocase(line, "usage:") ||
           span_starts_nocase(line, "   or:") || line.p[line.n - 1] == ':';
}

static bool continues(struct span before, struct span line)
{
    if (stands_alone(before) || stands_alone(line))
        return false;
    if (indent_of(before) == 0)
        return indent_of(line) == 0 && !span_starts_nocase(line, "exit:");
    return indent_of(line) >= HELP_DESCRIBED;
}

/* One paragraph or list item, broken at spaces. */
static void print_filled(struct span text)
{
    size_t hang = indent_of(text) == 0 ? 0 : HELP_DESCRIBED;
    bool first = true;
    while (text.n > 0) {
        size_t room = HELP_COLUMNS - (first ? 0 : hang);
        size_t end = text.n;
        if (end > room) {
            for (end = room; end > 0 && text.p[end] != ' ';)
                end--;
            if (end <= indent_of(text))
                end = span_find_byte(text, ' ', room);
        }
        printf("%*s%.*s\n", first ? 0 : (int)hang, "", (int)end, text.p);
        text = span_slice(text, end, text.n);
        text = span_slice(text, indent_of(text), text.n);
        first = false;
    }
}

int command_help(const char *usage)
{
    struct span rest = span_of(usage), line, before = {0};
    struct buf item = {0};
    while (span_next_line(&rest, &line)) {
        if (continues(before, line)) {
            buf_add_byte(&item, ' ');
            buf_add(&item, span_slice(line, indent_of(line), line.n));
        } else {
            print_filled(buf_span(&item));
            buf_reset(&item);
            if (line.n == 0)
                putchar('\n');
            buf_add(&item, line);
        }
        before = line;
    }
    print_filled(buf_span(&item));
    bool failed = item.failed;
    buf_free(&item);
    return fflush(stdout) == 0 && !failed ? EXIT_DONE : EXIT_RETRY;
}
