/*
 * Postfix's log: what was submitted here enters the index, what came from outside never does,
 * whatever its envelope and header say.
 */
#include "log_fixture.h"

#define LIST(...)                                                                                  \
    (struct config_list)                                                                           \
    {                                                                                              \
        (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)      \
    }
#define P "%T mx postfix/"

static void test_pickup(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "pickup[239]: 2C76F199: uid=1002 from=<ann>\n" P
                  "cleanup[307]: 2C76F199: message-id=<one@home.test>\n" P
                  "qmgr[240]: 2C76F199: from=<ann@home.test>, size=239, nrcpt=2 (queue active)\n" P
                  "smtp[314]: 2C76F199: to=<bob@far.test>, orig_to=<friends@home.test>, "
                  "relay=mx.far.test[192.0.2.25]:25, delay=0.05, delays=0.03/0.01/0.01/0, "
                  "dsn=2.0.0, status=sent (250 2.0.0 taken)\n" P
                  "error[315]: 2C76F199: to=<eve@gone.test>, relay=none, delay=1, delays=1/0/0/0, "
                  "dsn=4.3.0, status=deferred (no route)\n" P "qmgr[240]: 2C76F199: removed\n");
    assert_true(log_sent(f, "one@home.test"));
    assert_true(log_pair(f, "ann@home.test", "bob@far.test"));
    assert_true(log_wrote_to(f, "friends@home.test"));
    assert_true(log_wrote_to(f, "eve@gone.test"));
    assert_false(log_relayed(f, "one@home.test"));
    assert_int_equal(f->progress.added, 1);
}

static void test_login(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "submission/smtpd[9]: 4F1A2B3C4D: client=unknown[198.51.100.7], "
                  "sasl_method=PLAIN, sasl_username=ann@home.test\n" P
                  "cleanup[307]: 4F1A2B3C4D: message-id=<two@home.test>\n");
    assert_true(log_sent(f, "two@home.test"));
}

static void test_inbound_does_not_enter(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "smtpd[9]: 33478199: client=evil.test[203.0.113.9]\n" P
                  "cleanup[307]: 33478199: message-id=<in@far.test>\n" P
                  "qmgr[240]: 33478199: from=<eve@far.test>, size=284, nrcpt=1 (queue active)\n" P
                  "local[351]: 33478199: to=<ann@home.test>, relay=local, delay=0.03, "
                  "delays=0.01/0.02/0/0, dsn=2.0.0, status=sent (delivered to mailbox)\n" P
                  "qmgr[240]: 33478199: removed\n");
    assert_false(log_sent(f, "in@far.test"));
    assert_false(log_relayed(f, "in@far.test"));
    assert_false(log_wrote_to(f, "ann@home.test"));
    assert_int_equal(f->progress.added, 0);
}

static void test_forwarded_is_relayed(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "smtpd[9]: 33478199: client=far.test[203.0.113.9]\n" P
                  "cleanup[307]: 33478199: message-id=<fwd@far.test>\n" P
                  "smtp[3]: 33478199: to=<ann@phone.test>, orig_to=<ann@home.test>, "
                  "relay=mx.phone.test[192.0.2.77]:25, delay=1, delays=1/0/0/0, dsn=2.0.0, "
                  "status=sent (250 ok queued as 2C76F199)\n");
    assert_false(log_sent(f, "fwd@far.test"));
    assert_true(log_relayed(f, "fwd@far.test"));
    assert_false(log_wrote_to(f, "ann@phone.test"));
}

static void test_own_client(void **state)
{
    struct log_fixture *f = *state;
    static const char lines[] = P "smtpd[9]: AAAAAA: client=web.home.test[192.0.2.80]\n" P
                                  "cleanup[3]: AAAAAA: message-id=<%%@web>\n";
    char name[400], address[400];
    snprintf(name, sizeof name, "%s", lines);
    memcpy(strstr(name, "%%"), "w1", 2);
    log_read(f, name);
    assert_false(log_sent(f, "w1@web"));
    f->s.config.own_clients = LIST("WEB.home.test");
    memcpy(strstr(name, "w1"), "w2", 2);
    log_read(f, name);
    assert_true(log_sent(f, "w2@web"));
    f->s.config.own_clients = LIST("192.0.2.80");
    snprintf(address, sizeof address, "%s", lines);
    memcpy(strstr(address, "%%"), "w3", 2);
    log_read(f, address);
    assert_true(log_sent(f, "w3@web"));
}

/* Through a content filter on SMTP: the second pass comes from the machine itself. */
static void test_filter_of_our_mail(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "submission/smtpd[9]: AAAAA1: client=x[198.51.100.7], sasl_method=PLAIN, "
                  "sasl_username=ann\n" P "cleanup[3]: AAAAA1: message-id=<f1@home.test>\n" P
                  "smtpd[4]: BBBBB1: client=localhost[127.0.0.1]\n" P
                  "cleanup[3]: BBBBB1: message-id=<f1@home.test>\n" P
                  "smtp[5]: AAAAA1: to=<team@home.test>, relay=127.0.0.1[127.0.0.1]:10024, "
                  "delay=1, delays=1/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 from "
                  "MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as BBBBB1)\n" P
                  "smtp[6]: BBBBB1: to=<bob@far.test>, orig_to=<team@home.test>, "
                  "relay=mx.far.test[192.0.2.25]:25, delay=1, delays=1/0/0/0, dsn=2.0.0, "
                  "status=sent (250 ok)\n");
    assert_true(log_sent(f, "f1@home.test"));
    assert_true(log_wrote_to(f, "team@home.test"));
    assert_true(log_wrote_to(f, "bob@far.test"));
}

/* The same for mail from outside, even where the machine itself is declared as a client, and for a
 * filter that hands in by sendmail(1). */
static void test_filter_of_their_mail(void **state)
{
    struct log_fixture *f = *state;
    f->s.config.own_clients = LIST("127.0.0.1");
    log_read(f, P "smtpd[9]: AAAAA1: client=evil.test[203.0.113.9]\n" P
                  "cleanup[3]: AAAAA1: message-id=<g1@evil.test>\n" P
                  "smtpd[4]: BBBBB1: client=localhost[127.0.0.1]\n" P
                  "cleanup[3]: BBBBB1: message-id=<g1@evil.test>\n" P
                  "smtp[5]: AAAAA1: to=<ann@home.test>, relay=127.0.0.1[127.0.0.1]:10024, delay=1, "
                  "delays=1/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as BBBBB1)\n" P
                  "smtpd[9]: AAAAA2: client=evil.test[203.0.113.9]\n" P
                  "cleanup[3]: AAAAA2: message-id=<g2@evil.test>\n" P
                  "pickup[4]: BBBBB2: uid=115 from=<eve@evil.test>\n" P
                  "cleanup[3]: BBBBB2: message-id=<g2@evil.test>\n" P
                  "smtpd[9]: AAAAA3: client=evil.test[203.0.113.9]\n" P
                  "smtpd[4]: BBBBB3: client=localhost[127.0.0.1], orig_queue_id=AAAAA3, "
                  "orig_client=evil.test[203.0.113.9]\n" P
                  "cleanup[3]: BBBBB3: message-id=<g3@evil.test>\n");
    assert_false(log_sent(f, "g1@evil.test"));
    assert_false(log_sent(f, "g2@evil.test"));
    assert_false(log_sent(f, "g3@evil.test"));
}

/* Message-IDs, addresses and replies are the other side's to choose. */
static void test_injection(void **state)
{
    struct log_fixture *f = *state;
    log_read(f,
             P "pickup[1]: CCCCC1: uid=1002 from=<ann>\n" P
               "cleanup[3]: CCCCC1: message-id=<mine@home.test>\n" P
               "smtpd[9]: AAAAA1: client=evil.test[203.0.113.9]\n" P
               "cleanup[3]: AAAAA1: message-id=<x@y>, sasl_username=ann, uid=0 from=<root>\n" P
               "qmgr[240]: AAAAA1: from=<\"a>, size=1, sasl_username=ann\"@evil.test>, size=2, "
               "nrcpt=1 (queue active)\n" P
               "smtpd[9]: AAAAA1: warning: pickup[1]: AAAAA1: uid=0 from=<root>\n" P
               "smtpd[9]: NOQUEUE: reject: RCPT from x[203.0.113.9]: 554; helo=<AAAAA1: uid=0>\n" P
               "smtpd[9]: AAAAA4: client=evil.test[203.0.113.9], sasl_sender=x, "
               "sasl_method=PLAIN, sasl_username=ann\n" P
               "cleanup[3]: AAAAA4: message-id=<x4@evil.test>\n" P
               /* a next hop that names another's queue ID */
               "smtpd[9]: AAAAA5: client=evil.test[203.0.113.9]\n" P
               "cleanup[3]: AAAAA5: message-id=<x5@evil.test>\n" P
               "smtp[5]: CCCCC1: to=<bob@evil.test>, relay=mx.evil.test[203.0.113.9]:25, delay=1, "
               "delays=1/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as AAAAA5)\n" P
               "smtp[5]: CCCCC1: to=<bob@evil.test>, relay=127.0.0.1[127.0.0.1]:25, delay=1, "
               "delays=1/0/0/0, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as AAAAA5)\n" P
               "smtp[5]: CCCCC1: to=<bob@evil.test>, relay=mx.evil.test[203.0.113.9]:25, delay=1, "
               "delays=1/0/0/0, dsn=2.0.0, status=sent (250 Ok "
               "0102018f3c2a7b90-1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000)\n");
    assert_true(log_sent(f, "mine@home.test"));
    assert_false(log_sent(f, "x@y"));
    assert_false(log_sent(f, "<x@y>, sasl_username=ann, uid=0 from=<root>"));
    assert_false(log_sent(f, "x4@evil.test"));
    assert_false(log_sent(f, "x5@evil.test"));
    assert_false(log_sent(f, "0102018f3c2a7b90-1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000@email."
                             "amazonses.com"));
}

static void test_ses(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "pickup[1]: CCCCC1: uid=1002 from=<ann>\n" P
                  "cleanup[3]: CCCCC1: message-id=<mine@home.test>\n" P
                  "smtp[5]: CCCCC1: to=<bob@far.test>, "
                  "relay=email-smtp.eu-west-1.amazonaws.com[192.0.2.44]:587, delay=1, "
                  "delays=1/0/0/0, dsn=2.0.0, status=sent (250 Ok "
                  "0102018f3c2a7b90-1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000)\n");
    assert_true(log_sent(f, "0102018f3c2a7b90-1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000@"
                            "eu-west-1.amazonses.com"));
    assert_true(log_sent(f, "0102018f3c2a7b90-1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000@email."
                            "amazonses.com"));
    assert_int_equal(f->progress.added, 1);
}

static void test_no_message_id(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "smtpd[9]: AAAAA1: client=x[198.51.100.7], sasl_method=PLAIN, "
                  "sasl_username=ann\n" P "cleanup[3]: AAAAA1: message-id=<>\n" P
                  "qmgr[2]: AAAAA1: from=<ann@home.test>, size=2, nrcpt=1 (queue active)\n" P
                  "smtp[5]: AAAAA1: to=<bob@far.test>, relay=mx[192.0.2.25]:25, delay=1, "
                  "dsn=2.0.0, status=sent (250 ok)\n");
    assert_true(log_nameless(f));
    assert_true(log_pair(f, "ann@home.test", "bob@far.test"));
}

/* Short queue IDs are used anew. */
static void test_queue_id_used_again(void **state)
{
    struct log_fixture *f = *state;
    log_read(f,
             P "pickup[1]: AAAAA1: uid=1002 from=<ann>\n" P
               "cleanup[3]: AAAAA1: message-id=<first@home.test>\n" P "qmgr[2]: AAAAA1: removed\n" P
               "smtpd[9]: AAAAA1: client=evil.test[203.0.113.9]\n" P
               "cleanup[3]: AAAAA1: message-id=<second@evil.test>\n" P
               "local[5]: AAAAA1: to=<ann@home.test>, relay=local, status=sent (x)\n");
    assert_true(log_sent(f, "first@home.test"));
    assert_false(log_sent(f, "second@evil.test"));
    assert_false(log_wrote_to(f, "ann@home.test"));
}

static void test_resent(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "pickup[1]: AAAAA1: uid=1002 from=<ann>\n" P
                  "cleanup[3]: AAAAA1: message-id=<theirs@far.test>\n" P
                  "cleanup[3]: AAAAA1: resent-message-id=<resent@home.test>\n");
    assert_true(log_sent(f, "resent@home.test"));
}

/* The same lines by journald, rsyslog's ISO stamps, and long queue IDs. */
static void test_stamps(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, "%I mx postfix/pickup[1]: 4TYpL52kJ1z3xKq: uid=0 from=<root>\n"
                "%I mx postfix/cleanup[1]: 4TYpL52kJ1z3xKq: message-id=<iso@home.test>\n");
    assert_true(log_sent(f, "iso@home.test"));
}

static void test_resend_by_user_is_doubt(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, P "smtpd[9]: AAAAA1: client=far.test[203.0.113.9]\n" P
                  "cleanup[3]: AAAAA1: message-id=<proc@far.test>\n" P
                  "pickup[1]: BBBBB1: uid=1002 from=<eve@far.test>\n" P
                  "cleanup[3]: BBBBB1: message-id=<proc@far.test>\n" P
                  "smtp[5]: BBBBB1: to=<ann@phone.test>, relay=mx[192.0.2.25]:25, delay=1, "
                  "dsn=2.0.0, status=sent (250 ok)\n");
    assert_false(log_sent(f, "proc@far.test"));
    assert_true(log_relayed(f, "proc@far.test"));
    assert_false(log_wrote_to(f, "ann@phone.test"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(test_pickup),
        LOG_TEST(test_login),
        LOG_TEST(test_inbound_does_not_enter),
        LOG_TEST(test_forwarded_is_relayed),
        LOG_TEST(test_own_client),
        LOG_TEST(test_filter_of_our_mail),
        LOG_TEST(test_filter_of_their_mail),
        LOG_TEST(test_injection),
        LOG_TEST(test_ses),
        LOG_TEST(test_no_message_id),
        LOG_TEST(test_queue_id_used_again),
        LOG_TEST(test_resent),
        LOG_TEST(test_stamps),
        LOG_TEST(test_resend_by_user_is_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
