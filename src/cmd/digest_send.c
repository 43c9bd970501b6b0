/*
 * One child, no shell: the address is an argument behind "--", whatever it looks like.
 */
#include "cmd/digest_send.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"

static void run_program(const char *program, const char *address, int input)
{
    char null_sender[] = "<>", dash_i[] = "-i", dash_f[] = "-f", end[] = "--";
    char *const words[] = {(char *)program, dash_i, dash_f, null_sender, end,
                           (char *)address, NULL};
    signal(SIGPIPE, SIG_DFL);
    if (dup2(input, STDIN_FILENO) == STDIN_FILENO)
        execv(program, words);
    _exit(127);
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
        return error_set(e, ERROR_RETRY, "%s exited with %d: the digest was not sent", program,
                         WEXITSTATUS(status));
    return error_set(e, ERROR_RETRY, "%s was ended by signal %d: the digest was not sent", program,
                     WTERMSIG(status));
}

bool digest_send(const char *program, const char *address, struct span mail, struct error *e)
{
    int ends[2];
    signal(SIGPIPE, SIG_IGN);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_system(e, ERROR_RETRY, errno, "cannot run %s", program);
    pid_t child = fork();
    if (child == 0)
        run_program(program, address, ends[0]);
    int why = errno;
    close(ends[0]);
    if (child < 0) {
        close(ends[1]);
        return error_system(e, ERROR_RETRY, why, "cannot run %s", program);
    }
    /* A program that does not read to the end says by its exit code what that means. */
    bool written = write_all(ends[1], mail);
    why = errno;
    close(ends[1]);
    if (!wait_for(child, program, e))
        return false;
    return written || error_system(e, ERROR_RETRY, why, "%s did not read the digest", program);
}
