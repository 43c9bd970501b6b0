/*
 * digest/redact and digest/abuse_report: what of the owner's addresses leaves the house.
 */
#include "store_fixture.h"

#include "digest/abuse_report.h"
#include "digest/redact.h"

static const char *domains[] = {"shop.example"};
static const char *addresses[] = {"ada@private.example"};

static struct config own(void)
{
    return (struct config){.domains = {.items = domains, .count = 1},
                           .addresses = {.items = addresses, .count = 1}};
}

static const char *redacted(struct store_fixture *f, const char *text)
{
    struct config config = own();
    struct buf b = {0};
    assert_true(redact_add(f->store, f->home.arena, &config, span_of(text), &b));
    const char *copy = arena_string(f->home.arena, buf_span(&b));
    buf_free(&b);
    return copy;
}

static void foreign_addresses_stay(void **state)
{
    static const char *const same[] = {
        "",
        "@",
        "a@",
        "@shop.example",
        "bob@far.example",
        "ada@shop.example.evil.example",
        "bob@private.example",
        "\"odd\"@shop.example",
        "a @ shop.example",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_string_equal(redacted(*state, same[i]), same[i]);
}

static void own_addresses_go(void **state)
{
    struct store_fixture *f = *state;
    const char *word = store_pseudonym(f->store, f->home.arena, span_of("x1"));
    const char *want =
        arena_printf(f->home.arena, "<%s@shop.example>, %s@mail.shop.example!", word, word);
    assert_string_equal(redacted(f, "<x1@shop.example>, x1@mail.shop.example!"), want);
    assert_int_equal(strlen(word), 22);
    assert_null(strstr(redacted(f, "Ada@Private.Example"), "Ada@"));
    assert_null(strstr(redacted(f, "x@shop.example@shop.example"), "x@"));
    assert_string_not_equal(word, store_pseudonym(f->store, f->home.arena, span_of("x2")));
}

static void long_messages_end_with_a_line(void **state)
{
    (void)state;
    struct span text = span_of("one\ntwo\nthree");
    assert_int_equal(reported_fit(text, 100).n, text.n);
    assert_int_equal(reported_fit(text, 10).n, 8);
    assert_int_equal(reported_fit(text, 8).n, 8);
    assert_int_equal(reported_fit(text, 3).n, 3); /* not even one line */
}

/* A message that has guessed the boundary gets another. */
static void no_boundary_stands_in_a_message(void **state)
{
    (void)state;
    struct report_envelope envelope = {.from = {"", "a@shop.example"},
                                       .to = {"", "b@far.example"},
                                       .message_id = "1@shop.example",
                                       .date = 1785913200};
    struct reported item = {.bytes = span_of("Subject: x\r\n\r\n--=_backsift-report-0--\r\n"
                                             "--=_backsift-report-1\r\nlast"),
                            .subject = "x",
                            .sender = "a b",
                            .recipient = "x\ny@shop.example",
                            .source = "",
                            .host = "mx.far.example\nX: y"};
    struct buf out = {0};
    arf_mail(&envelope, &item, false, &out);
    assert_false(out.failed);
    assert_non_null(strstr(out.p, "boundary=\"=_backsift-report-2\""));
    assert_non_null(strstr(out.p, "\n\n--=_backsift-report-0--\n--=_backsift-report-1\nlast\n"
                                  "--=_backsift-report-2--\n"));
    assert_null(strstr(out.p, "Original-"));
    assert_null(strstr(out.p, "Reported-Domain"));
    assert_null(strstr(out.p, "Source-IP"));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(foreign_addresses_stay, fixture_start, fixture_end),
        cmocka_unit_test_setup_teardown(own_addresses_go, fixture_start, fixture_end),
        cmocka_unit_test(long_messages_end_with_a_line),
        cmocka_unit_test(no_boundary_stands_in_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
