/*
 * The resolver of the C library has timeouts of its own for each server and try, and none for a
 * connection by TCP. So each question is a child's, which ends with the deadline.
 */
#include "base/dns.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/limits.h"

/* One question that a child is asking. */
struct asking {
    pid_t child;
    int fd;     /* from the child; -1 when it has said all, or there is none */
    bool whole; /* the answer is there to its end */
    struct buf answer;
};

/* In the child: one byte that tells how it went, then the answer. */
static void ask(const char *name, int type, int out)
{
    unsigned char answer[NS_MAXMSG];
    struct __res_state state;
    memset(&state, 0, sizeof state);
    char result = DNS_FAILED;
    int n = -1;
    if (res_ninit(&state) == 0) {
        state.options |= RES_USE_EDNS0;
        n = res_nquery(&state, name, ns_c_in, type, answer, sizeof answer);
        if (n > 0)
            result = DNS_FOUND;
        else if (state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA)
            result = DNS_NONE;
    }
    size_t length = n > (int)sizeof answer ? sizeof answer : n > 0 ? (size_t)n : 0;
    if (write_all(out, (struct span){&result, 1}))
        write_all(out, (struct span){(const char *)answer, length});
    _exit(0);
}

static void start(struct asking *a, const char *name, int type)
{
    int ends[2];
    *a = (struct asking){.child = -1, .fd = -1, .answer.limit = NS_MAXMSG + 1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    a->child = fork();
    if (a->child == 0)
        ask(name, type, ends[1]);
    close(ends[1]);
    a->fd = ends[0];
}

static void read_some(struct asking *a)
{
    char block[4096];
    ssize_t n = read(a->fd, block, sizeof block);
    if (n > 0) {
        buf_add(&a->answer, (struct span){block, (size_t)n});
        return;
    }
    if (n < 0 && errno == EINTR)
        return;
    a->whole = n == 0 && a->answer.n > 0 && !a->answer.failed;
    close(a->fd);
    a->fd = -1;
}

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until all children have closed their ends, or the time is over. */
static void read_answers(struct asking *all, size_t count, long deadline)
{
    for (;;) {
        struct pollfd fds[LIMIT_DNS_AT_ONCE];
        struct asking *of[LIMIT_DNS_AT_ONCE];
        nfds_t open = 0;
        for (size_t i = 0; i < count; i++)
            if (all[i].fd >= 0) {
                of[open] = &all[i];
                fds[open++] = (struct pollfd){.fd = all[i].fd, .events = POLLIN};
            }
        long left = deadline - now_ms();
        if (open == 0 || left <= 0)
            return;
        int ready = poll(fds, open, (int)left);
        if (ready < 0 && errno != EINTR)
            return;
        for (nfds_t i = 0; ready > 0 && i < open; i++)
            if (fds[i].revents)
                read_some(of[i]);
    }
}

static void end(struct asking *a)
{
    if (a->fd >= 0)
        close(a->fd);
    buf_free(&a->answer);
    if (a->child <= 0)
        return;
    kill(a->child, SIGKILL);
    while (waitpid(a->child, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* The character strings of a TXT record (RFC 1035 3.3.14), joined. */
static const char *text_of(struct arena *arena, const unsigned char *data, size_t n)
{
    struct buf b = {.limit = LIMIT_DNS_TEXT};
    for (size_t at = 0; at < n;) {
        size_t length = data[at++];
        if (length > n - at)
            length = n - at;
        buf_add(&b, (struct span){(const char *)data + at, length});
        at += length;
    }
    const char *text = b.failed ? NULL : arena_string(arena, buf_span(&b));
    buf_free(&b);
    return text;
}

static unsigned number_at(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* What is done with a record's data; false ends it as an answer that cannot be read. */
typedef bool (*take_record)(void *context, const unsigned char *data, size_t n);

/* The records of a type behind the questions (RFC 1035 4.1); aliases among them are passed over. */
static bool each_record(struct span bytes, unsigned type, take_record take, void *context)
{
    const unsigned char *at = (const unsigned char *)bytes.p, *end = at + bytes.n;
    if (bytes.n < NS_HFIXEDSZ)
        return false;
    unsigned questions = number_at(at + 4), answers = number_at(at + 6);
    at += NS_HFIXEDSZ;
    for (unsigned i = 0; i < questions + answers; i++) {
        int name = dn_skipname(at, end);
        long fixed = i < questions ? NS_QFIXEDSZ : NS_RRFIXEDSZ;
        if (name < 0 || end - at - name < fixed)
            return false;
        const unsigned char *record = at + name;
        at = record + fixed;
        if (i < questions)
            continue;
        size_t length = number_at(record + 8);
        if (length > (size_t)(end - at) ||
            (number_at(record) == type && !take(context, at, length)))
            return false;
        at += length;
    }
    return true;
}

/* How the question went; *records gets the answer's bytes when there is one. */
static enum dns_result result_of(const struct asking *a, struct span *records)
{
    if (!a->whole)
        return DNS_FAILED;
    struct span bytes = buf_span(&a->answer);
    *records = span_slice(bytes, 1, bytes.n);
    return bytes.p[0] == DNS_NONE || bytes.p[0] == DNS_FOUND ? (enum dns_result)bytes.p[0]
                                                             : DNS_FAILED;
}

struct text_taker {
    struct arena *arena;
    struct dns_texts *out;
};

static bool take_text(void *context, const unsigned char *data, size_t n)
{
    struct text_taker *t = context;
    const char *text = text_of(t->arena, data, n);
    if (!text || t->out->count == sizeof t->out->items / sizeof *t->out->items)
        return false;
    t->out->items[t->out->count++] = text;
    return true;
}

enum dns_result dns_find_texts(struct arena *arena, const char *name, int milliseconds,
                               struct dns_texts *out)
{
    struct asking a;
    struct span records;
    struct text_taker taker = {arena, out};
    *out = (struct dns_texts){0};
    long deadline = now_ms() + milliseconds;
    start(&a, name, ns_t_txt);
    read_answers(&a, 1, deadline);
    enum dns_result result = result_of(&a, &records);
    if (result == DNS_FOUND)
        result = !each_record(records, ns_t_txt, take_text, &taker) ? DNS_FAILED
                 : out->count > 0                                   ? DNS_FOUND
                                                                    : DNS_NONE;
    end(&a);
    return result;
}

static bool take_address(void *context, const unsigned char *data, size_t n)
{
    struct dns_addresses *q = context;
    if (n == sizeof q->items[0] && q->count < sizeof q->items / sizeof *q->items)
        memcpy(q->items[q->count++], data, n);
    return n == sizeof q->items[0];
}

static void read_addresses(const struct asking *a, struct dns_addresses *q)
{
    struct span records;
    q->count = 0;
    q->result = result_of(a, &records);
    if (q->result == DNS_FOUND)
        q->result = !each_record(records, ns_t_a, take_address, q) ? DNS_FAILED
                    : q->count > 0                                 ? DNS_FOUND
                                                                   : DNS_NONE;
}

void dns_find_addresses(struct dns_addresses *questions, size_t count, int milliseconds)
{
    struct asking all[LIMIT_DNS_AT_ONCE] = {{0}};
    long deadline = now_ms() + milliseconds;
    size_t asked = count < LIMIT_DNS_AT_ONCE ? count : LIMIT_DNS_AT_ONCE;
    for (size_t i = 0; i < asked; i++)
        start(&all[i], questions[i].name, ns_t_a);
    read_answers(all, asked, deadline);
    for (size_t i = 0; i < count; i++) {
        questions[i].result = DNS_FAILED;
        questions[i].count = 0;
        if (i >= asked)
            continue;
        read_addresses(&all[i], &questions[i]);
        end(&all[i]);
    }
}
