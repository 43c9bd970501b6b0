/*
 * PCRE2 with bounds: match and depth limits make a costly pattern fail instead of hang (the native
 * code heeds the match limit only roughly, so the lint and the caller's CPU deadline stand behind
 * it). Options that make meaning depend on the build of PCRE2 are set, not left to defaults.
 */
#include "rules/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "rules/captures.h"

/* Groups in one regex; all are named. */
#define GROUPS_MAX 32
/* KiB of heap for one match by the interpreter. */
#define HEAP_KIB 32768
/* Bytes of stack for native code: its default of 32 KiB is too small for 64 KiB of text. */
#define JIT_STACK_START (32 * 1024)
#define JIT_STACK_MAX   (1024 * 1024)

struct regex_engine {
    pcre2_compile_context *compiling;
    pcre2_match_context *matching;
    pcre2_match_data *result;
    pcre2_jit_stack *stack;
    bool jit;
    /* Only these are visited at the end: of a snapshot most pages are never touched. */
    struct regex *compiled;
};

struct regex_engine *regex_engine_new(bool jit)
{
    struct regex_engine *en = calloc(1, sizeof *en);
    if (!en)
        return NULL;
    en->jit = jit;
    en->compiling = pcre2_compile_context_create(NULL);
    en->matching = pcre2_match_context_create(NULL);
    en->result = pcre2_match_data_create(GROUPS_MAX + 1, NULL);
    if (jit)
        en->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_MAX, NULL);
    if (!en->compiling || !en->matching || !en->result) {
        regex_engine_free(en);
        return NULL;
    }
    pcre2_set_newline(en->compiling, PCRE2_NEWLINE_LF);
    pcre2_set_bsr(en->compiling, PCRE2_BSR_UNICODE);
    pcre2_set_match_limit(en->matching, LIMIT_REGEX_MATCH);
    pcre2_set_depth_limit(en->matching, LIMIT_REGEX_DEPTH);
    pcre2_set_heap_limit(en->matching, HEAP_KIB);
    if (en->stack)
        pcre2_jit_stack_assign(en->matching, NULL, en->stack);
    return en;
}

void regex_free_codes(struct regex_engine *en)
{
    for (struct regex *x = en->compiled; x; x = x->next_compiled) {
        pcre2_code_free(x->code);
        x->code = NULL;
    }
    en->compiled = NULL;
}

void regex_engine_free(struct regex_engine *en)
{
    if (!en)
        return;
    regex_free_codes(en);
    pcre2_jit_stack_free(en->stack);
    pcre2_match_data_free(en->result);
    pcre2_match_context_free(en->matching);
    pcre2_compile_context_free(en->compiling);
    free(en);
}

const struct literal_set *regex_literals(struct arena *arena, struct regex *x)
{
    if (!x->analysed) {
        x->literals = literals_required(arena, x->pattern);
        x->analysed = true;
    }
    return &x->literals;
}

bool regex_has_groups(const struct regex *x)
{
    for (const char *p = x->pattern.p; (p = strstr(p, "(?")) != NULL; p += 2)
        if (p[2] == '\'' || p[2] == 'P' || (p[2] == '<' && p[3] != '=' && p[3] != '!'))
            return true;
    return false;
}

/* The table of names: fixed-size entries of a two-byte group number and the name. */
struct names {
    PCRE2_SPTR entries;
    uint32_t count, size;
};

static struct names names_of(const pcre2_code *code)
{
    struct names n = {0};
    pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &n.count);
    pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &n.size);
    pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &n.entries);
    return n;
}

static const char *name_at(const struct names *n, uint32_t i, unsigned *group)
{
    PCRE2_SPTR entry = n->entries + (size_t)i * n->size;
    *group = (unsigned)entry[0] << 8 | entry[1];
    return (const char *)entry + 2;
}

static bool check_groups(const pcre2_code *code, struct error *e)
{
    struct names names = names_of(code);
    uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (groups > GROUPS_MAX)
        return error_set(e, ERROR_CONFIG, "the regex has more than %d named groups", GROUPS_MAX);
    for (uint32_t i = 0; i < names.count; i++) {
        unsigned group;
        enum capture_kind kind;
        const char *name = name_at(&names, i, &group);
        if (!capture_kind_from_name(span_of(name), &kind))
            return error_set(e, ERROR_CONFIG, "the group name '%s' means nothing", name);
    }
    return true;
}

bool regex_serialize(struct regex_engine *en, struct arena *arena, struct regex *x)
{
    uint8_t *bytes = NULL;
    PCRE2_SIZE n = 0;
    if (!regex_compile(en, x, NULL))
        return false;
    const pcre2_code *codes[] = {x->code};
    if (pcre2_serialize_encode(codes, 1, &bytes, &n, NULL) != 1)
        return false;
    const char *kept = arena_string(arena, (struct span){(const char *)bytes, n});
    pcre2_serialize_free(bytes);
    if (kept)
        x->serialized = (struct span){kept, n};
    return kept != NULL;
}

/* From a snapshot: PCRE2 checks that its version and build are those that wrote it. */
static bool regex_decode(struct regex *x)
{
    return x->serialized.n > 0 &&
           pcre2_serialize_decode(&x->code, 1, (const uint8_t *)x->serialized.p, NULL) == 1;
}

bool regex_compile(struct regex_engine *en, struct regex *x, struct error *e)
{
    const uint32_t options = PCRE2_UTF | PCRE2_CASELESS | PCRE2_MATCH_INVALID_UTF |
                             PCRE2_NO_AUTO_CAPTURE | PCRE2_DUPNAMES | PCRE2_NEVER_BACKSLASH_C;
    if (x->code)
        return true;
    int code = 0;
    PCRE2_SIZE offset = 0;
    x->broken = true;
    if (!regex_decode(x))
        x->code = pcre2_compile((PCRE2_SPTR)x->pattern.p, x->pattern.n,
                                options | (x->multiline ? PCRE2_MULTILINE : 0), &code, &offset,
                                en->compiling);
    if (!x->code) {
        PCRE2_UCHAR words[256];
        pcre2_get_error_message(code, words, sizeof words);
        return error_set(e, ERROR_CONFIG, "the regex does not compile: %s, at character %zu",
                         (const char *)words, offset + 1);
    }
    if (!check_groups(x->code, e)) {
        pcre2_code_free(x->code);
        x->code = NULL;
        return false;
    }
    x->next_compiled = en->compiled;
    en->compiled = x;
    /* Where no native code can be made (the system forbids it), the interpreter does it. */
    if (en->jit)
        (void)pcre2_jit_compile(x->code, PCRE2_JIT_COMPLETE);
    x->broken = false;
    return true;
}

enum regex_answer regex_match(struct regex_engine *en, struct regex *x, struct span s, size_t from)
{
    if (x->broken || !regex_compile(en, x, NULL))
        return REGEX_FAILED;
    int rc =
        pcre2_match(x->code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, from, 0, en->result, en->matching);
    if (rc == PCRE2_ERROR_NOMATCH)
        return REGEX_NO;
    return rc < 0 ? REGEX_FAILED : REGEX_YES;
}

void regex_bounds(const struct regex_engine *en, size_t *from, size_t *to)
{
    const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(en->result);
    *from = bounds[0];
    *to = bounds[1] > bounds[0] ? bounds[1] : bounds[0];
}

void regex_groups(const struct regex_engine *en, const struct regex *x, regex_group found,
                  void *context)
{
    const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(en->result);
    struct names names = names_of(x->code);
    for (uint32_t i = 0; i < names.count; i++) {
        unsigned group;
        enum capture_kind kind;
        const char *name = name_at(&names, i, &group);
        PCRE2_SIZE from = bounds[2 * group], to = bounds[2 * group + 1];
        if (from == PCRE2_UNSET || to < from || !capture_kind_from_name(span_of(name), &kind))
            continue;
        found(context, kind, from, to);
    }
}
