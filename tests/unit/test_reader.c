/*
 * Reading a message in a child: the findings are the same as in this process, and whatever happens
 * to the child, the parent hears of it in time and keeps no process and no descriptor.
 */
#include "message_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "evidence/reader.h"
#include "evidence/sandbox.h"
#include "scratch.h"

#define RULE "[bounce]\nclass = bounce\nfrom = (?i)mailer-daemon\n"
#define BOUNCE                                                                                     \
    "From: MAILER-DAEMON@example.net\nSubject: failure\nX-Failed-Recipients: you@example.net\n\n"  \
    "Failed:\n\nFrom: me@example.org\nTo: you@example.net\nMessage-ID: <1@example.org>\n\nbody\n"

static char rules_folder[256];
static struct ruleset *rules;
static const struct config config;
static const struct envelope envelope;

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
    rules = ruleset_load(&(struct rules_options){.shipped_folder = rules_folder}, &e);
    return rules ? 0 : -1;
}

static int drop_rules(void **state)
{
    (void)state;
    ruleset_free(rules);
    scratch_remove(rules_folder);
    return 0;
}

static struct reader_job job_for(struct span bytes, struct reader_notes *notes)
{
    return (struct reader_job){.bytes = bytes,
                               .fd = -1,
                               .rules = rules,
                               .config = &config,
                               .envelope = &envelope,
                               .notes = notes};
}

/* How many descriptors this process has open. */
static int descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void assert_no_child_left(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static enum reader_result finish(void **state, struct reader *r, struct findings **f,
                                 struct error *e)
{
    *f = (struct findings *)state; /* must be set */
    enum reader_result result = reader_finish(r, *state, f, e);
    assert_no_child_left();
    assert_int_equal(result == READER_DONE, *f != NULL);
    return result;
}

static struct findings *read_job(void **state, const struct reader_job *job)
{
    struct error e = {0};
    struct findings *f;
    int before = descriptors();
    struct reader *r = reader_start(job, &e);
    assert_non_null(r);
    assert_int_equal(finish(state, r, &f, &e), READER_DONE);
    assert_int_equal(descriptors(), before);
    return f;
}

static void assert_failed(void **state, struct reader *r, const char *why)
{
    struct error e = {0};
    struct findings *f;
    assert_int_equal(finish(state, r, &f, &e), READER_FAILED);
    assert_int_equal(e.kind, ERROR_DATA);
    assert_non_null(strstr(e.text, why));
}

/* A response whose findings do not fit into a pipe: its child waits for the parent, wherever it is
 * scheduled, and so can be met alive. */
static struct span long_answer(void **state)
{
    struct buf b = {0};
    buf_add_string(&b, "From: MAILER-DAEMON\n"
                       "Content-Type: multipart/report; boundary=b\n\n"
                       "--b\nContent-Type: message/delivery-status\n\n");
    for (int i = 0; i < LIMIT_RECIPIENTS; i++)
        buf_printf(&b,
                   "Final-Recipient: rfc822; u%d@example.net\nAction: failed\n"
                   "Diagnostic-Code: smtp; %0900d\n\n",
                   i, i);
    buf_add_string(&b, "--b--\n");
    const char *copy = arena_string(*state, buf_span(&b));
    struct span s = {copy, b.n};
    buf_free(&b);
    return s;
}

static struct reader *start_long(void **state, int wall_ms)
{
    struct error e = {0};
    struct reader_job job = job_for(long_answer(state), NULL);
    job.wall_ms = wall_ms;
    struct reader *r = reader_start(&job, &e);
    assert_non_null(r);
    assert_true(reader_pid(r) > 0);
    return r;
}

static void findings_are_those_of_this_process(void **state)
{
    struct reader_notes notes = {.no_sandbox = true, .broken_rule = "left over"};
    struct span bytes = span_of(BOUNCE);
    struct reader_job job = job_for(bytes, &notes);
    struct findings *f = read_job(state, &job);
    struct message *m = message_parse(*state, bytes);
    struct report *r = report_read(m);
    struct rule_match match;
    assert_true(ruleset_match(rules, m, r, NULL, &match));
    struct buf here = {0}, there = {0};
    assert_true(findings_encode(findings_collect(m, r, &match, &config, &envelope), &here));
    assert_true(findings_encode(f, &there));
    assert_int_equal(here.n, there.n);
    assert_memory_equal(here.p, there.p, here.n);
    assert_int_equal(f->class, CLASS_BOUNCE);
    assert_string_equal(f->rule, "test/bounce");
    assert_string_equal(findings_get(f, EVIDENCE_QUOTED_ID, 0)->value, "1@example.org");
    assert_string_equal(notes.broken_rule, "");
    buf_free(&here);
    buf_free(&there);
}

static void message_may_be_a_file(void **state)
{
    char path[300];
    snprintf(path, sizeof path, "%s/message", rules_folder);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct reader_job job = job_for((struct span){0}, NULL);
    job.fd = fd;
    assert_int_equal(read_job(state, &job)->class, CLASS_MAIL);
    assert_int_equal(write(fd, BOUNCE, strlen(BOUNCE)), strlen(BOUNCE));
    struct findings *f = read_job(state, &job);
    assert_int_equal(f->class, CLASS_BOUNCE);
    assert_false(f->truncated);
    assert_int_equal(ftruncate(fd, (off_t)LIMIT_MESSAGE_PARSED + 4096), 0);
    f = read_job(state, &job);
    assert_int_equal(f->class, CLASS_BOUNCE);
    assert_true(f->truncated);
    close(fd);
}

static void longest_answer_comes_through(void **state)
{
    struct reader_job job = job_for(long_answer(state), NULL);
    assert_int_equal(read_job(state, &job)->recipient_count, LIMIT_RECIPIENTS);
}

static void charsets_are_converted_behind_the_filter(void **state)
{
    struct reader_job job =
        job_for(span_of("From: MAILER-DAEMON\nSubject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?=\n"
                        "Content-Type: text/plain; charset=koi8-r\n\n\xf0\xd2\xc9\xd7\n"),
                NULL);
    struct findings *f = read_job(state, &job);
    assert_string_equal(findings_get(f, EVIDENCE_SUBJECT, 0)->value, "\xe6\x97\xa5\xe6\x9c\xac");
}

static void killed_child_is_reported(void **state)
{
    struct reader *r = start_long(state, 0);
    assert_int_equal(kill(reader_pid(r), SIGKILL), 0);
    assert_failed(state, r, "killed by signal 9");
    r = start_long(state, 0);
    assert_int_equal(kill(reader_pid(r), SIGTERM), 0);
    assert_failed(state, r, "killed by signal 15");
}

static void hanging_child_is_killed_at_the_deadline(void **state)
{
    struct reader *r = start_long(state, 30);
    assert_int_equal(kill(reader_pid(r), SIGSTOP), 0);
    assert_failed(state, r, "longer than 30 ms");
}

static void ignored_children_are_waited_for(void **state)
{
    signal(SIGCHLD, SIG_IGN);
    struct reader_job job = job_for(span_of(BOUNCE), NULL);
    assert_int_equal(read_job(state, &job)->class, CLASS_BOUNCE);
    signal(SIGCHLD, SIG_DFL);
}

static volatile sig_atomic_t handled;

static void handle(int signal_number)
{
    handled = signal_number;
}

static void handlers_and_masks_stay_with_the_parent(void **state)
{
    sigset_t term, before, after;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    signal(SIGTERM, handle);
    struct reader *r = start_long(state, 0);
    assert_int_equal(kill(reader_pid(r), SIGTERM), 0);
    assert_failed(state, r, "killed by signal 15");
    assert_int_equal(handled, 0);
    sigprocmask(SIG_SETMASK, &before, &after);
    assert_int_equal(sigismember(&after, SIGTERM), 1);
    raise(SIGTERM);
    assert_int_equal(handled, SIGTERM);
    signal(SIGTERM, SIG_DFL);
}

static void child_holds_no_descriptor_of_the_parent(void **state)
{
    int ends[2], high;
    assert_int_equal(pipe(ends), 0);
    high = fcntl(ends[1], F_DUPFD, 200);
    struct reader *r = start_long(state, 0);
    close(ends[1]);
    close(high);
    struct pollfd p = {.fd = ends[0]};
    assert_int_equal(poll(&p, 1, 10000), 1);
    assert_true(p.revents & POLLHUP);
    close(ends[0]);
    struct error e = {0};
    struct findings *f;
    assert_int_equal(finish(state, r, &f, &e), READER_DONE);
}

static void missing_descriptors_are_an_error(void **state)
{
    (void)state;
    struct rlimit before, none;
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    struct error e = {0};
    struct reader_job job = job_for(span_of(BOUNCE), NULL);
    struct reader *r = reader_start(&job, &e);
    setrlimit(RLIMIT_NOFILE, &before);
    assert_null(r);
    assert_int_equal(e.kind, ERROR_RETRY);
    assert_no_child_left();
}

/* --- the sandbox itself: each try is a child that enters it and then exits with what it saw --- */

#ifdef __SANITIZE_ADDRESS__
static void sandbox_is_tested_without_sanitizers(void **state)
{
    (void)state;
    /* cmocka's skip() prints "not ok ... # SKIP", which prove takes for a failure. */
    print_message("# skipped: the filter and the memory limit are off under AddressSanitizer\n");
}
#else

enum { SEEN_REFUSED = 40, SEEN_ALLOWED = 41, SEEN_NO_SANDBOX = 42 };

static int status_of(int (*try)(void))
{
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        if (!sandbox_detach(ends[1]) || !sandbox_enter().filter)
            _exit(SEEN_NO_SANDBOX);
        _exit(try());
    }
    close(ends[0]);
    close(ends[1]);
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static int try_open(void)
{
    return open("/etc/passwd", O_RDONLY) < 0 && errno == EACCES ? SEEN_REFUSED : SEEN_ALLOWED;
}

static int try_executable_memory(void)
{
    void *p =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *q = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool refused = p == MAP_FAILED && q != MAP_FAILED &&
                   mprotect(q, 4096, PROT_READ | PROT_EXEC) != 0 &&
                   mprotect(q, 4096, PROT_READ) == 0;
    return refused ? SEEN_REFUSED : SEEN_ALLOWED;
}

static int try_much_memory(void)
{
    void *volatile p = malloc(LIMIT_CHILD_MEMORY);
    void *volatile q = malloc(LIMIT_ARENA);
    return !p && q ? SEEN_REFUSED : SEEN_ALLOWED;
}

static int try_exec(void)
{
    return (int)syscall(SYS_execve, "/bin/true", NULL, NULL);
}

static int try_socket(void)
{
    return (int)syscall(SYS_socket, 1, 1, 0);
}

static int try_fork(void)
{
    return (int)syscall(SYS_fork);
}

static int try_kill(void)
{
    return (int)syscall(SYS_kill, getppid(), 0);
}

static void sandbox_refuses_and_kills(void **state)
{
    (void)state;
    int open_status = status_of(try_open);
    if (WIFEXITED(open_status) && WEXITSTATUS(open_status) == SEEN_NO_SANDBOX) {
        print_message("# skipped: this kernel takes no system call filter\n");
        return;
    }
    assert_int_equal(WEXITSTATUS(open_status), SEEN_REFUSED);
    assert_int_equal(WEXITSTATUS(status_of(try_executable_memory)), SEEN_REFUSED);
    assert_int_equal(WEXITSTATUS(status_of(try_much_memory)), SEEN_REFUSED);
    int (*const deadly[])(void) = {try_exec, try_socket, try_fork, try_kill};
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) {
        int status = status_of(deadly[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
}

/* The child says that it is inside, then waits in a full pipe. */
static void limits_hold_in_the_sandbox(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0) {
        if (sandbox_detach(ends[1]))
            sandbox_enter();
        while (write(SANDBOX_PIPE, "x", 1) == 1)
            ;
        _exit(0);
    }
    assert_int_equal(read(ends[0], &byte, 1), 1);
    static const struct {
        int resource;
        rlim_t soft;
    } want[] = {{RLIMIT_CPU, LIMIT_CHILD_CPU_SECONDS},
                {RLIMIT_AS, LIMIT_CHILD_MEMORY},
                {RLIMIT_CORE, 0},
                {RLIMIT_FSIZE, 0},
                {RLIMIT_NOFILE, 0},
                {RLIMIT_NPROC, 0}};
    struct rlimit seen[sizeof want / sizeof *want];
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(prlimit(pid, want[i].resource, NULL, &seen[i]), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        assert_int_equal(seen[i].rlim_cur, want[i].soft);
}

static void sandbox_is_noted(void **state)
{
    struct reader_notes notes = {0};
    struct reader_job job = job_for(span_of(BOUNCE), &notes);
    read_job(state, &job);
    int status = status_of(try_open);
    assert_int_equal(notes.no_sandbox, WEXITSTATUS(status) == SEEN_NO_SANDBOX);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        message_test(findings_are_those_of_this_process),
        message_test(message_may_be_a_file),
        message_test(longest_answer_comes_through),
        message_test(charsets_are_converted_behind_the_filter),
        message_test(killed_child_is_reported),
        message_test(hanging_child_is_killed_at_the_deadline),
        message_test(ignored_children_are_waited_for),
        message_test(handlers_and_masks_stay_with_the_parent),
        message_test(child_holds_no_descriptor_of_the_parent),
        message_test(missing_descriptors_are_an_error),
#ifdef __SANITIZE_ADDRESS__
        message_test(sandbox_is_tested_without_sanitizers),
#else
        message_test(sandbox_refuses_and_kills),
        message_test(limits_hold_in_the_sandbox),
        message_test(sandbox_is_noted),
#endif
    };
    return cmocka_run_group_tests(tests, load_rules, drop_rules);
}
