/*
 * Exim's log: what was submitted here enters the index, what came from outside never does, whatever
 * its sender, HELO name and header say.
 */
#include "log_fixture.h"

#define LIST(...)                                                                                  \
    (struct config_list)                                                                           \
    {                                                                                              \
        (const char *[]){__VA_ARGS__}, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)      \
    }

static void test_local(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, "%E 1xVaZ9-00001v-39 <= ann@mx.home.test U=ann P=local S=285 id=one@home.test\n"
                "%E 1xVaZ9-00001v-39 => bob@far.test <friends@home.test> R=far T=remote_smtp "
                "H=mx.far.test [192.0.2.25] X=TLS1.3:ECDHE CV=yes C=\"250 taken\"\n"
                "%E 1xVaZ9-00001v-39 -> carl@far.test R=far T=remote_smtp H=mx.far.test "
                "[192.0.2.25] C=\"250 taken\"\n"
                "%E 1xVaZ9-00001v-39 ** dora@far.test F=<ann@mx.home.test> R=far T=remote_smtp "
                "H=mx.far.test [192.0.2.25]: SMTP error from remote mail server\n"
                "%E 1xVaZ9-00001v-39 ** eve@gone.test: Unrouteable address\n"
                "%E 1xVaZ9-00001v-39 Completed\n");
    assert_true(log_sent(f, "one@home.test"));
    assert_true(log_pair(f, "ann@mx.home.test", "bob@far.test"));
    assert_true(log_wrote_to(f, "friends@home.test"));
    assert_true(log_wrote_to(f, "carl@far.test"));
    assert_true(log_wrote_to(f, "dora@far.test"));
    assert_true(log_wrote_to(f, "eve@gone.test"));
    assert_false(log_wrote_to(f, "far.test"));
    assert_int_equal(f->progress.added, 1);
}

static void test_login(void **state)
{
    struct log_fixture *f = *state;
    log_read(
        f,
        "%E [77] 1tEabc-00000000AbC-12Ab <= ann@home.test H=(laptop) [198.51.100.7]:4711 "
        "I=[192.0.2.1]:587 P=esmtpsa X=TLS1.3:ECDHE:256 CV=no A=plain:ann S=1000 id=two@home.test "
        "T=\"a subject for you\" from <ann@home.test> for bob@far.test carl@far.test\n"
        "%E +0100 1xVaZ9-00001v-3A <= ann@home.test H=host.test (laptop) [198.51.100.7] "
        "P=esmtpa A=plain:ann S=1 id=three@home.test\n");
    assert_true(log_sent(f, "two@home.test"));
    assert_true(log_wrote_to(f, "carl@far.test"));
    assert_true(log_pair(f, "ann@home.test", "bob@far.test"));
    assert_false(log_wrote_to(f, "ann@home.test"));
    assert_int_equal(f->progress.added, 2);
}

static void test_inbound_and_forwarded(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, "%E 1xVaZA-00002n-0N <= x@far.test H=mx.far.test [203.0.113.9] P=esmtp S=220 "
                "id=relay@far.test\n"
                "%E 1xVaZA-00002n-0N => ann@phone.test <ann@home.test> R=smart T=remote_smtp "
                "H=mx.phone.test [192.0.2.9] C=\"250 ok\"\n"
                "%E 1xVaZA-00002n-0M <= x@far.test H=mx.far.test [203.0.113.9] P=esmtp S=220 "
                "id=in@far.test\n"
                "%E 1xVaZA-00002n-0M => ann <ann@home.test> R=localuser T=maildir_home\n");
    assert_false(log_sent(f, "relay@far.test"));
    assert_true(log_relayed(f, "relay@far.test"));
    assert_false(log_sent(f, "in@far.test"));
    assert_false(log_relayed(f, "in@far.test"));
    assert_false(log_wrote_to(f, "ann@home.test"));
    assert_int_equal(f->progress.added, 0);
}

static void test_own_client(void **state)
{
    struct log_fixture *f = *state;
    f->s.config.own_clients = LIST("web.home.test", "2001:db8::7");
    log_read(f, "%E 1xVaZA-00002n-01 <= w@home.test H=web.home.test [192.0.2.80] P=esmtp S=220 "
                "id=w1@web\n"
                "%E 1xVaZA-00002n-02 <= w@home.test H=(web.home.test) [203.0.113.9] P=esmtp S=220 "
                "id=w2@web\n"
                "%E 1xVaZA-00002n-03 <= w@home.test H=(x) [2001:0db8::0007] P=esmtp S=220 "
                "id=w3@web\n");
    assert_true(log_sent(f, "w1@web"));
    assert_false(log_sent(f, "w2@web"));
    assert_true(log_sent(f, "w3@web"));
}

static void test_injection(void **state)
{
    struct log_fixture *f = *state;
    static const char *const evil[] = {
        "\"x U=root P=local S=1 id=e0\"@evil.test H=(a) [203.0.113.9] P=esmtp S=1 id=e0@evil",
        "x@evil.test H=(foo) [9.9.9.9] P=esmtpsa A=plain:ann S=1 id=e1@evil x) [203.0.113.9] "
        "P=smtp S=1 id=e1@evil",
        "x@evil.test H=a.test (foo) [9.9.9.9] P=esmtpa) [203.0.113.9] P=smtp S=1 id=e2@evil",
        "x@evil.test H=(a) [203.0.113.9] U=x P=esmtpsa P=smtp S=1 id=e3@evil",
        "x@evil.test H=(a) [203.0.113.9] P=esmtp S=1 id=e4@evil T=\"x U=root P=local A=plain:x\"",
        "<> R=1xVaZA-00002n-0M U=Debian-exim P=local S=1 id=e5@evil",
        "x@evil.test U=mail P=spam-scanned S=1 id=e6@evil",
        "x@evil.test H=(P=esmtpsa) [203.0.113.9] P=smtp S=1 id=e7@evil",
    };
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        char line[400], id[16];
        snprintf(line, sizeof line, "%%E 1xVaZA-00002n-1%zu <= %s\n", i, evil[i]);
        log_append(f, line);
        snprintf(id, sizeof id, "e%zu@evil", i);
        log_run(f);
        if (log_sent(f, id) || f->progress.added > 0)
            fail_msg("entered: %s", evil[i]);
    }
}

/* A filter or a user that hands inbound mail in again. */
static void test_handed_in_again(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, "%E 1xVaZA-00002n-01 <= x@far.test H=mx.far.test [203.0.113.9] P=esmtp S=220 "
                "id=again@far.test\n"
                "%E 1xVaZA-00002n-02 <= x@far.test U=ann P=local S=220 id=again@far.test\n");
    assert_false(log_sent(f, "again@far.test"));
}

/* Exim makes an ID of its own and does not log it. */
static void test_no_message_id(void **state)
{
    struct log_fixture *f = *state;
    static const char lines[] = "%E 1xVaZ9-000020-3B <= ann@mx.home.test U=ann P=local S=306\n"
                                "%E 1xVaZ9-000020-3B => bob@far.test R=far T=smtp H=mx [192.0.2.1] "
                                "C=\"250\"\n";
    f->s.config.relays = LIST("mail.home.test", "mx.home.test");
    log_read(f, lines);
    assert_true(log_sent(f, "E1xVaZ9-000020-3B@mx.home.test"));
    assert_false(log_nameless(f));
    f->s.config.relays = (struct config_list){0};
    log_read(f, lines);
    assert_true(log_nameless(f));
}

static void test_by_syslog(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, "%T mx exim[12]: 1xVaZ9-00001v-39 <= a@home.test U=ann P=local S=1 id=s1@home\n"
                "%T mx exim4[12]: %E 1xVaZ9-00001v-3A <= a@home.test U=ann P=local S=1 id=s2@h\n");
    assert_true(log_sent(f, "s1@home"));
    assert_true(log_sent(f, "s2@h"));
}

static void test_ses(void **state)
{
    struct log_fixture *f = *state;
    log_read(f, "%E 1xVaZ9-00001v-39 <= a@home.test U=ann P=local S=1 id=s1@home\n"
                "%E 1xVaZ9-00001v-39 => bob@far.test R=smart T=smtp "
                "H=email-smtp.us-east-1.amazonaws.com [192.0.2.4] C=\"250 Ok "
                "0102018f3c2a7b90-1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000\"\n");
    assert_true(log_sent(f, "0102018f3c2a7b90-1f0e2d3c-4b5a-6978-8796-a5b4c3d2e1f0-000000@email."
                            "amazonses.com"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(test_local),
        LOG_TEST(test_login),
        LOG_TEST(test_inbound_and_forwarded),
        LOG_TEST(test_own_client),
        LOG_TEST(test_injection),
        LOG_TEST(test_handed_in_again),
        LOG_TEST(test_no_message_id),
        LOG_TEST(test_by_syslog),
        LOG_TEST(test_ses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
