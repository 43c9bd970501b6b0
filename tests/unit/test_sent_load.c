/*
 * Loads: many sent messages at once mean the same as each alone, can be interrupted anywhere, and
 * let others write in between.
 */
#include "store_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "store/sent_load.h"

#define NOW   ((unixtime)1700000000)
#define MANY  20000
#define PEEPS 500

static bool load_one(struct sent_load *l, const char *id, const char *sender, const char *recipient,
                     unixtime time)
{
    struct error e = {0};
    struct sent m = {.message_id = id,
                     .recipients = &recipient,
                     .recipient_count = recipient ? 1 : 0,
                     .sender = sender,
                     .time = time};
    return sent_load_add(l, &m, &e);
}

static int64_t sent_on(struct store_fixture *f, unixtime time)
{
    int64_t count;
    assert_true(store_sent_by_day(f->store, time / SECONDS_PER_DAY, 1, &count, &f->e));
    return count;
}

/* --- the same as one by one --- */

static void write_sample(struct store_fixture *f, int64_t expect_items)
{
    struct sent_load *l = sent_load_new(f->store, "s");
    int64_t items = -1;
    assert_non_null(l);
    assert_true(load_one(l, "a@x", "Me <me@x>", "Bob+tag@Far.example", NOW));
    assert_true(load_one(l, "a@x", "me@x", "carol@far.example", NOW + 5));
    assert_true(load_one(l, "b@x", "other@x", "bob@far.example", NOW - SECONDS_PER_DAY));
    assert_true(load_one(l, NULL, "me@x", "dora@far.example", NOW + 7));
    assert_true(load_one(l, "future@x", NULL, NULL, clock_now() + 900));
    assert_true(sent_load_relayed(l, "r@x", NOW, &f->e));
    assert_true(sent_load_relayed(l, "", NOW, &f->e));
    assert_true(sent_load_item(l, span_of("1"), &f->e));
    assert_true(sent_load_item(l, span_of("2"), &f->e));
    assert_false(sent_load_is_full(l));
    assert_true(sent_load_write(l, &items, &f->e));
    assert_int_equal(items, expect_items);
    assert_true(sent_load_write(l, &items, &f->e)); /* it is empty now */
    assert_int_equal(items, 0);
    sent_load_free(l);
}

static void test_same_as_alone(void **state)
{
    struct store_fixture *f = *state;
    unixtime when = 0;
    bool seen = false;
    for (int again = 0; again < 2; again++) {
        write_sample(f, again ? 0 : 2);
        assert_int_equal(store_find_id(f->store, "A@x", &when, &f->e), LOOKUP_NO);
        assert_int_equal(store_find_id(f->store, "<a@X>", &when, &f->e), LOOKUP_YES);
        assert_int_equal(when, NOW + 5);
        assert_int_equal(store_find_id(f->store, "future@x", &when, &f->e), LOOKUP_YES);
        assert_true(when <= clock_now());
        assert_int_equal(store_find_recipient(f->store, "bob@far.example", &when, &f->e),
                         LOOKUP_YES);
        assert_int_equal(store_find_recipient(f->store, "bob+tag@far.example", &when, &f->e),
                         LOOKUP_YES);
        assert_int_equal(store_find_pair(f->store, "other@x", "bob@far.example", &when, &f->e),
                         LOOKUP_YES);
        assert_int_equal(when, NOW - SECONDS_PER_DAY);
        assert_int_equal(store_find_pair(f->store, "other@x", "carol@far.example", &when, &f->e),
                         LOOKUP_NO);
        assert_int_equal(store_find_id_recipient(f->store, "a@x", "carol@far.example", &f->e),
                         LOOKUP_YES);
        assert_int_equal(store_find_id_recipient(f->store, "b@x", "carol@far.example", &f->e),
                         LOOKUP_NO);
        assert_int_equal(store_has_nameless(f->store, NOW + 7, NOW + 7, &f->e), LOOKUP_YES);
        assert_int_equal(store_find_relayed(f->store, "r@x", &when, &f->e), LOOKUP_YES);
        assert_int_equal(store_find_id(f->store, "r@x", &when, &f->e), LOOKUP_NO);
        assert_true(store_item_seen(f->store, "s", span_of("2"), &seen, &f->e));
        assert_true(seen);
        assert_int_equal(sent_on(f, NOW), 2); /* a@x and the one without an ID */
        assert_int_equal(sent_on(f, NOW - SECONDS_PER_DAY), 1);
    }
}

static void test_reader_cannot_load(void **state)
{
    struct store_fixture *f = *state;
    int64_t items;
    fixture_reopen(f, STORE_READ);
    struct sent_load *l = sent_load_new(f->store, "s");
    assert_true(load_one(l, "a@x", NULL, NULL, NOW));
    assert_false(sent_load_write(l, &items, &f->e));
    sent_load_free(l);
}

/* --- interrupted --- */

struct numbered {
    char id[32], recipient[32], item[32];
};

static struct numbered numbered(int i)
{
    struct numbered n;
    snprintf(n.id, sizeof n.id, "m%d@x", i);
    snprintf(n.recipient, sizeof n.recipient, "r%d@far.example", i);
    snprintf(n.item, sizeof n.item, "item%d", i);
    return n;
}

/* In a process of its own: loads MANY messages. */
static void load_many(struct store_fixture *f)
{
    struct error e = {0};
    struct store *s = store_open(&f->config, STORE_WRITE, WAIT_MS, &e);
    struct sent_load *l = s ? sent_load_new(s, "s") : NULL;
    int64_t items;
    bool ok = l != NULL;
    for (int i = 0; ok && i < MANY; i++) {
        struct numbered n = numbered(i);
        ok = load_one(l, n.id, "me@x", n.recipient, NOW) && sent_load_item(l, span_of(n.item), &e);
    }
    ok = ok && sent_load_write(l, &items, &e);
    _exit(ok ? 0 : 1);
}

static bool any_item_is_there(struct store_fixture *f)
{
    for (int i = 0; i < PEEPS; i++) {
        bool seen;
        assert_true(store_item_seen(f->store, "s", span_of(numbered(i).item), &seen, &f->e));
        if (seen)
            return true;
    }
    return false;
}

/* Killed as soon as the first items show: what stands there is whole. */
static void test_killed_load(void **state)
{
    struct store_fixture *f = *state;
    int status = 0, items = 0;
    pid_t child = fork();
    if (child == 0)
        load_many(f);
    while (!any_item_is_there(f) && waitpid(child, &status, WNOHANG) == 0)
        continue;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    for (int i = 0; i < MANY; i++) {
        struct numbered n = numbered(i);
        unixtime when;
        bool seen;
        assert_true(store_item_seen(f->store, "s", span_of(n.item), &seen, &f->e));
        items += seen;
        enum lookup id = store_find_id(f->store, n.id, &when, &f->e);
        assert_true(!seen || id == LOOKUP_YES);
        assert_true(id == LOOKUP_NO ||
                    store_find_id_recipient(f->store, n.id, n.recipient, &f->e) == LOOKUP_YES);
    }
    assert_true(items > 0);
}

/* --- turns --- */

/* In a process of its own, until it is killed: writes in one turn after the other. */
static void write_for_ever(struct store_fixture *f, int ready)
{
    struct error e = {0};
    struct store *s = store_open(&f->config, STORE_WRITE, WAIT_MS, &e);
    bool ok = s && store_begin_unsynced(s, &e) && write(ready, "", 1) == 1;
    while (ok) {
        struct numbered n = numbered(0);
        struct sent m = {.message_id = n.id, .time = NOW};
        ok = store_add_sent(s, "s", &m, &e) && (!store_turn_is_over(s) || store_next_turn(s, &e));
    }
    _exit(1);
}

/* Who waits gets between two turns of a writer that has always more to write. */
static void test_others_get_in(void **state)
{
    struct store_fixture *f = *state;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0)
        write_for_ever(f, ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    bool ok = true;
    for (int i = 0; ok && i < 10; i++)
        ok = fixture_send(f, numbered(i).id, "me@x", "bob@far.example", NOW);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ready[0]);
    close(ready[1]);
    if (!ok)
        fail_msg("%s", f->e.text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_same_as_alone),
        TEST(test_reader_cannot_load),
        TEST(test_killed_load),
        TEST(test_others_get_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
