/*
 * Own addresses, and domains of one organisation.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/organisation.h"
#include "verdict/own_address.h"

static struct arena *arena;

static bool is_own(const char *address)
{
    static const char *own[] = {"Ann@Example.org", "ann.b+work@example.net", "@all.example"};
    struct config config = {.addresses = {own, 3}};
    return own_address_is(arena, &config, address);
}

static void test_own(void **state)
{
    (void)state;
    assert_true(is_own("ann@example.org"));
    assert_true(is_own("<ANN@EXAMPLE.ORG>"));
    assert_true(is_own("ann.b@example.net"));
    assert_true(is_own("anybody@all.example"));
    assert_false(is_own("bob@example.org"));
    assert_false(is_own("ann@example.com"));
    assert_false(is_own("anybody@sub.all.example"));
    assert_false(is_own("anybody@overall.example"));
}

static void test_decorated(void **state)
{
    (void)state;
    assert_true(is_own("ann+lists@example.org"));
    assert_true(is_own("ann+joe=other.example@example.org"));
    assert_true(is_own("prvs=0004117d88=ann@example.org"));
    assert_true(is_own("SRS0=HHH=TT=example.org=ann@forwarder.example"));
    assert_false(is_own("prvs=0004117d88=bob@example.org"));
    assert_false(is_own("SRS0=HHH=TT=other.example=joe@example.org"));
}

static void test_doubt_is_own(void **state)
{
    (void)state;
    assert_true(is_own("ann"));
    assert_true(is_own("@"));
}

static bool same(const char *a, const char *b)
{
    return same_organisation(span_of(a), span_of(b));
}

static void test_same_organisation(void **state)
{
    (void)state;
    assert_true(same("example.com", "EXAMPLE.COM"));
    assert_true(same("mail.example.com", "example.com"));
    assert_true(same("example.com", "a.b.example.com"));
    assert_true(same("mx1.example.com", "help.example.com"));
    assert_true(same("mx1.shop.co.uk", "help.shop.co.uk"));
    assert_false(same("a.co.uk", "b.co.uk"));
    assert_false(same("mx.a.com.au", "mx.b.com.au"));
    assert_false(same("example.com", "example.org"));
    assert_false(same("USER-PC", "example.com"));
    assert_false(same("", "example.com"));
    assert_false(same("", ""));
}

static int start(void **state)
{
    (void)state;
    arena = arena_new(65536);
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
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_decorated),
        cmocka_unit_test(test_doubt_is_own),
        cmocka_unit_test(test_same_organisation),
    };
    return cmocka_run_group_tests(tests, start, end);
}
