/*
 * digest/sender_policy: records as they are published, and as they are written wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "digest/sender_policy.h"

struct given {
    const char *first, *second;
    enum policy_grade grade;
    const char *word; /* that the sentence holds */
};

static void assert_judged(struct policy_judgement (*judge)(const struct dns_texts *),
                          const struct given *g, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct dns_texts texts = {{g[i].first, g[i].second}, g[i].second ? 2 : g[i].first ? 1 : 0};
        struct policy_judgement j = judge(&texts);
        assert_int_equal(j.grade, g[i].grade);
        assert_non_null(strstr(j.words, g[i].word));
    }
}

static void spf(void **state)
{
    static const struct given g[] = {
        {"v=spf1 mx -all", "other text", POLICY_GOOD, "-all"},
        {"V=SPF1 mx -ALL", NULL, POLICY_GOOD, "-all"},
        {"v=spf1 mx ~all", NULL, POLICY_WEAK, "~all"},
        {"v=spf1 mx ?all", NULL, POLICY_WEAK, "any host"},
        {"v=spf1 all", NULL, POLICY_WEAK, "any host"},
        {"v=spf1 +all", NULL, POLICY_WEAK, "any host"},
        {"v=spf1 mx include:-all.example", NULL, POLICY_WEAK, "nothing"},
        {"v=spf1", NULL, POLICY_WEAK, "nothing"},
        {"v=spf1 redirect=_spf.x.example", NULL, POLICY_GOOD, "redirect"},
        {"v=spf1 -all", "v=spf1 mx -all", POLICY_BROKEN, "several"},
        {"v=spf1 a mx ptr include:a include:b include:c include:d exists:e a:f -mx:g -all", NULL,
         POLICY_GOOD, "-all"},
        {"v=spf1 a mx ptr include:a include:b include:c include:d exists:e a:f mx/24 ~a:h -all",
         NULL, POLICY_BROKEN, "ten times"},
        {"v=spf10 -all", NULL, POLICY_BROKEN, "no SPF"},
        {"", NULL, POLICY_BROKEN, "no SPF"},
        {NULL, NULL, POLICY_BROKEN, "no SPF"},
    };
    (void)state;
    assert_judged(judge_spf, g, sizeof g / sizeof *g);
}

static void dkim(void **state)
{
    static const struct given g[] = {
        {"v=DKIM1; k=rsa; p=MIGf", NULL, POLICY_GOOD, "there"},
        {"p=MIGf", NULL, POLICY_GOOD, "there"},
        {"v=DKIM1; t=y; p=MIGf", NULL, POLICY_WEAK, "test"},
        {"v=DKIM1; t=s; p=MIGf", NULL, POLICY_GOOD, "there"},
        {"v=DKIM1; p=", NULL, POLICY_BROKEN, "revoked"},
        {"v=DKIM1; sp=x", NULL, POLICY_BROKEN, "no DKIM"},
        {NULL, NULL, POLICY_BROKEN, "no DKIM"},
    };
    (void)state;
    assert_judged(judge_dkim, g, sizeof g / sizeof *g);
}

static void dmarc(void **state)
{
    static const struct given g[] = {
        {"v=DMARC1; p=reject; sp=none", NULL, POLICY_WEAK, "subdomains"},
        {"v=DMARC1; p=reject; sp=quarantine", NULL, POLICY_GOOD, "hold"},
        {"v=DMARC1; p=reject; rua=mailto:x@y.example", NULL, POLICY_GOOD, "hold"},
        {"v=DMARC1;p = Quarantine", NULL, POLICY_GOOD, "hold"},
        {"v=DMARC1; p=none", NULL, POLICY_WEAK, "none"},
        {"v=DMARC1; sp=reject", NULL, POLICY_BROKEN, "no policy"},
        {"v=DMARC1; p=", NULL, POLICY_BROKEN, "no policy"},
        {"v=DMARC1; p=reject", "v=DMARC1; p=none", POLICY_BROKEN, "several"},
        {"v=DMARC2; p=reject", NULL, POLICY_BROKEN, "no DMARC"},
        {NULL, NULL, POLICY_BROKEN, "no DMARC"},
    };
    (void)state;
    assert_judged(judge_dmarc, g, sizeof g / sizeof *g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spf),
        cmocka_unit_test(dkim),
        cmocka_unit_test(dmarc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
