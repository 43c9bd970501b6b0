/*
 * Sendmail's and OpenSMTPD's logs.
 */
#include "log_fixture.h"

#define M "%T mx sm-mta[77]: "

/* The submission program gives the message to the daemon, which queues it anew. */
static void test_local(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, "%T mx sendmail[5]: 4ANK1: from=ann, size=100, class=0, nrcpts=1\n"
                "%T mx sendmail[5]: 4ANKNq000005: from=ann, size=100, class=0, nrcpts=1, "
                "msgid=<s1@home.test>, relay=ann@localhost\n" M
                "4ANKNq000077: from=<ann@home.test>, size=400, class=0, nrcpts=1, "
                "msgid=<s1@home.test>, proto=ESMTP, daemon=MTA-v4, relay=localhost [127.0.0.1]\n"
                "%T mx sendmail[5]: 4ANKNq000005: to=bob@far.test, ctladdr=ann (1000/1000), "
                "delay=00:00:00, xdelay=00:00:00, mailer=relay, pri=30100, relay=[127.0.0.1] "
                "[127.0.0.1], dsn=2.0.0, stat=Sent (4ANKNq000077 Message accepted)\n" M
                "4ANKNq000077: to=<bob@far.test>,<carl@far.test>, ctladdr=<ann@home.test> "
                "(1000/1000), delay=00:00:01, mailer=esmtp, pri=1, relay=mx.far.test. "
                "[192.0.2.25], dsn=2.0.0, stat=Sent (ok)\n");
    assert_true(log_sent(f, "s1@home.test"));
    assert_true(log_pair(f, "ann@home.test", "bob@far.test"));
    assert_true(log_wrote_to(f, "carl@far.test"));
    assert_int_equal(f->progress.added, 1);
}

static void test_login(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, M "AUTH=server, relay=laptop.test [198.51.100.7] (may be forged), authid=ann, "
                  "mech=PLAIN, bits=0\n" M
                  "4ANKNq000078: from=<ann@home.test>, size=400, class=0, nrcpts=1, "
                  "msgid=<l1@home.test>, proto=ESMTPSA, daemon=MSA, relay=laptop.test "
                  "[198.51.100.7] (may be forged)\n" M
                  "4ANKNq000079: from=<x@home.test>, size=400, class=0, nrcpts=1, "
                  "msgid=<l2@home.test>, proto=ESMTP, daemon=MSA, relay=other.test [198.51.100.8]\n"
                  "%T mx sm-mta[78]: 4ANKNq000080: from=<ann@home.test>, size=400, class=0, "
                  "nrcpts=1, msgid=<l3@home.test>, proto=ESMTPSA, daemon=MSA, tls_verify=NO, "
                  "auth=PLAIN, relay=[198.51.100.7]\n"
                  "%T mx sm-mta[78]: 4ANKNq000081: from=<ann@home.test>, size=400, class=0, "
                  "nrcpts=1, msgid=<l4@home.test>, proto=ESMTP, daemon=MTA, tls_verify=NO, "
                  "auth=NONE, relay=[198.51.100.7]\n");
    assert_true(log_sent(f, "l1@home.test"));
    assert_false(log_sent(f, "l2@home.test"));
    assert_true(log_sent(f, "l3@home.test"));
    assert_false(log_sent(f, "l4@home.test"));
}

static void test_inbound_and_injection(void **state)
{
    struct log_fixture *f = *state;
    log_read(f,
             M "4ANKNq000001: from=<\"a, relay=root@localhost\"@evil>, size=1, class=0, "
               "nrcpts=1, msgid=<e1@evil>, proto=ESMTP, daemon=MTA, relay=evil [203.0.113.9]\n" M
               "4ANKNq000002: from=<x@evil>, size=1, class=0, nrcpts=1, msgid=<e2@evil>, "
               "auth=PLAIN, proto=ESMTP, daemon=MTA, relay=IDENT:root@localhost [203.0.113.9]\n" M
               "4ANKNq000003: from=<x@evil>, size=1, class=0, nrcpts=1, msgid=<e3@evil>, "
               "proto=ESMTP, daemon=MTA, relay=localhost [203.0.113.9] (may be forged)\n" M
               "4ANKNq000003: to=<ann@phone.test>, delay=0, mailer=esmtp, relay=mx.phone.test. "
               "[192.0.2.25], dsn=2.0.0, stat=Sent (ok)\n");
    log_append(f, M "4ANKNq000004: from=<\"a, auth=PLAIN, relay=b\"@evil>, size=1, class=0, "
                    "nrcpts=1, msgid=<e4@evil>, proto=ESMTP, daemon=MTA, relay=x [203.0.113.9]\n");
    log_run(f);
    assert_false(log_sent(f, "e4@evil"));
    assert_false(log_sent(f, "e1@evil"));
    assert_false(log_sent(f, "e2@evil"));
    assert_false(log_sent(f, "e3@evil"));
    assert_true(log_relayed(f, "e3@evil"));
    assert_int_equal(f->progress.added, 0);
}

/* Sendmail cuts long Message-IDs: then the ID is not known. */
static void test_cut_id(void **state)
{
    struct log_fixture *f = *state;
    char line[600], id[101];
    memset(id, 'x', 100);
    id[100] = '\0';
    snprintf(line, sizeof line,
             "%%T mx sendmail[5]: 4ANKNq000005: from=ann@home, size=1, class=0, nrcpts=1, "
             "msgid=%s, relay=ann@localhost\n%%T mx sendmail[5]: 4ANKNq000005: to=bob@far.test, "
             "delay=0, mailer=relay, relay=x, stat=Deferred\n",
             id);
    log_read(f, line);
    assert_true(log_nameless(f));
    assert_true(log_wrote_to(f, "bob@far.test"));
}

#define S "%T mx smtpd[3]: "

static void test_opensmtpd(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, S "5df87c903d709659 smtp connected address=local host=mx.home.test\n" S
                  "5df87c903d709659 smtp message msgid=c405e39a size=303 nrcpt=1 proto=ESMTP\n" S
                  "5df87c903d709659 smtp envelope evpid=c405e39ad6bbc64f from=<ann@home.test> "
                  "to=<bob@far.test>\n" S "5df87c903d709659 smtp disconnected reason=quit\n" S
                  "f274cf34b7d0786b smtp connected address=198.51.100.7 host=laptop\n" S
                  "f274cf34b7d0786b smtp authentication user=ann result=ok\n" S
                  "f274cf34b7d0786b smtp envelope evpid=78e5c402920bcc4f from=<ann@home.test> "
                  "to=<carl@far.test>\n" S
                  "f274cf34b7d0786c smtp connected address=203.0.113.9 host=evil\n" S
                  "f274cf34b7d0786c smtp authentication user=ann result=ok result=permfail\n" S
                  "f274cf34b7d0786c smtp envelope evpid=88e5c402920bcc4f from=<x@evil> "
                  "to=<dora@home.test>\n");
    assert_true(log_pair(f, "ann@home.test", "bob@far.test"));
    assert_true(log_pair(f, "ann@home.test", "carl@far.test"));
    assert_false(log_wrote_to(f, "dora@home.test"));
    assert_true(log_nameless(f));
    assert_int_equal(f->progress.added, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(test_local),  LOG_TEST(test_login),     LOG_TEST(test_inbound_and_injection),
        LOG_TEST(test_cut_id), LOG_TEST(test_opensmtpd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
