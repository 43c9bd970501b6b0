/*
 * Whole reads and writes. Pipes and terminals give and take less at a time than asked for, and
 * whoever shares them may have made them such that they do not wait.
 */
#include "base/io.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* After an error: true when the call is to be made again, at once or once fd is ready. */
static bool goes_on(int fd, short wanted)
{
    if (errno == EINTR)
        return true;
    struct pollfd p = {.fd = fd, .events = wanted};
    return errno == EAGAIN && (poll(&p, 1, -1) > 0 || errno == EINTR);
}

ssize_t read_all(int fd, char *p, size_t n)
{
    size_t got = 0;
    while (got < n) {
        ssize_t r = read(fd, p + got, n - got);
        if (r < 0 && goes_on(fd, POLLIN))
            continue;
        if (r < 0)
            return -1;
        if (r == 0)
            break;
        got += (size_t)r;
    }
    return (ssize_t)got;
}

bool write_all(int fd, struct span s)
{
    while (s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && goes_on(fd, POLLOUT))
            continue;
        if (n == 0)
            errno = ENOSPC;
        if (n <= 0)
            return false;
        s = span_slice(s, (size_t)n, s.n);
    }
    return true;
}
