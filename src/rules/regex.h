/*
 * One PCRE2 regex of the rules: read at load, analysed and compiled when first needed. All are
 * caseless, read UTF-8 and stand invalid bytes, and have named groups only.
 */
#ifndef BACKSIFT_RULES_REGEX_H
#define BACKSIFT_RULES_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "rules/literal.h"
#include "rules/rules.h"

/* What all regexes of a ruleset share: contexts with the limits, room for the result. */
struct regex_engine;

struct regex_engine *regex_engine_new(bool jit);
/* Frees the code of every regex compiled so far; the regexes must still be there. */
void regex_free_codes(struct regex_engine *engine);
/* The same, and the engine. */
void regex_engine_free(struct regex_engine *engine);

struct regex {
    struct span pattern; /* a string */
    bool multiline;      /* ^ and $ stand at lines: for the field `lines` */
    bool analysed;
    bool broken; /* does not compile */
    struct literal_set literals;
    struct pcre2_real_code_8 *code; /* NULL until compiled */
    struct span serialized;         /* the same as pcre2_serialize_encode writes it; or empty */
    struct regex *next_compiled;    /* the engine's list of those that have code */
    struct regex *next_regex;       /* the owner's list of all */
    struct test *tests;             /* the fields it is asked of */
};

/* The literals of x; analysed at the first call, kept in arena. */
const struct literal_set *regex_literals(struct arena *arena, struct regex *x);

/* Compiles x unless it is. False with PCRE2's words in *e (without file and line) when it does not
 * compile or names a group that means nothing (kind ERROR_CONFIG). */
bool regex_compile(struct regex_engine *engine, struct regex *x, struct error *e);

/* Compiles x and keeps its code serialised in arena, for a snapshot (snapshot.h). False when it
 * does not compile or there is no memory. */
bool regex_serialize(struct regex_engine *engine, struct arena *arena, struct regex *x);

enum regex_answer { REGEX_NO, REGEX_YES, REGEX_FAILED };

/* Looks for the first match in s at or after from; compiles x when needed. REGEX_FAILED: it does
 * not compile, or the match ran into a limit. */
enum regex_answer regex_match(struct regex_engine *engine, struct regex *x, struct span s,
                              size_t from);

/* Of the last match that was REGEX_YES: its bounds in s. */
void regex_bounds(const struct regex_engine *engine, size_t *from, size_t *to);

/* Calls found for each named group that took part in the last match of x, with its bounds. */
typedef void (*regex_group)(void *context, enum capture_kind kind, size_t from, size_t to);
void regex_groups(const struct regex_engine *engine, const struct regex *x, regex_group found,
                  void *context);

/* Whether the pattern has a named group at all, by its looks. */
bool regex_has_groups(const struct regex *x);

#endif
