/*
 * A mail as bytes: header fields (RFC 5322, RFC 2047) and text, with HTML as its alternative (RFC
 * 2045 and 2046). Lines end in LF, as they do in a Maildir and at a sendmail.
 */
#ifndef BACKSIFT_DIGEST_MIME_H
#define BACKSIFT_DIGEST_MIME_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/span.h"

/* "Name <local@domain>" or "local@domain" or, with a host to complete it, "local". */
struct mime_address {
    const char *name;    /* "" when there is none; any UTF-8 */
    const char *address; /* ASCII without control characters, with one "@" at least */
};

/* Takes an address apart; strings are arena memory. host completes what has no "@" (NULL: that is
 * an error). False when it cannot be an address of RFC 5322 3.4 (what names it in *e, such as
 * "[digest] to"). */
bool mime_address_read(struct arena *arena, const char *text, const char *host, const char *what,
                       struct mime_address *out, struct error *e);

struct mime_field {
    const char *name, *value; /* ASCII name; value one line of UTF-8 */
};

struct mime_mail {
    struct mime_address from, to;
    const char *subject;    /* UTF-8 */
    const char *message_id; /* without brackets */
    unixtime date;
    const struct mime_field *fields; /* further header fields, in this order */
    size_t field_count;
    struct span text; /* UTF-8, lines end in LF */
    struct span html; /* likewise; empty: the mail is text alone */
};

/* Adds the mail to out. Control characters in header values become spaces: nothing breaks out of
 * its field. No line of the header exceeds 78 characters where there is a place to fold it, none of
 * the body 76 where it must be encoded. Failure of memory shows in out->failed. */
void mime_write(const struct mime_mail *m, struct buf *out);

/* Its header alone, without text and html, and without the fields that describe content: for mails
 * of another structure, whose Content-Type follows. */
void mime_write_header(const struct mime_mail *m, struct buf *out);

/* The fields and the content of one entity of text (UTF-8, lines end in LF), such as type
 * "text/plain". */
void mime_write_text(struct buf *out, const char *type, struct span content);

/* One header field by itself, folded and encoded as needed. */
void mime_write_field(struct buf *out, const char *name, const char *value);

#endif
