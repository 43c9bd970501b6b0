/*
 * digest/summary and digest/own_mail: what one pass over the journal makes of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "digest_fixture.h"

static struct arena *arena;
static struct summary *s;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(LIMIT_DIGEST_MEMORY);
    s = new_summary(arena);
    return s ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void delays_and_failure_are_one_entry(void **state)
{
    (void)state;
    struct response r = {.number = 1,
                         .class = "delay",
                         .origin = "ours",
                         .arrival = NOW - 30 * HOUR,
                         .id = "a@x",
                         .recipient = "bob@far.example",
                         .action = "delayed",
                         .status = "4.4.1",
                         .original_subject = "Offer"};
    add_response(s, &r);
    r.number = 2;
    r.arrival = NOW - 20 * HOUR;
    add_response(s, &r);
    r.number = 3;
    r.class = "bounce";
    r.action = "failed";
    r.status = "4.4.7";
    r.arrival = NOW - 2 * HOUR;
    add_response(s, &r);
    r.number = 4; /* a delay notice that was late itself */
    r.class = "delay";
    r.action = "delayed";
    r.arrival = NOW - HOUR;
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->mails.count, 1);
    const struct own_mail *m = &s->mails.items[0];
    assert_int_equal(m->fate, FATE_FAILED);
    assert_int_equal(m->recipient_count, 1);
    assert_int_equal(m->recipients[0].delays, 3);
    assert_string_equal(m->recipients[0].status, "4.4.7");
    assert_int_equal(m->recipients[0].when, NOW - 2 * HOUR);
    assert_string_equal(m->subject, "Offer");
    assert_int_equal(summary_mails(s, FATE_FAILED), 1);
    assert_int_equal(summary_mails(s, FATE_DELAYED), 0);
}

static void recipients_of_one_original_stand_together(void **state)
{
    (void)state;
    struct response r = {.class = "bounce",
                         .origin = "ours",
                         .arrival = NOW - HOUR,
                         .id = "a@x",
                         .recipient = "bob@far.example",
                         .second_recipient = "carol@far.example",
                         .action = "failed"};
    add_response(s, &r);
    r.recipient = "DAN@far.example";
    r.second_recipient = "Bob@far.example";
    r.class = "success";
    r.action = "delivered";
    r.arrival = NOW - HOUR / 2;
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->mails.count, 1);
    assert_int_equal(s->mails.items[0].recipient_count, 3);
    assert_int_equal(s->mails.items[0].fate, FATE_FAILED); /* carol's */
    assert_int_equal(s->mails.items[0].recipients[0].fate, FATE_DELIVERED);
}

static void mails_without_an_id_fold_by_recipient(void **state)
{
    (void)state;
    struct response r = {.number = 1,
                         .class = "delay",
                         .origin = "ours",
                         .arrival = NOW - 2 * HOUR,
                         .recipient = "bob@far.example"};
    add_response(s, &r);
    r.number = 2;
    r.class = "bounce";
    r.arrival = NOW - HOUR;
    add_response(s, &r);
    r.number = 3;
    r.recipient = NULL;
    add_response(s, &r);
    r.number = 4;
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->mails.count, 3);
    assert_int_equal(summary_mails(s, FATE_FAILED), 3);
}

static void old_mail_alone_is_not_told_again(void **state)
{
    (void)state;
    struct response r = {.class = "bounce",
                         .origin = "ours",
                         .arrival = NOW - 30 * HOUR,
                         .id = "a@x",
                         .recipient = "b@c"};
    add_response(s, &r);
    r.class = "autoreply";
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->mails.count, 0);
    assert_int_equal(s->answers.total, 0);
    assert_true(summary_is_empty(s));
}

static void rescues_are_told_and_their_mail_is_fresh(void **state)
{
    (void)state;
    struct response r = {.class = "bounce",
                         .origin = "ours",
                         .previous_origin = "forged",
                         .arrival = NOW - 50 * HOUR,
                         .changed = NOW - HOUR,
                         .id = "a@x",
                         .recipient = "b@c.example"};
    add_response(s, &r);
    r.number = 2;
    r.by_user = true; /* the user's own word is no news to him */
    r.id = "b@x";
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->rescued.total, 1);
    assert_int_equal(s->rescued.items[0].before, ORIGIN_FORGED);
    assert_int_equal(s->mails.count, 1);
    assert_int_equal(summary_total(s->counts, ORIGIN_OURS), 0);
    assert_false(summary_is_empty(s));
}

static void unknown_turned_forged_is_counted(void **state)
{
    (void)state;
    struct response r = {.class = "bounce",
                         .origin = "forged",
                         .previous_origin = "unknown",
                         .arrival = NOW - 50 * HOUR,
                         .changed = NOW - HOUR};
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->found_forged, 1);
    assert_int_equal(s->rescued.total, 0);
    assert_int_equal(summary_total(s->counts, ORIGIN_FORGED), 0);
}

static void days_hold_what_arrived_on_them(void **state)
{
    (void)state;
    struct response r = {.class = "bounce", .origin = "forged", .arrival = NOW - 6 * HOUR};
    add_response(s, &r); /* today 01:00 */
    r.arrival = NOW - 8 * HOUR;
    add_response(s, &r); /* yesterday 23:00 */
    r.arrival = NOW - 13 * SECONDS_PER_DAY - 7 * HOUR;
    add_response(s, &r); /* the first second of the first day */
    r.arrival--;
    add_response(s, &r); /* before it */
    summary_finish(s);
    assert_int_equal(s->days[13].counts[CLASS_BOUNCE][ORIGIN_FORGED], 1);
    assert_int_equal(s->days[12].counts[CLASS_BOUNCE][ORIGIN_FORGED], 1);
    assert_int_equal(s->days[0].counts[CLASS_BOUNCE][ORIGIN_FORGED], 1);
    assert_int_equal(summary_total(s->counts, ORIGIN_FORGED), 2);
}

static void by_number_nothing_falls_between_two_digests(void **state)
{
    (void)state;
    struct summary_options options = {.since = NOW - SECONDS_PER_DAY, .until = NOW, .after = 7};
    struct response r = {
        .number = 7, .class = "bounce", .origin = "unknown", .arrival = NOW - 25 * HOUR};
    summary_finish(s);
    s = summary_new(arena, &options);
    assert_non_null(s);
    add_response(s, &r);
    r.number = 8; /* written late: older than the period, and not told before */
    add_response(s, &r);
    r.number = 9; /* written while this digest is made */
    r.arrival = NOW + 1;
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->doubtful.total, 2);
    assert_int_equal(s->older_doubtful, 1);
    assert_int_equal(s->newest, 9);
}

static void by_time_the_end_is_the_end(void **state)
{
    (void)state;
    struct response r = {.class = "bounce", .origin = "unknown", .arrival = NOW};
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->doubtful.total, 0);
    assert_int_equal(summary_total(s->days[13].counts, ORIGIN_UNKNOWN), 0);
}

static void forged_names_and_hosts_are_counted(void **state)
{
    (void)state;
    struct response r = {.class = "bounce",
                         .origin = "forged",
                         .arrival = NOW - HOUR,
                         .came_to = "X1@Shop.example",
                         .reporting_mta = "MX.far.example"};
    add_response(s, &r);
    add_response(s, &r);
    r.came_to = "x2@shop.example";
    r.reporting_mta = NULL;
    r.responder = "daemon@other.example";
    add_response(s, &r);
    r.came_to = NULL;
    r.responder = NULL;
    add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->forged_name_count, 2);
    assert_string_equal(s->forged_names[0].name, "x1@shop.example");
    assert_int_equal(s->forged_names[0].count, 2);
    assert_int_equal(s->other_forged_names, 1);
    assert_string_equal(s->forged_hosts[0].name, "mx.far.example");
    assert_string_equal(s->forged_hosts[1].name, "other.example");
}

static void doubtful_ones_stand_by_folder_latest_first(void **state)
{
    (void)state;
    struct response r = {.class = "bounce",
                         .origin = "unknown",
                         .arrival = NOW - 3 * HOUR,
                         .folder = "Z",
                         .file = "1"};
    add_response(s, &r);
    r.folder = "A";
    r.file = "2";
    add_response(s, &r);
    r.arrival = NOW - HOUR;
    r.file = "3";
    add_response(s, &r);
    summary_finish(s);
    assert_string_equal(s->doubtful.items[0].file, "3");
    assert_string_equal(s->doubtful.items[1].file, "2");
    assert_string_equal(s->doubtful.items[2].file, "1");
}

static void what_cannot_be_read_is_counted(void **state)
{
    (void)state;
    struct response r = {.class = "bounce", .origin = "ours", .arrival = NOW - HOUR};
    struct journal_event event = make_event(&r);
    summary_add(s, &event, NULL);
    event.class_ = "novelty";
    summary_add(s, &event, NULL);
    event.class_ = "bounce";
    event.origin = "theirs";
    summary_add(s, &event, NULL);
    summary_finish(s);
    assert_int_equal(s->unreadable, 3);
    assert_int_equal(s->counts[CLASS_BOUNCE][ORIGIN_OURS], 1);
    assert_int_equal(s->answers.total, 1); /* told, if in little detail */
}

static void too_many_lines_are_counted(void **state)
{
    (void)state;
    struct response r = {.class = "bounce", .origin = "unknown", .arrival = NOW - HOUR};
    for (int i = 0; i < LIMIT_DIGEST_LINES + 10; i++)
        add_response(s, &r);
    summary_finish(s);
    assert_int_equal(s->doubtful.count, LIMIT_DIGEST_LINES);
    assert_int_equal(s->doubtful.total, LIMIT_DIGEST_LINES + 10);
    assert_true(s->incomplete);
}

static void without_memory_the_digest_says_so(void **state)
{
    (void)state;
    summary_finish(s);
    struct arena *small = arena_new(sizeof(struct summary) + 4096);
    struct summary_options options = {.since = 0, .until = NOW, .after = -1};
    struct summary *t = summary_new(small, &options);
    assert_non_null(t);
    struct response r = {.class = "bounce", .origin = "ours", .arrival = NOW - HOUR, .id = "a@b"};
    add_response(t, &r);
    r.origin = "forged";
    r.came_to = "a@b";
    add_response(t, &r);
    r.origin = "unknown";
    add_response(t, &r);
    summary_finish(t);
    assert_true(t->incomplete);
    assert_int_equal(summary_total(t->counts, ORIGIN_FORGED), 1);
    arena_free(small);
}

/* The way of the journal: findings in their wire form. */
static void encoded_findings_are_decoded(void **state)
{
    (void)state;
    struct response r = {.class = "bounce",
                         .origin = "ours",
                         .arrival = NOW - HOUR,
                         .id = "a@x",
                         .recipient = "bob@far.example",
                         .action = "failed",
                         .status = "5.1.1"};
    struct report_recipient recipients[2];
    struct evidence evidence[8];
    struct findings f = make_findings(&r, recipients, evidence);
    struct journal_event event = make_event(&r);
    struct buf wire = {0};
    assert_true(findings_encode(&f, &wire));
    event.findings = buf_span(&wire);
    assert_true(summary_visit(s, &event));
    for (size_t cut = 0; cut < wire.n; cut++) { /* a journal that was cut short is only counted */
        event.number++;
        event.findings = span_slice(buf_span(&wire), 0, cut);
        assert_true(summary_visit(s, &event));
    }
    summary_finish(s);
    assert_int_equal(s->mails.count, 1);
    assert_string_equal(s->mails.items[0].id, "a@x");
    assert_string_equal(s->mails.items[0].recipients[0].status, "5.1.1");
    assert_int_equal(s->unreadable, wire.n);
    assert_int_equal(s->counts[CLASS_BOUNCE][ORIGIN_OURS], wire.n + 1);
    buf_free(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(delays_and_failure_are_one_entry, begin, end),
        cmocka_unit_test_setup_teardown(recipients_of_one_original_stand_together, begin, end),
        cmocka_unit_test_setup_teardown(mails_without_an_id_fold_by_recipient, begin, end),
        cmocka_unit_test_setup_teardown(old_mail_alone_is_not_told_again, begin, end),
        cmocka_unit_test_setup_teardown(rescues_are_told_and_their_mail_is_fresh, begin, end),
        cmocka_unit_test_setup_teardown(unknown_turned_forged_is_counted, begin, end),
        cmocka_unit_test_setup_teardown(days_hold_what_arrived_on_them, begin, end),
        cmocka_unit_test_setup_teardown(by_number_nothing_falls_between_two_digests, begin, end),
        cmocka_unit_test_setup_teardown(by_time_the_end_is_the_end, begin, end),
        cmocka_unit_test_setup_teardown(forged_names_and_hosts_are_counted, begin, end),
        cmocka_unit_test_setup_teardown(doubtful_ones_stand_by_folder_latest_first, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_counted, begin, end),
        cmocka_unit_test_setup_teardown(encoded_findings_are_decoded, begin, end),
        cmocka_unit_test_setup_teardown(too_many_lines_are_counted, begin, end),
        cmocka_unit_test_setup_teardown(without_memory_the_digest_says_so, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
