/*
 * Input made against a regex. Prefixes that the pattern accepts are found by asking PCRE2 itself
 * (partial matching); repeated, and with a character of theirs drawn out, they make it begin
 * everywhere in a subject and come far each time.
 */
#ifndef BACKSIFT_TESTS_ATTACK_H
#define BACKSIFT_TESTS_ATTACK_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "rules/ruleset.h"

#define PREFIX_MAX   ((size_t)60)
#define ALPHABET_MAX ((size_t)64)

/* The pattern as the rules compile it; NULL when it does not compile. */
static inline pcre2_code *attack_compile(const struct regex *x, uint32_t more)
{
    int code;
    PCRE2_SIZE offset;
    return pcre2_compile((PCRE2_SPTR)x->pattern.p, x->pattern.n,
                         PCRE2_UTF | PCRE2_CASELESS | PCRE2_NO_AUTO_CAPTURE | PCRE2_DUPNAMES |
                             more | (x->multiline ? PCRE2_MULTILINE : 0),
                         &code, &offset, NULL);
}

/* The characters worth trying: those in the pattern, and some that classes are made of. */
static inline size_t alphabet_of(struct span pattern, char *out)
{
    static const char usual[] = "a 0@<>.:-\n\"x";
    size_t n = strlen(usual);
    memcpy(out, usual, n);
    for (size_t i = 0; i < pattern.n && n < ALPHABET_MAX; i++)
        if ((unsigned char)pattern.p[i] < 0x80 && !memchr(out, pattern.p[i], n))
            out[n++] = pattern.p[i];
    return n;
}

/* What the pattern accepts, put together in the order in which its characters stand in it, so that
 * it gets on. */
struct attack {
    pcre2_code *code;
    pcre2_match_data *result;
    char prefix[PREFIX_MAX];
    size_t n;
    size_t pumps[PREFIX_MAX]; /* where a character may be repeated at will */
    size_t pump_count;
};

/* Whether a subject that goes on like this could still match. */
static inline bool is_prefix(const struct attack *a, const char *p, size_t n)
{
    return pcre2_match(a->code, (PCRE2_SPTR)p, n, 0, PCRE2_PARTIAL_HARD | PCRE2_ANCHORED, a->result,
                       NULL) == PCRE2_ERROR_PARTIAL;
}

static inline bool may_be_drawn_out(const struct attack *a)
{
    char drawn[PREFIX_MAX + 40];
    memcpy(drawn, a->prefix, a->n);
    memset(drawn + a->n, a->prefix[a->n - 1], 40);
    return is_prefix(a, drawn, a->n + 40);
}

/* Finds one more character, the pattern's own from *at on first. */
static inline bool attack_go_on(struct attack *a, struct span pattern, const char *alphabet,
                                size_t letters, size_t *at)
{
    for (size_t tried = 0; tried < pattern.n + letters; tried++) {
        size_t i = *at + tried;
        char c = i < pattern.n ? pattern.p[i] : alphabet[(i - pattern.n) % letters];
        a->prefix[a->n] = c;
        if ((unsigned char)c >= 0x80 || !is_prefix(a, a->prefix, a->n + 1))
            continue;
        *at = i < pattern.n ? i + 1 : *at;
        return true;
    }
    return false;
}

/* Builds the prefix, looking into the pattern from `first` on. */
static inline void attack_build(struct attack *a, struct span pattern, size_t first)
{
    char alphabet[ALPHABET_MAX];
    size_t letters = alphabet_of(pattern, alphabet), at = first;
    a->n = a->pump_count = 0;
    while (a->n < PREFIX_MAX && attack_go_on(a, pattern, alphabet, letters, &at)) {
        a->n++;
        if (may_be_drawn_out(a))
            a->pumps[a->pump_count++] = a->n - 1;
    }
}

/* p so often as it fits. */
static inline void repeated(struct buf *b, const char *p, size_t n, size_t size)
{
    buf_reset(b);
    while (n > 0 && b->n + n <= size)
        buf_add(b, (struct span){p, n});
}

/* The prefix up to `pump`, whose character stands so many times. */
static inline void drawn_out(struct buf *b, const struct attack *a, size_t pump, size_t times)
{
    buf_reset(b);
    buf_add(b, (struct span){a->prefix, pump});
    while (times-- > 0)
        buf_add_byte(b, a->prefix[pump]);
}

typedef void (*attack_subject)(void *context, const struct regex *x, struct span subject);

/* PCRE2 gives up at once where the last character that a match needs is nowhere: all of them are
 * put to the end, backwards, so that they are no match. */
static inline void attack_use(const struct regex *x, struct buf *b, attack_subject use,
                              void *context)
{
    for (size_t i = x->pattern.n; i > 0; i--)
        if ((unsigned char)x->pattern.p[i - 1] < 0x80)
            buf_add_byte(b, x->pattern.p[i - 1]);
    use(context, x, buf_span(b));
}

/* Calls use with some subjects of about `size` bytes made against x. */
static inline void attack_each(const struct regex *x, size_t size, attack_subject use,
                               void *context)
{
    pcre2_code *code = attack_compile(x, 0);
    struct buf b = {0}, piece = {0};
    struct attack a = {.code = code, .result = pcre2_match_data_create(40, NULL)};
    for (size_t first = 0; code && first < 2; first++) {
        attack_build(&a, x->pattern, first * x->pattern.n / 2);
        for (size_t n = a.n; n > 0; n /= 2) {
            repeated(&b, a.prefix, n, size);
            attack_use(x, &b, use, context);
        }
        for (size_t i = 0; i < a.pump_count; i += 1 + a.pump_count / 4) {
            drawn_out(&b, &a, a.pumps[i], size - a.pumps[i]);
            attack_use(x, &b, use, context);
            drawn_out(&piece, &a, a.pumps[i], 200);
            repeated(&b, piece.p, piece.n, size);
            attack_use(x, &b, use, context);
        }
    }
    buf_free(&b);
    buf_free(&piece);
    pcre2_match_data_free(a.result);
    pcre2_code_free(code);
}

#endif
