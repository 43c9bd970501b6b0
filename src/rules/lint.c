/*
 * The same recursive descent as in literal.c, with other questions. It finds the usual mistakes;
 * that a pattern passes is no proof that it is cheap.
 */
#include "rules/lint.h"

#include "rules/pattern.h"

#define DEPTH_MAX 24

/* What stands before the place being read. */
enum start { START_NOTHING, START_OF_LINE, START_PASSED };

/* An expression that may stand in a repeat. */
struct inside {
    bool unbounded; /* has a repeat without bound that gives back */
    bool fixed;     /* needs some fixed text */
};

struct walk {
    struct span rest;
    bool multiline;
    int depth;
    struct lint lint;
};

static void read_item(struct walk *w, const struct pattern_token *t, enum start *start,
                      struct inside *in)
{
    bool at_start =
        *start == START_NOTHING || (*start == START_OF_LINE && t->kind == TOKEN_SET && t->line_end);
    if (t->unbounded && at_start)
        w->lint.quadratic_start = true;
    if (t->min > 0)
        *start = START_PASSED;
    in->unbounded = in->unbounded || (t->unbounded && !t->possessive);
    in->fixed = in->fixed || (t->kind == TOKEN_CHAR && t->min > 0 && !t->unbounded);
}

static struct pattern_token read_alternation(struct walk *w, enum start start, struct inside *in);

static bool read_group(struct walk *w, const struct pattern_token *open, enum start *start,
                       struct inside *in)
{
    struct inside group = {0};
    struct pattern_token close = read_alternation(w, open->look ? START_PASSED : *start, &group);
    if (close.kind != TOKEN_CLOSE)
        return false;
    if (open->look) {
        *start = START_PASSED;
        return true;
    }
    bool gives_back = !close.possessive && !open->atomic;
    if (close.unbounded && *start == START_NOTHING)
        w->lint.quadratic_start = true;
    if (close.unbounded && gives_back && group.unbounded && !group.fixed)
        w->lint.nested_repeat = true;
    if (close.min > 0)
        *start = START_PASSED;
    in->unbounded = in->unbounded || (gives_back && (group.unbounded || close.unbounded));
    in->fixed = in->fixed || (group.fixed && close.min > 0);
    return true;
}

/* Reads up to the token that ends the branch and gives it. */
static struct pattern_token read_branch(struct walk *w, enum start start, struct inside *in)
{
    for (;;) {
        struct pattern_token t = pattern_next(&w->rest);
        if (t.kind == TOKEN_CHAR || t.kind == TOKEN_SET)
            read_item(w, &t, &start, in);
        else if (t.kind == TOKEN_ASSERTION)
            start =
                t.c == '^' && w->multiline && start == START_NOTHING ? START_OF_LINE : START_PASSED;
        else if (t.kind == TOKEN_OPEN && !read_group(w, &t, &start, in))
            return (struct pattern_token){.kind = TOKEN_UNSURE};
        else if (t.kind != TOKEN_OPEN && t.kind != TOKEN_OPTION)
            return t;
    }
}

static struct pattern_token read_alternation(struct walk *w, enum start start, struct inside *in)
{
    struct pattern_token end = {.kind = TOKEN_UNSURE};
    in->fixed = true;
    if (++w->depth > DEPTH_MAX)
        return end;
    do {
        struct inside branch = {0};
        end = read_branch(w, start, &branch);
        in->unbounded = in->unbounded || branch.unbounded;
        in->fixed = in->fixed && branch.fixed;
    } while (end.kind == TOKEN_OR);
    w->depth--;
    return end;
}

struct lint pattern_lint(struct span pattern, bool multiline)
{
    struct walk w = {.rest = pattern, .multiline = multiline};
    struct inside in = {0};
    struct pattern_token end = read_alternation(&w, START_NOTHING, &in);
    return end.kind == TOKEN_END ? w.lint : (struct lint){0};
}
