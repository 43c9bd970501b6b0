/*
 * The envelope from options, environment and From_ line (FIELD: Postfix, Exim, OpenSMTPD and qmail
 * each pass it in a way of their own).
 */
#include "cmd/envelope_source.h"

#include <stdlib.h>

#include "base/limits.h"

static bool is_null_path(struct span address)
{
    return address.n == 0 || span_is_nocase(address, "MAILER-DAEMON") || span_is(address, "#@[]");
}

static struct span without_brackets(struct span s)
{
    if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
        return span_slice(s, 1, s.n - 1);
    return s;
}

static bool has_control(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

/* NULL when it can be no address. */
static const char *address_of(struct arena *arena, struct span given)
{
    struct span address = without_brackets(span_trim(given));
    if (address.n > LIMIT_ADDRESS || has_control(address))
        return NULL;
    return is_null_path(address) ? "" : arena_string(arena, address);
}

static const char *sender_of_line(struct arena *arena, struct span line)
{
    struct span rest = span_trim(span_slice(line, sizeof "From " - 1, line.n));
    size_t end = span_find_byte(rest, ' ', 0);
    return rest.n == 0 ? NULL : address_of(arena, span_slice(rest, 0, end));
}

static const char *first_given(const char *a, const char *b, const char *c)
{
    return a ? a : b ? b : c;
}

struct envelope envelope_find(struct arena *arena, const char *sender_option,
                              const char *recipient_option, struct span from_line)
{
    struct envelope found = {0};
    const char *sender = first_given(sender_option, getenv("SENDER"), NULL);
    const char *recipient =
        first_given(recipient_option, getenv("ORIGINAL_RECIPIENT"), getenv("RECIPIENT"));
    if (sender)
        found.sender = address_of(arena, span_of(sender));
    else if (from_line.n > 0)
        found.sender = sender_of_line(arena, from_line);
    if (recipient && *recipient)
        found.recipient = address_of(arena, span_of(recipient));
    return found;
}

size_t envelope_from_line(struct span bytes)
{
    if (bytes.n < 5 || !span_is(span_slice(bytes, 0, 5), "From "))
        return 0;
    for (size_t i = 5; i < bytes.n; i++) {
        if (bytes.p[i] == '\n')
            return i + 1;
        if (bytes.p[i] == '\r')
            return i + 1 < bytes.n && bytes.p[i + 1] == '\n' ? i + 2 : i + 1;
    }
    return 0;
}
