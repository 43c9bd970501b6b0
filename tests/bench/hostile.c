/*
 * What a hostile message costs: the processor time that reading one takes, from its bytes to the
 * findings, by the interpreter as for a single delivery and natively as in bulk. Messages are made
 * against the splitter (50 MB, a million parts, 100,000 levels, header lines of a megabyte) and,
 * one by one, against every regex that ships, in a header and structure that let most rules look at
 * the text. Run in the folder that holds rules/.
 */
#include "../unit/attack.h"

#include <stdio.h>
#include <time.h>

#include "base/limits.h"
#include "evidence/evidence.h"

/* From a mail system, or an answer, so that no rule decides before the text is looked at. */
static const char *const heads[] = {
    "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\n"
    "To: ada@example.org\nX-Mailer: Microsoft Exchange\n",
    "Return-Path: <bo@far.example>\nFrom: Bo <bo@far.example>\nTo: ada@example.org\n"
    "In-Reply-To: <1@example.org>\n",
};
#define HEADS   (sizeof heads / sizeof *heads)
#define SUBJECT "Subject: Re: offer\n"

struct bench {
    struct ruleset *rs;
    struct config config;
    const char *head;
    size_t messages;
    double worst;
    char name[160];
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void read_message(struct bench *b, struct span bytes)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct envelope envelope = {.sender = ""};
    struct rule_match match;
    struct message *m = message_parse(arena, bytes);
    struct report *r = m ? report_read(m) : NULL;
    if (r && ruleset_match(b->rs, m, r, envelope.sender, &match))
        findings_collect(m, r, &match, &b->config, &envelope);
    arena_free(arena);
}

static double cost_of(struct bench *b, struct span bytes)
{
    double start = now_ms();
    read_message(b, bytes);
    return now_ms() - start;
}

/* What seems the dearest so far is read again: in the first run, regexes are still compiled. */
static void measure(struct bench *b, const char *name, struct span bytes)
{
    double took = cost_of(b, bytes);
    b->messages++;
    if (took > b->worst) {
        double again = cost_of(b, bytes);
        took = again < took ? again : took;
    }
    if (took <= b->worst)
        return;
    b->worst = took;
    snprintf(b->name, sizeof b->name, "%s", name);
}

static void add_times(struct buf *m, const char *s, size_t times)
{
    while (times-- > 0)
        buf_add_string(m, s);
}

static void against_the_splitter(struct bench *b)
{
    static const struct {
        const char *name, *head, *piece;
        size_t times;
    } made[] = {
        {"50 MB of text", "\n", "It could not be delivered to you.\n", 50 * 1024 * 1024 / 35},
        {"a million parts", "Content-Type: multipart/report; boundary=b\n\n", "--b\n\nfailed\n",
         1000000},
        {"100,000 levels of messages", "", "Content-Type: message/rfc822\n\n", 100000},
        {"100,000 levels of multiparts", "", "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
         100000},
        {"a header line of 2 MB", "Subject: ", "failure ", 250000},
        {"a million short fields", "", "X-A: b\n", 1000000},
        {"a megabyte of Received", "", "Received: from a (b [192.0.2.1]) by c; today\n", 25000},
        {"a megabyte of recipients", "Content-Type: message/delivery-status\n\n",
         "Final-Recipient: rfc822; a@b\nAction: failed\n\n", 25000},
        {"a megabyte of quoted headers", "\n",
         "From: a@b\nTo: c@d\nSubject: e\nMessage-ID: <f@g>\n\n", 20000},
        {"4 MB of HTML", "Content-Type: text/html\n\n", "<td a=\"b>c</td>&amp;&#1234;<p>", 140000},
    };
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        struct buf m = {0};
        buf_add_string(&m, heads[0]);
        buf_add_string(&m, made[i].head);
        add_times(&m, made[i].piece, made[i].times);
        measure(b, made[i].name, buf_span(&m));
        buf_free(&m);
    }
}

/* A message with the subject in the field that the regex is asked of; in the text for all others.
 */
static void against_a_regex(void *context, const struct regex *x, struct span attack)
{
    struct bench *b = context;
    const struct rule_field *f = x->tests->field;
    bool header = f->kind == FIELD_HEADER || f->kind == FIELD_RETURN_PATH;
    struct buf m = {0};
    char name[160];
    buf_add_string(&m, b->head);
    if (header)
        buf_printf(&m, "%s: %.*s\n", f->name, (int)attack.n, attack.p);
    if (!header || strcmp(f->name, "subject") != 0)
        buf_add_string(&m, SUBJECT);
    buf_add_byte(&m, '\n');
    if (!header)
        buf_add(&m, attack);
    snprintf(name, sizeof name, "against %s = %.100s", f->key.p, x->pattern.p);
    measure(b, name, buf_span(&m));
    buf_free(&m);
}

/* The beginnings of what every regex looks for, in one text. */
static void against_all(struct bench *b)
{
    struct buf m = {0};
    buf_add_string(&m, b->head);
    buf_add_string(&m, SUBJECT "\n");
    for (const struct regex *x = b->rs->regexes; x; x = x->next_regex) {
        struct attack a = {.code = attack_compile(x, 0),
                           .result = pcre2_match_data_create(40, NULL)};
        if (a.code)
            attack_build(&a, x->pattern, 0);
        buf_add(&m, (struct span){a.prefix, a.n});
        buf_add_byte(&m, '\n');
        pcre2_match_data_free(a.result);
        pcre2_code_free(a.code);
    }
    measure(b, "against all of them at once", buf_span(&m));
    buf_free(&m);
}

int main(void)
{
    for (int jit = 0; jit < 2; jit++) {
        struct error e = {0};
        struct bench b = {0};
        b.rs = ruleset_load(&(struct rules_options){.shipped_folder = "rules", .jit = jit}, &e);
        if (!b.rs) {
            fprintf(stderr, "%s\n", e.text);
            return 1;
        }
        against_the_splitter(&b);
        printf("%s: %zu messages against the splitter: at most %.0f ms (%s)\n",
               jit ? "native     " : "interpreted", b.messages, b.worst, b.name);
        b.messages = 0;
        b.worst = 0;
        for (size_t i = 0; i < HEADS; i++) {
            b.head = heads[i];
            against_all(&b);
            for (const struct regex *x = b.rs->regexes; x; x = x->next_regex)
                attack_each(x, LIMIT_TEXT + 8192, against_a_regex, &b);
        }
        printf("%s: %zu messages of 70 KB against the rules: at most %.0f ms (%s)\n",
               jit ? "native     " : "interpreted", b.messages, b.worst, b.name);
        ruleset_free(b.rs);
    }
    return 0;
}
