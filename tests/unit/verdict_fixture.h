/*
 * What the tests of verdict/ share: a configuration and a real store in a temporary home, findings
 * put together piece by piece, and what was sent.
 */
#ifndef BACKSIFT_TESTS_VERDICT_FIXTURE_H
#define BACKSIFT_TESTS_VERDICT_FIXTURE_H

#include "temp_home.h"

#include <time.h>

#include "base/limits.h"
#include "sources/source.h"
#include "verdict/verdict.h"

#define DAYS *SECONDS_PER_DAY

struct world {
    struct temp_home home;
    struct paths paths;
    struct config *config;
    struct store *store;
    unixtime now;
    struct findings findings;
    struct evidence evidence[LIMIT_EVIDENCE];
    struct report_recipient recipients[LIMIT_RECIPIENTS];
};

static struct world w;

static inline struct store *open_store(enum store_access access)
{
    struct error e = {0};
    struct store *s = store_open(w.config, access, 1000, &e);
    if (!s)
        fail_msg("%s", e.text);
    return s;
}

static inline int world_start(void **state)
{
    (void)state;
    struct error e = {0};
    memset(&w, 0, sizeof w);
    temp_home_start(&w.home);
    w.paths = (struct paths){
        .home = w.home.path,
        .config_folder = temp_home_path(&w.home, "config"),
        .config_file = temp_home_path(&w.home, "config/backsift.conf"),
        .state_folder = temp_home_path(&w.home, "state"),
    };
    w.config = config_read(&w.paths, false, &e);
    if (!w.config)
        fail_msg("%s", e.text);
    w.store = open_store(STORE_WRITE);
    w.now = clock_now();
    return 0;
}

static inline int world_end(void **state)
{
    (void)state;
    if (w.store)
        store_close(w.store);
    config_free(w.config);
    temp_home_end(&w.home);
    return 0;
}

static inline struct config_list list_of(size_t count, const char *const *items)
{
    const char **copy = arena_array(w.home.arena, count, sizeof *copy);
    assert_non_null(copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = items[i];
    return (struct config_list){copy, count};
}
#define LIST(...)                                                                                  \
    list_of(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__})

/* --- what was sent --- */

static inline void sent(const char *id, const char *sender, const char *recipient, unixtime when)
{
    struct error e = {0};
    struct sent m = {.message_id = id,
                     .recipients = &recipient,
                     .recipient_count = recipient ? 1 : 0,
                     .sender = sender,
                     .time = when};
    if (!store_add_sent(w.store, SOURCE_STDIN, &m, &e))
        fail_msg("%s", e.text);
}

static inline void ran(const char *source, bool is_push, unixtime first, unixtime last)
{
    struct error e = {0};
    struct source_state state = {.name = source,
                                 .is_push = is_push,
                                 .first_run = first,
                                 .last_run = last,
                                 .messages = 1,
                                 .cursor = ""};
    if (!store_source_save(w.store, &state, &e))
        fail_msg("%s", e.text);
}

/* A push source declared, complete since 60 days ago, and one message in the index. */
static inline void covered(void)
{
    w.config->sources = LIST(SOURCE_STDIN);
    w.config->complete_since = w.now - 60 DAYS;
    ran(SOURCE_STDIN, true, w.now - 60 DAYS, w.now - 1 DAYS);
    sent("other@example.org", "ann@example.org", "somebody@elsewhere.example", w.now - 5 DAYS);
}

/* A Date field's value (RFC 5322 3.3). */
static inline const char *date_field(unixtime t)
{
    char text[64];
    struct tm tm;
    time_t seconds = t;
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &tm);
    return arena_string(w.home.arena, span_of(text));
}

/* --- what a response says --- */

static inline void response(enum class class)
{
    w.findings = (struct findings){.class = class,
                                   .rule = "test/rule",
                                   .message_id = "",
                                   .reporting_mta = "",
                                   .recipients = w.recipients,
                                   .evidence = w.evidence};
}

static inline void found(enum evidence_kind kind, const char *value)
{
    assert_true(w.findings.evidence_count < LIMIT_EVIDENCE);
    w.evidence[w.findings.evidence_count++] =
        (struct evidence){.kind = kind, .where = "a place", .value = value};
}

static inline void failed(const char *address)
{
    assert_true(w.findings.recipient_count < LIMIT_RECIPIENTS);
    w.recipients[w.findings.recipient_count++] = (struct report_recipient){.address = address,
                                                                           .original = "",
                                                                           .action = "failed",
                                                                           .status = "5.1.1",
                                                                           .diagnostic = "",
                                                                           .remote_mta = ""};
}

/* A bounce of a forged message as the flood brings it: nothing in it is known. */
static inline void forged_bounce(void)
{
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "forged@example.org");
    found(EVIDENCE_ENVELOPE_RECIPIENT, "x7@example.org");
    found(EVIDENCE_TO, "x7@example.org");
    found(EVIDENCE_RETURNED_FROM, "x7@example.org");
    found(EVIDENCE_ENVELOPE_SENDER, "");
    found(EVIDENCE_RESPONDER, "mailer-daemon@far.example");
    failed("victim@far.example");
}

/* An autoreply that only cites what it answers. */
static inline void citing_autoreply(const char *id, const char *responder)
{
    response(CLASS_AUTOREPLY);
    if (id)
        found(EVIDENCE_IN_REPLY_TO, id);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "x7@example.org");
    found(EVIDENCE_RESPONDER, responder);
}

/* --- the verdict --- */

static inline struct verdict judge_at(unixtime arrival, bool count_strays)
{
    struct index_access index = {.store = w.store, .note = "", .count_strays = count_strays};
    struct verdict v;
    if (!w.store)
        index.note = "no key";
    assert_true(verdict_judge(w.home.arena, &w.findings, w.config, &index, arrival, &v));
    assert_non_null(v.reason);
    assert_true(v.reason[0] != '\0');
    assert_non_null(v.folder);
    return v;
}

static inline struct verdict judge(void)
{
    return judge_at(w.now, false);
}

static inline void check_verdict(struct verdict v, int row, enum origin origin, const char *file,
                                 int line)
{
    if (v.row != row || v.origin != origin)
        fail_msg("%s:%d: row %d, %s (%s); wanted row %d, %s", file, line, v.row,
                 origin_name(v.origin), v.reason, row, origin_name(origin));
}
#define ASSERT_VERDICT(v, row, origin) check_verdict(v, row, origin, __FILE__, __LINE__)
#define ASSERT_ROW(row, origin)        ASSERT_VERDICT(judge(), row, origin)

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, world_start, world_end)

#endif
