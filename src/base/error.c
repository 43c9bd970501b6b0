/*
 * Filling error values. Texts are made safe here, once, because they quote file names, config
 * values and bits of messages, and end on terminals and in mail logs.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void make_printable(char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            *s = '?';
}

bool error_set(struct error *e, enum error_kind kind, const char *format, ...)
{
    if (!e)
        return false;
    va_list args;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    e->kind = kind;
    make_printable(e->text);
    return false;
}

bool error_system(struct error *e, enum error_kind kind, int errno_value, const char *format, ...)
{
    if (!e)
        return false;
    va_list args;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    size_t n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n, ": %s", strerror(errno_value));
    e->kind = kind;
    make_printable(e->text);
    return false;
}

bool error_memory(struct error *e)
{
    return error_set(e, ERROR_RETRY, "out of memory");
}
