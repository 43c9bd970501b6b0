/* Field values, encoded words, charsets, transfer encodings, and preloading of converters. */
#include "message_fixture.h"

#include "message/charset.h"

static const char *decoded(void **state, const char *value)
{
    struct field f = {.name = span_of("Subject"), .value = input_of(value, strlen(value))};
    return field_decoded(*state, &f);
}

static void plain_values(void **state)
{
    assert_string_equal(decoded(state, "a  b\r\n\t c"), "a b c");
    assert_string_equal(decoded(state, ""), "");
    assert_string_equal(decoded(state, "a\001b\177c"), "a b c");
    struct header h = {0};
    assert_string_equal(header_decoded(*state, &h, "Subject"), "");
}

static void eight_bit_values(void **state)
{
    assert_string_equal(decoded(state, "Stra\xc3\x9f"
                                       "e"),
                        "Stra\xc3\x9f"
                        "e");
    assert_string_equal(decoded(state, "Stra\xdf"
                                       "e \x80"),
                        "Stra\xc3\x9f"
                        "e \xe2\x82\xac");
    assert_string_equal(decoded(state, "a\xc2\xa0 b"), "a b");
}

static void encoded_words(void **state)
{
    assert_string_equal(decoded(state, "=?iso-8859-1?Q?Gr=FC=DFe?= an =?UTF-8?b?w4Q=?="),
                        "Gr\xc3\xbc\xc3\x9f"
                        "e an \xc3\x84");
    assert_string_equal(decoded(state, "=?utf-8?q?a_b=5Fc?=\r\n =?utf-8?q?d?="), "a b_cd");
    assert_string_equal(decoded(state, "(=?us-ascii?q?a?=)"), "(a)");
    assert_string_equal(decoded(state, "=?utf-8*de?q?a?="), "a");
    assert_string_equal(decoded(state, "=?utf-8?q?a b?="), "a b");
    assert_string_equal(decoded(state, "=?utf-8?q?"
                                       "?= x"),
                        "x");
    assert_string_equal(decoded(state, "=?utf-8?b?w4Q?="), "\xc3\x84");
}

static void a_character_split_between_words(void **state)
{
    assert_string_equal(decoded(state, "=?utf-8?q?=C3=84?= =?iso-8859-1?q?=C4?="),
                        "\xc3\x84\xc3\x84");
    assert_string_equal(decoded(state, "=?utf-8?q?=C3?= =?UTF-8?b?hA==?="), "\xc3\x84");
    assert_string_equal(decoded(state, "=?iso-2022-jp?b?GyRCJEs=?= =?iso-2022-jp?b?GyRCJEsbKEI=?="),
                        "\xe3\x81\xab\xe3\x81\xab");
}

static void broken_words_spoil_nothing(void **state)
{
    assert_string_equal(decoded(state, "=?utf-8?q?a=ZZ?= =?utf-8?q?b?="), "=?utf-8?q?a=ZZ?= b");
    assert_string_equal(decoded(state, "=?utf-8?x?a?= =?utf-8?b?!?= =?utf-8?q?c?="),
                        "=?utf-8?x?a?= =?utf-8?b?!?= c");
    assert_string_equal(decoded(state, "=?utf-8?q?open =?utf-8?q?c?="), "=?utf-8?q?open c");
    assert_string_equal(decoded(state, "=?=?=? =?"), "=?=?=? =?");
    assert_string_equal(decoded(state, "=?utf-8?q?=FF=C3=84?="), "\xc3\xbf\xc3\x84");
}

static void charsets(void **state)
{
    assert_string_equal(decoded(state, "=?unicode-1-1-utf-7?q?+AMQ-?="), "\xc3\x84");
    assert_string_equal(decoded(state, "=?koi8-r?q?=C1?="), "\xd0\xb0");
    assert_string_equal(decoded(state, "=?gb2312?b?1tA=?="), "\xe4\xb8\xad");
    assert_string_equal(decoded(state, "=?ks_c_5601-1987?b?sKE=?="), "\xea\xb0\x80");
    assert_string_equal(decoded(state, "=?windows-1252?q?=80=81?="), "\xe2\x82\xac\xef\xbf\xbd");
    assert_string_equal(decoded(state, "=?x-no-such?q?=E4?="), "\xc3\xa4");
    assert_string_equal(decoded(state, "=?gb2312?q?=D6=D0=D6?="), "\xe4\xb8\xad\xef\xbf\xbd");
    assert_string_equal(decoded(state, "=?iso-2022-jp?q?=1B$B=FF=1B(Ba?="), "\xef\xbf\xbd"
                                                                            "a");
}

static void long_values_are_cut_at_a_character(void **state)
{
    char *value = arena_alloc(*state, LIMIT_FIELD_DECODED + 10);
    memset(value, 'a', LIMIT_FIELD_DECODED + 9);
    assert_int_equal(strlen(decoded(state, value)), LIMIT_FIELD_DECODED);
    memcpy(value + LIMIT_FIELD_DECODED - 1, "\xc3\x84", 2);
    assert_int_equal(strlen(decoded(state, value)), LIMIT_FIELD_DECODED - 1);
}

static const char *body(void **state, const char *encoding, const char *text)
{
    struct message *m =
        parse(state, arena_printf(*state, "Content-Transfer-Encoding: %s\n\n%s", encoding, text));
    struct span s = message_part_decoded(m, m->root);
    assert_ptr_equal(s.p, message_part_decoded(m, m->root).p);
    return arena_string(*state, s);
}

static void quoted_printable(void **state)
{
    assert_string_equal(body(state, "quoted-printable", "a=3db=3Dc"), "a=b=c");
    assert_string_equal(body(state, "quoted-printable", "a=\r\nb= \t\nc  \r\nd=\n"), "abc\r\nd");
    assert_string_equal(body(state, "quoted-printable", "x =ZZ =4"), "x =ZZ =4");
    assert_string_equal(body(state, "quoted-printable", "a=\rb\rc="), "ab\rc");
    assert_string_equal(body(state, "Quoted Printable", "=41"), "A");
    assert_string_equal(body(state, "quoted-printable", "\n\n"), "\n\n");
}

static void base64(void **state)
{
    assert_string_equal(body(state, "base64", "SGVsbG8gd29ybGQ=\r\n"), "Hello world");
    assert_string_equal(body(state, "base64", "SGVsbG8gd29ybGQ"), "Hello world");
    assert_string_equal(body(state, "base64", "SGVs\n  bG8gd29ybGQ= \n"), "Hello world");
    assert_string_equal(body(state, "base64", "SGVsbG8=SGVsbG8=\nSGVsbG8="), "HelloHelloHello");
    assert_string_equal(body(state, "base64", "SGVsbG8h\n-- \na footer\n"), "Hello!");
    assert_string_equal(body(state, "BASE64", "This is not.\nSGVs"), "This is not.\nSGVs");
    assert_string_equal(body(state, "base64", ""), "");
}

static void other_encodings(void **state)
{
    assert_string_equal(body(state, "8bit", "a=3D\r\n"), "a=3D\r\n");
    assert_string_equal(body(state, "x-uuencode", "begin"), "begin");
    assert_string_equal(body(state, "", "a"), "a");
}

static void decoded_size_is_limited(void **state)
{
    size_t n = LIMIT_PART_DECODED + 100;
    struct buf text = {0};
    buf_add_string(&text, "Content-Transfer-Encoding: quoted-printable\n\n");
    while (text.n < n + 50)
        buf_add_string(&text, "abcdefghi\n");
    struct message *m = parse_bytes(state, text.p, text.n);
    buf_free(&text);
    assert_int_equal(message_part_decoded(m, m->root).n, LIMIT_PART_DECODED);
}

static void charset_names_are_found(void **state)
{
    struct span names[4];
    static const char text[] = "Content-Type: text/plain; charset=\"ISO-8859-15\"\n"
                               "Content-Type: text/plain; CHARSET = koi8-r; charset=us-ascii\n"
                               "Subject: =?koi8-r?q?x?= =?GB2312?b?x?= =?no-such?q?x?=\n"
                               "X: charset*0*=big5''x charset";
    size_t n = message_charsets_in(span_of(text), names, 4);
    assert_int_equal(n, 4);
    assert_span(names[0], "ISO-8859-15");
    assert_span(names[1], "koi8-r");
    assert_span(names[2], "GB2312");
    assert_span(names[3], "big5");
    assert_int_equal(message_charsets_in(span_of(text), names, 2), 2);
    assert_int_equal(message_charsets_in(span_of("charset="), names, 4), 0);
    assert_int_equal(message_charsets_in(span_of("=?"), names, 4), 0);
    assert_int_equal(message_charsets_in((struct span){"charset=\0\0\0", 11}, names, 4), 0);
}

static void converters_are_held_once(void **state)
{
    (void)state;
    struct preloaded_charsets held = {0};
    message_preload_charsets(&held, span_of("charset=koi8-r charset=gbk charset=gb2312"));
    assert_int_equal(held.count, 2);
    message_preload_charsets(&held, span_of("=?KOI8-R?q?x?= charset=nothing"));
    assert_int_equal(held.count, 2);
    message_unload_charsets(&held);
    assert_int_equal(held.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(plain_values),
        message_test(eight_bit_values),
        message_test(encoded_words),
        message_test(a_character_split_between_words),
        message_test(broken_words_spoil_nothing),
        message_test(charsets),
        message_test(long_values_are_cut_at_a_character),
        message_test(quoted_printable),
        message_test(base64),
        message_test(other_encodings),
        message_test(decoded_size_is_limited),
        message_test(charset_names_are_found),
        message_test(converters_are_held_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
