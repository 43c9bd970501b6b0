/*
 * Setting up a delivery process. The only global state of backsift is here, because a signal
 * handler has no other way to know which draft it must take away.
 */
#include "cmd/mail_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/exit_code.h"

static const int ending_signals[] = {SIGTERM, SIGHUP, SIGINT, SIGALRM};
#define ENDING_SIGNALS (sizeof ending_signals / sizeof *ending_signals)

/* Changed while signals are held only, so the handler never sees them by halves. */
static struct {
    pid_t owner; /* a forked child must not take its parent's draft away */
    const struct maildir_draft *volatile draft;
    volatile sig_atomic_t filed;
} process;

static void say(int fd, const char *text)
{
    ssize_t ignored = write(fd, text, strlen(text));
    (void)ignored; /* whether told or not, the exit code counts */
}

static void end_by_signal(int signal_number)
{
    if (getpid() != process.owner)
        _exit(EXIT_RETRY);
    if (process.filed)
        _exit(EXIT_DONE);
    bool late = signal_number == SIGALRM;
    if (process.draft) {
        maildir_draft_unlink(process.draft);
        say(STDOUT_FILENO,
            late ? "4.3.0 delivery took too long\n" : "4.3.0 delivery was interrupted\n");
    }
    say(STDERR_FILENO, late ? "backsift: delivery took too long: try again later\n"
                            : "backsift: delivery was interrupted: try again later\n");
    _exit(EXIT_RETRY);
}

static sigset_t ending_set(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < ENDING_SIGNALS; i++)
        sigaddset(&set, ending_signals[i]);
    return set;
}

void mail_process_hold_signals(void)
{
    sigset_t set = ending_set();
    sigprocmask(SIG_BLOCK, &set, NULL);
}

void mail_process_release_signals(void)
{
    sigset_t set = ending_set();
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = end_by_signal, .sa_mask = ending_set()};
    for (size_t i = 0; i < ENDING_SIGNALS; i++)
        sigaction(ending_signals[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGCHLD, SIG_DFL); /* an inherited "ignore" would hide how the child ended */
}

bool mail_process_start(struct error *e)
{
    if (fcntl(STDIN_FILENO, F_GETFD) < 0)
        return error_set(e, ERROR_USAGE, "standard input is closed: give the message there");
    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_WRONLY) < 0)
            return error_system(e, ERROR_RETRY, errno, "/dev/null: cannot open");
    umask(077);
    process.owner = getpid();
    catch_signals();
    mail_process_release_signals();
    alarm(LIMIT_DELIVER_SECONDS);
    return true;
}

void mail_process_set_draft(const struct maildir_draft *d)
{
    process.draft = d;
}

void mail_process_filed(void)
{
    process.draft = NULL;
    process.filed = 1;
    alarm(LIMIT_FILED_SECONDS);
}

int mail_process_failed(const struct error *e, bool for_qmail)
{
    printf("4.3.0 %s\n", e->text);
    fflush(stdout);
    command_print_error(e);
    return for_qmail ? EXIT_QMAIL_RETRY : exit_code_for_mail_system(e);
}
