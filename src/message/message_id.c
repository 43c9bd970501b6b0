/*
 * A scanner for Message-IDs of our own: libetpan drops an ID with text behind it, a folded one and
 * an empty one, and half the IDs of originals stand in running text anyway. What is read here is
 * compared with the index, so an ID is taken whole or not at all: half an ID of ours would be found
 * in no index and speak for a forgery.
 */
#include "message/header.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "message/encoded_word.h"

struct id_scan {
    struct arena *arena;
    struct string_list *list;
    bool allow_no_at;
};

static bool is_id_char(char c)
{
    return c != '<' && c != '>' && ((unsigned char)c > ' ' && c != 127);
}

/* Reads the ID whose "<" stands at pos. Returns where to go on; *n is 0 when there is none. */
static size_t read_bracketed(struct span s, size_t pos, char id[LIMIT_MESSAGE_ID], size_t *n)
{
    size_t i = pos + 1;
    bool fits = true;
    *n = 0;
    for (; i < s.n && (is_id_char(s.p[i]) || ascii_is_space(s.p[i])); i++) {
        if (ascii_is_space(s.p[i]))
            continue;
        if (*n == LIMIT_MESSAGE_ID)
            fits = false;
        else
            id[(*n)++] = s.p[i];
    }
    bool closed = i < s.n && s.p[i] == '>';
    if (!closed || !fits)
        *n = 0;
    return closed ? i + 1 : i;
}

static bool has_at(const char *id, size_t n)
{
    return n >= 3 && memchr(id, '@', n) != NULL;
}

static void add_id(struct id_scan *scan, struct span id)
{
    struct string_list *l = scan->list;
    if (l->count == LIMIT_ORIGINALS)
        return;
    if (!l->items)
        l->items = arena_array(scan->arena, LIMIT_ORIGINALS, sizeof *l->items);
    const char *copy = l->items ? arena_string(scan->arena, id) : NULL;
    if (copy)
        l->items[l->count++] = copy;
}

/* Where the comment that begins at pos ends, or pos when it never does. */
static size_t comment_end(struct span s, size_t pos)
{
    size_t depth = 0;
    for (size_t i = pos; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '(')
            depth++;
        else if (s.p[i] == ')' && --depth == 0)
            return i + 1;
    }
    return pos;
}

static void scan_brackets(struct id_scan *scan, struct span s, bool skip_comments)
{
    char id[LIMIT_MESSAGE_ID];
    size_t n, i = 0;
    while (i < s.n && scan->list->count < LIMIT_ORIGINALS) {
        if (s.p[i] == '(' && skip_comments) {
            size_t end = comment_end(s, i);
            skip_comments = end > i; /* one that never ends is no comment, nor are later ones */
            i = end > i ? end : i + 1;
        } else if (s.p[i] == '<') {
            i = read_bracketed(s, i, id, &n);
            if (n > 0 && (scan->allow_no_at || has_at(id, n)))
                add_id(scan, (struct span){id, n});
        } else {
            i++;
        }
    }
}

/* A value that is nothing but left@right, perhaps in quotes. */
static void scan_bare(struct id_scan *scan, struct span s)
{
    s = span_trim(s);
    if (s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        s = span_slice(s, 1, s.n - 1);
    if (s.n > LIMIT_MESSAGE_ID || !has_at(s.p, s.n))
        return;
    for (size_t i = 0; i < s.n; i++)
        if (!is_id_char(s.p[i]))
            return;
    if (s.p[0] != '@' && s.p[s.n - 1] != '@' && !encoded_words_in(s))
        add_id(scan, s);
}

static void scan_all(struct id_scan *scan, struct span value)
{
    scan_brackets(scan, value, true);
    if (scan->list->count == 0)
        scan_brackets(scan, value, false);
    if (scan->list->count == 0)
        scan_bare(scan, value);
}

struct string_list message_ids_in(struct arena *arena, struct span value, bool allow_no_at)
{
    struct string_list list = {0};
    struct id_scan scan = {.arena = arena, .list = &list, .allow_no_at = allow_no_at};
    scan_all(&scan, value);
    if (list.count == 0 && encoded_words_in(value)) {
        /* Some libraries encode an ID that is too long for a line. */
        struct buf decoded = {.limit = LIMIT_TEXT};
        encoded_words_decode(&decoded, value);
        scan_all(&scan, buf_span(&decoded));
        buf_free(&decoded);
    }
    return list;
}
