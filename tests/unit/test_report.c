/*
 * What a response reports: groups, recipients and originals, in the forms that mail systems give
 * them and in the broken ones.
 */
#include "message_fixture.h"

#include "report/report.h"

#define REPORT_HEAD                                                                                \
    "From: MAILER-DAEMON@mx.example.net\n"                                                         \
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"                  \
    "--b\n\nCould not deliver.\n"
#define STATUS_PART  "--b\nContent-Type: message/delivery-status\n\n"
#define RETURNED(id) "Received: from x by y\nFrom: a@example.org\nMessage-ID: <" id ">\n"

static struct report *read_report(void **state, const char *text)
{
    struct report *r = report_read(parse(state, text));
    assert_non_null(r);
    return r;
}

static struct report *read_status(void **state, const char *fields)
{
    return read_report(state,
                       arena_printf(*state, "%s%s%s\n--b--\n", REPORT_HEAD, STATUS_PART, fields));
}

/* All recipients as "address|original|action|status|diagnostic|remote". */
static const char *recipients(void **state, const struct report *r)
{
    struct buf b = {0};
    for (size_t i = 0; i < r->recipient_count; i++) {
        const struct report_recipient *p = &r->recipients[i];
        buf_printf(&b, "%s%s|%s|%s|%s|%s|%s", i ? "\n" : "", p->address, p->original, p->action,
                   p->status, p->diagnostic, p->remote_mta);
    }
    const char *s = arena_string(*state, buf_span(&b));
    buf_free(&b);
    return s;
}

/* All originals as "nesting form place id". */
static const char *originals(void **state, const struct report *r)
{
    struct buf b = {0};
    for (size_t i = 0; i < r->original_count; i++) {
        const struct original *o = &r->originals[i];
        struct span id = header_raw(&o->header, "Message-ID");
        buf_printf(&b, "%s%d %c %s %.*s", i ? "\n" : "", o->nesting, "mhq"[o->form], o -> place,
                   (int)id.n, id.p ? id.p : "");
    }
    const char *s = arena_string(*state, buf_span(&b));
    buf_free(&b);
    return s;
}

static void ordinary_mail_reports_nothing(void **state)
{
    struct report *r = read_report(state, "From: a@example.org\nSubject: hello\n\nHow are you?\n");
    assert_int_equal(r->group_count, 0);
    assert_int_equal(r->recipient_count, 0);
    assert_int_equal(r->original_count, 0);
    assert_false(r->has_delivery_status || r->has_disposition || r->has_feedback || r->truncated);
    assert_string_equal(r->reporting_mta, "");
    assert_string_equal(r->arrival_date, "");
    assert_null(report_field(r, "Action", NULL));
    assert_non_null(read_report(state, ""));
}

static void delivery_status_gives_recipients(void **state)
{
    struct report *r = read_status(state, "Reporting-MTA: dns; mx.example.net\n"
                                          "Arrival-Date: Mon, 1 Jan 2024 00:00:00 +0000\n\n"
                                          "Final-Recipient: rfc822; b@example.org\n"
                                          "Original-Recipient: rfc822;a@example.org\n"
                                          "Action: Failed\nStatus: 5.1.1 (no such user)\n"
                                          "Remote-MTA: dns; mx.example.org\n"
                                          "Diagnostic-Code: smtp; 550 5.1.1 User\n  unknown\n\n"
                                          "Final-Recipient: rfc822;c@example.org\n"
                                          "Action: delayed\nStatus: 4.4.7\n");
    assert_true(r->has_delivery_status);
    assert_int_equal(r->group_count, 3);
    assert_string_equal(r->groups[0].place, "part 2");
    assert_string_equal(r->reporting_mta, "mx.example.net");
    assert_string_equal(r->arrival_date, "Mon, 1 Jan 2024 00:00:00 +0000");
    assert_string_equal(
        recipients(state, r),
        "b@example.org|a@example.org|failed|5.1.1|550 5.1.1 User unknown|mx.example.org\n"
        "c@example.org||delayed|4.4.7||");
    const char *place = NULL;
    assert_span(report_field(r, "status", &place)->value, "5.1.1 (no such user)");
    assert_string_equal(place, "part 2");
}

static void status_parts_may_be_encoded(void **state)
{
    struct report *r = read_report(state, REPORT_HEAD
                                   "--b\nContent-Type: message/delivery-status\n"
                                   "Content-Transfer-Encoding: base64\n\n"
                                   "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFAZXhhbXBsZS5vcmcKQWN0aW9u\n"
                                   "OiBmYWlsZWQKU3RhdHVzOiA1LjIuMgo=\n--b--\n");
    assert_string_equal(recipients(state, r), "a@example.org||failed|5.2.2||");
    r = read_report(state, REPORT_HEAD "--b\nContent-Type: message/global-delivery-status\n"
                                       "Content-Transfer-Encoding: quoted-printable\n\n"
                                       "Final-Recipient: rfc822; a=\n@example.org\nAction: fa=\n"
                                       "iled\nStatus: 5.2.2\n--b--\n");
    assert_string_equal(recipients(state, r), "a@example.org||failed|5.2.2||");
}

static void broken_groups_are_put_right(void **state)
{
    const char *want = "a@example.org||failed|5.1.1||\nb@example.org||failed|5.2.2||";
    /* No per-message group; no empty line between recipients; one between all fields. */
    assert_string_equal(recipients(state, read_status(state, "Final-Recipient: a@example.org\n"
                                                             "Action: failed\nStatus: 5.1.1\n\n"
                                                             "Final-Recipient: b@example.org\n"
                                                             "Action: failed\nStatus: 5.2.2\n")),
                        want);
    assert_string_equal(
        recipients(state, read_status(state, "Reporting-MTA: dns; mx\n"
                                             "Final-Recipient: RFC822; <a@example.org>\n"
                                             "Action: failed\nStatus: 5.1.1\nStatus: 5.9.9\n"
                                             "Final-Recipient: rfc822;b@example.org (Bob)\n"
                                             "Action: failed\nStatus: 5.2.2\n")),
        want);
    assert_string_equal(
        recipients(state, read_status(state, "Final-Recipient: a@example.org\r\n\r\n"
                                             "Action: failed\r\n\r\n"
                                             "Status: 5.1.1\r\n\r\n"
                                             "Final-Recipient: b@example.org\r\n\r\n"
                                             "Action: failed\r\n\r\n"
                                             "Status: 5.2.2\r\n\r\n")),
        want);
}

static void addresses_come_in_many_types(void **state)
{
    static const char *const forms[][2] = {
        {"Final-Recipient: rfc822; a@example.org", "a@example.org"},
        {"Final-Recipient: RFC822;<a@example.org>", "a@example.org"},
        {"Final-Recipient: rfc822 ; a@example.org (expanded)", "a@example.org"},
        {"Final-Recipient: a@example.org", "a@example.org"},
        {"Final-Recipient: rfc822;;a@example.org", "a@example.org"},
        {"Final-Recipient: utf-8; \\x{E9}t\\x{E9}@example.org", "\xc3\xa9t\xc3\xa9@example.org"},
        {"Final-Recipient: utf-8; \xc3\xa9@example.org", "\xc3\xa9@example.org"},
        {"Final-Recipient: rfc822;=?utf-8?q?=C3=A9?=@example.org", "\xc3\xa9@example.org"},
        {"Final-Recipient: x-unix; joe", "joe"},
        {"Final-Recipient: LOCAL; <joe>", "joe"},
        {"Final-Recipient: x400; /S=joe/C=GB/", "/S=joe/C=GB/"},
        {"Original-Recipient: rfc822;a@example.org", "a@example.org"},
        {"X-Actual-Recipient: rfc822; a@example.org", "a@example.org"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct report *r = read_status(
            state, arena_printf(*state, "%s\nAction: failed\nStatus: 5.0.0\n", forms[i][0]));
        assert_int_equal(r->recipient_count, 1);
        assert_string_equal(r->recipients[0].address, forms[i][1]);
    }
    struct report *r = read_status(state, "Final-Recipient: rfc822;\nAction: failed\n");
    assert_int_equal(r->recipient_count, 0);
}

static void status_is_derived_from_the_diagnostic(void **state)
{
    const char *rest = "Final-Recipient: rfc822; a@example.org\nAction: failed\n";
    struct report *r =
        read_status(state, arena_printf(*state, "%sDiagnostic-Code: smtp; 552 5.2.2 full\n", rest));
    assert_string_equal(r->recipients[0].status, "5.2.2");
    r = read_status(
        state,
        arena_printf(*state, "%sDiagnostic-Code: smtp; 552 5.2.2 full\nStatus: 5.0.0\n", rest));
    assert_string_equal(r->recipients[0].status, "5.2.2");
    r = read_status(
        state,
        arena_printf(*state, "%sDiagnostic-Code: smtp; 552 5.2.2 full\nStatus: 4.0.0\n", rest));
    assert_string_equal(r->recipients[0].status, "4.0.0");
    r = read_status(
        state,
        arena_printf(*state, "%sDiagnostic-Code: smtp; 552 5.2.2 full\nStatus: 5.7.1\n", rest));
    assert_string_equal(r->recipients[0].status, "5.7.1");
}

static void repeated_recipients_count_once(void **state)
{
    const char *one = "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n";
    struct report *r = read_status(state, arena_printf(*state, "%s%s", one, one));
    assert_int_equal(r->recipient_count, 1);
}

static void hostile_values_are_made_printable_and_cut(void **state)
{
    char *text = arena_alloc(*state, 40000);
    strcpy(text, REPORT_HEAD STATUS_PART "Final-Recipient: rfc822; a@example.org\nAction: failed\n"
                                         "Diagnostic-Code: smtp; \x1b[31m\xff\xe2\x80\xae ");
    memset(text + strlen(text), 'x', 20000);
    struct report *r = read_report(state, text);
    assert_int_equal(r->recipient_count, 1);
    assert_true(strlen(r->recipients[0].diagnostic) <= LIMIT_VALUE);
    assert_null(strchr(r->recipients[0].diagnostic, 0x1b));
}

static void more_recipients_than_the_limit_leave_doubt(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, REPORT_HEAD STATUS_PART);
    for (int i = 0; i < LIMIT_RECIPIENTS + 5; i++)
        buf_printf(&b, "Final-Recipient: rfc822; u%d@example.org\nAction: failed\n\n", i);
    struct report *r = report_read(parse_bytes(state, b.p, b.n));
    assert_int_equal(r->recipient_count, LIMIT_RECIPIENTS);
    assert_true(r->truncated);
    b.n = strlen(REPORT_HEAD STATUS_PART);
    for (int i = 0; i < 4 * LIMIT_REPORT_GROUPS; i++)
        buf_add_string(&b, "X: y\n\n");
    r = report_read(parse_bytes(state, b.p, b.n));
    assert_int_equal(r->group_count, LIMIT_REPORT_GROUPS);
    assert_true(r->truncated);
    buf_free(&b);
}

static void status_fields_in_text_count(void **state)
{
    struct report *r = read_report(state, "From: MAILER-DAEMON\n\nYour mail failed.\n\n"
                                          "Reporting-MTA: dns; mx.example.net\n\n"
                                          "   Final-Recipient: rfc822; a@example.org\n"
                                          "   Action: failed\n   Status: 5.1.1\n\nBye\n");
    assert_true(r->has_delivery_status);
    assert_string_equal(recipients(state, r), "a@example.org||failed|5.1.1||");
    assert_string_equal(r->groups[r->group_count - 1].place, "message, text offset 55");
    /* Quoted fields are talk about a report. */
    r = read_report(state, "From: joe@example.org\n\nLook:\n\n> Final-Recipient: rfc822; a@x.org\n"
                           "> Action: failed\n> Status: 5.1.1\n");
    assert_int_equal(r->group_count, 0);
    assert_false(r->has_delivery_status);
    /* Those behind the original belong to it. */
    r = read_report(state,
                    "From: MAILER-DAEMON\n\nFailed:\n\n" RETURNED(
                        "1@x") "\n"
                               "Final-Recipient: rfc822; a@x.org\nAction: failed\nStatus: 5.1.1\n");
    assert_int_equal(r->group_count, 0);
    /* Without a recipient it is some text. */
    r = read_report(state,
                    "From: x\n\nReporting-MTA: dns; a\nArrival-Date: d\n\nX-Recipient: no\n");
    assert_int_equal(r->group_count, 0);
}

static void wrong_boundary_hides_nothing(void **state)
{
    struct report *r = read_report(
        state, "From: MAILER-DAEMON\nContent-Type: multipart/report; boundary=wrong\n\n"
               "--b\nContent-Type: message/delivery-status\n\n"
               "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n"
               "--b\nContent-Type: message/rfc822\n\n" RETURNED("1@x") "\nbody\n--b--\n");
    assert_string_equal(recipients(state, r), "a@example.org||failed|5.1.1||");
    assert_int_equal(r->original_count, 1);
    assert_span(header_raw(&r->originals[0].header, "Message-ID"), "<1@x>");
}

static void dispositions_and_feedback_are_read(void **state)
{
    struct report *r =
        read_report(state, "Content-Type: multipart/report; boundary=b\n\n--b\n\nRead.\n"
                           "--b\nContent-Type: message/disposition-notification\n\n"
                           "Final-Recipient: rfc822;a@example.org\nOriginal-Message-ID: <1@x>\n"
                           "Disposition: manual-action/MDN-sent-manually; displayed\n--b--\n");
    assert_true(r->has_disposition && !r->has_delivery_status && !r->has_feedback);
    assert_string_equal(recipients(state, r), "a@example.org|||||");
    r = read_report(state, "Content-Type: multipart/report; boundary=b\n\n--b\n\nSpam.\n"
                           "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n"
                           "Original-Rcpt-To: <a@example.org>\nOriginal-Rcpt-To: b@example.org\n"
                           "--b\nContent-Type: message/rfc822\n\n" RETURNED("1@x") "\nx\n--b--\n");
    assert_true(r->has_feedback && !r->has_delivery_status);
    assert_string_equal(recipients(state, r), "a@example.org|||||\nb@example.org|||||");
    assert_string_equal(originals(state, r), "0 m part 3 <1@x>");
}

static void originals_are_returned_in_parts(void **state)
{
    const char *head = "From: MAILER-DAEMON\nContent-Type: multipart/mixed; boundary=b\n\n"
                       "--b\n\nFailed.\n--b\n";
    static const char *const forms[][2] = {
        {"Content-Type: message/rfc822\n\n" RETURNED("1@x") "\nbody\n", "0 m part 2 <1@x>"},
        {"Content-Type: message/rfc822\n\n" RETURNED("1@x") "\n", "0 h part 2 <1@x>"},
        {"Content-Type: message/global\n\n" RETURNED("1@x") "\nbody\n", "0 m part 2 <1@x>"},
        {"Content-Type: text/rfc822-headers\n\n" RETURNED("1@x"), "0 h part 2 <1@x>"},
        {"Content-Type: message/rfc822-headers\n\n" RETURNED("1@x"), "0 h part 2 <1@x>"},
        {"Content-Type: message/global-headers\n\n" RETURNED("1@x"), "0 h part 2 <1@x>"},
        {"Content-Type: text/plain\nContent-Disposition: attachment\n\n" RETURNED("1@x"),
         "0 h part 2 <1@x>"},
        {"Content-Type: text/plain; name=\"a.txt\"\n\n" RETURNED("1@x") "\nbody\n",
         "0 m part 2 <1@x>"},
        {"Content-Type: application/octet-stream; name=\"A.EML\"\n\n" RETURNED("1@x") "\nbody\n",
         "0 m part 2 <1@x>"},
        {"Content-Type: text/plain\n\nSee below.\n\n" RETURNED("1@x"),
         "0 q part 2, text offset 12 <1@x>"},
        {"Content-Type: message/rfc822;\n subject=\"\n\nContent-Transfer-Encoding: "
         "8bit\n\n" RETURNED("1@x") "\nbody\n",
         "0 m part 2 <1@x>"},
        {"Content-Type: application/octet-stream; name=\"a.eml\"\n\nno header here\n", ""},
        {"Content-Type: application/octet-stream\n\n" RETURNED("1@x") "\nbody\n",
         "0 m part 2 <1@x>"},
        {"Content-Type: message/x-own\n\n" RETURNED("1@x"), "0 h part 2 <1@x>"},
        {"Content-Type: image/png\n\n" RETURNED("1@x"), ""},
        {"Content-Type: message/rfc822\n\n\n", ""},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        assert_string_equal(originals(state, read_report(state, arena_printf(*state, "%s%s--b--\n",
                                                                             head, forms[i][0]))),
                            forms[i][1]);
}

static void bounce_inside_a_bounce_is_nested(void **state)
{
    const char *inner = "Content-Type: multipart/report; boundary=c\nFrom: MAILER-DAEMON@y\n"
                        "Message-ID: <outer@x>\n\n--c\n\nFailed.\n"
                        "--c\nContent-Type: message/delivery-status\n\n"
                        "Final-Recipient: rfc822; deep@example.org\nAction: failed\n"
                        "--c\nContent-Type: message/rfc822\n\n" RETURNED("inner@x") "\nx\n--c--\n";
    struct report *r =
        read_report(state, arena_printf(*state,
                                        "%s%sFinal-Recipient: rfc822; a@example.org\n"
                                        "Action: failed\n\n"
                                        "--b\nContent-Type: message/rfc822\n\n%s\n--b--\n",
                                        REPORT_HEAD, STATUS_PART, inner));
    assert_string_equal(recipients(state, r), "a@example.org||failed|||");
    assert_string_equal(originals(state, r), "0 m part 3 <outer@x>\n1 m part 3.3 <inner@x>");
    /* A returned mail that merely has another attached is no response: that one is not ours to
     * judge. */
    r = read_report(
        state, REPORT_HEAD
        "--b\nContent-Type: message/rfc822\n\n"
        "Content-Type: multipart/mixed; boundary=c\nFrom: joe@example.org\n"
        "Message-ID: <outer@x>\n\n--c\n\nLook at this.\n"
        "--c\nContent-Type: message/rfc822\n\n" RETURNED("inner@x") "\nx\n--c--\n\n--b--");
    assert_string_equal(originals(state, r), "0 m part 2 <outer@x>");
}

static void outer_originals_come_before_inner_ones(void **state)
{
    struct report *r = read_report(
        state, REPORT_HEAD
        "--b\nContent-Type: message/rfc822\n\n"
        "Content-Type: multipart/mixed; boundary=c\nFrom: MAILER-DAEMON@y\n"
        "Message-ID: <1@x>\n\n--c\nContent-Type: message/rfc822\n\n" RETURNED(
            "inner@x") "\nx\n--c--\n\n"
                       "--b\nContent-Type: message/rfc822\n\n" RETURNED("2@x") "\nx\n--b--");
    assert_string_equal(originals(state, r),
                        "0 m part 2 <1@x>\n0 m part 3 <2@x>\n1 m part 2.1 <inner@x>");
}

static void digest_gives_several(void **state)
{
    struct report *r =
        read_report(state, "Content-Type: multipart/digest; boundary=b\n\n"
                           "--b\n\n" RETURNED("1@x") "\nbody\n"
                                                     "--b\n\n" RETURNED("2@x") "\nbody\n--b--\n");
    assert_string_equal(originals(state, r), "0 m part 1 <1@x>\n0 m part 2 <2@x>");
}

static void returned_comes_before_quoted(void **state)
{
    struct report *r = read_report(
        state, "Content-Type: multipart/mixed; boundary=b\n\n"
               "--b\n\nFrom: q@example.org\nTo: b\nMessage-ID: <quoted@x>\n\n"
               "--b\nContent-Type: message/rfc822\n\n" RETURNED("returned@x") "\nx\n"
                                                                              "--b--\n");
    assert_string_equal(originals(state, r),
                        "0 m part 2 <returned@x>\n0 q part 1, text offset 0 <quoted@x>");
}

static void quoted_bounce_nests_what_follows(void **state)
{
    struct report *r =
        read_report(state, "From: MAILER-DAEMON\n\nFailed:\n\n"
                           "Return-Path: <>\nFrom: MAILER-DAEMON@y\nMessage-ID: <outer@x>\n"
                           "Subject: failure\n\nFailed:\n\n" RETURNED("inner@x") "\nx\n");
    assert_string_equal(originals(state, r), "0 q message, text offset 9 <outer@x>\n"
                                             "1 q message, text offset 96 <inner@x>");
}

static void alternatives_are_read_once_but_for_mail_systems(void **state)
{
    const char *body = "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nHello.\n"
                       "--b\nContent-Type: text/html\n\n"
                       "<pre>From: a@x\nTo: b@x\nMessage-ID: &lt;1@x&gt;\n</pre>\n--b--\n";
    struct report *r = read_report(state, arena_printf(*state, "From: joe@example.org\n%s", body));
    assert_int_equal(r->original_count, 0);
    r = read_report(state, arena_printf(*state, "From: postmaster@example.org\n%s", body));
    assert_string_equal(originals(state, r), "0 q part 2, text offset 0 <1@x>");
}

static void notice_in_the_preamble_is_read(void **state)
{
    struct report *r = read_report(
        state, "From: MAILER-DAEMON\nContent-Type: multipart/mixed; boundary=b\n\n"
               "Failed:\n\n" RETURNED("1@x") "Content-Type: multipart/mixed; boundary=b\n\n"
                                             "--b\n\nbody\n--b--\n");
    assert_string_equal(originals(state, r), "0 q message, text offset 9 <1@x>");
}

static void more_originals_than_the_limit_leave_doubt(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "Content-Type: multipart/digest; boundary=b\n\n");
    for (int i = 0; i < LIMIT_ORIGINALS + 3; i++)
        buf_printf(&b, "--b\n\nFrom: a\nTo: b\nMessage-ID: <%d@x>\n\nx\n", i);
    struct report *r = report_read(parse_bytes(state, b.p, b.n));
    assert_int_equal(r->original_count, LIMIT_ORIGINALS);
    assert_true(r->truncated);
    buf_free(&b);
}

static void little_memory_gives_nothing_rather_than_half(void **state)
{
    (void)state;
    const char *text = REPORT_HEAD STATUS_PART
        "Final-Recipient: rfc822; a@example.org\nAction: failed\nDiagnostic-Code: smtp; 550 x\n"
        "--b\nContent-Type: message/rfc822\n\n" RETURNED("1@x") "\nx\n--b--\n";
    size_t whole = 0;
    for (size_t cap = 1000; cap < 2000000; cap += 997) {
        struct arena *arena = arena_new(cap);
        struct message *m = arena ? message_parse(arena, span_of(text)) : NULL;
        struct report *r = m ? report_read(m) : NULL;
        if (r && r->recipient_count == 1 && r->original_count == 1)
            whole++;
        arena_free(arena);
        if (whole > 3)
            break;
    }
    assert_true(whole > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(ordinary_mail_reports_nothing),
        message_test(delivery_status_gives_recipients),
        message_test(status_parts_may_be_encoded),
        message_test(broken_groups_are_put_right),
        message_test(addresses_come_in_many_types),
        message_test(status_is_derived_from_the_diagnostic),
        message_test(repeated_recipients_count_once),
        message_test(hostile_values_are_made_printable_and_cut),
        message_test(more_recipients_than_the_limit_leave_doubt),
        message_test(status_fields_in_text_count),
        message_test(wrong_boundary_hides_nothing),
        message_test(dispositions_and_feedback_are_read),
        message_test(originals_are_returned_in_parts),
        message_test(bounce_inside_a_bounce_is_nested),
        message_test(outer_originals_come_before_inner_ones),
        message_test(digest_gives_several),
        message_test(returned_comes_before_quoted),
        message_test(quoted_bounce_nests_what_follows),
        message_test(alternatives_are_read_once_but_for_mail_systems),
        message_test(notice_in_the_preamble_is_read),
        message_test(more_originals_than_the_limit_leave_doubt),
        message_test(little_memory_gives_nothing_rather_than_half),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
