/*
 * digest/mime: header fields and bodies that pass every mail system, and nothing that breaks out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "digest/mime.h"

static struct buf out;

static int begin(void **state)
{
    (void)state;
    setenv("TZ", "UTC0", 1);
    tzset();
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_free(&out);
    return 0;
}

static void field_is(const char *value, const char *want)
{
    mime_write_field(&out, "Subject", value);
    assert_string_equal(buf_string(&out), want);
    buf_reset(&out);
}

static void short_ascii_stays(void **state)
{
    (void)state;
    field_is("3 of your messages failed", "Subject: 3 of your messages failed\n");
    field_is("", "Subject:\n");
}

static void long_fields_are_folded(void **state)
{
    (void)state;
    field_is("one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
             "Subject: one two three four five six seven eight nine ten eleven twelve\n"
             " thirteen fourteen\n");
}

static void control_characters_break_nothing(void **state)
{
    (void)state;
    field_is("a\r\nBcc: victim@far.example\r\n\r\nbody",
             "Subject: a Bcc: victim@far.example body\n");
    field_is("\n.\n", "Subject: .\n");
}

static void other_text_is_encoded(void **state)
{
    (void)state;
    field_is("Grüße", "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\n");
    field_is("=?UTF-8?B?PHNjcmlwdD4=?=", "Subject: =?UTF-8?B?PT9VVEYtOD9CP1BITmpjbWx3ZEQ0PT89?=\n");
    /* 42 bytes of text in one word, cut between characters. */
    field_is("日本語日本語日本語日本語日本語",
             "Subject: =?UTF-8?B?5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe5pel5pys6Kqe5pel5pys?=\n"
             " =?UTF-8?B?6Kqe?=\n");
}

static bool address_is(const char *text, const char *host, const char *name, const char *address)
{
    struct arena *arena = arena_new(10000);
    struct mime_address a;
    struct error e = {0};
    bool read = mime_address_read(arena, text, host, "--to", &a, &e);
    bool same = read && strcmp(a.name, name) == 0 && strcmp(a.address, address) == 0;
    if (!read)
        assert_true(e.kind == ERROR_CONFIG && strncmp(e.text, "--to: ", 6) == 0);
    arena_free(arena);
    return same;
}

static void addresses_are_read(void **state)
{
    (void)state;
    assert_true(address_is("ada@shop.example", NULL, "", "ada@shop.example"));
    assert_true(address_is(" Ada <ada@shop.example> ", NULL, "Ada", "ada@shop.example"));
    assert_true(address_is("\"A, B\" <a@b>", NULL, "A, B", "a@b"));
    assert_true(address_is("ada", "host.example", "", "ada@host.example"));
    assert_true(address_is("backsift <ada>", "host.example", "backsift", "ada@host.example"));
    const char *bad[] = {"",      "ada",   "@x",      "a@",         "a@b@c",
                         "a b@c", "a@b,c", "<a@b> c", "\xc3\xbc@b", "x <a@b\r\nBcc: c@d>"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(address_is(bad[i], NULL, "", ""));
}

static struct mime_mail mail(const char *text, const char *html)
{
    static const struct mime_field fields[] = {{"Auto-Submitted", "auto-generated"}};
    return (struct mime_mail){.from = {"backsift", "ada@host.example"},
                              .to = {"", "ada@shop.example"},
                              .subject = "nothing to tell",
                              .message_id = "1@host.example",
                              .date = 1785913200,
                              .fields = fields,
                              .field_count = 1,
                              .text = span_of(text),
                              .html = span_of(html)};
}

static void plain_text_goes_as_it_is(void **state)
{
    (void)state;
    struct mime_mail m = mail("Hello.\n", NULL);
    mime_write(&m, &out);
    assert_string_equal(buf_string(&out), "Date: Wed, 05 Aug 2026 07:00:00 +0000\n"
                                          "From: \"backsift\" <ada@host.example>\n"
                                          "To: ada@shop.example\n"
                                          "Subject: nothing to tell\n"
                                          "Message-ID: <1@host.example>\n"
                                          "Auto-Submitted: auto-generated\n"
                                          "MIME-Version: 1.0\n"
                                          "Content-Type: text/plain; charset=us-ascii\n"
                                          "Content-Transfer-Encoding: 7bit\n"
                                          "\n"
                                          "Hello.\n");
    buf_reset(&out);
}

static void body_is(const char *text, const char *want)
{
    struct mime_mail m = mail(text, NULL);
    mime_write(&m, &out);
    const char *body = strstr(buf_string(&out), "\n\n");
    assert_non_null(body);
    assert_string_equal(body + 2, want);
    buf_reset(&out);
}

static void other_bodies_are_quoted_printable(void **state)
{
    (void)state;
    body_is("Grüße = x \nFrom me\n\n", "Gr=C3=BC=C3=9Fe =3D x=20\n=46rom me\n\n");
    body_is("From me\n", "=46rom me\n");
    body_is("a\r\n\x01\t\n", "a\n=01=09\n");
    body_is("no line end", "no line end\n");
    body_is("1234567890123456789012345678901234567890123456789012345678901234567890123456789\n",
            "123456789012345678901234567890123456789012345678901234567890123456789012345=\n"
            "6789\n");
    body_is("12345678901234567890123456789012345678901234567890123456789012345678901234\xc3\xbc\n",
            "12345678901234567890123456789012345678901234567890123456789012345678901234=\n"
            "=C3=BC\n");
}

static void alternatives_are_text_and_html(void **state)
{
    (void)state;
    struct mime_mail m = mail("Hello.\n--=_backsift--\n", "<p>Hello.</p>\n");
    mime_write(&m, &out);
    assert_non_null(strstr(buf_string(&out), "Content-Type: multipart/alternative;\n"
                                             " boundary=\"=_backsift\"\n\n"
                                             "--=_backsift\n"
                                             "Content-Type: text/plain; charset=utf-8\n"
                                             "Content-Transfer-Encoding: quoted-printable\n\n"
                                             "Hello.\n"
                                             "--=3D_backsift--\n\n"
                                             "--=_backsift\n"
                                             "Content-Type: text/html; charset=us-ascii\n"
                                             "Content-Transfer-Encoding: 7bit\n\n"
                                             "<p>Hello.</p>\n\n"
                                             "--=_backsift--\n"));
    buf_reset(&out);
}

static void names_are_quoted_or_encoded(void **state)
{
    (void)state;
    struct mime_mail m = mail("x\n", NULL);
    m.from.name = "A \"B\" \\";
    m.to.name = "Zoë";
    mime_write(&m, &out);
    assert_non_null(strstr(buf_string(&out), "\nFrom: \"A \\\"B\\\" \\\\\" <ada@host.example>\n"
                                             "To: =?UTF-8?B?Wm/Dqw==?=\n <ada@shop.example>\n"));
    buf_reset(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_ascii_stays),
        cmocka_unit_test(long_fields_are_folded),
        cmocka_unit_test(control_characters_break_nothing),
        cmocka_unit_test(other_text_is_encoded),
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(plain_text_goes_as_it_is),
        cmocka_unit_test(other_bodies_are_quoted_printable),
        cmocka_unit_test(alternatives_are_text_and_html),
        cmocka_unit_test(names_are_quoted_or_encoded),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
