/*
 * A regex as a row of tokens: as much of PCRE2's syntax as is needed to see which literal text a
 * match must hold, which groups are named, and which repeats are costly. What is not understood
 * with certainty is TOKEN_UNSURE, and the caller then draws no conclusion.
 */
#ifndef BACKSIFT_RULES_PATTERN_H
#define BACKSIFT_RULES_PATTERN_H

#include <stdbool.h>

#include "base/span.h"

enum token_kind {
    TOKEN_END,
    TOKEN_CHAR,      /* one character whose folding is known (fold.h) */
    TOKEN_SET,       /* a class, a dot, an escape such as \d, another character */
    TOKEN_ASSERTION, /* ^ $ \b \A and the like: of no width */
    TOKEN_OPTION,    /* (?i) and the like: matches nothing and limits nothing */
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OR,
    TOKEN_UNSURE
};

struct pattern_token {
    enum token_kind kind;
    unsigned c;       /* TOKEN_CHAR: folded; TOKEN_ASSERTION: which, such as ^ or b */
    bool line_end;    /* TOKEN_SET: may match a line end */
    struct span name; /* TOKEN_OPEN: the group's name, or empty */
    bool look;        /* TOKEN_OPEN: looks ahead or behind */
    bool atomic;      /* TOKEN_OPEN: (?>...) */
    /* The quantifier behind a character, set or group (then on its TOKEN_CLOSE): 1, 1 without. */
    unsigned min, max;
    bool unbounded; /* * + {n,}: max means nothing */
    bool possessive;
};

/* Takes the next token off *rest. */
struct pattern_token pattern_next(struct span *rest);

/* How many bytes of rest are a row of plain ASCII characters without quantifiers: the same as so
 * many TOKEN_CHAR, but for the folding. Most of a pattern is such text. */
size_t pattern_plain(struct span rest);

#endif
