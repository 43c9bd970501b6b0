/*
 * The origin table of DESIGN.md, row by row, over a real store.
 */
#include "verdict_fixture.h"

/* --- row 1 --- */

static void test_row_1_valid_tag(void **state)
{
    (void)state;
    covered();
    w.config->prvs_keys = LIST("old key", "secret");
    forged_bounce();
    /* 2024-10-04, whose day number ends in 000: the tag ends on the day 004. */
    unixtime day_000 = 20000 DAYS;
    found(EVIDENCE_DELIVERED_TO, "prvs=0004117d88=bob@example.org");
    ASSERT_VERDICT(judge_at(day_000, false), 1, ORIGIN_OURS);
    struct verdict late = judge_at(day_000 + 5 DAYS, false);
    assert_int_not_equal(late.row, 1);
}

static void test_row_1_wrong_tag_proves_nothing(void **state)
{
    (void)state;
    covered();
    w.config->prvs_keys = LIST("another key");
    forged_bounce();
    found(EVIDENCE_DELIVERED_TO, "prvs=0004117d88=bob@example.org");
    struct verdict v = judge_at(20000 DAYS, false);
    assert_int_not_equal(v.row, 1);
    assert_int_not_equal(v.origin, ORIGIN_OURS);
}

static void test_row_1_keyed_header(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    found(EVIDENCE_KEYED_HEADER, "X-Ours: 77");
    ASSERT_ROW(1, ORIGIN_OURS);
}

/* --- row 2 --- */

static void test_row_2_each_kind_of_id(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "victim@far.example", w.now - 2 DAYS);
    for (int k = EVIDENCE_RETURNED_ID; k <= EVIDENCE_REFERENCES; k++) {
        response(CLASS_BOUNCE);
        found((enum evidence_kind)k, "known@EXAMPLE.org");
        failed("victim@far.example");
        struct verdict v = judge();
        ASSERT_VERDICT(v, 2, ORIGIN_OURS);
        assert_false(v.marked);
        assert_string_equal(v.known_id, "known@EXAMPLE.org");
    }
}

static void test_row_2_any_candidate_proves_ours(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "victim@far.example", w.now - 2 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "the-bounce-of-a-relay@far.example");
    found(EVIDENCE_REFERENCES, "known@example.org");
    failed("victim@far.example");
    ASSERT_ROW(2, ORIGIN_OURS);
}

static void test_row_2_before_row_3(void **state)
{
    (void)state;
    covered();
    w.config->addresses_complete = true;
    w.config->addresses = LIST("ann@example.org");
    sent("known@example.org", "ann@example.org", "victim@far.example", w.now - 2 DAYS);
    forged_bounce();
    found(EVIDENCE_FIELD_ID, "known@example.org");
    ASSERT_ROW(2, ORIGIN_OURS);
}

static void test_row_2_case_of_the_left_part_counts(void **state)
{
    (void)state;
    covered();
    sent("Known@example.org", "ann@example.org", "joe@far.example", w.now - 2 DAYS);
    forged_bounce();
    found(EVIDENCE_FIELD_ID, "known@example.org");
    ASSERT_ROW(9, ORIGIN_FORGED);
}

static void test_row_2_forwarding_recipient_is_marked(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 2 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "known@example.org");
    failed("joes.other.mailbox@elsewhere-still.example");
    struct verdict v = judge();
    ASSERT_VERDICT(v, 2, ORIGIN_OURS);
    assert_true(v.marked);
}

static void test_row_2_original_recipient_clears_the_mark(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 2 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "known@example.org");
    failed("joes.other.mailbox@elsewhere-still.example");
    w.recipients[0].original = "Joe@far.example";
    struct verdict v = judge();
    ASSERT_VERDICT(v, 2, ORIGIN_OURS);
    assert_false(v.marked);
}

static void test_row_2_one_of_several_recipients_clears_the_mark(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 2 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "known@example.org");
    failed("unheard-of@far.example");
    failed("joe@far.example");
    struct verdict v = judge();
    ASSERT_VERDICT(v, 2, ORIGIN_OURS);
    assert_false(v.marked);
}

static void test_row_2_scraped_id(void **state)
{
    (void)state;
    covered();
    sent("public@example.org", "ann@example.org", "list@far.example", w.now - 2 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "public@example.org");
    failed("victim@far.example");
    for (int i = 0; i < LIMIT_SCRAPED_ID; i++) {
        ASSERT_VERDICT(judge_at(w.now, false), 2, ORIGIN_OURS); /* looking counts nothing */
        struct verdict v = judge_at(w.now, true);
        ASSERT_VERDICT(v, 2, ORIGIN_OURS);
        assert_true(v.marked);
    }
    ASSERT_VERDICT(judge_at(w.now, true), 2, ORIGIN_UNKNOWN);
    ASSERT_VERDICT(judge_at(w.now, false), 2, ORIGIN_UNKNOWN);
    /* A recipient it was sent to is no stray, whatever the count. */
    w.findings.recipient_count = 0;
    failed("list@far.example");
    ASSERT_VERDICT(judge_at(w.now, true), 2, ORIGIN_OURS);
}

static void test_row_2_autoreply_of_a_stranger_is_marked(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 2 DAYS);
    citing_autoreply("known@example.org", "joes.assistant@elsewhere-still.example");
    struct verdict v = judge();
    ASSERT_VERDICT(v, 2, ORIGIN_OURS);
    assert_true(v.marked);
    citing_autoreply("known@example.org", "joe@far.example");
    assert_false(judge().marked);
}

static void test_row_2_recorded_twice(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 2 DAYS);
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 1 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "known@example.org");
    failed("joe@far.example");
    ASSERT_ROW(2, ORIGIN_OURS);
}

static void test_row_2_receipt_after_months(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 85 DAYS);
    response(CLASS_RECEIPT);
    found(EVIDENCE_FIELD_ID, "known@example.org");
    failed("joe@far.example");
    ASSERT_ROW(2, ORIGIN_OURS);
}

/* --- row 3 --- */

static void use_only(const char *address)
{
    w.config->addresses_complete = true;
    w.config->addresses = list_of(1, &address);
}

static void test_row_3_nobody_uses_the_address(void **state)
{
    (void)state;
    use_only("ann@example.org");
    forged_bounce();
    ASSERT_ROW(3, ORIGIN_FORGED);
    w.config->addresses_complete = false;
    ASSERT_ROW(4, ORIGIN_UNKNOWN);
}

static void test_row_3_needs_no_index(void **state)
{
    (void)state;
    use_only("ann@example.org");
    store_close(w.store);
    w.store = NULL;
    forged_bounce();
    struct verdict v = judge();
    ASSERT_VERDICT(v, 3, ORIGIN_FORGED);
    assert_string_equal(v.store_note, "no key");
}

static void test_row_3_one_own_address_stops_it(void **state)
{
    (void)state;
    static const enum evidence_kind kinds[] = {EVIDENCE_ENVELOPE_RECIPIENT, EVIDENCE_DELIVERED_TO,
                                               EVIDENCE_TO, EVIDENCE_RETURNED_FROM,
                                               EVIDENCE_RETURNED_SENDER};
    use_only("ann@example.org");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        forged_bounce();
        found(kinds[i], "Ann+tag@Example.ORG");
        ASSERT_ROW(4, ORIGIN_UNKNOWN);
    }
}

static void test_row_3_without_addresses(void **state)
{
    (void)state;
    use_only("ann@example.org");
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "forged@example.org");
    found(EVIDENCE_TO, "");
    ASSERT_ROW(4, ORIGIN_UNKNOWN);
    forged_bounce();
    w.config->addresses.count = 0;
    ASSERT_ROW(4, ORIGIN_UNKNOWN);
}

static void test_row_3_doubt(void **state)
{
    (void)state;
    use_only("ann@example.org");
    forged_bounce();
    w.findings.truncated = true;
    ASSERT_ROW(4, ORIGIN_UNKNOWN);
    forged_bounce();
    found(EVIDENCE_DELIVERED_TO, "ann"); /* a local user, of no domain */
    ASSERT_ROW(4, ORIGIN_UNKNOWN);
}

/* All mail is tagged: then a null-sender notice without a true tag is forged, and nothing else. */
static void use_tags_for_all(void)
{
    w.config->prvs_keys = LIST("another key");
    w.config->prvs_complete = true;
}

static void test_row_3_missing_tag(void **state)
{
    (void)state;
    covered();
    use_tags_for_all();
    forged_bounce();
    ASSERT_ROW(3, ORIGIN_FORGED);
    forged_bounce();
    w.evidence[1].value = "prvs=9999123456=x7@example.org"; /* made with no key of ours */
    ASSERT_ROW(3, ORIGIN_FORGED);
    forged_bounce();
    w.findings.class = CLASS_DELAY;
    ASSERT_ROW(3, ORIGIN_FORGED);
    w.config->prvs_complete = false;
    ASSERT_ROW(9, ORIGIN_FORGED);
}

static void test_row_3_missing_tag_proves_nothing_else(void **state)
{
    (void)state;
    covered();
    use_tags_for_all();
    forged_bounce();
    w.evidence[4].value = "robot@far.example"; /* not the null sender */
    ASSERT_ROW(9, ORIGIN_FORGED);
    citing_autoreply("ticket-4711@desk.example", "support@desk.example");
    found(EVIDENCE_ENVELOPE_SENDER, "");
    ASSERT_ROW(10, ORIGIN_UNKNOWN);
    /* never against a known ID */
    sent("forged@example.org", "ann@example.org", "victim@far.example", w.now - 1 DAYS);
    forged_bounce();
    ASSERT_ROW(2, ORIGIN_OURS);
}

static void test_row_3_tag_that_ran_out(void **state)
{
    (void)state;
    const unixtime day_000 = 20000 DAYS;
    w.config->prvs_keys = LIST("secret");
    w.config->prvs_complete = true;
    forged_bounce();
    found(EVIDENCE_DELIVERED_TO, "prvs=0004117d88=bob@example.org");
    ASSERT_VERDICT(judge_at(day_000, false), 1, ORIGIN_OURS);
    assert_int_not_equal(judge_at(day_000 + 400 DAYS, false).row, 3);
}

static void test_row_3_missing_tag_needs_the_index(void **state)
{
    (void)state;
    use_tags_for_all();
    store_close(w.store);
    w.store = NULL;
    forged_bounce();
    ASSERT_ROW(4, ORIGIN_UNKNOWN);
}

/* --- row 4 --- */

static void test_row_4_empty(void **state)
{
    (void)state;
    forged_bounce();
    ASSERT_ROW(4, ORIGIN_UNKNOWN);
}

static void test_row_4_no_store(void **state)
{
    (void)state;
    covered();
    store_close(w.store);
    w.store = NULL;
    forged_bounce();
    struct verdict v = judge();
    ASSERT_VERDICT(v, 4, ORIGIN_UNKNOWN);
    assert_non_null(strstr(v.reason, "no key"));
    assert_string_equal(v.store_note, "no key");
}

/* --- row 5 --- */

static void test_row_5_no_id(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 13 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "ann@example.org");
    failed("JOE@far.example");
    ASSERT_ROW(5, ORIGIN_OURS);
}

static void test_row_5_rewritten_id(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 1 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "0100@eu-west-1.amazonses.com");
    found(EVIDENCE_TO, "ann@example.org");
    failed("joe@far.example");
    ASSERT_ROW(5, ORIGIN_OURS);
}

static void test_row_5_usable_id_is_not_overruled(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 1 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "forged@example.org");
    found(EVIDENCE_TO, "ann@example.org");
    failed("joe@far.example");
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
}

static void test_row_5_another_sender(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 1 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "x7@example.org");
    failed("joe@far.example");
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
}

static void test_row_5_several_identities(void **state)
{
    (void)state;
    covered();
    sent("a@example.org", "ann@example.org", "joe@far.example", w.now - 40 DAYS);
    sent("b@example.net", "ann.b@example.net", "joe@far.example", w.now - 1 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "ann@example.org");
    failed("joe@far.example");
    ASSERT_ROW(6, ORIGIN_UNKNOWN); /* from that identity it is too long ago */
    found(EVIDENCE_RETURNED_FROM, "ann.b@example.net");
    ASSERT_ROW(5, ORIGIN_OURS);
}

static void test_row_5_plus_addressing(void **state)
{
    (void)state;
    covered();
    sent("a@example.org", "ann@example.org", "joe@far.example", w.now - 1 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "ann+joe=far.example@example.org");
    failed("joe+news@far.example");
    ASSERT_ROW(5, ORIGIN_OURS);
}

static void test_row_5_beyond_reach(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 15 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "ann@example.org");
    failed("joe@far.example");
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
}

static void test_row_5_autoreply_two_days(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 1 DAYS);
    citing_autoreply(NULL, "joe@far.example");
    found(EVIDENCE_TO, "ann@example.org");
    ASSERT_ROW(5, ORIGIN_OURS);
    ASSERT_VERDICT(judge_at(w.now - 3 DAYS, false), 6, ORIGIN_UNKNOWN); /* written to only after */
}

static void test_row_5_autoreply_after_three_days(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 3 DAYS);
    citing_autoreply(NULL, "joe@far.example");
    found(EVIDENCE_TO, "ann@example.org");
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
}

/* --- row 6 --- */

static void test_row_6_some_recipients_known(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    ASSERT_ROW(9, ORIGIN_FORGED);
    failed("second.victim@far.example");
    failed("somebody@elsewhere.example"); /* written to by covered() */
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
}

static void test_row_6_original_recipient(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    w.recipients[0].original = "somebody@elsewhere.example";
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
}

static void test_row_6_responder_of_an_autoreply(void **state)
{
    (void)state;
    covered();
    citing_autoreply("forged@example.org", "somebody@elsewhere.example");
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
}

static void test_row_6_responder_stands_in(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    w.findings.class = CLASS_CHALLENGE;
    found(EVIDENCE_RESPONDER, "somebody@elsewhere.example");
    ASSERT_ROW(9, ORIGIN_FORGED); /* a failed recipient is named */
    w.findings.recipient_count = 0;
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
    w.evidence[0].value = "1@phx.gbl"; /* no usable ID, but ours by recipient is for failed ones */
    found(EVIDENCE_TO, "ann@example.org");
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
}

/* --- row 7 --- */

static void test_row_7_relayed(void **state)
{
    (void)state;
    struct error e = {0};
    covered();
    forged_bounce();
    ASSERT_ROW(9, ORIGIN_FORGED);
    assert_true(store_add_relayed(w.store, "another@example.org", w.now, &e));
    ASSERT_ROW(9, ORIGIN_FORGED);
    assert_true(store_add_relayed(w.store, "forged@example.org", w.now, &e));
    ASSERT_ROW(7, ORIGIN_UNKNOWN);
    sent("forged@example.org", "ann@example.org", "victim@far.example", w.now - 3600);
    ASSERT_ROW(2, ORIGIN_OURS);
}

static void test_row_7_traces(void **state)
{
    (void)state;
    static const enum evidence_kind traces[] = {EVIDENCE_RELAY, EVIDENCE_DKIM, EVIDENCE_SRS};
    covered();
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++) {
        forged_bounce();
        found(traces[i], "mail.example.org");
        ASSERT_ROW(7, ORIGIN_UNKNOWN);
    }
}

/* --- row 8 --- */

/* Nothing of ours recorded it: any trace of us is doubt, and the copy in Sent, once it is read,
 * settles it. */
static void test_row_7_phone_through_another_server(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    found(EVIDENCE_DKIM, "example.org");
    ASSERT_ROW(7, ORIGIN_UNKNOWN);
    w.config->sources = LIST(SOURCE_STDIN, "imap:home");
    ran("imap:home", false, w.now - 60 DAYS, w.now - 3600);
    forged_bounce();
    ASSERT_ROW(8, ORIGIN_UNKNOWN); /* what the phone filed in Sent since is not read yet */
    sent("forged@example.org", "ann@example.org", "victim@far.example", w.now - 7200);
    ran("imap:home", false, w.now - 60 DAYS, w.now);
    ASSERT_ROW(2, ORIGIN_OURS);
}

static void test_row_8_classes_that_answer_anything(void **state)
{
    (void)state;
    static const enum class classes[] = {CLASS_RECEIPT, CLASS_LIST_ROBOT, CLASS_COMPLAINT};
    covered();
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        forged_bounce();
        w.findings.class = classes[i];
        ASSERT_ROW(8, ORIGIN_UNKNOWN);
    }
}

static void test_row_8_no_complete_since(void **state)
{
    (void)state;
    covered();
    w.config->complete_since = 0;
    forged_bounce();
    ASSERT_ROW(8, ORIGIN_UNKNOWN);
}

static void test_row_8_no_source(void **state)
{
    (void)state;
    covered();
    w.config->sources.count = 0;
    forged_bounce();
    ASSERT_ROW(8, ORIGIN_UNKNOWN);
}

static void test_row_8_complete_since_lately(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    w.config->complete_since = w.now - 13 DAYS;
    ASSERT_ROW(8, ORIGIN_UNKNOWN);
    w.config->complete_since = w.now - 14 DAYS;
    ASSERT_ROW(9, ORIGIN_FORGED);
}

static void test_row_8_source_ran_before_arrival(void **state)
{
    (void)state;
    covered();
    w.config->sources = LIST(SOURCE_STDIN, "maildir:/sent");
    ran("maildir:/sent", false, w.now - 60 DAYS, w.now - 600);
    forged_bounce();
    ASSERT_ROW(8, ORIGIN_UNKNOWN);
    ASSERT_VERDICT(judge_at(w.now - 601, false), 9, ORIGIN_FORGED);
}

static void test_row_8_source_never_ran(void **state)
{
    (void)state;
    covered();
    w.config->sources = LIST(SOURCE_STDIN, "maildir:/sent");
    forged_bounce();
    struct verdict v = judge();
    ASSERT_VERDICT(v, 8, ORIGIN_UNKNOWN);
    assert_non_null(strstr(v.reason, "maildir:/sent"));
}

static void test_row_8_nameless_copy(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    sent(NULL, "ann@example.org", "joe@far.example", w.now - 20 DAYS);
    ASSERT_ROW(9, ORIGIN_FORGED);
    sent(NULL, "ann@example.org", "joe@far.example", w.now - 3 DAYS);
    ASSERT_ROW(8, ORIGIN_UNKNOWN);
}

static void test_row_8_gap(void **state)
{
    (void)state;
    struct error e = {0};
    struct gap before = {SOURCE_STDIN, w.now - 30 DAYS, w.now - 20 DAYS, "a disk was full"};
    struct gap within = {SOURCE_STDIN, w.now - 16 DAYS, w.now - 13 DAYS, "a disk was full"};
    covered();
    forged_bounce();
    assert_true(store_gap_add(w.store, &before, &e));
    ASSERT_ROW(9, ORIGIN_FORGED);
    assert_true(store_gap_add(w.store, &within, &e));
    struct verdict v = judge();
    ASSERT_VERDICT(v, 8, ORIGIN_UNKNOWN);
    assert_non_null(strstr(v.reason, "a disk was full"));
}

static void test_row_8_date_only_adds_doubt(void **state)
{
    (void)state;
    covered();
    w.config->complete_since = w.now - 13 DAYS;
    forged_bounce();
    /* Said to be sent within coverage: the reach before arrival still counts. */
    found(EVIDENCE_ORIGINAL_DATE, "Fri, 31 Dec 2100 12:00:00 +0000");
    ASSERT_ROW(8, ORIGIN_UNKNOWN);
    w.config->complete_since = w.now - 15 DAYS;
    ASSERT_ROW(9, ORIGIN_FORGED);
    found(EVIDENCE_ORIGINAL_DATE, "Tue, 1 Jun 2010 12:00:00 +0000"); /* no date of an answer now */
    ASSERT_ROW(9, ORIGIN_FORGED);
    found(EVIDENCE_ORIGINAL_DATE, date_field(w.now - 16 DAYS));
    ASSERT_ROW(8, ORIGIN_UNKNOWN);
}

/* --- row 9 --- */

static void test_row_9_returned(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    struct verdict v = judge();
    ASSERT_VERDICT(v, 9, ORIGIN_FORGED);
    assert_string_equal(v.folder, "Backscatter");
}

static void test_row_9_cited(void **state)
{
    (void)state;
    covered();
    citing_autoreply("20120808171231.CAC5@USER-PC", "noreply@host.example");
    ASSERT_ROW(9, ORIGIN_FORGED);
}

static void test_row_9_aged_out(void **state)
{
    (void)state;
    struct error e = {0};
    bool left;
    covered();
    sent("old@example.org", "ann@example.org", "victim@far.example", w.now - 100 DAYS);
    assert_true(store_prune(w.store, w.now - 90 DAYS, 1000, &left, &e));
    forged_bounce();
    w.evidence[0].value = "old@example.org";
    ASSERT_ROW(9, ORIGIN_FORGED);
}

/* --- row 10 --- */

static void test_row_10_cited_under_the_responders_domain(void **state)
{
    (void)state;
    covered();
    citing_autoreply("ticket-4711@tickets.shop.example", "support@shop.example");
    ASSERT_ROW(10, ORIGIN_UNKNOWN);
    citing_autoreply("ticket-4711@desk.example", "support@shop.example");
    found(EVIDENCE_ENVELOPE_SENDER, "bounce@mail.desk.example");
    ASSERT_ROW(10, ORIGIN_UNKNOWN);
    citing_autoreply("ticket-4711@desk.example", "support@shop.example");
    ASSERT_ROW(9, ORIGIN_FORGED);
}

static void test_row_10_returned_under_the_responders_domain(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    w.evidence[0].value = "forged@far.example"; /* returned, not only cited */
    ASSERT_ROW(9, ORIGIN_FORGED);
}

static void test_row_10_cited_by_nobody(void **state)
{
    (void)state;
    covered();
    response(CLASS_AUTOREPLY);
    found(EVIDENCE_IN_REPLY_TO, "forged@example.org");
    found(EVIDENCE_ENVELOPE_RECIPIENT, "x7@example.org");
    ASSERT_ROW(10, ORIGIN_UNKNOWN);
}

static void test_row_10_no_id(void **state)
{
    (void)state;
    covered();
    response(CLASS_BOUNCE);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "x7@example.org");
    failed("victim@far.example");
    ASSERT_ROW(10, ORIGIN_UNKNOWN);
}

static void test_row_10_rewriting_domain(void **state)
{
    (void)state;
    static const char *const ids[] = {"0102018f@eu-west-1.amazonses.com", "BLU436-SMTP@phx.gbl",
                                      "AM0PR@AM0PR08.eurprd08.prod.OUTLOOK.com"};
    covered();
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        forged_bounce();
        w.evidence[0].value = ids[i];
        ASSERT_ROW(10, ORIGIN_UNKNOWN);
    }
    w.config->rewriting_domains = LIST("relay.example");
    forged_bounce();
    found(EVIDENCE_IN_REPLY_TO, "1@relay.example");
    ASSERT_ROW(10, ORIGIN_UNKNOWN);
}

static void test_row_10_truncated(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    w.findings.truncated = true;
    ASSERT_ROW(10, ORIGIN_UNKNOWN);
}

/* --- time --- */

static void test_arrival_in_the_future_is_now(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    ASSERT_VERDICT(judge_at(w.now + 400 DAYS, false), 9, ORIGIN_FORGED);
}

static void test_arrival_long_ago_is_not_covered(void **state)
{
    (void)state;
    covered();
    forged_bounce();
    ASSERT_VERDICT(judge_at(w.now - 400 DAYS, false), 8, ORIGIN_UNKNOWN);
    ASSERT_VERDICT(judge_at(0, false), 8, ORIGIN_UNKNOWN);
    ASSERT_VERDICT(judge_at(INT64_MIN, false), 8, ORIGIN_UNKNOWN);
}

static void test_bounce_faster_than_the_record(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "known@example.org");
    failed("joe@far.example");
    ASSERT_VERDICT(judge_at(w.now - 5, false), 2, ORIGIN_OURS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "ann@example.org");
    failed("joe@far.example");
    ASSERT_VERDICT(judge_at(w.now - 5, false), 5, ORIGIN_OURS);
}

/* A copy dated ahead by a wrong clock counts as sent now; one dated long ago is no reason to take
 * the response for an answer to it. */
static void test_clocks_that_are_wrong(void **state)
{
    (void)state;
    covered();
    sent("ahead@example.org", "ann@example.org", "joe@far.example", w.now + 400 DAYS);
    sent("behind@example.org", "ann@example.org", "jane@far.example", w.now - 400 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_ENVELOPE_RECIPIENT, "ann@example.org");
    failed("joe@far.example");
    ASSERT_ROW(5, ORIGIN_OURS);
    ASSERT_VERDICT(judge_at(w.now - LIMIT_CLOCK_SKEW + 5, false), 5, ORIGIN_OURS);
    ASSERT_VERDICT(judge_at(w.now - LIMIT_CLOCK_SKEW - 5, false), 6, ORIGIN_UNKNOWN);
    w.findings.recipient_count = 0;
    failed("jane@far.example");
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
    forged_bounce();
    found(EVIDENCE_ORIGINAL_DATE, date_field(w.now + 3000 DAYS));
    ASSERT_ROW(9, ORIGIN_FORGED); /* a date in the future adds nothing */
}

/* The same genuine bounce again and again stays ours and is never marked. */
static void test_replayed_bounce(void **state)
{
    (void)state;
    covered();
    sent("known@example.org", "ann@example.org", "joe@far.example", w.now - 2 DAYS);
    response(CLASS_BOUNCE);
    found(EVIDENCE_RETURNED_ID, "known@example.org");
    failed("joe@far.example");
    for (int i = 0; i < 2 * LIMIT_SCRAPED_ID; i++) {
        struct verdict v = judge_at(w.now, true);
        ASSERT_VERDICT(v, 2, ORIGIN_OURS);
        assert_false(v.marked);
    }
}

/* --- the order of the rows --- */

/* Each row is made to hold beside all later ones, from the last to the first. */
static void test_order_of_rows(void **state)
{
    (void)state;
    struct error e = {0};
    covered();
    forged_bounce();
    found(EVIDENCE_IN_REPLY_TO, "1@mail.amazonses.com");
    ASSERT_ROW(10, ORIGIN_UNKNOWN);
    forged_bounce();
    ASSERT_ROW(9, ORIGIN_FORGED);
    sent(NULL, "ann@example.org", NULL, w.now - 1 DAYS);
    ASSERT_ROW(8, ORIGIN_UNKNOWN);
    found(EVIDENCE_RELAY, "mx.example.org");
    ASSERT_ROW(7, ORIGIN_UNKNOWN);
    sent("more@example.org", "x7@example.org", "victim@far.example", w.now - 1 DAYS);
    ASSERT_ROW(6, ORIGIN_UNKNOWN);
    w.evidence[0].value = "rewritten@phx.gbl";
    ASSERT_ROW(5, ORIGIN_OURS);
    struct store *kept = w.store;
    w.store = NULL;
    ASSERT_ROW(4, ORIGIN_UNKNOWN);
    use_only("ann@example.org");
    ASSERT_ROW(3, ORIGIN_FORGED);
    w.store = kept;
    assert_true(store_add_relayed(w.store, "rewritten@phx.gbl", w.now, &e));
    ASSERT_ROW(3, ORIGIN_FORGED);
    sent("rewritten@phx.gbl", "ann@example.org", "victim@far.example", w.now - 1 DAYS);
    ASSERT_ROW(2, ORIGIN_OURS);
    found(EVIDENCE_KEYED_HEADER, "X-Ours: 77");
    ASSERT_ROW(1, ORIGIN_OURS);
}

/* --- the rest of a verdict --- */

static void test_mail(void **state)
{
    (void)state;
    response(CLASS_MAIL);
    struct verdict v = judge();
    ASSERT_VERDICT(v, 0, ORIGIN_UNKNOWN);
    assert_string_equal(v.folder, "INBOX");
}

static void test_origin_names(void **state)
{
    (void)state;
    enum origin o;
    for (int i = ORIGIN_UNKNOWN; i <= ORIGIN_FORGED; i++) {
        assert_true(origin_from_name(origin_name((enum origin)i), &o));
        assert_int_equal(o, i);
    }
    assert_false(origin_from_name("theirs", &o));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(test_row_1_valid_tag),
        WORLD_TEST(test_row_1_wrong_tag_proves_nothing),
        WORLD_TEST(test_row_1_keyed_header),
        WORLD_TEST(test_row_2_each_kind_of_id),
        WORLD_TEST(test_row_2_any_candidate_proves_ours),
        WORLD_TEST(test_row_2_before_row_3),
        WORLD_TEST(test_row_2_case_of_the_left_part_counts),
        WORLD_TEST(test_row_2_forwarding_recipient_is_marked),
        WORLD_TEST(test_row_2_original_recipient_clears_the_mark),
        WORLD_TEST(test_row_2_one_of_several_recipients_clears_the_mark),
        WORLD_TEST(test_row_2_scraped_id),
        WORLD_TEST(test_row_2_autoreply_of_a_stranger_is_marked),
        WORLD_TEST(test_row_2_recorded_twice),
        WORLD_TEST(test_row_2_receipt_after_months),
        WORLD_TEST(test_row_3_nobody_uses_the_address),
        WORLD_TEST(test_row_3_needs_no_index),
        WORLD_TEST(test_row_3_one_own_address_stops_it),
        WORLD_TEST(test_row_3_without_addresses),
        WORLD_TEST(test_row_3_doubt),
        WORLD_TEST(test_row_3_missing_tag),
        WORLD_TEST(test_row_3_missing_tag_proves_nothing_else),
        WORLD_TEST(test_row_3_tag_that_ran_out),
        WORLD_TEST(test_row_3_missing_tag_needs_the_index),
        WORLD_TEST(test_row_4_empty),
        WORLD_TEST(test_row_4_no_store),
        WORLD_TEST(test_row_5_no_id),
        WORLD_TEST(test_row_5_rewritten_id),
        WORLD_TEST(test_row_5_usable_id_is_not_overruled),
        WORLD_TEST(test_row_5_another_sender),
        WORLD_TEST(test_row_5_several_identities),
        WORLD_TEST(test_row_5_plus_addressing),
        WORLD_TEST(test_row_5_beyond_reach),
        WORLD_TEST(test_row_5_autoreply_two_days),
        WORLD_TEST(test_row_5_autoreply_after_three_days),
        WORLD_TEST(test_row_6_some_recipients_known),
        WORLD_TEST(test_row_6_original_recipient),
        WORLD_TEST(test_row_6_responder_of_an_autoreply),
        WORLD_TEST(test_row_6_responder_stands_in),
        WORLD_TEST(test_row_7_relayed),
        WORLD_TEST(test_row_7_traces),
        WORLD_TEST(test_row_7_phone_through_another_server),
        WORLD_TEST(test_row_8_classes_that_answer_anything),
        WORLD_TEST(test_row_8_no_complete_since),
        WORLD_TEST(test_row_8_no_source),
        WORLD_TEST(test_row_8_complete_since_lately),
        WORLD_TEST(test_row_8_source_ran_before_arrival),
        WORLD_TEST(test_row_8_source_never_ran),
        WORLD_TEST(test_row_8_nameless_copy),
        WORLD_TEST(test_row_8_gap),
        WORLD_TEST(test_row_8_date_only_adds_doubt),
        WORLD_TEST(test_row_9_returned),
        WORLD_TEST(test_row_9_cited),
        WORLD_TEST(test_row_9_aged_out),
        WORLD_TEST(test_row_10_cited_under_the_responders_domain),
        WORLD_TEST(test_row_10_returned_under_the_responders_domain),
        WORLD_TEST(test_row_10_cited_by_nobody),
        WORLD_TEST(test_row_10_no_id),
        WORLD_TEST(test_row_10_rewriting_domain),
        WORLD_TEST(test_row_10_truncated),
        WORLD_TEST(test_arrival_in_the_future_is_now),
        WORLD_TEST(test_arrival_long_ago_is_not_covered),
        WORLD_TEST(test_bounce_faster_than_the_record),
        WORLD_TEST(test_clocks_that_are_wrong),
        WORLD_TEST(test_replayed_bounce),
        WORLD_TEST(test_order_of_rows),
        WORLD_TEST(test_mail),
        WORLD_TEST(test_origin_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
