/*
 * The wire form of findings: what goes out comes back, and nothing else comes in.
 */
#include "message_fixture.h"

#include "evidence/evidence.h"

static struct report_recipient recipients[] = {
    {"a@example.org", "b@example.org", "failed", "5.1.1", "no such user", "mx.example.org"},
    {"", "", "", "", "", ""},
};
static struct evidence pieces[] = {
    {EVIDENCE_RETURNED_ID, 0, "part 2, field Message-ID", "1@x"},
    {EVIDENCE_REASON, LIMIT_PART_DEPTH, "text",
     "Gr\xc3\xbc\xc3\x9f"
     "e"},
};
static const struct findings sample = {CLASS_BOUNCE, "file/section",
                                       "own@x",      "mx.example.net",
                                       recipients,   sizeof recipients / sizeof *recipients,
                                       pieces,       sizeof pieces / sizeof *pieces,
                                       true};

static struct buf encode(const struct findings *f)
{
    struct buf wire = {0};
    assert_true(findings_encode(f, &wire));
    return wire;
}

static void assert_same_recipient(const struct report_recipient *a,
                                  const struct report_recipient *b)
{
    assert_string_equal(a->address, b->address);
    assert_string_equal(a->original, b->original);
    assert_string_equal(a->action, b->action);
    assert_string_equal(a->status, b->status);
    assert_string_equal(a->diagnostic, b->diagnostic);
    assert_string_equal(a->remote_mta, b->remote_mta);
}

static void what_goes_out_comes_back(void **state)
{
    struct buf wire = encode(&sample);
    struct findings *f = findings_decode(*state, input_of(wire.p, wire.n));
    assert_non_null(f);
    assert_int_equal(f->class, CLASS_BOUNCE);
    assert_true(f->truncated);
    assert_string_equal(f->rule, "file/section");
    assert_string_equal(f->message_id, "own@x");
    assert_string_equal(f->reporting_mta, "mx.example.net");
    assert_int_equal(f->recipient_count, 2);
    assert_same_recipient(&f->recipients[0], &recipients[0]);
    assert_same_recipient(&f->recipients[1], &recipients[1]);
    assert_int_equal(f->evidence_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(f->evidence[i].kind, pieces[i].kind);
        assert_int_equal(f->evidence[i].nesting, pieces[i].nesting);
        assert_string_equal(f->evidence[i].where, pieces[i].where);
        assert_string_equal(f->evidence[i].value, pieces[i].value);
    }
    /* Findings live by themselves: nothing points into the bytes. */
    wire.p[5] = 'X';
    buf_free(&wire);
    assert_string_equal(f->rule, "file/section");
}

static void empty_findings_travel(void **state)
{
    struct findings none = {.class = CLASS_MAIL, .rule = "", .message_id = "", .reporting_mta = ""};
    struct buf wire = encode(&none);
    struct findings *f = findings_decode(*state, buf_span(&wire));
    assert_non_null(f);
    assert_int_equal(f->class, CLASS_MAIL);
    assert_int_equal(f->evidence_count + f->recipient_count, 0);
    buf_free(&wire);
}

static void every_cut_and_every_tail_is_refused(void **state)
{
    struct buf wire = encode(&sample);
    for (size_t n = 0; n < wire.n; n++)
        assert_null(findings_decode(*state, input_of(wire.p, n)));
    buf_add_byte(&wire, 0);
    assert_null(findings_decode(*state, input_of(wire.p, wire.n)));
    buf_free(&wire);
}

/* Whatever a changed byte makes of the bytes, what is let through keeps the contract. */
static void every_changed_byte_is_refused_or_harmless(void **state)
{
    struct buf wire = encode(&sample);
    for (size_t i = 0; i < wire.n; i++) {
        char before = wire.p[i];
        for (int value = 0; value < 256; value += 5) {
            wire.p[i] = (char)value;
            struct arena *arena = arena_new(1024 * 1024);
            struct findings *f = findings_decode(arena, input_of(wire.p, wire.n));
            if (f) {
                struct buf again = {0};
                assert_true(f->class < CLASS_COUNT);
                assert_true(findings_encode(f, &again));
                assert_int_equal(again.n, wire.n);
                assert_memory_equal(again.p, wire.p, wire.n);
                buf_free(&again);
            }
            arena_free(arena);
        }
        wire.p[i] = before;
    }
    buf_free(&wire);
    (void)state;
}

static void refused(void **state, size_t at, char value)
{
    struct buf wire = encode(&sample);
    wire.p[at] = value;
    assert_null(findings_decode(*state, buf_span(&wire)));
    buf_free(&wire);
}

static void wrong_values_are_refused(void **state)
{
    refused(state, 0, 2);           /* version */
    refused(state, 1, CLASS_COUNT); /* class */
    refused(state, 2, 2);           /* truncated */
    refused(state, 4, 99);          /* a length beyond the rest */
    refused(state, 5, '\n');        /* control characters and broken UTF-8 in the rule */
    refused(state, 5, '\0');
    refused(state, 5, '\x7f');
    refused(state, 5, '\xff');
}

static void limits_are_kept_on_both_sides(void **state)
{
    static char longest[LIMIT_VALUE + 2];
    memset(longest, 'x', LIMIT_VALUE);
    struct evidence one = {EVIDENCE_SUBJECT, 0, "", longest};
    struct findings f = sample;
    f.evidence = &one;
    f.evidence_count = 1;
    struct buf wire = encode(&f);
    assert_non_null(findings_decode(*state, buf_span(&wire)));
    buf_free(&wire);
    longest[LIMIT_VALUE] = 'x';
    assert_false(findings_encode(&f, &wire));
    buf_free(&wire);
    static struct evidence many[LIMIT_EVIDENCE + 1];
    for (size_t i = 0; i <= LIMIT_EVIDENCE; i++)
        many[i] = (struct evidence){EVIDENCE_TO, 0, "", ""};
    f.evidence = many;
    f.evidence_count = LIMIT_EVIDENCE + 1;
    wire = encode(&f);
    assert_null(findings_decode(*state, buf_span(&wire)));
    buf_free(&wire);
    char *big = calloc(1, LIMIT_FINDINGS + 1);
    big[0] = 1;
    assert_null(findings_decode(*state, (struct span){big, LIMIT_FINDINGS + 1}));
    free(big);
}

static void little_memory_is_refused(void **state)
{
    struct buf wire = encode(&sample);
    size_t decoded = 0;
    for (size_t cap = 16; cap < 100000 && decoded < 3; cap += 16) {
        struct arena *arena = arena_new(cap);
        if (arena && findings_decode(arena, buf_span(&wire)))
            decoded++;
        arena_free(arena);
    }
    assert_int_equal(decoded, 3);
    buf_free(&wire);
    (void)state;
}

static void kinds_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(evidence_kind_name(EVIDENCE_RETURNED_ID), "returned-id");
    assert_string_equal(evidence_kind_name(EVIDENCE_RETURNED_SENDER), "returned-return-path");
    assert_string_equal(evidence_kind_name(EVIDENCE_REASON), "reason");
    for (int k = 0; k < EVIDENCE_KIND_COUNT; k++) {
        assert_true(evidence_kind_name((enum evidence_kind)k)[0] != '\0');
        for (int j = 0; j < k; j++)
            assert_string_not_equal(evidence_kind_name((enum evidence_kind)k),
                                    evidence_kind_name((enum evidence_kind)j));
    }
    assert_string_equal(evidence_kind_name(EVIDENCE_KIND_COUNT), "");
    assert_true(evidence_is_id(EVIDENCE_REFERENCES) && !evidence_is_id(EVIDENCE_TO));
    assert_true(evidence_is_cited(EVIDENCE_IN_REPLY_TO) && evidence_is_cited(EVIDENCE_REFERENCES));
    assert_false(evidence_is_cited(EVIDENCE_FIELD_ID));
    assert_ptr_equal(findings_get(&sample, EVIDENCE_REASON, 0), &pieces[1]);
    assert_null(findings_get(&sample, EVIDENCE_REASON, 1));
}

/* For counting: kinds that were not asked for are passed over, and what is no findings is none. */
static void kinds_come_back_alone(void **state)
{
    struct buf wire = encode(&sample);
    struct findings *f =
        findings_decode_kinds(*state, input_of(wire.p, wire.n), 1u << EVIDENCE_REASON);
    assert_non_null(f);
    assert_int_equal(f->class, CLASS_BOUNCE);
    assert_string_equal(f->reporting_mta, "mx.example.net");
    assert_int_equal(f->recipient_count, 0);
    assert_int_equal(f->evidence_count, 1);
    assert_int_equal(f->evidence[0].nesting, LIMIT_PART_DEPTH);
    assert_string_equal(f->evidence[0].value, pieces[1].value);
    for (size_t n = 0; n < wire.n; n++)
        assert_null(findings_decode_kinds(*state, input_of(wire.p, n), 1u << EVIDENCE_REASON));
    buf_add_byte(&wire, 'x');
    assert_null(findings_decode_kinds(*state, buf_span(&wire), 0));
    buf_free(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(what_goes_out_comes_back),
        message_test(empty_findings_travel),
        message_test(kinds_come_back_alone),
        message_test(every_cut_and_every_tail_is_refused),
        message_test(every_changed_byte_is_refused_or_harmless),
        message_test(wrong_values_are_refused),
        message_test(limits_are_kept_on_both_sides),
        message_test(little_memory_is_refused),
        message_test(kinds_have_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
