/*
 * Input made against every regex that ships. What is counted is the steps of the matcher (automatic
 * callouts), so that a busy machine changes nothing: a pattern that is quadratic in its subject, or
 * that takes too long at LIMIT_TEXT, is found by its steps for each byte.
 */
#include "attack.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Bytes of a subject, and steps for each of them that are too many: LIMIT_TEXT takes some 50 ms by
 * so many. The dearest pattern that is not quadratic, of a hundred alternatives, takes 130. */
#define SUBJECT      ((size_t)16 * 1024)
#define STEPS_A_BYTE ((size_t)200)

/* The sanitizers make it slow, and look for something else. */
#ifdef __SANITIZE_ADDRESS__
#define ONE_IN 16
#else
#define ONE_IN 1
#endif

struct tally {
    pcre2_match_data *result;
    pcre2_match_context *counting;
    pcre2_code *code;
    size_t steps, slow;
};

static int count_step(pcre2_callout_block *block, void *context)
{
    struct tally *t = context;
    (void)block;
    return ++t->steps > SUBJECT * STEPS_A_BYTE ? PCRE2_ERROR_CALLOUT : 0;
}

static void try_subject(void *context, const struct regex *x, struct span subject)
{
    struct tally *t = context;
    t->steps = 0;
    pcre2_match(t->code, (PCRE2_SPTR)subject.p, subject.n, 0, PCRE2_NO_UTF_CHECK, t->result,
                t->counting);
    if (t->steps <= SUBJECT * STEPS_A_BYTE)
        return;
    t->slow++;
    print_message("%s = %s: too many steps over \"%.*s...\"\n", x->tests->field->key.p,
                  x->pattern.p, (int)(subject.n < 70 ? subject.n : 70), subject.p);
}

static void attack(struct tally *t, const struct regex *x)
{
    t->code = attack_compile(x, PCRE2_AUTO_CALLOUT);
    assert_non_null(t->code);
    attack_each(x, SUBJECT, try_subject, t);
    pcre2_code_free(t->code);
}

static void no_shipped_regex_is_slow(void **state)
{
    struct error e = {0};
    struct ruleset *rs = ruleset_load(&(struct rules_options){.shipped_folder = "rules"}, &e);
    assert_non_null(rs);
    size_t regexes = 0, slow = ((struct tally *)*state)->slow;
    for (const struct regex *x = rs->regexes; x; x = x->next_regex)
        if (regexes++ % ONE_IN == 0)
            attack(*state, x);
    assert_true(regexes > 1000);
    assert_int_equal(((struct tally *)*state)->slow, slow);
    ruleset_free(rs);
}

/* What it would find. */
static void a_slow_regex_is_found(void **state)
{
    static const char *const slow[] = {"antispam.*@uol\\.com", "(?:a|b)+c+@d\\.e",
                                       "could not be delivered.*because it is",
                                       "[ab]{0,400}[bc]{0,400}delivered"};
    struct tally *t = *state;
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        struct rule_field field = {.key = {"text", 4}};
        struct test test = {.field = &field};
        struct regex x = {.pattern = {slow[i], strlen(slow[i])}, .tests = &test};
        t->slow = 0;
        attack(t, &x);
        assert_true(t->slow > 0);
    }
    t->slow = 0;
}

static int set_up(void **state)
{
    static struct tally t;
    t.result = pcre2_match_data_create(40, NULL);
    t.counting = pcre2_match_context_create(NULL);
    pcre2_set_callout(t.counting, count_step, &t);
    *state = &t;
    return t.result && t.counting ? 0 : -1;
}

static int tear_down(void **state)
{
    struct tally *t = *state;
    pcre2_match_context_free(t->counting);
    pcre2_match_data_free(t->result);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_shipped_regex_is_slow),
        cmocka_unit_test(a_slow_regex_is_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
