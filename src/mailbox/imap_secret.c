/*
 * Reading a secret: a shell command's first line, a file's first line, or the config's own.
 */
#include "mailbox/imap_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/span.h"

static bool takes_token(const struct imap_account *a)
{
    return a->auth == IMAP_AUTH_XOAUTH2 || a->auth == IMAP_AUTH_OAUTHBEARER;
}

/* A password may begin or end with a blank, a token has none (RFC 6750 2.1). */
static void trim(struct imap_secret *s)
{
    struct span token = span_trim(span_of(s->text));
    memmove(s->text, token.p, token.n);
    s->text[token.n] = '\0';
}

/* Cuts at the end of the first line. */
static bool first_line(const struct imap_account *a, struct imap_secret *s, const char *from,
                       struct error *e)
{
    s->text[strcspn(s->text, "\r\n")] = '\0';
    if (takes_token(a))
        trim(s);
    for (const char *p = s->text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return error_set(e, ERROR_CONFIG, "imap:%s: %s holds control characters", a->name,
                             from);
    if (takes_token(a) && strchr(s->text, ' '))
        return error_set(e, ERROR_CONFIG, "imap:%s: '%s' prints no token", a->name, from);
    if (s->text[0])
        return true;
    return error_set(e, ERROR_CONFIG, "imap:%s: %s gives nothing", a->name, from);
}

/* Reads until the end, a full buffer, or the deadline; false at the deadline, and when stop_fd can
 * be read. */
static bool read_until(int fd, int stop_fd, char *p, size_t size, int64_t deadline)
{
    size_t n = 0;
    for (;;) {
        int64_t left = (deadline - clock_monotonic_us()) / 1000;
        struct pollfd f[] = {{.fd = fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
        if (left <= 0)
            return false;
        if (poll(f, 2, left < 1000 ? (int)left : 1000) == 0)
            continue;
        if (f[1].revents)
            return false;
        ssize_t r = read(fd, p + n, size - 1 - n);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            break;
        n += (size_t)r;
        if (n == size - 1)
            break;
    }
    p[n] = '\0';
    return true;
}

static pid_t start_shell(const char *command, int out)
{
    pid_t pid = fork();
    if (pid == 0) {
        /* A group of its own, so that what the shell starts ends with it. */
        setpgid(0, 0);
        /* What stays behind, such as an agent for keys, must not have inherited what watch blocks.
         */
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        if (dup2(out, STDOUT_FILENO) >= 0)
            execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid > 0)
        setpgid(pid, pid); /* whoever of the two comes first */
    return pid;
}

static bool fail_late(const struct imap_account *a, const char *command, int64_t deadline,
                      struct error *e)
{
    if (clock_monotonic_us() < deadline)
        return error_set(e, ERROR_RETRY, "imap:%s: login: asked to stop", a->name);
    return error_set(e, ERROR_CONFIG, "imap:%s: '%s' has not answered within %d seconds", a->name,
                     command, LIMIT_IMAP_SECRET_SECONDS);
}

static bool by_command(const struct imap_account *a, const char *command, int stop_fd,
                       struct imap_secret *s, struct error *e)
{
    int pipes[2], status = 0;
    if (pipe2(pipes, O_CLOEXEC) != 0)
        return error_system(e, ERROR_RETRY, errno, "imap:%s: cannot ask for the password", a->name);
    pid_t pid = start_shell(command, pipes[1]);
    int why = errno;
    close(pipes[1]);
    int64_t deadline = clock_monotonic_us() + (int64_t)LIMIT_IMAP_SECRET_SECONDS * 1000000;
    bool in_time = pid > 0 && read_until(pipes[0], stop_fd, s->text, sizeof s->text, deadline);
    close(pipes[0]);
    if (pid < 0)
        return error_system(e, ERROR_RETRY, why, "imap:%s: cannot ask for the password", a->name);
    if (!in_time)
        kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (!in_time)
        return fail_late(a, command, deadline, e);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return error_set(e, ERROR_CONFIG, "imap:%s: '%s' has failed", a->name, command);
    return first_line(a, s, command, e);
}

static bool by_file(const struct imap_account *a, struct imap_secret *s, struct error *e)
{
    struct stat st;
    const char *path = a->password_file;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool ok = fd >= 0 && fstat(fd, &st) == 0;
    if (!ok)
        error_system(e, ERROR_CONFIG, errno, "imap:%s: cannot read password-file %s", a->name,
                     path);
    else if (st.st_mode & (S_IRWXG | S_IRWXO))
        ok = error_set(e, ERROR_CONFIG, "imap:%s: others may read password-file %s: chmod 600 it",
                       a->name, path);
    else if (!read_until(fd, -1, s->text, sizeof s->text, INT64_MAX))
        ok = error_set(e, ERROR_CONFIG, "imap:%s: cannot read password-file %s", a->name, path);
    if (fd >= 0)
        close(fd);
    return ok && first_line(a, s, path, e);
}

enum imap_secret_source imap_secret_source(const struct imap_account *a)
{
    if (takes_token(a))
        return a->token_command ? IMAP_SECRET_TOKEN_COMMAND : IMAP_SECRET_NONE;
    return a->password_command ? IMAP_SECRET_PASSWORD_COMMAND
           : a->password_file  ? IMAP_SECRET_PASSWORD_FILE
           : a->password       ? IMAP_SECRET_CONFIG
                               : IMAP_SECRET_NONE;
}

bool imap_secret_get(const struct imap_account *a, int stop_fd, struct imap_secret *out,
                     struct error *e)
{
    *out = (struct imap_secret){0};
    switch (imap_secret_source(a)) {
    case IMAP_SECRET_TOKEN_COMMAND:
        return by_command(a, a->token_command, stop_fd, out, e);
    case IMAP_SECRET_PASSWORD_COMMAND:
        return by_command(a, a->password_command, stop_fd, out, e);
    case IMAP_SECRET_PASSWORD_FILE:
        return by_file(a, out, e);
    case IMAP_SECRET_CONFIG:
        snprintf(out->text, sizeof out->text, "%s", a->password);
        return first_line(a, out, "password", e);
    case IMAP_SECRET_NONE:
        break;
    }
    return error_set(e, ERROR_CONFIG, "imap:%s: there is no %s", a->name,
                     takes_token(a) ? "token-command" : "password");
}

void imap_secret_wipe(struct imap_secret *s)
{
    explicit_bzero(s, sizeof *s);
}
