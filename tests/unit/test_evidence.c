/*
 * What is collected from a response: IDs in their order, addresses, traces of ours, recipients.
 */
#include "message_fixture.h"

#include "evidence/evidence.h"

#define RETURNED_PART(id)                                                                          \
    "--b\nContent-Type: message/rfc822\n\nReceived: from x by y\nFrom: me@example.org\n"           \
    "To: you@example.net\nSubject: Hello\nMessage-ID: " id "\n\nbody\n"
#define MULTIPART                                                                                  \
    "Content-Type: multipart/report; boundary=b\nFrom: MAILER-DAEMON@example.net\n"                \
    "Message-ID: <own@example.net>\n"

static const char *domains[] = {"example.org"};
static const char *relays[] = {"relay.example.org"};
static const char *keyed[] = {"X-Key: s3cret Value"};
static const struct config config = {
    .domains = {domains, 1}, .relays = {relays, 1}, .keyed_headers = {keyed, 1}};

struct given {
    enum class class;
    struct envelope envelope;
    struct capture captures[8];
    size_t capture_count;
};

static struct findings *collect_given(void **state, struct given g, const char *text)
{
    struct message *m = parse(state, text);
    struct report *r = report_read(m);
    assert_non_null(r);
    struct rule_match match = {.class = g.class,
                               .rule = "file/section",
                               .captures = g.captures,
                               .capture_count = g.capture_count};
    struct findings *f = findings_collect(m, r, &match, &config, &g.envelope);
    assert_non_null(f);
    return f;
}

static struct findings *collect(void **state, enum class class, const char *text)
{
    return collect_given(state, (struct given){.class = class}, text);
}

/* All IDs as "kind nesting value". */
static const char *ids(void **state, const struct findings *f)
{
    struct buf b = {0};
    for (size_t i = 0; i < f->evidence_count; i++)
        if (evidence_is_id(f->evidence[i].kind))
            buf_printf(&b, "%s%s %d %s", b.n ? "\n" : "", evidence_kind_name(f->evidence[i].kind),
                       f->evidence[i].nesting, f->evidence[i].value);
    const char *s = arena_string(*state, buf_span(&b));
    buf_free(&b);
    return s;
}

/* All of a kind as "value [where]". */
static const char *all(void **state, const struct findings *f, enum evidence_kind kind)
{
    struct buf b = {0};
    const struct evidence *e;
    for (size_t i = 0; (e = findings_get(f, kind, i)); i++)
        buf_printf(&b, "%s%s [%s]", i ? "\n" : "", e->value, e->where);
    const char *s = arena_string(*state, buf_span(&b));
    buf_free(&b);
    return s;
}

static void mail_has_only_a_rule(void **state)
{
    struct findings *f = collect(state, CLASS_MAIL, MULTIPART "\n" RETURNED_PART("<1@x>") "--b--");
    assert_int_equal(f->class, CLASS_MAIL);
    assert_string_equal(f->rule, "file/section");
    assert_string_equal(f->message_id, "");
    assert_int_equal(f->evidence_count, 0);
    assert_int_equal(f->recipient_count, 0);
}

static void ids_are_ordered_by_worth(void **state)
{
    struct findings *f = collect(
        state, CLASS_BOUNCE,
        MULTIPART
        "In-Reply-To: <irt@x>\nReferences: <r1@x> <r2@x>\n"
        "X-Original-Message-ID: <field@x>\n\n"
        "--b\n\nFrom: a\nTo: b\nMessage-ID: <quoted@x>\n\n" RETURNED_PART("<returned@x>") "--b--");
    assert_string_equal(ids(state, f), "returned-id 0 returned@x\nquoted-id 0 quoted@x\n"
                                       "field-id 0 field@x\nin-reply-to 0 irt@x\n"
                                       "references 0 r2@x");
    assert_string_equal(f->message_id, "own@example.net");
    assert_string_equal(all(state, f, EVIDENCE_RETURNED_ID),
                        "returned@x [part 2, field Message-ID]");
    assert_string_equal(all(state, f, EVIDENCE_QUOTED_ID),
                        "quoted@x [part 1, text offset 0, field Message-ID]");
    assert_string_equal(all(state, f, EVIDENCE_FIELD_ID), "field@x [field X-Original-Message-ID]");
    assert_false(f->truncated);
}

static void ids_are_read_as_mail_bends_them(void **state)
{
    static const char *const forms[][2] = {
        {"<1@x>", "1@x"},
        {"<1@\n x>", "1@x"},
        {"\n <1@x>", "1@x"},
        {"<a b@x>", "ab@x"},
        {"1@x", "1@x"},
        {"<1@x> (added by y)", "1@x"},
        {"<no-at-sign>", "no-at-sign"},
        {"<1@x> <2@x>", "1@x"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct findings *f =
            collect(state, CLASS_BOUNCE,
                    arena_printf(*state,
                                 MULTIPART "\n--b\nContent-Type: message/rfc822\n\nFrom: a\nTo: b\n"
                                           "Message-ID: %s\nSubject: s\n\nbody\n--b--",
                                 forms[i][0]));
        assert_string_equal(ids(state, f), arena_printf(*state, "returned-id 0 %s", forms[i][1]));
    }
    /* Split by quoted-printable, in a text that quotes. */
    struct findings *f = collect(state, CLASS_BOUNCE,
                                 "Content-Transfer-Encoding: quoted-printable\n"
                                 "Content-Type: text/plain\nFrom: MAILER-DAEMON\n\n"
                                 "Failed:\n\nFrom: a\nTo: b\nMessage-ID: <very-long-=\nid@exa=\n"
                                 "mple.org>\n\nbody=\n");
    assert_string_equal(ids(state, f), "quoted-id 0 very-long-id@example.org");
    /* An original without an ID gives none, nor do its References. */
    f = collect(state, CLASS_BOUNCE,
                MULTIPART "\n--b\nContent-Type: message/rfc822\n\nFrom: a\nTo: b\nSubject: s\n"
                          "References: <no@x>\nIn-Reply-To: <no@x>\n\nbody <no@x>\n--b--");
    assert_string_equal(ids(state, f), "");
    assert_false(f->truncated);
}

static void id_that_cannot_be_taken_exactly_leaves_doubt(void **state)
{
    static const char *const bad[] = {"<1\xff@x>", "<a\x01@x>", "<a\xe2\x80\xae@x>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct findings *f =
            collect(state, CLASS_BOUNCE,
                    arena_printf(*state,
                                 MULTIPART "\n--b\nContent-Type: message/rfc822\n\nFrom: a\n"
                                           "To: b\nMessage-ID: %s\nSubject: s\n\nbody\n--b--",
                                 bad[i]));
        const char *found = ids(state, f);
        assert_true(f->truncated || found[0] == '\0');
        assert_null(strstr(found, "\xef\xbf\xbd"));
    }
}

static void free_text_gives_no_id(void **state)
{
    struct findings *f = collect(state, CLASS_BOUNCE,
                                 "From: MAILER-DAEMON\nMessage-ID: <own@x>\n\n"
                                 "Your message <1@x> failed. Message-ID: <2@x>\nSee <3@x>.\n");
    assert_string_equal(ids(state, f), "");
}

static void nested_originals_come_behind(void **state)
{
    struct findings *f = collect(
        state, CLASS_BOUNCE,
        MULTIPART "In-Reply-To: <irt@x>\n\n--b\nContent-Type: message/rfc822\n\n"
                  "From: MAILER-DAEMON@y\nMessage-ID: <outer@x>\nSubject: failure\n"
                  "Content-Type: multipart/report; boundary=c\n\n--c\n\nFailed.\n"
                  "--c\nContent-Type: message/rfc822\n\nFrom: a\nMessage-ID: <inner@x>\nTo: b\n\n"
                  "x\n--c--\n--b--");
    assert_string_equal(ids(state, f),
                        "returned-id 0 outer@x\nin-reply-to 0 irt@x\nreturned-id 1 inner@x");
    f = collect(state, CLASS_BOUNCE,
                "Content-Type: multipart/digest; boundary=b\nFrom: MAILER-DAEMON\n\n"
                "--b\n\nFrom: a\nTo: b\nMessage-ID: <1@x>\n\nx\n"
                "--b\n\nFrom: a\nTo: b\nMessage-ID: <2@x>\n\nx\n--b--");
    assert_string_equal(ids(state, f), "returned-id 0 1@x\nreturned-id 0 2@x");
}

static void own_id_is_no_evidence(void **state)
{
    struct findings *f =
        collect(state, CLASS_BOUNCE,
                "From: MAILER-DAEMON\nMessage-ID: <own@x>\nIn-Reply-To: <own@x>\n"
                "References: <OWN@x>\nOriginal-Message-ID: <own@x>\n\nFrom: MAILER-DAEMON\n"
                "To: b\nMessage-ID: <own@x>\n\n");
    assert_string_equal(ids(state, f), "");
    /* But some systems send the report under its original's ID. */
    f = collect(state, CLASS_BOUNCE,
                "From: MAILER-DAEMON\nMessage-ID: <own@x>\n\nFrom: me@example.org\nTo: b\n"
                "Message-ID: <own@x>\n\n");
    assert_string_equal(ids(state, f), "quoted-id 0 own@x");
}

static void no_id_comes_twice(void **state)
{
    struct findings *f = collect(state, CLASS_BOUNCE,
                                 MULTIPART "In-Reply-To: <1@x>\nReferences: <1@x>\n\n"
                                           "--b\n\nFrom: a\nTo: b\nMessage-ID: <1@x>\n\n" //
                                 RETURNED_PART("<1@x>") "--b--");
    assert_string_equal(ids(state, f), "returned-id 0 1@x");
}

static void fields_name_the_original_by_definition(void **state)
{
    struct findings *f = collect(state, CLASS_RECEIPT,
                                 MULTIPART "\n--b\n\nRead.\n"
                                           "--b\nContent-Type: message/disposition-notification\n\n"
                                           "Final-Recipient: rfc822; a@example.net\n"
                                           "Original-Message-ID: <1@x>\n--b--");
    assert_string_equal(all(state, f, EVIDENCE_FIELD_ID),
                        "1@x [part 2, field Original-Message-ID]");
    f = collect(state, CLASS_BOUNCE,
                MULTIPART "\n--b\nContent-Type: message/delivery-status\n\n"
                          "X-Original-Message-ID: <1@x>\n\nFinal-Recipient: rfc822; a@x\n--b--");
    assert_string_equal(ids(state, f), "field-id 0 1@x");
    f = collect(state, CLASS_AUTOREPLY,
                "From: a@y\nMessage-ID: <own@y>\nX-MS-Exchange-Parent-Message-Id: <1@x>\n\nAway.");
    assert_string_equal(ids(state, f), "field-id 0 1@x");
}

static void former_ids_of_an_original_count(void **state)
{
    struct findings *f = collect(
        state, CLASS_BOUNCE,
        MULTIPART "\n--b\nContent-Type: message/rfc822\n\nFrom: list@x\nTo: b\nSubject: s\n"
                  "Message-ID: <new@x>\nX-Google-Original-Message-ID: <old@x>\n\nbody\n--b--");
    assert_string_equal(ids(state, f), "returned-id 0 new@x\nfield-id 0 old@x");
}

static void correlators_are_believed_in_reports_only(void **state)
{
#define CORRELATED(domain)                                                                         \
    "From: postmaster@y\nMessage-ID: <own@" domain ">\nX-MS-TNEF-Correlator: <1@x>\n"              \
    "X-Original-Message-ID: <2@x>\n\nFailed or away.\n"
    const char *other = CORRELATED("y"), *same = CORRELATED("x");
    assert_string_equal(ids(state, collect(state, CLASS_BOUNCE, other)),
                        "field-id 0 2@x\nfield-id 0 1@x");
    assert_string_equal(ids(state, collect(state, CLASS_BOUNCE, same)), "field-id 0 2@x");
    assert_string_equal(ids(state, collect(state, CLASS_AUTOREPLY, other)), "");
}

static void cited_ids_are_the_last(void **state)
{
    struct findings *f =
        collect(state, CLASS_AUTOREPLY,
                "From: a@y\nIn-Reply-To: Message from Joe <joe@x> of \"Mon\" <1@x>\n\nAway.\n");
    assert_string_equal(ids(state, f), "in-reply-to 0 1@x\nin-reply-to 0 joe@x");
    struct buf b = {0};
    buf_add_string(&b, "From: a@y\nReferences:");
    for (int i = 0; i < 300; i++)
        buf_printf(&b, "\n <%d@x>", i);
    buf_add_string(&b, " <no at>\n\nAway.\n");
    f = collect(state, CLASS_AUTOREPLY, b.p);
    assert_string_equal(ids(state, f), "references 0 299@x");
    buf_free(&b);
}

static void captures_point_at_ids_and_originals(void **state)
{
    const char *text = "From: MAILER-DAEMON\nMessage-ID: <own@x>\n\nYour mail 7@x failed.\n"
                       "  Subject: s\n  Message-ID: <1@x>\n\nMore.\n";
    struct given g = {.class = CLASS_BOUNCE,
                      .captures = {{CAPTURE_ID, "text", span_of("7@x"), 10},
                                   {CAPTURE_ORIGINAL, "text", span_of("Subject"), 24},
                                   {CAPTURE_ORIGINAL, "text", span_of("x"), 100000},
                                   {CAPTURE_ID, "text", span_of("own@x"), 0},
                                   {CAPTURE_ID, "text", span_of("no id here"), 0},
                                   {CAPTURE_ID, NULL, span_of("<8@x>"), 0}},
                      .capture_count = 6};
    struct findings *f = collect_given(state, g, text);
    assert_string_equal(ids(state, f), "quoted-id 0 7@x\nquoted-id 0 8@x\nquoted-id 0 1@x");
    assert_string_equal(all(state, f, EVIDENCE_QUOTED_ID),
                        "7@x [text, captured by the rule]\n8@x [, captured by the rule]\n"
                        "1@x [text offset 24, field Message-ID]");
    assert_string_equal(all(state, f, EVIDENCE_ORIGINAL_SUBJECT),
                        "s [text offset 24, field Subject]");
}

static void addresses_of_ours_are_kept_as_they_stand(void **state)
{
    const char *text =
        "Return-Path: <>\nX-Original-To: Catch+all@example.org\nDelivered-To: me@example.org\n"
        "Delivered-To: me@host.example.org\nFrom: Bob <bob@example.net>\n"
        "To: X <a@example.org>, b@example.org\nSubject: =?utf-8?q?D=C3=A9sol=C3=A9?=\n"
        "Message-ID: <own@y>\n\nReturn-Path: <prvs=1=me@example.org>\nFrom: Me <me@example.org>\n"
        "To: bob@example.net\nSubject: Hi\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n\n";
    struct findings *f = collect(state, CLASS_BOUNCE, text);
    assert_string_equal(all(state, f, EVIDENCE_ENVELOPE_SENDER), " [field Return-Path]");
    assert_string_equal(all(state, f, EVIDENCE_ENVELOPE_RECIPIENT),
                        "Catch+all@example.org [field X-Original-To]");
    assert_string_equal(all(state, f, EVIDENCE_DELIVERED_TO),
                        "me@example.org [field Delivered-To]\n"
                        "me@host.example.org [field Delivered-To]");
    assert_string_equal(all(state, f, EVIDENCE_TO),
                        "a@example.org [field To]\nb@example.org [field To]");
    assert_string_equal(all(state, f, EVIDENCE_RESPONDER), "bob@example.net [field From]");
    assert_string_equal(all(state, f, EVIDENCE_SUBJECT), "D\xc3\xa9sol\xc3\xa9 [field Subject]");
    assert_string_equal(all(state, f, EVIDENCE_RETURNED_FROM),
                        "me@example.org [message, text offset 0, field From]");
    assert_string_equal(all(state, f, EVIDENCE_RETURNED_SENDER),
                        "prvs=1=me@example.org [message, text offset 0, field Return-Path]");
    assert_string_equal(all(state, f, EVIDENCE_ORIGINAL_SUBJECT),
                        "Hi [message, text offset 0, field Subject]");
    assert_string_equal(all(state, f, EVIDENCE_ORIGINAL_TO),
                        "bob@example.net [message, text offset 0, field To]");
    assert_string_equal(all(state, f, EVIDENCE_ORIGINAL_DATE),
                        "Mon, 1 Jan 2024 00:00:00 +0000 [message, text offset 0, field Date]");
    struct given g = {.class = CLASS_BOUNCE, .envelope = {"s@example.net", "r@example.org"}};
    f = collect_given(state, g, text);
    assert_string_equal(all(state, f, EVIDENCE_ENVELOPE_SENDER), "s@example.net [envelope]");
    assert_string_equal(all(state, f, EVIDENCE_ENVELOPE_RECIPIENT), "r@example.org [envelope]");
}

static void envelope_sender_tells_null_from_unknown(void **state)
{
    struct given g = {.class = CLASS_BOUNCE, .envelope = {"", NULL}};
    assert_string_equal(
        all(state, collect_given(state, g, "From: a@y\n\n"), EVIDENCE_ENVELOPE_SENDER),
        " [envelope]");
    g.envelope.sender = "root";
    assert_string_equal(
        all(state, collect_given(state, g, "From: a@y\n\n"), EVIDENCE_ENVELOPE_SENDER),
        "root [envelope]");
    g.envelope.sender = NULL;
    assert_null(
        findings_get(collect_given(state, g, "From: a@y\n\n"), EVIDENCE_ENVELOPE_SENDER, 0));
    assert_string_equal(all(state, collect_given(state, g, "Return-Path: <MAILER-DAEMON>\n\n"),
                            EVIDENCE_ENVELOPE_SENDER),
                        "MAILER-DAEMON [field Return-Path]");
}

static void responder_falls_back(void **state)
{
    struct findings *f =
        collect(state, CLASS_AUTOREPLY, "From: MAILER-DAEMON <>\nReply-To: p@example.net\n\n");
    assert_string_equal(all(state, f, EVIDENCE_RESPONDER), "p@example.net [field Reply-To]");
    f = collect(state, CLASS_AUTOREPLY, "From: x\nSender: s@example.net\n\n");
    assert_string_equal(all(state, f, EVIDENCE_RESPONDER), "s@example.net [field Sender]");
}

static struct findings *collect_returned(void **state, const char *fields)
{
    return collect(state, CLASS_BOUNCE,
                   arena_printf(*state,
                                MULTIPART "\n--b\nContent-Type: message/rfc822\n\n%s"
                                          "Subject: s\n\nbody\n--b--",
                                fields));
}

static void relays_are_hosts_in_received(void **state)
{
    static const struct {
        const char *received, *want;
    } cases[] = {
        {"from a.example.net by relay.example.org with SMTP id 1; date", "relay.example.org"},
        {"from mx1.Relay.Example.org (mx1 [192.0.2.1])\n by mx.example.net; date",
         "mx1.Relay.Example.org"},
        {"from x (relay.example.org [192.0.2.1]) by mx.example.net", "relay.example.org"},
        {"from x by relay.example.org. (Postfix)", "relay.example.org."},
        {"from x by notrelay.example.org", NULL},
        {"from x by relay.example.org.evil.example", NULL},
        {"from x by y for <a@relay.example.org>", NULL},
        {"from a@relay.example.org by y", NULL},
        {"from x by y id relay.example.org", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct findings *f = collect_returned(
            state, arena_printf(*state, "Received: %s\nFrom: a@x\n", cases[i].received));
        const struct evidence *e = findings_get(f, EVIDENCE_RELAY, 0);
        if (cases[i].want)
            assert_string_equal(e->value, cases[i].want);
        else
            assert_null(e);
    }
    /* The response's own header proves nothing. */
    assert_null(findings_get(
        collect(state, CLASS_BOUNCE, "Received: from x by relay.example.org\nFrom: a@x\n\n"),
        EVIDENCE_RELAY, 0));
}

static void signatures_of_ours_are_seen(void **state)
{
    struct findings *f = collect_returned(
        state, "DKIM-Signature: v=1; a=rsa-sha256; D=no; d = \n mail.Example.org; s=x; b=d=1\n"
               "DKIM-Signature: v=1; d=example.net; s=x\nDKIM-Signature: d=notexample.org\n");
    assert_string_equal(all(state, f, EVIDENCE_DKIM),
                        "mail.Example.org [part 1, field DKIM-Signature]");
}

static void srs_addresses_of_ours_are_seen(void **state)
{
    struct findings *f =
        collect_returned(state, "Return-Path: <SRS0=abcd=xy=example.net=bob@example.org>\n"
                                "Sender: srs1+abcd==x.net==ab=cd=example.net=bob@fwd.example.org\n"
                                "From: SRS0=a=b=c=d@example.com\nErrors-To: srsly@example.org\n");
    assert_string_equal(
        all(state, f, EVIDENCE_SRS),
        "SRS0=abcd=xy=example.net=bob@example.org [part 1, field Return-Path]\n"
        "srs1+abcd==x.net==ab=cd=example.net=bob@fwd.example.org [part 1, field Sender]");
    struct given g = {.class = CLASS_BOUNCE, .envelope = {"", "SRS0=a=b=c=d@example.org"}};
    f = collect_given(state, g, "From: MAILER-DAEMON\n\nFailed.\n");
    assert_string_equal(all(state, f, EVIDENCE_SRS), "SRS0=a=b=c=d@example.org [envelope]");
}

static void keyed_fields_must_match_exactly(void **state)
{
    const char *want = "X-Key: s3cret Value [part 1, field x-key]";
    assert_string_equal(
        all(state, collect_returned(state, "x-key:  s3cret\n Value \n"), EVIDENCE_KEYED_HEADER),
        want);
    static const char *const other[] = {"X-Key: s3cret value\n", "X-Key: s3cret\n", "X-Key:\n",
                                        "X-Keys: s3cret Value\n"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_null(findings_get(collect_returned(state, other[i]), EVIDENCE_KEYED_HEADER, 0));
    assert_null(findings_get(collect(state, CLASS_BOUNCE, "X-Key: s3cret Value\n\nx"),
                             EVIDENCE_KEYED_HEADER, 0));
}

static void recipients_come_from_the_report_first(void **state)
{
    struct given g = {.class = CLASS_BOUNCE,
                      .captures = {{CAPTURE_RECIPIENT, "text", span_of("no@example.net"), 0},
                                   {CAPTURE_REASON, "text", span_of("550 5.2.2 full"), 0}},
                      .capture_count = 2};
    struct findings *f = collect_given(state, g,
                                       MULTIPART "X-Failed-Recipients: no@example.net\n\n"
                                                 "--b\nContent-Type: message/delivery-status\n\n"
                                                 "Reporting-MTA: dns; mx.example.net\n\n"
                                                 "Final-Recipient: rfc822; a@example.net\n"
                                                 "Action: failed\n\n"
                                                 "Final-Recipient: rfc822; b@example.net\n"
                                                 "Action: relayed\n--b--");
    assert_string_equal(f->reporting_mta, "mx.example.net");
    assert_int_equal(f->recipient_count, 2);
    assert_string_equal(f->recipients[0].address, "a@example.net");
    assert_string_equal(f->recipients[0].status, "5.2.2");
    assert_string_equal(f->recipients[0].diagnostic, "550 5.2.2 full");
    assert_string_equal(f->recipients[1].action, "relayed");
    assert_string_equal(f->recipients[1].diagnostic, "");
    assert_string_equal(all(state, f, EVIDENCE_REASON), "550 5.2.2 full [text]");
}

static void recipients_come_from_captures_next(void **state)
{
    struct given g = {.class = CLASS_DELAY,
                      .captures = {{CAPTURE_RECIPIENT, "text", span_of("<a@example.net>"), 0},
                                   {CAPTURE_RECIPIENT, "text", span_of("A@example.net"), 0},
                                   {CAPTURE_RECIPIENT, "text", span_of("no address"), 0},
                                   {CAPTURE_RECIPIENT, "text", span_of("b@example.net"), 0},
                                   {CAPTURE_STATUS, "text", span_of("4.4.1"), 0},
                                   {CAPTURE_STATUS, "text", span_of("452"), 0}},
                      .capture_count = 6};
    struct findings *f = collect_given(state, g, "X-Failed-Recipients: no@example.net\n\nFailed");
    assert_int_equal(f->recipient_count, 2);
    assert_string_equal(f->recipients[0].address, "a@example.net");
    assert_string_equal(f->recipients[0].action, "delayed");
    assert_string_equal(f->recipients[0].status, "4.4.1");
    assert_string_equal(f->recipients[1].address, "b@example.net");
    assert_string_equal(f->recipients[1].status, "4.3.1");
}

static void recipients_come_from_the_field_last(void **state)
{
    struct findings *f = collect(state, CLASS_BOUNCE,
                                 "X-Failed-Recipients: a@example.net,\n b@example.net\n"
                                 "X-Failed-Recipients: a@example.net\n\nFailed");
    assert_int_equal(f->recipient_count, 2);
    assert_string_equal(f->recipients[1].address, "b@example.net");
    assert_string_equal(f->recipients[1].action, "failed");
}

/* A summary of recipients as "address status", in order. */
static const char *failed(void **state, enum class class, const char *text)
{
    struct findings *f = collect(state, class, text);
    struct buf b = {0};
    for (size_t i = 0; i < f->recipient_count; i++)
        buf_printf(&b, "%s%s %s", i ? ", " : "", f->recipients[i].address, f->recipients[i].status);
    const char *s = arena_string(*state, buf_span(&b));
    buf_free(&b);
    return s;
}

#define NOTICE "From: postmaster@mx.example.net\nTo: me@example.org\nSubject: ?\n\n"
#define QUOTED(to)                                                                                 \
    "\nReceived: from a by b\nFrom: me@example.org\n" to "Message-ID: <1@example.org>\n"           \
    "Subject: Hello\n\nwrite to other@example.com\n"

static void recipients_are_named_in_the_notice(void **state)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        /* those of the original's, however they stand */
        {NOTICE "Das ging nicht an you@example.net (x@example.net).\n" QUOTED(
             "To: You <you@example.net>\n"),
         "you@example.net "},
        {NOTICE "a@example.net: 550 5.1.1 nobody\nb@example.net: 552 full, c@example.net\n" QUOTED(
             "To: a@example.net\nCc: b@example.net\n"),
         "a@example.net 5.1.1, b@example.net 5.2.2"},
        /* on lines of their own */
        {NOTICE "Ask help.desk@mx.example.net.\n  <a@example.net>\n * b@example.net:\n",
         "a@example.net , b@example.net "},
        /* the first, at the end of a sentence, in words of another script */
        {NOTICE
         "ask postmaster@mx.example.net or me@example.org: to\345\217\257bob@example.net. No",
         "bob@example.net "},
        /* whom the original was addressed to */
        {NOTICE "No such user here.\n" QUOTED("To: you@example.net\n"), "you@example.net 5.1.1"},
        {NOTICE "No.\n" QUOTED("To: you@example.net, a@example.net\n"), ""},
        {NOTICE "No.\n" QUOTED("To: you@example.net\nCc: a@example.net\n"), ""},
        /* nobody: contacts, own addresses, IDs */
        {NOTICE "Message-ID: <x@example.net> From: y@example.net\nabuse@example.net "
                "me@example.org ana@host @ a@ @b user@ example.net\n",
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(failed(state, CLASS_BOUNCE, cases[i].text), cases[i].want);
    assert_string_equal(failed(state, CLASS_AUTOREPLY, cases[0].text), "");
}

static void reasons_stand_behind_the_address(void **state)
{
    struct findings *f = collect(state, CLASS_BOUNCE,
                                 NOTICE "<a@example.net>:\n 550 5.1.1 nobody\n\nOther words.\n\n"
                                        "b@example.net\n\nNot about b.\n");
    assert_int_equal(f->recipient_count, 2);
    assert_string_equal(f->recipients[0].diagnostic, "550 5.1.1 nobody");
    assert_string_equal(f->recipients[1].diagnostic, "");
}

static void captured_bystanders_go_where_another_is_left(void **state)
{
    struct given g = {.class = CLASS_BOUNCE,
                      .captures = {{CAPTURE_RECIPIENT, "text", span_of("me@example.org"), 0},
                                   {CAPTURE_RECIPIENT, "text", span_of("a@example.net"), 0},
                                   {CAPTURE_RECIPIENT, "text", span_of("postmaster@x.example"), 0}},
                      .capture_count = 3};
    struct findings *f = collect_given(state, g, NOTICE "x");
    assert_int_equal(f->recipient_count, 1);
    assert_string_equal(f->recipients[0].address, "a@example.net");
    g.capture_count = 1;
    assert_int_equal(collect_given(state, g, NOTICE "x")->recipient_count, 1);
}

/* What a bounce's words call the message's ID counts, as cited, where nothing else names one. */
static void ids_told_in_words(void **state)
{
    static const char *const told[] = {NOTICE "No such user.\nMessage ID: <1@example.org>\n",
                                       NOTICE "messageid=1@example.org\n",
                                       NOTICE "- Original Message-Id is <1@example.org>, to bob\n",
                                       NOTICE "\"msgid\": <1@example.org>\n",
                                       NOTICE "The Message-ID was: <1@example.org>\n",
                                       NOTICE "The message identifier: <1@example.org>\n",
                                       NOTICE "Identificador da mensagem: <1@example.org>\n"};
    static const char *const not_told[] = {NOTICE "Message ID: 4711\n",
                                           NOTICE "The message 1@example.org was lost\n",
                                           NOTICE "message id: 1@example.org to bob\n",
                                           NOTICE "Message-ID of your mail to <1@example.org>\n",
                                           NOTICE
                                           "Identificador do destinatario: <1@example.org>\n",
                                           NOTICE "Lost. Message-ID: <1@example.org>\n",
                                           NOTICE "Message-ID: <own@example.net>\n"};
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct findings *f = collect(state, CLASS_BOUNCE, told[i]);
        assert_string_equal(ids(state, f), "told-id 0 1@example.org");
        assert_true(evidence_is_cited(f->evidence[0].kind));
        assert_null(findings_get(collect(state, CLASS_AUTOREPLY, told[i]), EVIDENCE_TOLD_ID, 0));
        assert_string_equal(ids(state, collect(state, CLASS_FILTER_NOTICE, told[i])),
                            "told-id 0 1@example.org");
    }
    for (size_t i = 0; i + 1 < sizeof not_told / sizeof *not_told; i++)
        assert_string_equal(ids(state, collect(state, CLASS_BOUNCE, not_told[i])), "");
    assert_string_equal(ids(state, collect(state, CLASS_BOUNCE,
                                           "Message-ID: <own@example.net>\n" NOTICE
                                           "Message-ID: <own@example.net>\n")),
                        "");
    assert_string_equal(ids(state, collect(state, CLASS_BOUNCE,
                                           "In-Reply-To: <2@example.org>\n" NOTICE
                                           "Message ID: <1@example.org>\n")),
                        "in-reply-to 0 2@example.org");
}

#define ENVELOPE_ID(value)                                                                         \
    MULTIPART "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n"           \
              "Original-Envelope-Id: " value "\n\nFinal-Recipient: rfc822; a@example.net\n"        \
              "Action: failed\n--b--"

static void envelope_id_in_brackets(void **state)
{
    assert_string_equal(ids(state, collect(state, CLASS_BOUNCE, ENVELOPE_ID("<1@example.org>"))),
                        "field-id 0 1@example.org");
    assert_string_equal(ids(state, collect(state, CLASS_BOUNCE, ENVELOPE_ID("0NF@mx.example.net"))),
                        "");
}

#define REPORTED(status, diagnostic)                                                               \
    "Content-Type: multipart/report; boundary=b\nFrom: MAILER-DAEMON@example.net\n\n--b\n\n"       \
    "a@example.net:\n 550 5.7.1 go away\n\nb@example.net\n mailbox is\n full\n\n"                  \
    "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"                     \
    "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: " status "\n" diagnostic      \
    "\nFinal-Recipient: rfc822; b@example.net\nAction: failed\nStatus: " status "\n\n--b--"

static void general_status_yields_to_a_particular_one(void **state)
{
    assert_string_equal(failed(state, CLASS_BOUNCE, REPORTED("5.0.0", "")),
                        "a@example.net 5.7.1, b@example.net 5.2.2");
    assert_string_equal(
        failed(state, CLASS_BOUNCE, REPORTED("5.0.0", "Diagnostic-Code: smtp; no such user\n")),
        "a@example.net 5.1.1, b@example.net 5.2.2");
    /* Never over a particular one, nor across classes. */
    assert_string_equal(failed(state, CLASS_BOUNCE, REPORTED("5.4.4", "")),
                        "a@example.net 5.4.4, b@example.net 5.4.4");
    assert_string_equal(failed(state, CLASS_BOUNCE, REPORTED("4.0.0", "")),
                        "a@example.net 4.0.0, b@example.net 4.2.2");
}

static void floods_leave_doubt_and_the_ids(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "From: MAILER-DAEMON\nX-Failed-Recipients:");
    for (int i = 0; i < 500; i++)
        buf_printf(&b, "\n f%d@example.net,", i);
    for (int k = 0; k < 20; k++) {
        buf_printf(&b, "\n%s:", k % 2 ? "To" : "Delivered-To");
        for (int i = 0; i < 500; i++)
            buf_printf(&b, "\n u%d.%d@example.org,", k, i);
    }
    buf_add_string(&b, "\n\nFrom: me@example.org\nX-Key: s3cret Value\nTo: b\n"
                       "Message-ID: <1@x>\n\n");
    struct findings *f = collect(state, CLASS_BOUNCE, b.p);
    assert_int_equal(f->evidence_count, LIMIT_EVIDENCE);
    assert_int_equal(f->recipient_count, LIMIT_RECIPIENTS);
    assert_true(f->truncated);
    assert_string_equal(ids(state, f), "quoted-id 0 1@x");
    assert_non_null(findings_get(f, EVIDENCE_KEYED_HEADER, 0));
    struct buf wire = {0};
    assert_true(findings_encode(f, &wire));
    buf_free(&wire);
    buf_free(&b);
}

/* Recipients with the longest words still travel. */
static void long_words_fit_the_wire(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, MULTIPART "\n--b\nContent-Type: message/delivery-status\n\n");
    for (int i = 0; i < LIMIT_RECIPIENTS; i++)
        buf_printf(&b,
                   "Final-Recipient: rfc822; a%0400d@example.net\n"
                   "Original-Recipient: rfc822; b%0400d@example.net\nAction: failed\n"
                   "Diagnostic-Code: smtp; %02000d\nRemote-MTA: dns; %02000d\n\n",
                   i, i, i, i);
    buf_add_string(&b, "--b--");
    struct findings *f = collect(state, CLASS_BOUNCE, b.p);
    assert_int_equal(f->recipient_count, LIMIT_RECIPIENTS);
    assert_true(strlen(f->recipients[0].diagnostic) == LIMIT_VALUE);
    assert_string_equal(f->recipients[LIMIT_RECIPIENTS - 1].diagnostic, "");
    struct buf wire = {0};
    assert_true(findings_encode(f, &wire));
    assert_non_null(findings_decode(*state, buf_span(&wire)));
    buf_free(&wire);
    buf_free(&b);
}

static void truncated_message_leaves_doubt(void **state)
{
    size_t n = LIMIT_MESSAGE_PARSED + 100;
    char *text = malloc(n);
    memset(text, 'x', n);
    memcpy(text, "From: a@y\n\n", 11);
    struct message *m = message_parse(*state, (struct span){text, n});
    struct rule_match match = {.class = CLASS_BOUNCE, .rule = ""};
    struct envelope envelope = {0};
    assert_true(findings_collect(m, report_read(m), &match, &config, &envelope)->truncated);
    free(text);
}

/* An ID that was left out for want of memory must not look like an original without one. */
static void little_memory_gives_all_or_nothing(void **state)
{
    (void)state;
    struct rule_match match = {.class = CLASS_BOUNCE, .rule = "file/section"};
    struct envelope none = {0};
    size_t whole = 0;
    for (size_t cap = 20000; whole < 3; cap += 501) {
        struct arena *arena = arena_new(cap);
        struct message *m =
            message_parse(arena, span_of(MULTIPART "\n" RETURNED_PART("<1@x>") "--b--"));
        struct report *r = m ? report_read(m) : NULL;
        struct findings *f = r ? findings_collect(m, r, &match, &config, &none) : NULL;
        if (f) {
            assert_string_equal(findings_get(f, EVIDENCE_RETURNED_ID, 0)->value, "1@x");
            assert_non_null(findings_get(f, EVIDENCE_RETURNED_FROM, 0));
            whole++;
        }
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(mail_has_only_a_rule),
        message_test(ids_are_ordered_by_worth),
        message_test(ids_are_read_as_mail_bends_them),
        message_test(id_that_cannot_be_taken_exactly_leaves_doubt),
        message_test(free_text_gives_no_id),
        message_test(nested_originals_come_behind),
        message_test(own_id_is_no_evidence),
        message_test(no_id_comes_twice),
        message_test(fields_name_the_original_by_definition),
        message_test(former_ids_of_an_original_count),
        message_test(correlators_are_believed_in_reports_only),
        message_test(cited_ids_are_the_last),
        message_test(captures_point_at_ids_and_originals),
        message_test(addresses_of_ours_are_kept_as_they_stand),
        message_test(envelope_sender_tells_null_from_unknown),
        message_test(responder_falls_back),
        message_test(relays_are_hosts_in_received),
        message_test(signatures_of_ours_are_seen),
        message_test(srs_addresses_of_ours_are_seen),
        message_test(keyed_fields_must_match_exactly),
        message_test(recipients_come_from_the_report_first),
        message_test(recipients_come_from_captures_next),
        message_test(recipients_come_from_the_field_last),
        message_test(recipients_are_named_in_the_notice),
        message_test(reasons_stand_behind_the_address),
        message_test(captured_bystanders_go_where_another_is_left),
        message_test(general_status_yields_to_a_particular_one),
        message_test(ids_told_in_words),
        message_test(envelope_id_in_brackets),
        message_test(floods_leave_doubt_and_the_ids),
        message_test(long_words_fit_the_wire),
        message_test(truncated_message_leaves_doubt),
        message_test(little_memory_gives_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
