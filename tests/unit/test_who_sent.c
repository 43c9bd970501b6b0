/*
 * Who is behind a returned original: hops in the forms of many servers, mailers, links, checks.
 */
#include "message_fixture.h"

#include "evidence/evidence.h"
#include "evidence/hop.h"

static const char *domains[] = {"shop.example"};
static const char *relays[] = {"out.host.example"};
static const struct config config = {.domains = {domains, 1}, .relays = {relays, 1}};

static struct findings *collect(void **state, const char *text)
{
    struct message *m = parse(state, text);
    struct report *r = report_read(m);
    struct rule_match match = {.class = CLASS_BOUNCE, .rule = "file/section"};
    struct envelope envelope = {0};
    struct findings *f = findings_collect(m, r, &match, &config, &envelope);
    assert_non_null(f);
    return f;
}

/* A bounce of mx.far.example that returns a message with these header fields and this body. */
static struct findings *returned(void **state, const char *fields, const char *body)
{
    return collect(state,
                   arena_printf(*state,
                                "From: MAILER-DAEMON@mx.far.example\n"
                                "Authentication-Results: mx.shop.example; spf=pass "
                                "smtp.helo=mx.far.example; dkim=none\n"
                                "Content-Type: multipart/report; boundary=b\n\n"
                                "--b\n\nFailed, see http://help.far.example/\n"
                                "--b\nContent-Type: message/rfc822\n\n%sFrom: x@shop.example\n"
                                "Subject: s\nMessage-ID: <1@x>\n%s\n--b--\n",
                                fields, body));
}

static const char *all(void **state, const struct findings *f, enum evidence_kind kind)
{
    struct buf b = {0};
    const struct evidence *e;
    for (size_t i = 0; (e = findings_get(f, kind, i)); i++)
        buf_printf(&b, "%s%s", i ? " " : "", e->value);
    const char *s = arena_string(*state, buf_span(&b));
    buf_free(&b);
    return s;
}

static void hops_in_many_forms(void **state)
{
    static const char *const forms[][4] = {
        {"from h.example (rdns.example [192.0.2.7]) by mx", "192.0.2.7", "rdns.example",
         "h.example"},
        {"from h.example (unknown [192.0.2.7])\n\tby mx (Postfix)", "192.0.2.7", "", "h.example"},
        {"from h.example ([192.0.2.7]) by mx", "192.0.2.7", "", "h.example"},
        {"from rdns.example ([192.0.2.7]:4711 helo=h.example)\n by mx with esmtp (Exim)",
         "192.0.2.7", "rdns.example", "h.example"},
        {"from [192.0.2.7] (helo=h.example) by mx", "192.0.2.7", "", "h.example"},
        {"from unknown (HELO h.example) (192.0.2.7) by mx with SMTP", "192.0.2.7", "", "h.example"},
        {"from rdns.example (HELO h.example) (u@192.0.2.7)\n  by mx", "192.0.2.7", "rdns.example",
         "h.example"},
        {"from h.example (192.0.2.7) by mx (192.0.2.9) with Microsoft SMTP Server", "192.0.2.7", "",
         "h.example"},
        {"from h.example (rdns.example. [IPv6:2001:db8::25]) by mx", "2001:db8::25",
         "rdns.example.", "h.example"},
        {"from [10.0.0.1] (rdns.example [192.0.2.7]) by mx", "192.0.2.7", "rdns.example", ""},
        {"from [192.0.2.7] by web.example via HTTP; Mon, 3 Aug 2026", "192.0.2.7", "", ""},
        {"from by (by.example [192.0.2.7]) by mx", "192.0.2.7", "by.example", "by"},
        {"by mx.example (Postfix, from userid 33) id 1", "", "", ""},
        {"from h.example by mx.example with local", "", "", ""},
        {"from h (999.1.1.1) by mx", "", "", ""},
        {"", "", "", ""},
        {"from", "", "", ""},
        {"from ((((((((((((( by", "", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct hop h;
        bool read = hop_read(span_of(forms[i][0]), &h);
        assert_int_equal(read, forms[i][1][0] != '\0');
        if (!read)
            continue;
        assert_true(span_is(h.address, forms[i][1]));
        assert_true(span_is(h.name, forms[i][2]));
        assert_true(span_is(h.helo, forms[i][3]));
    }
}

static void addresses_that_name_no_host_elsewhere(void **state)
{
    static const char *const private[] = {"10.1.2.3",
                                          "127.0.0.1",
                                          "172.16.0.1",
                                          "172.31.255.1",
                                          "192.168.1.1",
                                          "169.254.1.1",
                                          "100.64.0.1",
                                          "0.0.0.0",
                                          "224.0.0.1",
                                          "::1",
                                          "::",
                                          "fe80::1",
                                          "fd00::1",
                                          "ff02::1",
                                          "::ffff:10.0.0.1",
                                          "no address",
                                          ""};
    static const char *const public[] = {"192.0.2.7",   "172.32.0.1",       "100.128.0.1",
                                         "2001:db8::1", "::ffff:192.0.2.7", "11.0.0.1"};
    (void)state;
    for (size_t i = 0; i < sizeof private / sizeof *private; i++)
        assert_true(address_is_private(span_of(private[i])));
    for (size_t i = 0; i < sizeof public / sizeof *public; i++)
        assert_false(address_is_private(span_of(public[i])));
}

static void the_first_foreign_hop_from_outside_handed_it_in(void **state)
{
    struct findings *f =
        returned(state,
                 "Received: from edge (edge.far.example [198.51.100.1]) by store.far.example\n"
                 "Received: from gw (gw.lan [10.0.0.4]) by edge.far.example\n"
                 "Received: from shop.example (dsl.isp.example [203.0.113.9]) by gw\n"
                 "Received: from liar (bank.example [203.0.113.99]) by shop.example\n",
                 "\nbody");
    assert_string_equal(all(state, f, EVIDENCE_SOURCE_ADDRESS), "203.0.113.9");
    assert_string_equal(all(state, f, EVIDENCE_SOURCE_HELO), "shop.example");
    assert_string_equal(findings_get(f, EVIDENCE_SOURCE_ADDRESS, 0)->where,
                        "part 2, field Received");
}

static void our_own_hosts_are_left_out(void **state)
{
    struct findings *f =
        returned(state,
                 "Received: from a (a.out.host.example [198.51.100.1]) by mx.far.example\n"
                 "Received: from b (www.shop.example [198.51.100.2]) by out.host.example\n",
                 "\nbody");
    assert_null(findings_get(f, EVIDENCE_SOURCE_ADDRESS, 0));
    assert_string_equal(all(state, f, EVIDENCE_RELAY), "a.out.host.example out.host.example");
}

static void mailers_and_links_of_the_returned_message(void **state)
{
    struct findings *f = returned(state, "X-Mailer: =?utf-8?q?The_Bat!?=\n",
                                  "Content-Type: text/plain\n\nBuy at HTTP://WWW.Pills.Example/x "
                                  "and https://pills.example or (http://b.example:80/), "
                                  "http://shop.example/ http://localhost/ http:// ://x.example");
    assert_string_equal(all(state, f, EVIDENCE_MAILER), "The Bat!");
    assert_string_equal(all(state, f, EVIDENCE_LINK_DOMAIN), "pills.example b.example");
    f = returned(state, "User-Agent: Mutt\n",
                 "Content-Type: text/html\n\n<html xmlns=\"http://www.w3.org/1999/xhtml\">"
                 "<a href=\"http://pills.example/\">x</a><a href=https://b.example>");
    assert_string_equal(all(state, f, EVIDENCE_MAILER), "Mutt");
    assert_string_equal(all(state, f, EVIDENCE_LINK_DOMAIN), "pills.example b.example");
}

static void a_few_links_are_enough(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "\n");
    for (int i = 0; i < 500; i++)
        buf_printf(&b, "http://d%d.example/\n", i);
    struct findings *f = returned(state, "", buf_string(&b));
    assert_string_equal(all(state, f, EVIDENCE_LINK_DOMAIN),
                        "d0.example d1.example d2.example d3.example d4.example");
    assert_false(f->truncated);
    buf_free(&b);
}

static void checks_of_both_messages(void **state)
{
    struct findings *f =
        returned(state,
                 "Authentication-Results: mx.far.example;\n spf=softfail (x) smtp.mailfrom=a@b;\n"
                 " dkim=none; dmarc=fail (p=none); x-spf=pass\n"
                 "Received-SPF: Fail (mx.far.example: no)\n",
                 "\nbody");
    assert_string_equal(all(state, f, EVIDENCE_RETURNED_CHECK),
                        "spf=softfail dkim=none dmarc=fail spf=fail");
    assert_string_equal(all(state, f, EVIDENCE_RESPONSE_CHECK), "spf=pass dkim=none");
}

/* What serves people only must not make a verdict doubt. */
static void no_room_raises_no_doubt(void **state)
{
    struct buf b = {0};
    for (int i = 0; i < 100; i++)
        buf_printf(&b, "To: t%d@shop.example\nX-Original-To: x%d@shop.example\n", i, i);
    struct findings *plain = collect(state, buf_string(&b));
    buf_add_string(&b, "Authentication-Results: x; spf=pass; dkim=pass; dmarc=pass\n");
    struct findings *f = collect(state, buf_string(&b));
    assert_int_equal(f->truncated, plain->truncated);
    assert_true(f->evidence_count <= LIMIT_EVIDENCE);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(hops_in_many_forms),
        message_test(addresses_that_name_no_host_elsewhere),
        message_test(the_first_foreign_hop_from_outside_handed_it_in),
        message_test(our_own_hosts_are_left_out),
        message_test(mailers_and_links_of_the_returned_message),
        message_test(a_few_links_are_enough),
        message_test(checks_of_both_messages),
        message_test(no_room_raises_no_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
