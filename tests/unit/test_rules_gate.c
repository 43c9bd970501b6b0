/*
 * What a sweep of a mail server rests on: from the header and the structure alone no response may
 * look like mail that no rule can match, and everyday mail must. Asked of every sample in
 * tests/messages under the rules that ship.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glob.h>

#include "base/limits.h"
#include "golden.h"
#include "report/report.h"
#include "rules/rules.h"

struct share {
    size_t responses, mail, mail_fetched;
};

static struct ruleset *shipped_rules(void)
{
    struct error e = {0};
    struct rules_options options = {.shipped_folder = "rules"};
    struct ruleset *rs = ruleset_load(&options, &e);
    if (!rs)
        print_message("%s\n", e.text);
    assert_non_null(rs);
    return rs;
}

/* The header as a server gives it: everything before the body. */
static struct message *header_of(struct arena *arena, const struct message *m)
{
    size_t n = m->root->body.p ? (size_t)(m->root->body.p - m->bytes.p) : m->bytes.n;
    char *copy = arena_string(arena, span_slice(m->bytes, 0, n));
    assert_non_null(copy);
    struct message *header = message_parse(arena, (struct span){copy, n});
    assert_non_null(header);
    return header;
}

static void look_at(struct ruleset *rs, const char *path, struct share *share)
{
    struct buf bytes = {0};
    struct rule_match match;
    struct arena *arena = arena_new(LIMIT_ARENA);
    assert_true(golden_read(path, &bytes));
    struct message *m = message_parse(arena, buf_span(&bytes));
    assert_non_null(m);
    assert_true(ruleset_match(rs, m, report_read(m), NULL, &match));
    struct span structure = message_structure(m);
    bool with = ruleset_may_match(rs, header_of(arena, m), structure, NULL);
    bool without = ruleset_may_match(rs, header_of(arena, m), (struct span){0}, NULL);
    if (match.class != CLASS_MAIL) {
        share->responses++;
        if (!with || !without)
            fail_msg("%s: a sweep would pass over this response of rule %s", path, match.rule);
    } else {
        share->mail++;
        share->mail_fetched += with;
    }
    arena_free(arena);
    buf_free(&bytes);
}

static void test_no_response_is_passed_over(void **state)
{
    (void)state;
    struct ruleset *rs = shipped_rules();
    struct share share = {0};
    glob_t found;
    assert_int_equal(glob("tests/messages/*/*.eml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        look_at(rs, found.gl_pathv[i], &share);
    globfree(&found);
    ruleset_free(rs);
    print_message("# %zu responses, none passed over; of %zu near misses %zu are fetched whole\n",
                  share.responses, share.mail, share.mail_fetched);
    assert_true(share.responses > 100);
}

/* Ordinary mail of the kinds that people have most of. Answers that no mail program has signed, and
 * mail that calls itself automatic, are not among it: only their text tells what they are. */
static const char *const everyday[] = {
    "From: Ada Byron <ada@far.example>\nTo: me@home.example\nSubject: Lunch on Friday?\n"
    "Date: Mon, 2 Nov 2026 10:00:00 +0000\nMessage-ID: <1@far.example>\n",
    "Return-Path: <ada@far.example>\nFrom: Ada <ada@far.example>\nTo: me@home.example\n"
    "Subject: Re: Lunch on Friday?\nIn-Reply-To: <2@home.example>\n"
    "References: <1@far.example> <2@home.example>\nMessage-ID: <3@far.example>\n"
    "User-Agent: Mozilla Thunderbird\n",
    "Return-Path: <bounces-7-me=home.example@news.example>\nFrom: Shop <news@shop.example>\n"
    "To: me@home.example\nSubject: 20% off everything this week\nPrecedence: bulk\n"
    "List-Id: <news.shop.example>\nList-Unsubscribe: <https://shop.example/u>\n"
    "Message-ID: <5@news.example>\nContent-Type: multipart/alternative; boundary=b\n",
    "Return-Path: <talk-bounces@lists.example>\nFrom: Bo <bo@far.example>\n"
    "To: talk@lists.example\nSubject: [talk] Re: which release?\nIn-Reply-To: <6@a.example>\n"
    "Precedence: list\nList-Id: Talk <talk.lists.example>\n"
    "List-Post: <mailto:talk@lists.example>\nMessage-ID: <7@far.example>\n",
    "Return-Path: <ada@far.example>\nFrom: Ada <ada@far.example>\nTo: Bo <bo@far.example>,\n"
    " me@home.example\nSubject: Re: Lunch on Friday?\nIn-Reply-To: <2@home.example>\n"
    "MIME-Version: 1.0\nMessage-ID: <10@far.example>\n",
    "Return-Path: <ada@far.example>\nFrom: Ada <ada@far.example>\nTo: me@home.example\n"
    "Cc: bo@far.example\nSubject: Re: Lunch on Friday?\nIn-Reply-To: <2@home.example>\n"
    "MIME-Version: 1.0\nMessage-ID: <11@far.example>\n",
    "Return-Path: <james@far.example>\nFrom: James Dean <james@far.example>\n"
    "To: me@home.example\nSubject: Lunch on Friday?\nMIME-Version: 1.0\n"
    "Message-ID: <12@far.example>\n",
    "Return-Path: <bugs-admin@lists.example>\nFrom: bugzilla-daemon@far.example\n"
    "To: bugs@lists.example\nSubject: [bugs] [Bug 7] It does not start\nPrecedence: bulk\n"
    "List-Id: Bugs <bugs.lists.example>\nMessage-ID: <13@far.example>\n",
    "Return-Path: <talk-bounces@lists.example>\nFrom: Bo <bo@far.example>\n"
    "To: talk@lists.example\nSubject: [talk] Re: Back from holidays\n"
    "X-Mailer: Lotus Notes Release 8.5\nPrecedence: list\nList-Id: Talk <talk.lists.example>\n"
    "Message-ID: <14@far.example>\nMIME-Version: 1.0\n",
    "From: Bank <service@bank.example>\nTo: me@home.example\nSubject: Your statement is ready\n"
    "Message-ID: <9@bank.example>\nContent-Type: text/html\n",
};

static void test_everyday_mail_is_not_fetched(void **state)
{
    (void)state;
    struct ruleset *rs = shipped_rules();
    size_t fetched = 0;
    for (size_t i = 0; i < sizeof everyday / sizeof *everyday; i++) {
        struct arena *arena = arena_new(LIMIT_ARENA);
        struct message *m = message_parse(arena, span_of(everyday[i]));
        const char *structure = strstr(everyday[i], "multipart/alternative")
                                    ? "multipart/alternative(text/plain,text/html)"
                                : strstr(everyday[i], "text/html") ? "text/html"
                                                                   : "text/plain";
        if (ruleset_may_match(rs, m, span_of(structure), NULL)) {
            print_message("# fetched whole: %s\n", everyday[i]);
            fetched++;
        }
        arena_free(arena);
    }
    ruleset_free(rs);
    assert_int_equal(fetched, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_response_is_passed_over),
        cmocka_unit_test(test_everyday_mail_is_not_fetched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
