/*
 * A timer on the clock of the wall: the monotonic one stands still while a computer sleeps.
 */
#include "cmd/wake.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

bool wake_open(struct wake *w, struct error *e)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    w->stop_fd = signalfd(-1, &signals, SFD_CLOEXEC);
    w->timer_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    return (w->stop_fd >= 0 && w->timer_fd >= 0) ||
           error_system(e, ERROR_RETRY, errno, "cannot wait");
}

void wake_close(struct wake *w)
{
    if (w->stop_fd >= 0)
        close(w->stop_fd);
    if (w->timer_fd >= 0)
        close(w->timer_fd);
    *w = (struct wake){-1, -1};
}

bool wake_set(struct wake *w, int ms, struct error *e)
{
    struct itimerspec end = {0};
    clock_gettime(CLOCK_REALTIME, &end.it_value);
    long ns = end.it_value.tv_nsec + ms % 1000 * 1000000L;
    end.it_value.tv_sec += ms / 1000 + ns / 1000000000L;
    end.it_value.tv_nsec = ns % 1000000000L;
    int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    while (timerfd_settime(w->timer_fd, flags, &end, NULL) != 0)
        if (errno != ECANCELED) /* the clock has jumped since the last setting */
            return error_system(e, ERROR_RETRY, errno, "cannot wait");
    return true;
}

bool wake_is_stop(const struct wake *w)
{
    struct pollfd p = {.fd = w->stop_fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

bool wake_sleep(struct wake *w, int ms, struct error *e)
{
    struct pollfd p[] = {{.fd = w->stop_fd, .events = POLLIN},
                         {.fd = w->timer_fd, .events = POLLIN}};
    if (!wake_set(w, ms, e))
        return false;
    while (poll(p, 2, -1) < 0)
        if (errno != EINTR)
            return error_system(e, ERROR_RETRY, errno, "cannot wait");
    return true;
}
