/*
 * Socket and TLS for IMAP. One poll loop serves plain and TLS reads, so that the overall deadline
 * and the longest silence hold for both; -1 is returned for an end of file, because libetpan takes
 * 0 for "try again" and would spin.
 */
#include "mailbox/imap_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/clock.h"
#include "base/limits.h"
#include "mailbox/imap_screen.h"

struct connection {
    int fd;
    gnutls_session_t tls; /* NULL: plain */
    gnutls_certificate_credentials_t credentials;
    struct imap_stream_limits limits;
    uint64_t bytes, lines;
    struct imap_screen screen;
    bool refused;    /* by the screen */
    bool under_way;  /* a command: something has been written since imap_stream_begin */
    bool hurried;    /* asked to stop while it was */
    bool unsaid;     /* asked to stop before it was: the trouble is no other */
    char ahead[256]; /* read by imap_stream_wait to see whether it is data */
    size_t ahead_count;
    char trouble[256];
};

static bool is_stop(const struct connection *c)
{
    struct pollfd p = {.fd = c->limits.stop_fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

static int64_t time_to_leave(void)
{
    return clock_monotonic_us() + (int64_t)LIMIT_IMAP_LEAVE_MS * 1000;
}

/* Waits for the socket; false with the trouble noted when the time is up. */
static bool wait_for(struct connection *c, short events)
{
    int64_t left = (c->limits.deadline_us - clock_monotonic_us()) / 1000;
    int ms = left < c->limits.read_ms ? (int)left : c->limits.read_ms;
    struct pollfd p[] = {{.fd = c->fd, .events = events},
                         {.fd = c->hurried ? -1 : c->limits.stop_fd, .events = POLLIN}};
    if (left > 0) {
        int r = poll(p, 2, ms);
        if (p[1].revents && c->under_way) {
            int64_t soon = time_to_leave();
            c->hurried = true;
            c->limits.deadline_us = c->limits.deadline_us < soon ? c->limits.deadline_us : soon;
            return wait_for(c, events);
        }
        if (p[1].revents == 0 && (r > 0 || (r < 0 && errno == EINTR)))
            return true;
    }
    snprintf(c->trouble, sizeof c->trouble, "%s",
             p[1].revents || c->hurried ? "asked to stop"
             : left <= ms               ? "the time for this run is over"
                                        : "the server has fallen silent");
    return false;
}

static short wanted_events(struct connection *c, short otherwise)
{
    if (!c->tls)
        return otherwise;
    return gnutls_record_get_direction(c->tls) ? POLLOUT : POLLIN;
}

static bool is_again(struct connection *c, ssize_t r)
{
    if (c->tls)
        return r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED;
    return r < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static void note_failure(struct connection *c, ssize_t r, const char *doing)
{
    const char *why = r == 0   ? "the server has closed the connection"
                      : c->tls ? gnutls_strerror((int)r)
                               : strerror(errno);
    snprintf(c->trouble, sizeof c->trouble, "%s: %s", doing, why);
}

/* One read that does not wait. */
static ssize_t receive(struct connection *c, void *p, size_t n)
{
    return c->tls ? gnutls_record_recv(c->tls, p, n) : recv(c->fd, p, n, 0);
}

static size_t take_ahead(struct connection *c, void *p, size_t n)
{
    size_t taken = n < c->ahead_count ? n : c->ahead_count;
    memcpy(p, c->ahead, taken);
    memmove(c->ahead, c->ahead + taken, c->ahead_count - taken);
    c->ahead_count -= taken;
    return taken;
}

/* False with the trouble noted when what was read must not be parsed. */
static bool take_in(struct connection *c, const char *p, size_t n)
{
    uint64_t left = c->limits.bytes > c->bytes ? c->limits.bytes - c->bytes : 0;
    const char *why = imap_screen_pass(&c->screen, p, n, left > n ? left : n), *end = p + n;
    c->bytes += n;
    while ((p = memchr(p, '\n', (size_t)(end - p)))) {
        c->lines++;
        p++;
    }
    c->refused = why != NULL;
    if (why)
        snprintf(c->trouble, sizeof c->trouble, "%s", why);
    return !why;
}

/* libetpan reads on behind some failures; what it is told then would hide the first reason. */
static ssize_t stream_read(mailstream_low *low, void *p, size_t n)
{
    struct connection *c = low->data;
    if (c->trouble[0])
        return -1;
    if (c->ahead_count > 0)
        return (ssize_t)take_ahead(c, p, n);
    if (c->bytes >= c->limits.bytes || c->lines >= c->limits.lines) {
        snprintf(c->trouble, sizeof c->trouble, "the server sends more than its answer may take");
        return -1;
    }
    for (;;) {
        ssize_t r = receive(c, p, n);
        if (r > 0)
            return take_in(c, p, (size_t)r) ? r : -1;
        if (!is_again(c, r)) {
            note_failure(c, r, "reading from the server");
            return -1;
        }
        if (!wait_for(c, wanted_events(c, POLLIN)))
            return -1;
    }
}

static ssize_t stream_write(mailstream_low *low, const void *p, size_t n)
{
    struct connection *c = low->data;
    if (c->trouble[0])
        return -1;
    if (!c->under_way && is_stop(c)) {
        snprintf(c->trouble, sizeof c->trouble, "asked to stop");
        c->unsaid = true;
        return -1;
    }
    c->under_way = true;
    for (;;) {
        ssize_t r = c->tls ? gnutls_record_send(c->tls, p, n) : send(c->fd, p, n, MSG_NOSIGNAL);
        if (r > 0)
            return r;
        if (!is_again(c, r)) {
            note_failure(c, r, "writing to the server");
            return -1;
        }
        if (!wait_for(c, wanted_events(c, POLLOUT)))
            return -1;
    }
}

/* Whether there is data, not only a record that carries none, such as TLS 1.3's tickets. */
static bool look_ahead(struct connection *c, bool *broken)
{
    ssize_t r = receive(c, c->ahead, sizeof c->ahead);
    *broken = r <= 0 && !is_again(c, r);
    if (*broken)
        note_failure(c, r, "waiting for the server");
    if (r <= 0)
        return false;
    *broken = !take_in(c, c->ahead, (size_t)r);
    c->ahead_count = *broken ? 0 : (size_t)r;
    return !*broken;
}

enum imap_stream_event imap_stream_wait(mailstream_low *low, int timer_fd)
{
    struct connection *c = low->data;
    bool broken = false;
    for (;;) {
        struct pollfd p[] = {{.fd = c->limits.stop_fd, .events = POLLIN},
                             {.fd = timer_fd, .events = POLLIN},
                             {.fd = c->fd, .events = POLLIN}};
        if (c->ahead_count > 0 || look_ahead(c, &broken))
            return IMAP_STREAM_DATA;
        if (broken)
            return IMAP_STREAM_BROKEN;
        if (poll(p, 3, -1) < 0 && errno != EINTR) {
            note_failure(c, -1, "waiting for the server");
            return IMAP_STREAM_BROKEN;
        }
        if (p[0].revents)
            return IMAP_STREAM_STOP;
        if (p[1].revents)
            return IMAP_STREAM_TIMER;
    }
}

static int stream_close(mailstream_low *low)
{
    struct connection *c = low->data;
    if (c->tls)
        gnutls_bye(c->tls, GNUTLS_SHUT_WR); /* the socket does not block: at most one try */
    int r = c->fd >= 0 ? close(c->fd) : 0;
    c->fd = -1;
    return r;
}

static int stream_fd(mailstream_low *low)
{
    return ((struct connection *)low->data)->fd;
}

static void stream_free(mailstream_low *low)
{
    struct connection *c = low->data;
    if (c->tls)
        gnutls_deinit(c->tls);
    if (c->credentials)
        gnutls_certificate_free_credentials(c->credentials);
    if (c->fd >= 0)
        close(c->fd);
    free(c);
    low->data = NULL;
    free(low);
}

static void stream_cancel(mailstream_low *low)
{
    (void)low;
}

static mailstream_low_driver driver = {
    .mailstream_read = stream_read,
    .mailstream_write = stream_write,
    .mailstream_close = stream_close,
    .mailstream_get_fd = stream_fd,
    .mailstream_free = stream_free,
    .mailstream_cancel = stream_cancel,
};

/* A connection that idles does not tell by itself that its other end is gone. Where the kernel
 * knows no such thing, the next command finds out. */
static void probe_when_silent(int fd)
{
    const int on = 1, after = LIMIT_IMAP_PROBE_AFTER, every = LIMIT_IMAP_PROBE_EVERY,
              most = LIMIT_IMAP_PROBES;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &after, sizeof after);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &most, sizeof most);
}

/* One address, without blocking beyond the limits. */
static bool connect_to(struct connection *c, const struct addrinfo *a)
{
    c->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
    if (c->fd < 0) {
        note_failure(c, -1, "connecting");
        return false;
    }
    int failure = 0;
    socklen_t n = sizeof failure;
    bool ok = connect(c->fd, a->ai_addr, a->ai_addrlen) == 0;
    if (!ok && errno == EINPROGRESS && wait_for(c, POLLOUT) &&
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &failure, &n) == 0) {
        errno = failure;
        ok = failure == 0;
    }
    if (ok) {
        probe_when_silent(c->fd);
        return true;
    }
    if (!c->trouble[0])
        note_failure(c, -1, "connecting");
    close(c->fd);
    c->fd = -1;
    return false;
}

static mailstream_low *new_stream(int fd, const struct imap_stream_limits *limits, struct error *e)
{
    struct connection *c = calloc(1, sizeof *c);
    mailstream_low *low = c ? mailstream_low_new(c, &driver) : NULL;
    if (!low) {
        free(c);
        error_memory(e);
        return NULL;
    }
    *c = (struct connection){.fd = fd, .limits = *limits};
    return low;
}

mailstream_low *imap_stream_on(int fd, const struct imap_stream_limits *limits, struct error *e)
{
    mailstream_low *low = new_stream(fd, limits, e);
    if (!low)
        close(fd);
    return low;
}

mailstream_low *imap_stream_connect(const char *host, int port,
                                    const struct imap_stream_limits *limits, struct error *e)
{
    char service[16];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *found = NULL;
    snprintf(service, sizeof service, "%d", port);
    int why = getaddrinfo(host, service, &hints, &found);
    if (why != 0) {
        error_set(e, ERROR_RETRY, "cannot find the host %s: %s", host, gai_strerror(why));
        return NULL;
    }
    mailstream_low *low = new_stream(-1, limits, e);
    struct connection *c = low ? low->data : NULL;
    for (struct addrinfo *a = found; c && a && c->fd < 0; a = a->ai_next) {
        c->trouble[0] = '\0';
        connect_to(c, a);
    }
    freeaddrinfo(found);
    if (!c || c->fd >= 0)
        return low;
    error_set(e, ERROR_RETRY, "cannot connect to %s port %d: %s", host, port, c->trouble);
    stream_free(low);
    return NULL;
}

/* The server has chosen an older version, or knows none that it was offered. */
static bool is_of_old_version(struct connection *c, int failure)
{
    return failure == GNUTLS_E_UNSUPPORTED_VERSION_PACKET ||
           (failure == GNUTLS_E_FATAL_ALERT_RECEIVED &&
            gnutls_alert_get(c->tls) == GNUTLS_A_PROTOCOL_VERSION);
}

static bool handshake(struct connection *c, bool *too_old)
{
    *too_old = false;
    for (;;) {
        int r = gnutls_handshake(c->tls);
        if (r == GNUTLS_E_SUCCESS)
            return true;
        if (gnutls_error_is_fatal(r)) {
            *too_old = is_of_old_version(c, r);
            note_failure(c, r, "TLS handshake");
            return false;
        }
        if (!wait_for(c, gnutls_record_get_direction(c->tls) ? POLLOUT : POLLIN))
            return false;
    }
}

/* On top of what the system's administrator allows: RFC 8996 ends TLS 1.0 and 1.1, RFC 8314 4.1
 * asks mail programs for 1.2 at least. */
static const char versions[] = "-VERS-TLS1.0:-VERS-TLS1.1";

static bool set_up(struct connection *c, const char *host, const struct imap_trust *trust,
                   struct error *e)
{
    int r = gnutls_certificate_allocate_credentials(&c->credentials);
    if (r == 0) {
        int loaded = trust->ca_file ? gnutls_certificate_set_x509_trust_file(
                                          c->credentials, trust->ca_file, GNUTLS_X509_FMT_PEM)
                                    : gnutls_certificate_set_x509_system_trust(c->credentials);
        if (loaded < 0 || (loaded == 0 && trust->ca_file))
            return error_set(e, ERROR_CONFIG, "cannot read certificates from %s: %s",
                             trust->ca_file ? trust->ca_file : "the system's store",
                             loaded < 0 ? gnutls_strerror(loaded) : "there are none in it");
        r = gnutls_init(&c->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL);
    }
    if (r == 0)
        r = gnutls_set_default_priority_append(c->tls, versions, NULL, 0);
    if (r == 0)
        r = gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, c->credentials);
    if (r == 0 && !imap_trust_is_address(host))
        r = gnutls_server_name_set(c->tls, GNUTLS_NAME_DNS, host, strlen(host));
    if (r != 0)
        return error_set(e, ERROR_RETRY, "cannot set up TLS: %s", gnutls_strerror(r));
    if (!trust->fingerprint)
        gnutls_session_set_verify_cert(c->tls, host, 0);
    gnutls_transport_set_int(c->tls, c->fd);
    gnutls_handshake_set_timeout(c->tls, GNUTLS_INDEFINITE_TIMEOUT); /* wait_for bounds it */
    return true;
}

bool imap_stream_start_tls(mailstream_low *low, const char *host, const struct imap_trust *trust,
                           struct error *e)
{
    struct connection *c = low->data;
    char words[640];
    bool too_old;
    if (!set_up(c, host, trust, e))
        return false;
    if (!handshake(c, &too_old)) {
        if (too_old)
            return error_set(e, ERROR_REFUSED, "%s is not trusted: it has no TLS 1.2 or newer",
                             host);
        /* GnuTLS has every bit set as long as no certificate has come. */
        unsigned wrong = gnutls_session_get_verify_cert_status(c->tls);
        if (!trust->fingerprint && wrong != 0 && wrong != UINT_MAX) {
            imap_trust_explain(c->tls, words, sizeof words);
            return error_set(e, ERROR_REFUSED, "%s is not trusted: %s", host, words);
        }
        return error_set(e, ERROR_RETRY, "no TLS with %s: %s", host, c->trouble);
    }
    if (trust->fingerprint && !imap_trust_matches(c->tls, trust->fingerprint))
        return error_set(e, ERROR_REFUSED,
                         "%s is not trusted: its certificate has another SHA-256 fingerprint than "
                         "tls-fingerprint",
                         host);
    return true;
}

bool imap_stream_is_tls(const mailstream_low *low)
{
    return ((const struct connection *)low->data)->tls != NULL;
}

const char *imap_stream_trouble(const mailstream_low *low)
{
    return ((const struct connection *)low->data)->trouble;
}

bool imap_stream_refused(const mailstream_low *low)
{
    return ((const struct connection *)low->data)->refused;
}

void imap_stream_allow(mailstream_low *low, uint64_t bytes, uint64_t lines)
{
    struct connection *c = low->data;
    c->limits.bytes = c->bytes + bytes;
    c->limits.lines = c->lines + lines;
}

void imap_stream_set_deadline(mailstream_low *low, int64_t deadline_us)
{
    struct connection *c = low->data;
    c->limits.deadline_us = deadline_us;
    c->hurried = false;
}

void imap_stream_begin(mailstream_low *low)
{
    struct connection *c = low->data;
    c->under_way = false;
}

void imap_stream_leave(mailstream_low *low)
{
    struct connection *c = low->data;
    c->limits.stop_fd = -1;
    c->limits.deadline_us = time_to_leave();
    c->hurried = false;
    if (c->unsaid)
        c->trouble[0] = '\0';
    c->unsaid = false;
}

uint64_t imap_stream_bytes(const mailstream_low *low)
{
    return ((const struct connection *)low->data)->bytes;
}
