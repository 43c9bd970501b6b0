/*
 * Reading many messages in a child that stays: each is answered once and in order, whatever happens
 * to the child; a message that kills it costs itself its findings, and no other.
 */
#include "message_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evidence/bulk_reader.h"
#include "scratch.h"

#define RULE                                                                                       \
    "[bounce]\nclass = bounce\nfrom = mailer-daemon\n"                                             \
    "[report]\nclass = bounce\nfrom = robot\nstructure = ^multipart/report\n"
#define MAIL "From: dan@example.net\nSubject: Lunch?\n\nFriday?\n"
#define RESPONSE                                                                                   \
    "From: MAILER-DAEMON@example.net\nSubject: failure %d\n"                                       \
    "Content-Type: multipart/report; boundary=b\n\n--b\n\nNo such user.\n"                         \
    "--b\nContent-Type: message/rfc822\n\nReceived: from pc by mx.example.net\n"                   \
    "From: me@example.org\nMessage-ID: <1@example.org>\n\nHello\n--b--\n"
#define MOST 400

static char rules_folder[256];
static struct ruleset *rules;
/* On a page that children do not get, when a response shall kill them: only responses are compared
 * with the configuration. */
static struct config *config;

static int load_rules(void **state)
{
    (void)state;
    char path[300];
    scratch_make(rules_folder);
    snprintf(path, sizeof path, "%s/test.rules", rules_folder);
    FILE *f = fopen(path, "w");
    if (!f || fputs(RULE, f) < 0 || fclose(f) != 0)
        return -1;
    struct error e = {0};
    rules = ruleset_load(&(struct rules_options){.shipped_folder = rules_folder, .jit = true}, &e);
    config = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return rules && config != MAP_FAILED ? 0 : -1;
}

static int drop_rules(void **state)
{
    (void)state;
    ruleset_free(rules);
    munmap(config, 65536);
    scratch_remove(rules_folder);
    return 0;
}

/* What was answered, in order. */
struct answers {
    int count, wrong, unreadable;
    struct bulk_reader *reader;
    int kill_at, signal; /* the child gets this signal when so many are answered; 0: never */
    int stop_at;
    pid_t pids[8];
    int pid_count;
    struct error why;
};

/* Each fourth message is a response with its number in the Subject. */
static bool is_response(int n)
{
    return n % 4 == 3;
}

static bool take(void *context, const struct findings *f, const struct reader_notes *notes,
                 const struct error *why)
{
    struct answers *a = context;
    int n = a->count++;
    char subject[32];
    assert_non_null(notes);
    if (a->kill_at == a->count && bulk_reader_pid(a->reader) > 0)
        kill(bulk_reader_pid(a->reader), a->signal);
    if (!f) {
        a->unreadable++;
        a->why = *why;
        a->wrong += !is_response(n);
        return n + 1 != a->stop_at;
    }
    const struct evidence *s = findings_get(f, EVIDENCE_SUBJECT, 0);
    snprintf(subject, sizeof subject, "failure %d", n);
    a->wrong += f->class != (is_response(n) ? CLASS_BOUNCE : CLASS_MAIL);
    a->wrong += is_response(n) && (!s || strcmp(s->value, subject) != 0);
    return n + 1 != a->stop_at;
}

static struct bulk_reader *open_for(struct answers *a, int wall_ms)
{
    struct error e = {0};
    struct bulk_reading reading = {
        .rules = rules, .config = config, .wall_ms = wall_ms, .answer = take, .context = a};
    a->reader = bulk_reader_open(&reading, &e);
    assert_non_null(a->reader);
    return a->reader;
}

static bool put_bytes(struct bulk_reader *b, struct span s)
{
    struct error e = {0};
    int fd = memfd_create("message", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, s.p, s.n), (ssize_t)s.n);
    bool ok = bulk_reader_put(b, fd, &e);
    close(fd);
    return ok;
}

static bool put(struct bulk_reader *b, int n)
{
    char text[400];
    snprintf(text, sizeof text, is_response(n) ? RESPONSE : MAIL, n);
    return put_bytes(b, span_of(text));
}

static void note_pid(struct answers *a)
{
    pid_t now = bulk_reader_pid(a->reader);
    if (now > 0 && (a->pid_count == 0 || a->pids[a->pid_count - 1] != now) && a->pid_count < 8)
        a->pids[a->pid_count++] = now;
}

/* Reads so many messages and ends. */
static void read_all(struct answers *a, int count, int wall_ms)
{
    struct error e = {0};
    struct bulk_reader *b = open_for(a, wall_ms);
    for (int n = 0; n < count; n++) {
        assert_true(put(b, n));
        note_pid(a);
    }
    assert_true(bulk_reader_finish(b, &e));
    bulk_reader_close(b);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(a->count, count);
    assert_int_equal(a->wrong, 0);
}

static void all_are_answered_in_order(void **state)
{
    (void)state;
    static const int counts[] = {0, 1, LIMIT_BULK_BASKET, LIMIT_BULK_BASKET + 1, MOST};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct answers a = {0};
        read_all(&a, counts[i], 0);
        assert_int_equal(a.unreadable, 0);
        assert_true(a.pid_count <= 1);
    }
}

static void large_messages_fit(void **state)
{
    (void)state;
    struct answers a = {0};
    struct error e = {0};
    struct bulk_reader *b = open_for(&a, 0);
    struct buf large = {0};
    buf_add_string(&large, MAIL);
    while (large.n < LIMIT_MESSAGE_PARSED + 100000)
        buf_add_string(&large, "0123456789abcdef0123456789abcde\n");
    for (int n = 0; n < 10; n++)
        assert_true(is_response(n) ? put(b, n) : put_bytes(b, buf_span(&large)));
    assert_true(bulk_reader_finish(b, &e));
    bulk_reader_close(b);
    buf_free(&large);
    assert_int_equal(a.count, 10);
    assert_int_equal(a.wrong, 0);
    assert_int_equal(a.unreadable, 0);
}

static void what_cannot_be_read_is_told(void **state)
{
    struct answers a = {0};
    struct error e = {0};
    struct bulk_reader *b = open_for(&a, 0);
    int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int n = 0; n < 8; n++)
        assert_true(is_response(n) ? bulk_reader_put(b, folder, &e) : put(b, n));
    assert_true(bulk_reader_finish(b, &e));
    bulk_reader_close(b);
    close(folder);
    assert_int_equal(a.count, 8);
    assert_int_equal(a.unreadable, 2);
    assert_int_equal(a.wrong, 0);
    assert_non_null(strstr(a.why.text, "cannot read"));
    (void)state;
}

static void a_killed_child_costs_nothing(void **state)
{
    (void)state;
    for (int at = 1; at < MOST; at += 37) {
        struct answers a = {.kill_at = at, .signal = SIGKILL};
        read_all(&a, MOST, 0);
        assert_int_equal(a.unreadable, 0);
    }
}

static void a_hanging_child_is_killed_at_the_deadline(void **state)
{
    (void)state;
    struct answers a = {.kill_at = 10, .signal = SIGSTOP};
    read_all(&a, MOST, 500);
    assert_int_equal(a.unreadable, 0);
}

static void a_deadly_message_costs_itself(void **state)
{
    (void)state;
    struct answers a = {0};
    assert_int_equal(madvise(config, 65536, MADV_DONTFORK), 0);
    read_all(&a, 80, 0);
    assert_int_equal(madvise(config, 65536, MADV_DOFORK), 0);
    assert_int_equal(a.unreadable, 20);
    assert_non_null(strstr(a.why.text, "the message's reader "));
}

static void a_child_is_renewed(void **state)
{
    (void)state;
    struct answers a = {0};
    read_all(&a, LIMIT_BULK_MESSAGES + 3 * LIMIT_BULK_BASKET, 0);
    assert_int_equal(a.pid_count, 2);
}

static void the_caller_may_end_it(void **state)
{
    (void)state;
    struct answers a = {.stop_at = 70};
    struct error e = {0};
    struct bulk_reader *b = open_for(&a, 0);
    int n = 0;
    while (n < MOST && put(b, n))
        n++;
    assert_true(n < MOST);
    assert_int_equal(e.kind, ERROR_NONE);
    bulk_reader_close(b);
    assert_int_equal(a.count, 70);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* --- headers --- */

struct header_answers {
    int count, missed, needless;
    struct bulk_reader *reader;
    int kill_at, signal;
    struct answers messages; /* those in between */
};

/* Each third is one of a response. */
static bool may_be_response(int n)
{
    return n % 3 == 2;
}

static bool take_header(void *context, bool may_match)
{
    struct header_answers *a = context;
    int n = a->count++;
    a->missed += may_be_response(n) && !may_match;
    a->needless += !may_be_response(n) && may_match;
    if (a->kill_at == a->count && bulk_reader_pid(a->reader) > 0)
        kill(bulk_reader_pid(a->reader), a->signal);
    return true;
}

static bool take_between(void *context, const struct findings *f, const struct reader_notes *notes,
                         const struct error *why)
{
    struct header_answers *a = context;
    return take(&a->messages, f, notes, why);
}

static void put_header(struct bulk_reader *b, const char *header, const char *structure)
{
    struct error e = {0};
    struct span line = structure ? span_of(structure) : (struct span){0};
    assert_true(bulk_reader_put_header(b, span_of(header), line, &e));
}

static void put_one_header(struct bulk_reader *b, int n)
{
    put_header(b, may_be_response(n) ? "From: MAILER-DAEMON\n\n" : "From: dan@example.net\n\n",
               NULL);
}

/* Headers, and every so many of them a message. */
static void read_headers(struct header_answers *a, int count, int wall_ms)
{
    struct error e = {0};
    struct bulk_reading reading = {.rules = rules,
                                   .config = config,
                                   .wall_ms = wall_ms,
                                   .answer = take_between,
                                   .answer_header = take_header,
                                   .context = a};
    a->reader = bulk_reader_open(&reading, &e);
    assert_non_null(a->reader);
    for (int n = 0; n < count; n++) {
        put_one_header(a->reader, n);
        if (n % 5 == 0)
            assert_true(put(a->reader, n / 5));
    }
    assert_true(bulk_reader_finish(a->reader, &e));
    bulk_reader_close(a->reader);
    assert_int_equal(a->count, count);
    assert_int_equal(a->missed, 0);
    assert_int_equal(a->messages.count, (count + 4) / 5);
    assert_int_equal(a->messages.wrong, 0);
    assert_int_equal(a->messages.unreadable, 0);
}

static void headers_are_answered_among_messages(void **state)
{
    (void)state;
    struct header_answers a = {0};
    read_headers(&a, MOST, 0);
    assert_int_equal(a.needless, 0);
}

static void a_header_that_ends_the_child_may_match(void **state)
{
    (void)state;
    for (int at = 1; at < MOST; at += 37) {
        struct header_answers a = {.kill_at = at, .signal = SIGKILL};
        read_headers(&a, MOST, 0);
        assert_true(a.needless <= 1);
    }
    struct header_answers hanging = {.kill_at = 10, .signal = SIGSTOP};
    read_headers(&hanging, MOST, 500);
    assert_true(hanging.needless <= 1);
}

static bool note_header(void *context, bool may_match)
{
    char *noted = context;
    strcat(noted, may_match ? "y" : "n");
    return true;
}

static void a_structure_counts_where_it_agrees_with_the_header(void **state)
{
    (void)state;
#define REPORT "From: robot\nContent-Type: multipart/report; boundary=b\n\n"
#define MIXED  "From: robot\nContent-Type: multipart/mixed; boundary=b\n\n"
    char noted[16] = "";
    struct error e = {0};
    struct bulk_reading reading = {
        .rules = rules, .config = config, .answer_header = note_header, .context = noted};
    struct bulk_reader *b = bulk_reader_open(&reading, &e);
    assert_non_null(b);
    put_header(b, REPORT, "multipart/report(text/plain,message/delivery-status)");
    put_header(b, MIXED, "multipart/mixed(text/plain)");
    put_header(b, MIXED, NULL);
    put_header(b, MIXED, "multipart/report(text/plain)"); /* it contradicts: not known */
    assert_true(bulk_reader_finish(b, &e));
    bulk_reader_close(b);
    assert_string_equal(noted, "ynyy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(all_are_answered_in_order),
        message_test(large_messages_fit),
        message_test(what_cannot_be_read_is_told),
        message_test(a_killed_child_costs_nothing),
        message_test(a_hanging_child_is_killed_at_the_deadline),
        message_test(a_deadly_message_costs_itself),
        message_test(a_child_is_renewed),
        message_test(the_caller_may_end_it),
        message_test(headers_are_answered_among_messages),
        message_test(a_header_that_ends_the_child_may_match),
        message_test(a_structure_counts_where_it_agrees_with_the_header),
    };
    return cmocka_run_group_tests(tests, load_rules, drop_rules);
}
