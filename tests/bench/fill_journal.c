/*
 * Fills the journal of the configuration in HOME with COUNT made-up responses that came in over the
 * last DAYS days, one in a thousand of them ours and one in a hundred unknown, through the same
 * functions as a delivery. What they say is of the length that real responses have.
 *
 *   fill_journal COUNT DAYS
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "config/config.h"
#include "evidence/evidence.h"
#include "store/store.h"

#define PER_TRANSACTION 10000
#define EVIDENCE        14

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void put(struct findings *f, enum evidence_kind kind, const char *where, const char *value)
{
    f->evidence[f->evidence_count++] =
        (struct evidence){.kind = kind, .where = where, .value = value};
}

/* A flood has few subjects, links and mailers, and many forged names and source addresses. */
static bool add(struct store *s, long n, unixtime time, unsigned *seed, struct buf *wire,
                struct error *e)
{
    static const char *const subjects[] = {"Your order has shipped:", "Re: your invoice",
                                           "Cheap watches, offer", "A parcel waits for you,"};
    static const char *const links[] = {"pills.example", "watches.example", "casino.example"};
    static const char *const mailers[] = {"The Bat! (v3.0)", "Microsoft Outlook 16.0",
                                          "PHPMailer 5.2"};
    char id[80], name[64], host[64], subject[64], source[64], victim[64], response[100], file[80];
    unsigned r = next_random(seed);
    bool bounce = n % 4 != 3;
    snprintf(id, sizeof id, "%08x.%ld@shop.example", r, n);
    snprintf(name, sizeof name, "%05x@shop.example", next_random(seed) % 50000);
    snprintf(host, sizeof host, "mx%u.provider%u.example", r % 3, next_random(seed) % 3000);
    snprintf(victim, sizeof victim, "somebody.%u@provider%u.example", r, next_random(seed) % 3000);
    snprintf(subject, sizeof subject, "%s %u", subjects[r % 4], r);
    snprintf(source, sizeof source, "203.0.%u.%u", r % 113, next_random(seed) % 250);
    snprintf(response, sizeof response, "20260805.%08x@%s", next_random(seed), host);
    snprintf(file, sizeof file, "%lld.M%uP%ldV801I%08x_0.mail,S=4711", (long long)time, r % 1000000,
             n % 30000, next_random(seed));
    struct report_recipient recipient = {
        .address = victim,
        .original = victim,
        .action = "failed",
        .status = "5.1.1",
        .diagnostic = "550 5.1.1 The email account that you tried to reach does not exist. Please "
                      "try double-checking the recipient's email address for typos",
        .remote_mta = host};
    struct evidence evidence[EVIDENCE];
    struct findings f = {.class = bounce ? CLASS_BOUNCE : CLASS_AUTOREPLY,
                         .rule = bounce ? "10-dsn-rfc3464/failed" : "70-autoreply-standard/auto",
                         .message_id = response,
                         .reporting_mta = host,
                         .recipients = &recipient,
                         .recipient_count = bounce,
                         .evidence = evidence};
    put(&f, EVIDENCE_RETURNED_ID, "part 3, field Message-ID", id);
    put(&f, EVIDENCE_ENVELOPE_RECIPIENT, "envelope", name);
    put(&f, EVIDENCE_DELIVERED_TO, "field Delivered-To", name);
    put(&f, EVIDENCE_TO, "field To", name);
    put(&f, EVIDENCE_RETURNED_FROM, "part 3, field From", name);
    put(&f, EVIDENCE_ENVELOPE_SENDER, "envelope", "");
    put(&f, EVIDENCE_RESPONDER, "field From", "MAILER-DAEMON@provider.example");
    put(&f, EVIDENCE_SUBJECT, "field Subject", "Undelivered Mail Returned to Sender");
    put(&f, EVIDENCE_ORIGINAL_SUBJECT, "part 3, field Subject", subject);
    put(&f, EVIDENCE_ORIGINAL_DATE, "part 3, field Date", "Tue, 04 Aug 2026 09:00:00 +0200");
    put(&f, EVIDENCE_SOURCE_ADDRESS, "part 3, field Received", source);
    put(&f, EVIDENCE_MAILER, "part 3, field X-Mailer", mailers[r % 3]);
    put(&f, EVIDENCE_LINK_DOMAIN, "part 3.1", links[next_random(seed) % 3]);
    put(&f, EVIDENCE_RETURNED_CHECK, "part 3, field Received-SPF", "spf=fail");
    buf_reset(wire);
    if (!findings_encode(&f, wire))
        return error_memory(e);
    struct journal_event event = {.time = time,
                                  .arrival = time,
                                  .class_ = bounce ? "bounce" : "autoreply",
                                  .origin = n % 1000 == 7  ? "ours"
                                            : n % 100 == 8 ? "unknown"
                                                           : "forged",
                                  .rule = f.rule,
                                  .row = 9,
                                  .mailbox = "maildir:/home/ada/Maildir",
                                  .folder = "Backscatter",
                                  .file = file,
                                  .previous_origin = "",
                                  .findings = buf_span(wire)};
    return journal_add(s, &event, e);
}

static bool fill(struct store *s, long count, long days, struct error *e)
{
    struct buf wire = {.limit = LIMIT_FINDINGS};
    unixtime span = days * SECONDS_PER_DAY, begin = clock_now() - span;
    unsigned seed = 1;
    bool ok = true;
    for (long i = 0; ok && i < count; i++) {
        ok = (i % PER_TRANSACTION != 0 || store_begin(s, e)) &&
             add(s, i, begin + span * i / count, &seed, &wire, e) &&
             ((i % PER_TRANSACTION != PER_TRANSACTION - 1 && i != count - 1) || store_commit(s, e));
    }
    buf_free(&wire);
    return ok;
}

int main(int argc, char **argv)
{
    long count = argc == 3 ? atol(argv[1]) : 0, days = argc == 3 ? atol(argv[2]) : 0;
    struct error e = {0};
    struct paths paths;
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct config *c = NULL;
    struct store *s = NULL;
    bool ok = count > 0 && days > 0 && arena && paths_find(arena, CALLER_USER, NULL, &paths, &e) &&
              (c = config_read(&paths, false, &e)) && (s = store_open(c, STORE_WRITE, 10000, &e)) &&
              fill(s, count, days, &e);
    if (!ok)
        fprintf(stderr, "fill_journal: %s\n", e.text);
    if (s)
        store_close(s);
    if (c)
        config_free(c);
    arena_free(arena);
    return ok ? 0 : 1;
}
