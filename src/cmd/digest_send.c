/*
 * One child that reads the digest, no shell: the address is an argument behind "--", whatever it
 * looks like.
 */
#include "cmd/digest_send.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "cmd/command.h"
#include "cmd/exit_code.h"
#include "cmd/imap_program.h"

/* A child and what it is to do; run does not return. */
struct receiver {
    const char *program; /* for errors */
    void (*run)(const struct receiver *to);
    const char *sender, *address, *account, *config;
};

static void run_sendmail(const struct receiver *to)
{
    char dash_i[] = "-i", dash_f[] = "-f", end[] = "--";
    char *const words[] = {(char *)to->program, dash_i, dash_f, (char *)to->sender, end,
                           (char *)to->address, NULL};
    signal(SIGPIPE, SIG_DFL);
    execv(to->program, words);
    _exit(127);
}

static void run_append(const struct receiver *to)
{
    struct error e = {0};
    imap_program_append(to->account, to->config, &e);
    command_print_error(&e);
    _exit(exit_code_of(&e));
}

static bool wait_for(pid_t child, const char *program, struct error *e)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return error_system(e, ERROR_RETRY, errno, "cannot wait for %s", program);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return error_set(e, ERROR_RETRY, "%s cannot be run: see [digest] sendmail", program);
    if (WIFEXITED(status))
        return error_set(e, ERROR_RETRY, "%s exited with %d: the mail was not sent", program,
                         WEXITSTATUS(status));
    return error_set(e, ERROR_RETRY, "%s was ended by signal %d: the mail was not sent", program,
                     WTERMSIG(status));
}

static bool give(const struct receiver *to, struct span mail, struct error *e)
{
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_system(e, ERROR_RETRY, errno, "cannot run %s", to->program);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (dup2(ends[0], STDIN_FILENO) == STDIN_FILENO)
            to->run(to);
        _exit(127);
    }
    int why = errno;
    close(ends[0]);
    if (child < 0) {
        close(ends[1]);
        return error_system(e, ERROR_RETRY, why, "cannot run %s", to->program);
    }
    /* A program that does not read to the end says by its exit code what that means. */
    bool written = write_all(ends[1], mail);
    why = errno;
    close(ends[1]);
    if (!wait_for(child, to->program, e))
        return false;
    return written || error_system(e, ERROR_RETRY, why, "%s did not read the mail", to->program);
}

bool digest_send(const char *program, const char *sender, const char *address, struct span mail,
                 struct error *e)
{
    struct receiver to = {
        .program = program, .run = run_sendmail, .sender = sender, .address = address};
    return give(&to, mail, e);
}

bool digest_append(const char *account, const char *config, struct span mail, struct error *e)
{
    struct receiver to = {
        .program = "backsift-imap", .run = run_append, .account = account, .config = config};
    return give(&to, mail, e);
}
