/*
 * Reads any bytes as what an IMAP server says, over a socket as a real one would. The first byte
 * chooses what is asked of it; libetpan's tags are numbers from 1 on. Whatever it says, an answer
 * holds only what was asked for, and a failure is told in words.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/limits.h"
#include "mailbox/imap_copies.h"
#include "mailbox/imap_fetch.h"
#include "mailbox/imap_folder.h"
#include "mailbox/imap_idle.h"
#include "mailbox/imap_sasl.h"
#include "mailbox/imap_special.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

/* libetpan forgets to free what it has read when a server refuses; the rest is what is left behind
 * by way_out. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libetpan\nleak:mailimap_\nleak:mmap_string_\nleak:mailstream_\n"
           "leak:imap_find_copies\nleak:look_from\n";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}

/* libetpan follows pointers that are NULL in more of its answers to nonsense than can be told
 * beforehand. The program ends with "try again" then (imap_guard.h), here the input ends. */
static sigjmp_buf way_out;

static void leave(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    if ((uintptr_t)info->si_addr >= 4096)
        abort();
    siglongjmp(way_out, 1);
}

static void catch_null(void)
{
    const struct sigaction action = {.sa_sigaction = leave, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, NULL);
}

static const struct imap_account account = {
    .name = "fuzz", .host = "imap.example.org", .user = "me@example.org"};

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Passes ok on; a failure must say what it is. */
static bool told(bool ok, const struct error *e)
{
    require(ok == (e->kind == ERROR_NONE));
    require(ok || e->text[0]);
    return ok;
}

/* --- the server --- */

/* One that says these bytes and hangs up; *peer is its end. */
static mailstream_low *serve(const uint8_t *data, size_t size, int *peer)
{
    const struct imap_stream_limits limits = {INT64_MAX, 1000, LIMIT_IMAP_ANSWER, LIMIT_IMAP_LINES,
                                              -1};
    const int room = 1024 * 1024;
    int ends[2];
    require(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    for (ssize_t n; size > 0; data += n, size -= (size_t)n) {
        n = send(ends[1], data, size, MSG_DONTWAIT);
        if (n <= 0)
            break; /* what has no room is not said */
    }
    require(shutdown(ends[1], SHUT_WR) == 0);
    require(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    *peer = ends[1];
    mailstream_low *low = imap_stream_on(ends[0], &limits, NULL);
    require(low != NULL);
    return low;
}

/* --- what is asked --- */

struct visits {
    const uint32_t *asked;
    size_t count;
    unsigned sum; /* that every byte can be read */
};

static bool was_asked(const struct visits *v, uint32_t uid)
{
    for (size_t i = 0; i < v->count; i++)
        if (v->asked[i] == uid)
            return true;
    return false;
}

static bool visit(void *context, const struct imap_message *m, struct error *e)
{
    struct visits *v = context;
    (void)e;
    require(was_asked(v, m->uid) && m->bytes.p && m->structure.n <= LIMIT_STRUCTURE);
    for (size_t i = 0; i < m->bytes.n; i++)
        v->sum += (unsigned char)m->bytes.p[i];
    for (size_t i = 0; i < m->structure.n; i++)
        v->sum += (unsigned char)m->structure.p[i];
    return true;
}

static void require_ascending(const uint32_t *uids, size_t count, uint32_t first)
{
    for (size_t i = 0; i < count; i++)
        require(uids[i] >= first && (i == 0 || uids[i] > uids[i - 1]));
}

static bool selects(struct imap_session *s, bool read_only, struct error *e)
{
    struct imap_mailbox box;
    bool ok = told(imap_select(s, "INBOX", read_only, &box, e), e);
    require(!ok || box.validity != 0);
    return ok;
}

static void move(struct imap_session *s, const uint32_t *uids, size_t count, struct error *e)
{
    uint32_t validity, placed[LIMIT_IMAP_BATCH];
    bool copied, marked_only;
    if (told(imap_move_or_copy(s, uids, count, "Backscatter", &copied, &validity, placed, e), e) &&
        copied)
        told(imap_remove_copied(s, uids, count, &marked_only, e), e);
}

static void sweep(struct imap_session *s, struct error *e)
{
    uint32_t *uids, *there;
    size_t count, left;
    if (!selects(s, false, e) || !told(imap_search(s, s->arena, 2, 0, &uids, &count, e), e))
        return;
    require_ascending(uids, count, 2);
    count = count < LIMIT_IMAP_BATCH ? count : LIMIT_IMAP_BATCH;
    struct visits v = {.asked = uids, .count = count};
    if (count > 0 && told(imap_fetch(s, uids, count, IMAP_HEADER_AND_STRUCTURE, visit, &v, e), e) &&
        told(imap_fetch(s, uids, count, IMAP_WHOLE, visit, &v, e), e) &&
        told(imap_search_among(s, s->arena, uids, count, &there, &left, e), e)) {
        require_ascending(there, left, uids[0]);
        require(left <= count);
        move(s, uids, count, e);
    }
}

static void find_folders(struct imap_session *s, struct error *e)
{
    struct imap_mailbox box;
    const char *name = imap_folder_name(s,
                                        "Robots/Zur\xc3\xbc"
                                        "ck",
                                        e),
               *sent, *server_name;
    uint32_t next;
    bool view;
    if (!told(name != NULL, e))
        return;
    require(imap_is_sendable(name));
    if (!told((sent = imap_find_sent(s, e)) != NULL, e))
        return;
    require(imap_is_sendable(sent));
    if (told(imap_folder_ensure(s, name, &next, e), e) &&
        told(imap_select_named(s, "Lists/x", true, &box, &server_name, e), e))
        told(imap_is_view(s, server_name, &view, e), e);
}

static void find_copies(struct imap_session *s, struct error *e)
{
    static const struct imap_mark marks[] = {{.uid = 1}, {.uid = 2}, {.uid = 3}, {.uid = 9}};
    struct imap_trace found[4];
    uint32_t validity;
    if (selects(s, false, e))
        told(imap_find_copies(s, "INBOX", "Backscatter", 1, marks, 4, &validity, found, e), e);
}

static void idle(struct imap_session *s, struct error *e)
{
    enum imap_idle why;
    bool ok = selects(s, true, e);
    for (int i = 0; ok && i < 3; i++)
        ok = told(imap_idle(s, -1, &why, e), e);
}

static void log_in(struct imap_session *s, const char *mechanism, struct error *e)
{
    const char *abort_answer = strcmp(mechanism, "OAUTHBEARER") == 0 ? "AQ==" : "*";
    if (told(imap_sasl(s, mechanism, span_of("me\1secret"), abort_answer, e), e))
        told(imap_read_capabilities(s, e), e);
}

static void converse(struct imap_session *s, uint8_t choice, struct error *e)
{
    if (!told(imap_greet(s, e), e) || !told(imap_read_capabilities(s, e), e))
        return;
    if (choice == 'P' || choice == 'O') {
        log_in(s, choice == 'P' ? "PLAIN" : "OAUTHBEARER", e);
        return;
    }
    s->imap->imap_state = MAILIMAP_STATE_AUTHENTICATED;
    if (choice == 'F')
        find_folders(s, e);
    else if (choice == 'C')
        find_copies(s, e);
    else if (choice == 'I')
        idle(s, e);
    else
        sweep(s, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(LIMIT_ARENA);
    struct error e = {0};
    int peer;
    require(arena != NULL);
    catch_null();
    if (size > 0) {
        struct imap_session s = {.account = &account, .arena = arena};
        s.low = serve(data + 1, size - 1, &peer);
        if (sigsetjmp(way_out, 1) == 0) {
            converse(&s, data[0], &e);
            imap_close(&s);
        } else
            mailstream_close(s.imap->imap_stream); /* nothing else of it can be trusted */
        close(peer);
    }
    arena_free(arena);
    return 0;
}
