/* The tree of parts: multiparts with every kind of broken boundary, messages within messages. */
#include "message_fixture.h"

/* The tree as "type/subtype(child,...)" with each part's number, by a walk of its own. */
static const char *tree(void **state, const struct message *m)
{
    const char *s = "";
    for (size_t i = 0; i < m->part_count; i++) {
        const struct part *p = m->parts[i];
        s = arena_printf(*state, "%s%s%d:%s:%s/%s", s, i ? " " : "", p->depth, p->number, p->type,
                         p->subtype);
        assert_int_equal(p->index, i);
    }
    return s;
}

static void a_plain_message(void **state)
{
    struct message *m = parse(state, "Subject: x\n\nbody\n");
    assert_string_equal(tree(state, m), "0::text/plain");
    assert_int_equal(m->root->kind, PART_LEAF);
    assert_string_equal(m->root->encoding, "7bit");
    assert_null(m->root->charset);
    assert_span(m->root->body, "body\n");
    assert_false(m->truncated);
    m = parse(state, "");
    assert_string_equal(tree(state, m), "0::text/plain");
}

static void a_report(void **state)
{
    struct message *m =
        parse(state, "Content-Type: multipart/report; report-type=Delivery-Status;\r\n"
                     " boundary=\"=_b\"\r\n\r\npreamble\r\n"
                     "--=_b\r\n\r\nHuman text\r\n"
                     "--=_b\r\nContent-Type: message/delivery-status\r\n\r\n"
                     "Reporting-MTA: dns; x\r\n\r\n"
                     "--=_b\r\nContent-Type: message/rfc822\r\n\r\n"
                     "Subject: original\r\nContent-Type: multipart/mixed; boundary=in\r\n\r\n"
                     "--in\r\n\r\none\r\n--in\r\n\r\ntwo\r\n--in--\r\n"
                     "--=_b--\r\nepilogue\r\n");
    assert_string_equal(tree(state, m), "0::multipart/report 1:1:text/plain "
                                        "1:2:message/delivery-status 1:3:message/rfc822 "
                                        "2:3:multipart/mixed 3:3.1:text/plain 3:3.2:text/plain");
    assert_string_equal(m->root->report_type, "delivery-status");
    assert_int_equal(m->parts[2]->kind, PART_LEAF);
    assert_int_equal(m->parts[3]->kind, PART_MESSAGE);
    assert_span(m->parts[1]->body, "Human text");
    assert_span(header_raw(&m->parts[4]->header, "subject"), "original");
    assert_span(m->parts[6]->body, "two");
    const struct field *f = &m->parts[4]->header.fields[0];
    assert_memory_equal(m->bytes.p + f->offset, "Subject", 7);
    assert_memory_equal(m->bytes.p + m->parts[6]->offset, "two", 3);
}

static void the_only_part_of_a_message_within(void **state)
{
    struct message *m =
        parse(state, "Content-Type: multipart/mixed; boundary=b\n\n"
                     "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nhello\n--b--\n");
    assert_string_equal(tree(state, m), "0::multipart/mixed 1:1:message/rfc822 2:1.1:text/plain");
    m = parse(state, "Content-Type: message/rfc822\n\nSubject: x\n\nhello\n");
    assert_string_equal(tree(state, m), "0::message/rfc822 1:1:text/plain");
}

static void kinds_of_message_parts(void **state)
{
    static const char *const inner[] = {"message/rfc822", "message/global", "text/rfc822-headers",
                                        "message/rfc822-headers", "Message/Partial; number=1"};
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
        struct message *m =
            parse(state, arena_printf(*state, "Content-Type: %s\n\nSubject: in\n", inner[i]));
        assert_int_equal(m->root->kind, PART_MESSAGE);
        assert_span(header_raw(&m->root->first_child->header, "subject"), "in");
    }
    static const char *const leaves[] = {
        "message/delivery-status", "message/global-delivery-status",
        "message/disposition-notification", "message/feedback-report", "message/external-body"};
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
        struct message *m =
            parse(state, arena_printf(*state, "Content-Type: %s\n\nSubject: in\n", leaves[i]));
        assert_int_equal(m->root->kind, PART_LEAF);
        assert_int_equal(m->part_count, 1);
    }
}

static void a_coded_message_within(void **state)
{
    struct message *m = parse(state, "Content-Type: message/rfc822\n"
                                     "Content-Transfer-Encoding: base64\n\n"
                                     "U3ViamVjdDogaW4KTWVzc2Fn\nZS1JRDogPGFAeD4KCmJvZHkK\n");
    assert_int_equal(m->part_count, 2);
    assert_span(header_raw(&m->parts[1]->header, "message-id"), "<a@x>");
    assert_int_equal(m->parts[1]->header.fields[1].offset, 12);
    assert_string_equal(message_place(m, m->parts[1]), "part 1 (decoded)");
    m = parse(state, "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
                     "Message-ID: <a=\nb=40x>\n\nbody\n");
    assert_span(header_raw(&m->parts[1]->header, "message-id"), "<ab@x>");
    m = parse(state, "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
                     "Message-ID: <a@x>\n\nnot base64 at all\n");
    assert_span(header_raw(&m->parts[1]->header, "message-id"), "<a@x>");
}

static void part_fields_repeated_before_a_message(void **state)
{
    struct message *m = parse(state, "Content-Type: message/rfc822\n\n"
                                     "Content-Transfer-Encoding: 8bit\n\n"
                                     "Message-ID: <a@x>\n\nNot: a field\n");
    assert_span(header_raw(&m->parts[1]->header, "message-id"), "<a@x>");
    assert_span(m->parts[1]->body, "Not: a field\n");
    m = parse(state, "Content-Type: text/plain\n\nNot: a field\n");
    assert_span(m->root->body, "Not: a field\n");
}

static void digest_default(void **state)
{
    struct message *m = parse(state, "Content-Type: multipart/digest; boundary=b\n\n"
                                     "--b\n\nSubject: one\n\n1\n--b\n\nSubject: two\n\n2\n--b--\n");
    assert_string_equal(tree(state, m), "0::multipart/digest 1:1:message/rfc822 2:1.1:text/plain "
                                        "1:2:message/rfc822 2:2.1:text/plain");
}

static void unknown_multipart(void **state)
{
    struct message *m =
        parse(state, "Content-Type: multipart/mx6d; boundary=b\n\n--b\n\none\n--b--\n");
    assert_string_equal(tree(state, m), "0::multipart/mx6d 1:1:text/plain");
    m = parse(state, "Content-Type: multipart; boundary=b\n\n--b\n\none\n--b--\n");
    assert_string_equal(tree(state, m), "0::multipart/mixed 1:1:text/plain");
}

static void boundary_guessed(void **state)
{
    static const char *const types[] = {"", "; boundary=", "; boundary=\"\"", "; boundary=other"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct message *m = parse(state, arena_printf(*state,
                                                      "Content-Type: multipart/mixed%s\n\n"
                                                      "This is MIME.\n-----\n--xyz\n\none\n--xyz\n"
                                                      "\ntwo\n--xyz--\n",
                                                      types[i]));
        assert_string_equal(tree(state, m), "0::multipart/mixed 1:1:text/plain 1:2:text/plain");
        assert_span(m->parts[2]->body, "two");
    }
    struct message *m = parse(state, "Content-Type: multipart/mixed; boundary=other\n\n"
                                     "--xyz abc\nContent-Type: text/html\n\none\n");
    assert_string_equal(tree(state, m), "0::multipart/mixed 1:1:text/html");
}

static void content_type_lost(void **state)
{
    static const char *const multiparts[] = {
        "Subject: x\n\n--b1\nContent-Type: text/html\n\n<p>\n--b1--\n",
        "Subject: x\n\n\nThis is a multi-part message in MIME format.\n\n"
        "--b1\r\ncontent-type: text/html\r\n\r\n<p>\r\n--b1--\r\n"};
    static const char *const texts[] = {
        "Subject: x\n\nLook:\n--b1\nContent-Type: text/html\n\n<p>\n--b1--\n",
        "Subject: x\n\n--b1\n\ny\n--b1\n\nz\n--b1--\n",
        "Subject: x\n\n-- \nContent-Type: text/html\n\n-- \n",
        "Content-Type: text/plain\n\n--b1\nContent-Type: text/html\n\n<p>\n--b1--\n"};
    assert_string_equal(
        tree(state, parse(state, "A: x\n\n--b1\n\ny\n--b1\nContent-Type: text/html\n\nz\n--b1--")),
        "0::multipart/mixed 1:1:text/plain 1:2:text/html");
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(tree(state, parse(state, multiparts[i])),
                            "0::multipart/mixed 1:1:text/html");
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(tree(state, parse(state, texts[i])), "0::text/plain");
}

static void no_boundary_at_all(void **state)
{
    struct message *m =
        parse(state, "Content-Type: multipart/mixed; boundary=b\n\nJust text\n-- \nMe\n");
    assert_int_equal(m->part_count, 1);
    assert_int_equal(m->root->kind, PART_LEAF);
    m = parse(state, "Content-Type: multipart/mixed; boundary=b\n\n--b--\n");
    assert_int_equal(m->root->kind, PART_LEAF);
    m = parse(state, "Content-Type: multipart/mixed; boundary=b");
    assert_int_equal(m->root->kind, PART_LEAF);
}

static void unterminated(void **state)
{
    struct message *m =
        parse(state, "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntw");
    assert_int_equal(m->part_count, 3);
    assert_span(m->parts[2]->body, "tw");
}

static void inner_multipart_never_closed(void **state)
{
    struct message *m = parse(state, "Content-Type: multipart/mixed; boundary=out\n\n"
                                     "--out\nContent-Type: multipart/alternative; boundary=in\n\n"
                                     "--in\n\none\n--out\n\ntwo\n--out--\n");
    assert_string_equal(tree(state, m), "0::multipart/mixed 1:1:multipart/alternative "
                                        "2:1.1:text/plain 1:2:text/plain");
    assert_span(m->parts[2]->body, "one");
}

static void boundary_that_begins_another(void **state)
{
    struct message *m = parse(state, "Content-Type: multipart/mixed; boundary=b\n\n"
                                     "--b\nContent-Type: multipart/alternative; boundary=b1\n\n"
                                     "--b1\n\none\n--b1--\n--b \t\r\n\ntwo\n--b--  \nepilogue\n");
    assert_string_equal(tree(state, m), "0::multipart/mixed 1:1:multipart/alternative "
                                        "2:1.1:text/plain 1:2:text/plain");
    assert_span(m->parts[3]->body, "two");
}

static void part_without_empty_line(void **state)
{
    struct message *m = parse(state, "Content-Type: multipart/mixed; boundary=b\n\n"
                                     "--b\nText without header\nNote: really\n\nmore\n"
                                     "--b\njunk\nContent-Type: text/html\n\n<p>x\n"
                                     "--b\nContent-Type: text/html\nText at once\n--b--\n");
    assert_span(m->parts[1]->body, "Text without header\nNote: really\n\nmore");
    assert_string_equal(m->parts[2]->subtype, "html");
    assert_span(m->parts[3]->body, "Text at once");
    m = parse(state,
              "Content-Type: multipart/mixed; boundary=b\n--b\nContent-Type: text/html\n\none\n");
    assert_int_equal(m->part_count, 2);
    assert_string_equal(m->parts[1]->subtype, "html");
}

static void cr_only_parts(void **state)
{
    struct message *m = parse(state, "Content-Type: multipart/mixed; boundary=b\r\r"
                                     "--b\r\rone\r--b\r\rtwo\r--b--\r");
    assert_int_equal(m->part_count, 3);
    assert_span(m->parts[1]->body, "one");
}

static void repeated_delimiters(void **state)
{
    struct message *m =
        parse(state, "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\none\n--b\n--b--\n");
    assert_int_equal(m->part_count, 2);
    assert_span(m->parts[1]->body, "one");
}

static void structure_line(void **state)
{
    struct message *m = parse(state, "Content-Type: multipart/report; boundary=b\n\n"
                                     "--b\n\n1\n--b\nContent-Type: message/delivery-status\n\n"
                                     "--b\nContent-Type: message/rfc822\n\nSubject: x\n\n2\n"
                                     "--b\nContent-Type: text/rfc822-headers\n\nSubject: x\n"
                                     "--b--\n");
    const char *expected = "multipart/report(text/plain,message/delivery-status,"
                           "message/rfc822(text/plain),text/rfc822-headers)";
    assert_span(message_structure(m), expected);
    assert_span(message_structure(m), expected);
    assert_span(message_structure(parse(state, "A: b\n")), "text/plain");
    assert_string_equal(message_place(m, m->root), "message");
    assert_string_equal(message_place(m, m->parts[4]), "part 3.1");
}

static void content_parameters(void **state)
{
    struct message *m = parse(
        state,
        "Content-Type: TEXT/Plain (really); ; Charset = \"ISO-8859-1\"; name*0*=utf-8''a%20;\n"
        " name*1=b format=flowed\nContent-Transfer-Encoding: Quoted-Printable (x)\n\n");
    assert_string_equal(m->root->type, "text");
    assert_string_equal(m->root->subtype, "plain");
    assert_string_equal(m->root->charset, "ISO-8859-1");
    assert_string_equal(m->root->filename, "a b");
    assert_string_equal(m->root->encoding, "quoted-printable");
    m = parse(state,
              "Content-Type: text\nContent-Disposition: attachment; filename=\"a\\\"b\"\n\n");
    assert_string_equal(m->root->subtype, "plain");
    assert_string_equal(m->root->filename, "a\"b");
    m = parse(state, "Content-Type: multipart/mixed; boundary=\"\\\"\"\n\n--\"\n\none\n--\"--\n");
    assert_int_equal(m->part_count, 2);
    m = parse(state, "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\n\none\n");
    assert_int_equal(m->part_count, 2);
    m = parse(state, "Content-Type: text/plain; name*0=a; name*0=x; name*1=b; name*3=d\n\n");
    assert_string_equal(m->root->filename, "ab");
    m = parse(state, "Content-Type: a(b/c,d\nContent-Type: text/html\n\n");
    assert_string_equal(m->root->type, "text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(a_plain_message),
        message_test(a_report),
        message_test(the_only_part_of_a_message_within),
        message_test(kinds_of_message_parts),
        message_test(a_coded_message_within),
        message_test(part_fields_repeated_before_a_message),
        message_test(digest_default),
        message_test(unknown_multipart),
        message_test(boundary_guessed),
        message_test(content_type_lost),
        message_test(no_boundary_at_all),
        message_test(unterminated),
        message_test(inner_multipart_never_closed),
        message_test(boundary_that_begins_another),
        message_test(part_without_empty_line),
        message_test(cr_only_parts),
        message_test(repeated_delimiters),
        message_test(structure_line),
        message_test(content_parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
