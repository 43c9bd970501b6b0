/*
 * Reads any bytes as a rule file, then their first line as a regex and the rest as a subject: what
 * the prefilter rejects, the regex must not match, and no pattern may confuse its reading.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "rules/lint.h"
#include "rules/literal.h"
#include "rules/regex.h"
#include "rules/rule_file.h"
#include "rules/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Long subjects under random patterns take their time and show nothing more. */
#define SUBJECT_MAX ((size_t)200)

static void read_as_file(struct span bytes)
{
    struct error e = {0};
    struct ruleset *rs = ruleset_new(arena_new(LIMIT_ARENA), false);
    if (!rs)
        return;
    bool ok = rule_file_read_bytes(rs, "f.rules", "f", bytes, &e);
    if (!ok && (e.kind == ERROR_NONE || strncmp(e.text, "f.rules:", 8) != 0))
        abort();
    for (struct regex *x = rs->regexes; ok && x; x = x->next_regex)
        (void)regex_literals(rs->arena, x);
    ruleset_free(rs);
}

static void match(struct arena *arena, struct regex_engine *en, struct regex *x,
                  struct span subject)
{
    struct grams grams;
    struct span folded = literal_subject(arena, subject);
    const struct literal_set *set = regex_literals(arena, x);
    (void)pattern_lint(x->pattern, x->multiline);
    if (!grams_of(arena, folded, &grams))
        return;
    bool may = literals_may_hold(set, folded, &grams);
    if (!may && regex_match(en, x, subject, 0) == REGEX_YES)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {(const char *)data, size};
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct regex_engine *en = regex_engine_new(false);
    size_t line_end = span_find_byte(bytes, '\n', 0);
    const char *pattern = arena ? arena_string(arena, span_slice(bytes, 0, line_end)) : NULL;
    read_as_file(bytes);
    if (pattern && en) {
        struct regex x = {.pattern = span_of(pattern), .multiline = size % 2 == 0};
        match(arena, en, &x, span_slice(bytes, line_end + 1, line_end + 1 + SUBJECT_MAX));
        regex_free_codes(en); /* while x is there */
    }
    regex_engine_free(en);
    arena_free(arena);
    return 0;
}
