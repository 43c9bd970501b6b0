/*
 * The sentences say what a record does for mail that others forge, which is why the owner asks.
 */
#include "digest/sender_policy.h"

#include <string.h>

/* The one record that begins with the version; *count how many do. */
static struct span record_of(const struct dns_texts *texts, const char *version, size_t *count)
{
    struct span found = {0};
    size_t length = strlen(version);
    *count = 0;
    for (size_t i = 0; i < texts->count; i++) {
        struct span text = span_of(texts->items[i]);
        if (!span_starts_nocase(text, version) ||
            (text.n > length && !ascii_is_space(text.p[length]) && text.p[length] != ';'))
            continue;
        found = text;
        (*count)++;
    }
    return found;
}

/* The qualifier of "all": '+' when it stands without; 0 when there is no "all". */
static char all_of(struct span spf, bool *redirects)
{
    *redirects = false;
    for (size_t at = 0; at < spf.n;) {
        size_t end = at;
        while (end < spf.n && !ascii_is_space(spf.p[end]))
            end++;
        struct span term = span_slice(spf, at, end);
        *redirects = *redirects || span_starts_nocase(term, "redirect=");
        if (span_is_nocase(term, "all"))
            return '+';
        if (term.n == 4 && strchr("+-~?", term.p[0]) && span_ends_nocase(term, "all"))
            return term.p[0];
        at = end + 1;
    }
    return 0;
}

/* RFC 7208 4.6.4: receivers give up beyond ten terms that ask the DNS. Those of included records
 * count, too, and are not looked at here. */
#define SPF_LOOKUPS 10

static bool asks_dns(struct span term)
{
    static const char *const names[] = {"include", "a", "mx", "ptr", "exists", "redirect", NULL};
    if (term.n > 0 && strchr("+-~?", term.p[0]))
        term = span_slice(term, 1, term.n);
    size_t end = 0;
    while (end < term.n && !strchr(":/=", term.p[end]))
        end++;
    for (size_t i = 0; names[i]; i++)
        if (span_is_nocase(span_slice(term, 0, end), names[i]))
            return true;
    return false;
}

static int lookups_of(struct span spf)
{
    int n = 0;
    for (size_t at = 0; at < spf.n;) {
        size_t end = at;
        while (end < spf.n && !ascii_is_space(spf.p[end]))
            end++;
        n += asks_dns(span_slice(spf, at, end));
        at = end + 1;
    }
    return n;
}

struct policy_judgement judge_spf(const struct dns_texts *texts)
{
    size_t count;
    bool redirects;
    struct span spf = record_of(texts, "v=spf1", &count);
    if (count == 0)
        return (struct policy_judgement){
            POLICY_BROKEN, "there is no SPF record: any host may send in its name; publish one "
                           "that ends in -all"};
    if (count > 1)
        return (struct policy_judgement){
            POLICY_BROKEN, "there are several SPF records, so receivers use none: join them"};
    if (lookups_of(spf) > SPF_LOOKUPS)
        return (struct policy_judgement){
            POLICY_BROKEN, "SPF asks the DNS more than ten times, so receivers give up on it: name "
                           "networks (ip4:, ip6:) instead"};
    switch (all_of(spf, &redirects)) {
    case '-':
        return (struct policy_judgement){
            POLICY_GOOD, "SPF ends in -all: receivers may refuse other hosts' mail"};
    case '~':
        return (struct policy_judgement){
            POLICY_WEAK, "SPF ends in ~all: other hosts' mail is accepted and marked; with -all it "
                         "may be refused"};
    case '?':
    case '+':
        return (struct policy_judgement){POLICY_WEAK,
                                         "SPF lets any host send in its name: end it in -all"};
    default:
        return redirects ? (struct policy_judgement){POLICY_GOOD,
                                                     "SPF is left to another domain (redirect=)"}
                         : (struct policy_judgement){
                               POLICY_WEAK, "SPF says nothing about other hosts: end it in -all"};
    }
}

/* The value of a tag in "a=b; c=d", without white space around it. */
static struct span tag_of(struct span record, const char *name, bool *there)
{
    *there = false;
    for (size_t at = 0; at < record.n;) {
        size_t end = span_find_byte(record, ';', at);
        struct span tag = span_slice(record, at, end);
        size_t equals = span_find_byte(tag, '=', 0);
        if (equals < tag.n && span_is_nocase(span_trim(span_slice(tag, 0, equals)), name)) {
            *there = true;
            return span_trim(span_slice(tag, equals + 1, tag.n));
        }
        at = end + 1;
    }
    return (struct span){0};
}

struct policy_judgement judge_dkim(const struct dns_texts *texts)
{
    bool there = false, testing = false;
    for (size_t i = 0; i < texts->count && !there; i++) {
        struct span record = span_of(texts->items[i]);
        struct span key = tag_of(record, "p", &there);
        if (there && key.n == 0)
            return (struct policy_judgement){POLICY_BROKEN,
                                             "the DKIM key is revoked (p= is empty)"};
        struct span flags = tag_of(record, "t", &testing);
        testing = testing && span_find_byte(flags, 'y', 0) < flags.n;
    }
    if (!there)
        return (struct policy_judgement){POLICY_BROKEN, "there is no DKIM key: signatures under "
                                                        "this selector count for nothing"};
    if (testing)
        return (struct policy_judgement){
            POLICY_WEAK, "the DKIM key is marked as a test (t=y): receivers may ignore it"};
    return (struct policy_judgement){POLICY_GOOD, "the DKIM key is there"};
}

struct policy_judgement judge_dmarc(const struct dns_texts *texts)
{
    size_t count;
    bool there;
    struct span record = record_of(texts, "v=DMARC1", &count);
    if (count == 0)
        return (struct policy_judgement){
            POLICY_BROKEN, "there is no DMARC record: receivers are not told what to do with "
                           "forged mail; publish one with p=quarantine or p=reject"};
    if (count > 1)
        return (struct policy_judgement){
            POLICY_BROKEN, "there are several DMARC records, so receivers use none: keep one"};
    struct span policy = tag_of(record, "p", &there);
    bool has_other = false;
    struct span other = tag_of(record, "sp", &has_other);
    bool holds = span_is_nocase(policy, "reject") || span_is_nocase(policy, "quarantine");
    if (holds && span_is_nocase(other, "none"))
        return (struct policy_judgement){
            POLICY_WEAK, "DMARC asks receivers to hold forged mail back, but not that in the name "
                         "of subdomains (sp=none)"};
    if (holds)
        return (struct policy_judgement){POLICY_GOOD,
                                         "DMARC asks receivers to hold forged mail back"};
    if (span_is_nocase(policy, "none"))
        return (struct policy_judgement){
            POLICY_WEAK, "DMARC has the policy none: it reports, and forged mail is delivered all "
                         "the same"};
    return (struct policy_judgement){
        POLICY_BROKEN, "DMARC has no policy that receivers know: say p=quarantine or p=reject"};
}
