/*
 * The connection below libetpan's IMAP client: a socket of our own with deadlines and caps, and TLS
 * by a GnuTLS session of our own that verifies the server. libetpan's own TLS verifies nothing, its
 * time-out is per read, and an end of file inside a literal makes its plain stream loop.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_STREAM_H
#define BACKSIFT_MAILBOX_IMAP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libetpan/mailstream.h>

#include "base/error.h"
#include "mailbox/imap_trust.h"

/* What a server may cost. */
struct imap_stream_limits {
    int64_t deadline_us; /* of clock_monotonic_us: the end of the whole run */
    int read_ms;         /* the longest silence in one read or write */
    uint64_t bytes;      /* the most bytes read until imap_stream_allow gives more */
    uint64_t lines;      /* likewise: libetpan keeps some 200 bytes for the shortest line */
    int stop_fd;         /* what ends every wait when it can be read; -1: none. A command that is
                            under way then has LIMIT_IMAP_LEAVE_MS for its end */
};

/* Connects to host and port within the limits. NULL on error. What comes back is given to
 * mailstream_new, which then owns it; closing that closes the socket. */
mailstream_low *imap_stream_connect(const char *host, int port,
                                    const struct imap_stream_limits *limits, struct error *e);

/* The same over a socket that is connected already and does not block. Takes fd, also when there is
 * no memory: NULL then. */
mailstream_low *imap_stream_on(int fd, const struct imap_stream_limits *limits, struct error *e);

/* Turns the connection into TLS (RFC 8314 implicit TLS right after connecting; RFC 3501 6.2.1 after
 * STARTTLS) of version 1.2 or newer (RFC 8314 4.1), with SNI where host is a name, certificate and
 * host name verified (RFC 6125 by GnuTLS). False with the reason when the handshake fails or the
 * server is not the one it should be; nothing may be sent then. */
bool imap_stream_start_tls(mailstream_low *low, const char *host, const struct imap_trust *trust,
                           struct error *e);

bool imap_stream_is_tls(const mailstream_low *low);

/* Why the last read or write failed, for an error text: time-out, cap, end of file. "" when none
 * has. Nothing can be read or written after the first. Valid as long as low. */
const char *imap_stream_trouble(const mailstream_low *low);

/* Whether that was because of what the server says (imap_screen.h). */
bool imap_stream_refused(const mailstream_low *low);

/* From now on at most that many bytes and ends of lines may be read. To be called for each command:
 * what a server sends for one is held in memory. */
void imap_stream_allow(mailstream_low *low, uint64_t bytes, uint64_t lines);

/* Moves the end of the run, for one that has no end of its own. */
void imap_stream_set_deadline(mailstream_low *low, int64_t deadline_us);

/* What is written from now on is another command, or several that belong together. Nothing of it is
 * written when stop_fd can be read. */
void imap_stream_begin(mailstream_low *low);

/* Asked to stop: stop_fd is no more looked at, and LIMIT_IMAP_LEAVE_MS are left for the last words.
 * That a command was not begun for it is trouble no longer. */
void imap_stream_leave(mailstream_low *low);

enum imap_stream_event {
    IMAP_STREAM_DATA,  /* something is there to be read */
    IMAP_STREAM_TIMER, /* timer_fd can be read */
    IMAP_STREAM_STOP,  /* stop_fd can be read */
    IMAP_STREAM_BROKEN /* the connection has ended, see imap_stream_trouble */
};

/* Waits, without limit, for the first of these; what GnuTLS holds already, and records that carry
 * no data, are known. What libetpan's stream has in its own buffer is the caller's to look at. */
enum imap_stream_event imap_stream_wait(mailstream_low *low, int timer_fd);

/* Bytes read so far, for reports of what a run has cost. */
uint64_t imap_stream_bytes(const mailstream_low *low);

#endif
