/*
 * The digests that text and HTML are tested with: a full one from a journal of 10,000 events, a
 * first one with nothing set up, and one in which every value is an attack.
 */
#ifndef BACKSIFT_TESTS_DIGEST_SAMPLE_H
#define BACKSIFT_TESTS_DIGEST_SAMPLE_H

#include "digest/digest.h"
#include "digest_fixture.h"

struct sample {
    struct arena *arena;
    struct columns columns;
    struct index_state index;
    struct troubles troubles;
    struct blocklists blocklists;
    struct digest digest;
};

static inline void sample_begin(struct sample *s)
{
    *s = (struct sample){.arena = arena_new(LIMIT_DIGEST_MEMORY)};
    columns_open(&s->columns);
    s->digest = (struct digest){.summary = new_summary(s->arena),
                                .index = &s->index,
                                .troubles = &s->troubles,
                                .blocklists = &s->blocklists,
                                .owner = "ada@shop.example",
                                .own_hosts_known = true,
                                .columns = &s->columns};
}

static inline void sample_end(struct sample *s)
{
    columns_close(&s->columns);
    arena_free(s->arena);
}

static inline unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* The flood: 9,980 forged responses over 14 days, more on some days than on others. */
static inline void add_flood(struct summary *s)
{
    static const char *const classes[] = {"bounce",    "bounce",        "bounce",    "bounce",
                                          "autoreply", "filter-notice", "challenge", "delay"};
    static const char *const hosts[] = {"mx.far.example", "mx1.big.example", "mail.uni.example"};
    static const char *const subjects[] = {"Order shipped:", "Re: your invoice", "Cheap watches",
                                           "Hello x@shop.example"};
    static const char *const links[] = {"pills.example", "watches.example", "pills.example", NULL};
    static const char *const mailers[] = {"The Bat! (v3.0)", NULL,
                                          "Microsoft Outlook Express 6.00.2800.1106", NULL};
    unsigned seed = 1;
    for (int i = 0; i < 9980; i++) {
        char name[64], host[64], subject[64], source[64];
        unsigned day = next_random(&seed) % 14;
        if (next_random(&seed) % 3 != 0)
            day /= 2;
        snprintf(name, sizeof name, "%04x@shop.example", next_random(&seed) % 40);
        snprintf(host, sizeof host, "host%u.example", next_random(&seed) % 60);
        snprintf(subject, sizeof subject, "%s %d", subjects[i % 4], i);
        snprintf(source, sizeof source, "203.0.113.%u", (unsigned)i * 7 % 250);
        unsigned h = next_random(&seed) % 6;
        struct response r = {
            .number = i + 1,
            .class = classes[next_random(&seed) % 8],
            .origin = "forged",
            .arrival = NOW - 1 - (unixtime)(day * 86400u + next_random(&seed) % 86400u),
            .came_to = name,
            .reporting_mta = h < 3 ? hosts[h] : host,
            .original_subject = i % 3 ? subject : NULL,
            .source = i % 3 ? source : NULL,
            .link = i % 3 ? links[i % 4] : NULL,
            .mailer = i % 3 ? mailers[i % 4] : NULL,
            .check = i % 3 == 1 ? "spf=fail" : NULL,
            .response_check = i % 5 == 1 ? "dkim=pass" : NULL,
            .helo = i % 3 ? "pc-17.dialup.example" : NULL,
            .file = "1785900000.M1P2.host",
        };
        add_response(s, &r);
    }
}

static inline void add_own(struct summary *s)
{
    struct response offer = {.number = 9981,
                             .class = "delay",
                             .origin = "ours",
                             .arrival = NOW - 29 * HOUR,
                             .id = "offer-1@shop.example",
                             .recipient = "bob@customer.example",
                             .action = "delayed",
                             .status = "4.4.1",
                             .diagnostic =
                                 "connect to mx.customer.example[192.0.2.7]:25: Connection "
                                 "timed out",
                             .original_subject = "Our offer",
                             .original_date = "Mon, 03 Aug 2026 14:02:03 +0000"};
    add_response(s, &offer);
    offer.number = 9982;
    offer.class = "bounce";
    offer.action = "failed";
    offer.status = "4.4.7";
    offer.arrival = NOW - 4 * HOUR;
    add_response(s, &offer);
    struct response minutes = {.number = 9983,
                               .class = "bounce",
                               .origin = "ours",
                               .arrival = NOW - 7 * HOUR,
                               .id = "minutes@shop.example",
                               .recipient = "carol@kunde.example",
                               .second_recipient = "dan@kunde.example",
                               .action = "failed",
                               .status = "5.1.1",
                               .diagnostic = "550 5.1.1 <carol@kunde.example>: Recipient address "
                                             "rejected: User unknown in virtual mailbox table",
                               .original_subject =
                                   "Protokoll vom Dienstag: 議事録と次の会議の日程について",
                               .original_date = "Tue, 04 Aug 2026 09:00:00 +0200"};
    add_response(s, &minutes);
    struct response late = {.number = 9984,
                            .class = "delay",
                            .origin = "ours",
                            .arrival = NOW - 3 * HOUR,
                            .id = "late@shop.example",
                            .recipient = "erin@slow.example",
                            .status = "4.2.2",
                            .diagnostic = "452 4.2.2 Mailbox full",
                            .original_subject = "Photographs"};
    add_response(s, &late);
    struct response success = {.number = 9985,
                               .class = "success",
                               .origin = "ours",
                               .arrival = NOW - 2 * HOUR,
                               .id = "contract@shop.example",
                               .recipient = "frank@law.example",
                               .action = "relayed",
                               .original_subject = "Contract"};
    add_response(s, &success);
    struct response rescued = {.number = 9986,
                               .class = "bounce",
                               .origin = "ours",
                               .previous_origin = "unknown",
                               .arrival = NOW - 60 * HOUR,
                               .changed = NOW - HOUR,
                               .id = "invoice-2@shop.example",
                               .responder = "MAILER-DAEMON@mx.gone.example",
                               .subject = "Undelivered Mail Returned to Sender",
                               .recipient = "gina@gone.example",
                               .status = "5.4.4",
                               .diagnostic = "Host or domain name not found",
                               .original_subject = "Invoice 2",
                               .marked = true};
    add_response(s, &rescued);
}

static inline void add_answers_and_doubtful(struct summary *s)
{
    struct response answer = {.number = 9990,
                              .class = "autoreply",
                              .origin = "ours",
                              .folder = "Autoreplies",
                              .arrival = NOW - 5 * HOUR,
                              .responder = "dan@friend.example",
                              .subject = "Automatic reply: Hello Dan"};
    add_response(s, &answer);
    answer.number = 9991;
    answer.class = "receipt";
    answer.responder = "hanako@会社.example";
    answer.subject = "開封済み: 見積書";
    add_response(s, &answer);
    struct response doubt = {.number = 9992,
                             .class = "bounce",
                             .origin = "unknown",
                             .arrival = NOW - 6 * HOUR,
                             .responder = "MAILER-DAEMON@old.example",
                             .subject = "Undeliverable mail"};
    add_response(s, &doubt);
    doubt.number = 9993;
    doubt.class = "autoreply";
    doubt.responder = "jose\xcc\x81@example.net";
    doubt.subject = "Re\xcc\x81ponse automatique : absence du bureau";
    add_response(s, &doubt);
    doubt.number = 9994;
    doubt.folder = "INBOX";
    doubt.class = "list-robot";
    doubt.responder = "majordomo@lists.example";
    doubt.subject = "";
    doubt.original_subject = "subscribe";
    add_response(s, &doubt);
    doubt.number = 9995;
    doubt.arrival = NOW - 90 * HOUR;
    add_response(s, &doubt);
}

/* A day in a flood, all kinds of things in it; the record of sent mail is complete. */
static inline void sample_full(struct sample *s)
{
    static struct source_state sources[] = {
        {.name = "maildir:/home/ada/Maildir/.Sent",
         .first_run = NOW - 60 * SECONDS_PER_DAY,
         .last_run = NOW - HOUR,
         .messages = 1234},
        {.name = "stdin", .is_push = true, .first_run = NOW - 60 * SECONDS_PER_DAY, .messages = 1}};
    static struct gap gaps[] = {{.source = "stdin",
                                 .from = NOW - 50 * HOUR,
                                 .to = NOW - 49 * HOUR,
                                 .reason = "a copy without a Message-ID was recorded"}};
    static struct trouble troubles[] = {
        {.text = "filed unclassified in INBOX: the child was killed by its time limit",
         .is_error = true,
         .count = 2,
         .last = NOW - 9 * HOUR},
        {.text = "rule 20-postfix/queue hit its match limit", .count = 1, .last = NOW - 8 * HOUR}};
    struct summary *summary = (struct summary *)s->digest.summary;
    add_flood(summary);
    add_own(summary);
    add_answers_and_doubtful(summary);
    summary_finish(summary);
    s->index = (struct index_state){
        .coverage = {.any = true, .from = NOW - 55 * SECONDS_PER_DAY, .to = NOW - HOUR},
        .ids = 1235,
        .sources = sources,
        .source_count = 2,
        .gaps = gaps,
        .gap_count = 1,
        .forged_from = NOW - 41 * SECONDS_PER_DAY};
    s->troubles = (struct troubles){troubles, 2};
    static struct blocklist_host hosts[] = {{"mail.uni.example", "198.51.100.4", LISTING_NO},
                                            {"mx1.big.example", "198.51.100.7", LISTING_YES},
                                            {"mx.far.example", "2001:db8::25", LISTING_YES},
                                            {"host40.example", "198.51.100.9", LISTING_UNKNOWN}};
    static struct blocklist lists[] = {
        {.zone = "ips.backscatterer.org", .hosts = hosts, .host_count = 4}};
    s->blocklists = (struct blocklists){lists, 1};
}

/* The first digest of an account where nothing is set up yet. */
static inline void sample_first(struct sample *s)
{
    static const char *const sent[] = {"maildir:/home/ada/Maildir/.Sent"};
    struct config config = {.maildir = "/home/ada/Maildir", .reach_days = 14, .retain_days = 90};
    struct summary *summary = (struct summary *)s->digest.summary;
    struct response doubt = {.number = 1,
                             .class = "bounce",
                             .origin = "unknown",
                             .arrival = NOW - 6 * HOUR,
                             .came_to = "x1@shop.example",
                             .responder = "MAILER-DAEMON@old.example",
                             .subject = "Undeliverable mail"};
    summary->since = 0;
    add_response(summary, &doubt);
    summary_finish(summary);
    struct index_hints hints = {.config_file = "/home/ada/.config/backsift/backsift.conf",
                                .sent_folders = (const char **)sent,
                                .sent_folder_count = 1,
                                .domain = summary->domain};
    index_state_find(s->arena, NULL, "there is no index yet: 'backsift record' makes one", &config,
                     &hints, NOW, &s->index);
    s->digest.observing = true;
}

/* Attacks in every value: on terminals, on HTML, on header fields, on shells, on the layout. */
static const char *const attacks[] = {
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&lt;",
    "a\r\nBcc: victim@far.example\r\n\r\nbody",
    "\x1b]0;title\x07\x1b[2J\xc2\x9b[31m\x7f\x01",
    "safe\xe2\x80\xaegpj.exe\xe2\x81\xa6 \xe2\x80\x8f\xd8\x9c",
    "\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80 broken UTF-8",
    "https://evil.example/?a=1 www.evil.example javascript://x",
    "z\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88\xcc\x89\xcc\x8a",
    "\nFrom x\n--=_backsift\n--=_backsift--\n.\n",
    "'; rm -rf ~ #`id`$(id)@x`id`.example",
    "=?UTF-8?B?PHNjcmlwdD4=?= =?UTF-8?Q?=0D=0A?=",
};
#define ATTACKS (sizeof attacks / sizeof *attacks)

static inline void sample_hostile(struct sample *s)
{
    static const char *const origins[] = {"ours", "unknown", "forged"};
    struct summary *summary = (struct summary *)s->digest.summary;
    struct trouble *troubles = arena_array(s->arena, ATTACKS, sizeof *troubles);
    size_t megabyte = 1024 * 1024;
    char *big = arena_alloc(s->arena, megabyte + 1);
    memset(big, 'W', megabyte);
    for (size_t i = 0; i <= ATTACKS; i++) {
        const char *a = i < ATTACKS ? attacks[i] : big;
        for (int k = 0; k < 9; k++) {
            struct response r = {.number = 9 * (int64_t)i + k,
                                 .class = k < 3   ? "bounce"
                                          : k < 6 ? "autoreply"
                                                  : "delay",
                                 .origin = origins[k % 3],
                                 .arrival = NOW - HOUR,
                                 .mailbox = a,
                                 .folder = a,
                                 .file = a,
                                 .id = a,
                                 .came_to = a,
                                 .responder = a,
                                 .subject = a,
                                 .original_subject = k % 2 ? a : NULL,
                                 .original_date = a,
                                 .recipient = a,
                                 .action = a,
                                 .status = a,
                                 .diagnostic = a,
                                 .reporting_mta = a,
                                 .source = a,
                                 .mailer = a,
                                 .link = a,
                                 .check = a,
                                 .response_check = a,
                                 .helo = a,
                                 .relay = k % 2 ? a : NULL,
                                 .second_recipient = "x"};
            add_response(summary, &r);
        }
        if (i < ATTACKS)
            troubles[i] = (struct trouble){a, true, 1, NOW - HOUR};
    }
    summary_finish(summary);
    s->troubles = (struct troubles){troubles, ATTACKS};
    struct blocklist_host *hosts = arena_array(s->arena, ATTACKS, sizeof *hosts);
    for (size_t i = 0; i < ATTACKS; i++)
        hosts[i] = (struct blocklist_host){attacks[i], "198.51.100.7", LISTING_YES};
    static struct blocklist list = {.zone = "x.example", .host_count = ATTACKS};
    list.hosts = hosts;
    s->blocklists = (struct blocklists){&list, 1};
    s->digest.owner = attacks[1];
    s->index = (struct index_state){.trouble = attacks[0]};
}

#endif
