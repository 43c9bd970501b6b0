/*
 * Which Message-IDs and addresses count as the same: RFC 5322 3.4 and 3.6.4, RFC 5321 4.1.2, and
 * the decorations BATV, SRS, VERP and subaddresses.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/organisation.h"
#include "store/normal_form.h"

static struct arena *arena;

struct form {
    const char *in, *out; /* out NULL: none */
};

static void check(const char *(*f)(struct arena *, struct span), const struct form *forms, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *got = f(arena, span_of(forms[i].in));
        if (!got != !forms[i].out)
            fail_msg("%s gives %s", forms[i].in, got ? got : "nothing");
        if (got)
            assert_string_equal(got, forms[i].out);
    }
}

#define CHECK(f, forms) check(f, forms, sizeof forms / sizeof *forms)

static void test_message_ids(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {"<a.B@Host.Example>", "a.B@host.example"},
        {"a.B@Host.Example", "a.B@host.example"},
        {"  <abc@x>  ", "abc@x"},
        {"<abc\r\n def@x>", "abcdef@x"},
        {"< abc @ x >", "abc@x"},
        {"(comment) <abc@x> (another (nested) one)", "abc@x"},
        {"<abc(c)@x(d)>", "abc@x"},
        {"<abc(@x>", "abc(@x"},
        {"<\"a b\\\"c\"@X>", "ab\"c@x"},
        {"<\"abc\"@x>", "abc@x"},
        {"<ab\"c@X>", "ab\"c@x"},
        {"<abc@[192.0.2.1]>", "abc@[192.0.2.1]"},
        {"<a@b@C>", "a@b@c"},
        {"<NoAt>", "NoAt"},
        {"<12345@USER-PC>", "12345@user-pc"},
        {"<a@x> <b@y>", "a@x"},
        {"<a@x", "a@x"},
        {"text <a@x>", "a@x"},
        {"", NULL},
        {"<>", NULL},
        {" \t\r\n", NULL},
        {"(only a comment)", NULL},
    };
    CHECK(normal_message_id, forms);
}

static void test_nul_in_id(void **state)
{
    (void)state;
    static const char bytes[] = "<a\0b@X>";
    assert_string_equal(normal_message_id(arena, (struct span){bytes, sizeof bytes - 1}), "ab@x");
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {"Ann@Example.ORG", "ann@example.org"},
        {"<Ann@Example.ORG>", "ann@example.org"},
        {"Ann Smith <ann@example.org>", "ann@example.org"},
        {"\"Smith, Ann <x@y>\" <ann@example.org>", "ann@example.org"},
        {"ann@example.org (Ann Smith)", "ann@example.org"},
        {"\"ann\"@example.org", "ann@example.org"},
        {"\"ann smith\"@example.org", "ann smith@example.org"},
        {"\"a\\\"b\"@example.org", "a\"b@example.org"},
        {"\"a@b\"@example.org", "a@b@example.org"},
        {"<@relay.example,@other.example:ann@example.org>", "ann@example.org"},
        {"ann@example.org.", "ann@example.org"},
        {"ann+tag@example.org", "ann+tag@example.org"},
        {"ann . smith @ example . org", "ann.smith@example.org"},
        {"ann@[IPv6:2001:DB8::1]", "ann@[ipv6:2001:db8::1]"},
        {"\xc3\xa4nn@b\xc3\xbc"
         "cher.example",
         "\xc3\xa4nn@b\xc3\xbc"
         "cher.example"},
        {"ann", NULL},
        {"@example.org", NULL},
        {"ann@", NULL},
        {"ann@.", NULL},
        {"", NULL},
        {"<>", NULL},
        {"MAILER-DAEMON <>", NULL},
    };
    CHECK(normal_address, forms);
}

static void test_plain_addresses(void **state)
{
    (void)state;
    static const struct form forms[] = {
        {"ann@example.org", "ann@example.org"},
        {"Ann+News@example.org", "ann@example.org"},
        {"+news@example.org", "+news@example.org"},
        /* BATV */
        {"prvs=0123ABCDEF=ann@example.org", "ann@example.org"},
        {"prvs=0123abcdef=ann+tag@example.org", "ann@example.org"},
        {"prvs=0123abcdef=a=b@example.org", "a=b@example.org"},
        {"prvs=ann/0123abcdef@example.org", "ann@example.org"},
        {"ann=prvs=0123abcdef@example.org", "ann@example.org"},
        {"btv1==0123abcdef==ann@example.org", "ann@example.org"},
        {"msprvs1=17928abcdefg=ann@example.org", "ann@example.org"},
        {"prvs=@example.org", "prvs=@example.org"},
        {"prvs=x=ann@example.org", "prvs=x=ann@example.org"},
        {"prvs=0123abcdef=@example.org", "prvs=0123abcdef=@example.org"},
        /* SRS */
        {"SRS0=HHH=TT=example.org=Ann@forward.example", "ann@example.org"},
        {"SRS0+HHH=TT=example.org=ann@forward.example", "ann@example.org"},
        {"SRS0-HHH=TT=example.org=ann@forward.example", "ann@example.org"},
        {"SRS1=HHH=first.example==HHH=TT=example.org=ann@second.example", "ann@example.org"},
        {"SRS1+HHH=first.example=+HHH=TT=example.org=ann@second.example", "ann@example.org"},
        {"SRS1-HHH=first.example=-HHH=TT=example.org=ann@second.example", "ann@example.org"},
        {"srs0=hhh=tt=example.org=prvs=0123abcdef=ann@f.example", "ann@example.org"},
        {"prvs=0123abcdef=srs0=hhh=tt=example.org=ann@f.example", "ann@example.org"},
        {"srs0=hhh=tt=example.org=a=b@f.example", "a=b@example.org"},
        {"SRS0=HHH=TT=example.org@forward.example", "srs0=hhh=tt=example.org@forward.example"},
        {"SRS1=HHH=first.example@x.example", "srs1=hhh=first.example@x.example"},
        {"srs0@x.example", "srs0@x.example"},
        {"srs0=@x.example", "srs0=@x.example"},
        /* VERP */
        {"list+bob=other.example@example.org", "list@example.org"},
        {"bounces+123-ab-bob=other.example@example.org", "bounces@example.org"},
        {"ann", NULL},
    };
    CHECK(plain_address, forms);
}

static void test_domains(void **state)
{
    (void)state;
    assert_true(span_is(domain_of(span_of("a@b.example")), "b.example"));
    assert_true(span_is(domain_of(span_of("a@c@b")), "b"));
    assert_true(span_is(domain_of(span_of("none")), ""));
    assert_true(span_is(domain_of(span_of("")), ""));
    assert_true(domain_is_under(span_of("Example.ORG"), span_of("example.org")));
    assert_true(domain_is_under(span_of("mx.example.org."), span_of("Example.org")));
    assert_false(domain_is_under(span_of("badexample.org"), span_of("example.org")));
    assert_false(domain_is_under(span_of("org"), span_of("example.org")));
    assert_false(domain_is_under(span_of("example.org"), span_of("")));
    assert_false(domain_is_under(span_of(""), span_of("")));
}

static void test_without_memory(void **state)
{
    (void)state;
    struct arena *small = arena_new(16);
    assert_null(normal_message_id(small, span_of("<0123456789@0123456789>")));
    assert_null(plain_address(small, span_of("ann@example.org, and more than that")));
    arena_free(small);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new((size_t)1024 * 1024);
    return arena ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_ids), cmocka_unit_test(test_nul_in_id),
        cmocka_unit_test(test_addresses),   cmocka_unit_test(test_plain_addresses),
        cmocka_unit_test(test_domains),     cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, start, end);
}
