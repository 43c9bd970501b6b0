/*
 * Encoding for transport. ASCII of short lines goes as it is, so that a digest is readable in its
 * file; anything else is quoted-printable, which passes every mail system unchanged.
 */
#include "digest/mime.h"

#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "digest/when.h"

#define FOLD_AT 78 /* RFC 5322 2.1.1 */
#define ENCODED_BYTES                                                                              \
    42               /* of text in one encoded word: 56 characters of base64 and 12 around it      \
                      */
#define BODY_LINE 76 /* RFC 2045 6.7 (5) */
#define BOUNDARY  "=_backsift" /* "=_" stands in no quoted-printable text (RFC 2045 6.7) */

/* --- header --- */

static bool is_ascii_word(struct span word)
{
    for (size_t i = 0; i < word.n; i++)
        if ((unsigned char)word.p[i] < 0x21 || (unsigned char)word.p[i] > 0x7e)
            return false;
    return true;
}

/* Text that would be read as an encoded word must be one. */
static bool needs_encoding(struct span value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] > 0x7e)
            return true;
    return span_find(value, span_of("=?")) < value.n;
}

static void add_base64(struct buf *out, struct span s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < s.n; i += 3) {
        unsigned v = 0;
        for (size_t k = 0; k < 3; k++)
            v = v << 8 | (i + k < s.n ? (unsigned char)s.p[i + k] : 0u);
        for (size_t k = 0; k < 4; k++)
            buf_add_byte(out, i + k > s.n ? '=' : digits[v >> (18 - 6 * k) & 63]);
    }
}

/* The longest beginning of at most `most` bytes that does not end within a character. */
static size_t whole_characters(struct span s, size_t most)
{
    size_t at = 0;
    unsigned cp;
    while (at < s.n) {
        size_t n = utf8_decode(span_slice(s, at, s.n), &cp);
        if (at + n > most || n == 0)
            break;
        at += n;
    }
    return at;
}

static void add_encoded_words(struct buf *out, struct span value)
{
    bool first = true;
    while (value.n > 0) {
        size_t n = whole_characters(value, ENCODED_BYTES);
        buf_add_string(out, first ? "=?UTF-8?B?" : "\n =?UTF-8?B?");
        add_base64(out, span_slice(value, 0, n));
        buf_add_string(out, "?=");
        value = span_slice(value, n, value.n);
        first = false;
    }
}

/* Words on lines of at most FOLD_AT characters, from the column the field's name ends at. */
static void add_folded(struct buf *out, size_t column, struct span value)
{
    while (value.n > 0) {
        size_t n = span_find_byte(value, ' ', 0);
        if (column + 1 + n > FOLD_AT && column > 1) {
            buf_add_string(out, "\n ");
            column = 1;
        } else {
            buf_add_byte(out, ' ');
            column++;
        }
        buf_add(out, span_slice(value, 0, n));
        column += n;
        value = span_slice(value, n + 1, value.n);
    }
    buf_add_byte(out, '\n');
}

void mime_write_field(struct buf *out, const char *name, const char *value)
{
    struct buf line = {0};
    printable_add(&line, span_trim(span_of(value)), 0);
    buf_printf(out, "%s:", name);
    if (needs_encoding(buf_span(&line))) {
        buf_add_byte(out, ' ');
        add_encoded_words(out, buf_span(&line));
        buf_add_byte(out, '\n');
    } else {
        add_folded(out, strlen(name) + 1, buf_span(&line));
    }
    out->failed = out->failed || line.failed;
    buf_free(&line);
}

/* --- addresses --- */

static bool is_address(struct span a)
{
    size_t at = span_find_byte(a, '@', 0);
    for (size_t i = 0; i < a.n; i++)
        if (strchr("<>()[]\\,;:\"", a.p[i]))
            return false;
    return is_ascii_word(a) && at > 0 && at + 1 < a.n && span_find_byte(a, '@', at + 1) == a.n;
}

static struct span unquoted(struct span name)
{
    if (name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"')
        return span_slice(name, 1, name.n - 1);
    return name;
}

bool mime_address_read(struct arena *arena, const char *text, const char *host, const char *what,
                       struct mime_address *out, struct error *e)
{
    struct span all = span_trim(span_of(text)), name = {0}, address = all;
    if (all.n > 0 && all.p[all.n - 1] == '>') {
        size_t open = span_find_byte(all, '<', 0);
        name = span_trim(span_slice(all, 0, open));
        address = span_trim(span_slice(all, open + 1, all.n - 1));
    }
    bool complete = span_find_byte(address, '@', 0) < address.n;
    char *joined = arena_string(arena, address);
    if (joined && !complete && host)
        joined = arena_printf(arena, "%s@%s", joined, host);
    char *shown = arena_string(arena, unquoted(name));
    if (!joined || !shown)
        return error_memory(e);
    if (!is_address(span_of(joined)) || !utf8_is_valid(span_of(shown)))
        return error_set(e, ERROR_CONFIG,
                         "%s: '%s' is no mail address: write 'local@domain' or "
                         "'Name <local@domain>'",
                         what, text);
    *out = (struct mime_address){shown, joined};
    return true;
}

static void write_address(struct buf *out, const char *field, const struct mime_address *a)
{
    if (needs_encoding(span_of(a->name))) {
        struct buf name = {0};
        printable_add(&name, span_of(a->name), 0);
        buf_printf(out, "%s: ", field);
        add_encoded_words(out, buf_span(&name));
        buf_printf(out, "\n <%s>\n", a->address);
        buf_free(&name);
        return;
    }
    struct buf value = {0};
    if (a->name[0]) {
        buf_add_byte(&value, '"');
        for (const char *c = a->name; *c; c++) {
            if (*c == '"' || *c == '\\')
                buf_add_byte(&value, '\\');
            buf_add_byte(&value, *c);
        }
        buf_printf(&value, "\" <%s>", a->address);
    } else {
        buf_add_string(&value, a->address);
    }
    mime_write_field(out, field, buf_string(&value));
    out->failed = out->failed || value.failed;
    buf_free(&value);
}

/* --- body --- */

/* True when text passes as it is: ASCII, short lines, no "From " that a mailbox would quote, and
 * nothing that could be taken for a boundary. */
static bool passes_as_it_is(struct span text)
{
    struct span rest = text, line;
    if (text.n > 0 && text.p[text.n - 1] != '\n')
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n' && text.p[i] != '\t') ||
            (unsigned char)text.p[i] > 0x7e)
            return false;
    while (span_next_line(&rest, &line))
        if (line.n > BODY_LINE || span_is(span_slice(line, 0, 5), "From "))
            return false;
    return span_find(text, span_of("=_")) == text.n;
}

/* One byte in quoted-printable; at the end of a line white space is encoded, too. */
static size_t quote_byte(char token[4], struct span line, size_t at)
{
    unsigned char c = (unsigned char)line.p[at];
    bool space = c == ' ' || c == '\t', last = at + 1 == line.n;
    bool from = at == 0 && span_is(span_slice(line, 0, 5), "From ");
    if ((c > 0x20 && c < 0x7f && c != '=' && !from) || (space && !last))
        return (size_t)snprintf(token, 4, "%c", c);
    return (size_t)snprintf(token, 4, "=%02X", c);
}

static void add_quoted_printable(struct buf *out, struct span text)
{
    struct span rest = text, line;
    while (span_next_line(&rest, &line)) {
        size_t column = 0;
        for (size_t i = 0; i < line.n; i++) {
            char token[4];
            size_t n = quote_byte(token, line, i);
            if (column + n > BODY_LINE - 1) {
                buf_add_string(out, "=\n");
                column = 0;
            }
            buf_add_string(out, token);
            column += n;
        }
        buf_add_byte(out, '\n');
    }
}

/* The fields of an entity and its content. */
void mime_write_text(struct buf *out, const char *type, struct span content)
{
    bool plain = passes_as_it_is(content);
    buf_printf(out, "Content-Type: %s; charset=%s\n", type, plain ? "us-ascii" : "utf-8");
    buf_printf(out, "Content-Transfer-Encoding: %s\n\n", plain ? "7bit" : "quoted-printable");
    if (plain)
        buf_add(out, content);
    else
        add_quoted_printable(out, content);
}

void mime_write_header(const struct mime_mail *m, struct buf *out)
{
    struct buf bracketed = {0};
    mime_write_field(out, "Date", when(m->date, WHEN_HEADER).text);
    write_address(out, "From", &m->from);
    write_address(out, "To", &m->to);
    mime_write_field(out, "Subject", m->subject);
    buf_printf(&bracketed, "<%s>", m->message_id);
    mime_write_field(out, "Message-ID", buf_string(&bracketed));
    out->failed = out->failed || bracketed.failed;
    buf_free(&bracketed);
    for (size_t i = 0; i < m->field_count; i++)
        mime_write_field(out, m->fields[i].name, m->fields[i].value);
    buf_add_string(out, "MIME-Version: 1.0\n");
}

void mime_write(const struct mime_mail *m, struct buf *out)
{
    mime_write_header(m, out);
    if (m->html.n == 0) {
        mime_write_text(out, "text/plain", m->text);
        return;
    }
    buf_add_string(out, "Content-Type: multipart/alternative;\n boundary=\"" BOUNDARY "\"\n\n");
    buf_add_string(out, "--" BOUNDARY "\n");
    mime_write_text(out, "text/plain", m->text);
    buf_add_string(out, "\n--" BOUNDARY "\n");
    mime_write_text(out, "text/html", m->html);
    buf_add_string(out, "\n--" BOUNDARY "--\n");
}
