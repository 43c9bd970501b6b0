/*
 * A span is a view of bytes that somebody else owns. Mail holds NUL bytes and whole messages are
 * mapped rather than copied, so views with a length are used everywhere instead of C strings.
 */
#ifndef BACKSIFT_BASE_SPAN_H
#define BACKSIFT_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* p may be NULL only when n is 0. The bytes live as long as their owner, never longer. */
struct span {
    const char *p;
    size_t n;
};

/* A span over a NUL-terminated string (NULL gives the empty span). */
struct span span_of(const char *s);

/* The bytes [from, to) of s; bounds are clamped to s. */
struct span span_slice(struct span s, size_t from, size_t to);

/* s without leading and trailing SP, HTAB, CR and LF (RFC 5322 WSP and line ends). */
struct span span_trim(struct span s);

bool span_equals(struct span a, struct span b);

/* ASCII letters compare without case; all other bytes as they are. No locale. */
bool span_equals_nocase(struct span a, struct span b);
bool span_is(struct span s, const char *literal);        /* exact */
bool span_is_nocase(struct span s, const char *literal); /* ASCII case folded */
bool span_starts_nocase(struct span s, const char *literal);
bool span_ends_nocase(struct span s, const char *literal);

/* Where needle first stands in s, or s.n when it does not. An empty needle stands at 0. */
size_t span_find(struct span s, struct span needle);
size_t span_find_nocase(struct span s, struct span needle);
/* Where the byte c first stands in s at or after from, or s.n. */
size_t span_find_byte(struct span s, char c, size_t from);

/* Takes the next line off *rest, without its line end (LF, CRLF, or CR alone). False when *rest was
 * empty. */
bool span_next_line(struct span *rest, struct span *line);

/* ASCII classification without locale. */
static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* SP HTAB CR LF VT FF */
static inline bool ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alnum(char c)
{
    char l = ascii_lower(c);
    return ascii_is_digit(c) || (l >= 'a' && l <= 'z');
}

#endif
