/*
 * One connection to an IMAP server (RFC 3501), logged in: opened so that nothing secret is sent
 * before the server has proved who it is, and commands whose failure comes back as an error that
 * names what was being done.
 */
#ifndef BACKSIFT_MAILBOX_IMAP_SESSION_H
#define BACKSIFT_MAILBOX_IMAP_SESSION_H

#include <libetpan/libetpan.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/span.h"
#include "config/imap_account.h"
#include "mailbox/imap_stream.h"

struct imap_session {
    const struct imap_account *account;
    struct arena *arena; /* the caller's, for as long as the session */
    mailimap *imap;
    mailstream_low *low; /* the connection; owned by imap's stream */
    int stop_fd;         /* as given to imap_open */
    bool misunderstood;  /* an answer could not be parsed or held: nothing more can be said on it */
    const char *prefix;  /* of personal folders; NULL until imap_folder_name asks */
    char delimiter;      /* '\0': the server knows no hierarchy */
};

/* Connects, goes over to TLS, logs in; stop_fd as in struct imap_stream_limits. A server that
 * greets as already logged in before STARTTLS (PREAUTH), does not offer STARTTLS, sends something
 * behind its answer to STARTTLS, or is not the one it should be is refused before any credential is
 * sent. Ended with imap_close, also after a failure. */
bool imap_open(struct imap_session *s, struct arena *arena, const struct imap_account *account,
               int64_t deadline_us, int stop_fd, struct error *e);
void imap_close(struct imap_session *s);

/* True when commands can be said on it: what has failed was the server's word on one of them, or
 * none of its doing. */
bool imap_is_healthy(const struct imap_session *s);

/* Reads the greeting on s->low, which s->imap then owns; account and arena are set, nothing else.
 */
bool imap_greet(struct imap_session *s, struct error *e);

/* Logs in by account->auth (imap_login.c). */
bool imap_login(struct imap_session *s, struct error *e);

/* Asks anew what the server can. */
bool imap_read_capabilities(struct imap_session *s, struct error *e);
bool imap_can(const struct imap_session *s, const char *capability);
/* "AUTH=" capabilities. */
bool imap_can_auth(const struct imap_session *s, const char *mechanism);

/* stop_fd has been heard: what was to be said behind it is dropped, but imap_close may still take
 * leave of the server, within LIMIT_IMAP_LEAVE_MS. */
void imap_leave(struct imap_session *s);

/* Before each command, or several that belong together: what the messages in its answer may take,
 * beside LIMIT_IMAP_ANSWER and LIMIT_IMAP_LINES; every byte of them may be a line. */
void imap_allow(struct imap_session *s, uint64_t bytes);

/* Reads one line of what the server says and gives it without its end; *into holds it. False when
 * the connection has ended, see imap_stream_trouble. */
bool imap_read_line(struct imap_session *s, MMAPString *into, struct span *line);

/* True when libetpan's code means success; else fills *e: "imap:NAME: doing: why". The kind is
 * refused when the server understood and said no for good, ERROR_RETRY for everything else. */
bool imap_ok(struct imap_session *s, int code, const char *doing, enum error_kind refused,
             struct error *e);

/* True when a refusal says that it may be otherwise later: by UNAVAILABLE, INUSE, LIMIT, SERVERBUG
 * or OVERQUOTA of RFC 5530 (the last also Gmail's word beyond what it serves in a day), or in
 * Gmail's words for too many connections. */
bool imap_is_passing(struct span words);

/* No control characters: what is sent in a quoted string must not end it (RFC 3501 4.3). */
bool imap_is_sendable(const char *s);

#endif
