/*
 * Putting a mail of our own, the digest, into an account's INBOX: APPEND (RFC 3501 6.3.11), unseen.
 */
#include <errno.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "cmd/imap_run.h"

static bool read_mail(struct arena *arena, struct span *out, struct error *e)
{
    char *bytes = arena_alloc(arena, LIMIT_IMAP_APPEND + 1);
    ssize_t n = bytes ? read_all(STDIN_FILENO, bytes, LIMIT_IMAP_APPEND + 1) : 0;
    if (!bytes)
        return error_memory(e);
    if (n < 0)
        return error_system(e, ERROR_RETRY, errno, "cannot read the mail");
    if (n == 0 || (size_t)n > LIMIT_IMAP_APPEND)
        return error_set(e, ERROR_DATA, "the mail is %s", n == 0 ? "empty" : "too long");
    *out = (struct span){bytes, (size_t)n};
    return true;
}

bool imap_append(struct imap_run *r, struct error *e)
{
    struct span mail = {0};
    bool ok = read_mail(r->context.arena, &mail, e) && imap_connect(r, e);
    if (!ok)
        return false;
    imap_allow(&r->session, 0);
    /* libetpan turns the ends of lines into CRLF. */
    return imap_ok(&r->session,
                   mailimap_append(r->session.imap, "INBOX", NULL, NULL, mail.p, mail.n),
                   "appending the mail", ERROR_DATA, e);
}
