/*
 * The JSON writer. See json.h.
 */
#include "base/json.h"

#include <inttypes.h>

#include "base/printable.h"

static void add_escaped(struct buf *out, struct span s)
{
    buf_add_byte(out, '"');
    while (s.n > 0) {
        unsigned cp = 0;
        size_t len = utf8_decode(s, &cp);
        if (len == 0)
            buf_add_string(out, "\xef\xbf\xbd");
        else if (cp == '"' || cp == '\\')
            buf_printf(out, "\\%c", (char)cp);
        else if (cp < 0x20 || cp == 0x7f || cp == 0x2028 || cp == 0x2029)
            buf_printf(out, "\\u%04x", cp);
        else
            buf_add(out, span_slice(s, 0, len));
        s = span_slice(s, len ? len : 1, s.n);
    }
    buf_add_byte(out, '"');
}

static void begin(struct json *j, const char *name)
{
    if (j->comma)
        buf_add_byte(j->out, ',');
    j->comma = true;
    if (name) {
        add_escaped(j->out, span_of(name));
        buf_add_byte(j->out, ':');
    }
}

static void open_with(struct json *j, const char *name, char bracket)
{
    begin(j, name);
    buf_add_byte(j->out, bracket);
    j->comma = false;
}

static void close_with(struct json *j, char bracket)
{
    buf_add_byte(j->out, bracket);
    j->comma = true;
}

void json_open_object(struct json *j, const char *name)
{
    open_with(j, name, '{');
}

void json_close_object(struct json *j)
{
    close_with(j, '}');
}

void json_open_array(struct json *j, const char *name)
{
    open_with(j, name, '[');
}

void json_close_array(struct json *j)
{
    close_with(j, ']');
}

void json_string(struct json *j, const char *name, const char *s)
{
    begin(j, name);
    if (s)
        add_escaped(j->out, span_of(s));
    else
        buf_add_string(j->out, "null");
}

void json_span(struct json *j, const char *name, struct span s)
{
    begin(j, name);
    add_escaped(j->out, s);
}

void json_number(struct json *j, const char *name, int64_t n)
{
    begin(j, name);
    buf_printf(j->out, "%" PRId64, n);
}

void json_bool(struct json *j, const char *name, bool b)
{
    begin(j, name);
    buf_add_string(j->out, b ? "true" : "false");
}
