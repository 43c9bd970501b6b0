/*
 * The resolver of the C library has timeouts of its own for each server and try, and none for a
 * connection by TCP. So it runs in a child, which ends with the deadline.
 */
#include "base/dns.h"

#include <errno.h>
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

/* In the child: one byte that tells how it went, then the answer. */
static void ask(const char *name, int out)
{
    unsigned char answer[NS_MAXMSG];
    struct __res_state state;
    memset(&state, 0, sizeof state);
    char result = DNS_FAILED;
    int n = -1;
    if (res_ninit(&state) == 0) {
        state.options |= RES_USE_EDNS0;
        n = res_nquery(&state, name, ns_c_in, ns_t_txt, answer, sizeof answer);
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

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until the child has closed its end. False when the time is over first. */
static bool read_until(int fd, long deadline, struct buf *answer)
{
    char block[4096];
    for (;;) {
        long left = deadline - now_ms();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int ready = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        ssize_t n = read(fd, block, sizeof block);
        if (n <= 0)
            return n == 0;
        buf_add(answer, (struct span){block, (size_t)n});
    }
}

static bool ask_in_child(const char *name, int milliseconds, struct buf *answer)
{
    int ends[2];
    long deadline = now_ms() + milliseconds;
    if (pipe(ends) != 0)
        return false;
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        ask(name, ends[1]);
    }
    close(ends[1]);
    bool whole = child > 0 && read_until(ends[0], deadline, answer);
    close(ends[0]);
    if (child > 0) {
        kill(child, SIGKILL);
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    return whole && !answer->failed && answer->n > 0;
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

/* The records behind the questions (RFC 1035 4.1); aliases among them are passed over. */
static enum dns_result read_answer(struct arena *arena, struct span bytes, struct dns_texts *out)
{
    const unsigned char *at = (const unsigned char *)bytes.p, *end = at + bytes.n;
    if (bytes.n < NS_HFIXEDSZ)
        return DNS_FAILED;
    unsigned questions = number_at(at + 4), answers = number_at(at + 6);
    at += NS_HFIXEDSZ;
    for (unsigned i = 0; i < questions + answers; i++) {
        int name = dn_skipname(at, end);
        long fixed = i < questions ? NS_QFIXEDSZ : NS_RRFIXEDSZ;
        if (name < 0 || end - at - name < fixed)
            return DNS_FAILED;
        const unsigned char *record = at + name;
        at = record + fixed;
        if (i < questions)
            continue;
        size_t length = number_at(record + 8);
        if (length > (size_t)(end - at))
            return DNS_FAILED;
        if (number_at(record) == ns_t_txt) {
            const char *text = text_of(arena, at, length);
            if (!text || out->count == sizeof out->items / sizeof *out->items)
                return DNS_FAILED;
            out->items[out->count++] = text;
        }
        at += length;
    }
    return out->count > 0 ? DNS_FOUND : DNS_NONE;
}

enum dns_result dns_find_texts(struct arena *arena, const char *name, int milliseconds,
                               struct dns_texts *out)
{
    struct buf answer = {.limit = NS_MAXMSG + 1};
    enum dns_result result = DNS_FAILED;
    *out = (struct dns_texts){0};
    if (ask_in_child(name, milliseconds, &answer)) {
        struct span bytes = buf_span(&answer);
        result = bytes.p[0] == DNS_NONE    ? DNS_NONE
                 : bytes.p[0] == DNS_FOUND ? read_answer(arena, span_slice(bytes, 1, bytes.n), out)
                                           : DNS_FAILED;
    }
    buf_free(&answer);
    return result;
}
