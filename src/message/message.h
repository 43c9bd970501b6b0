/*
 * A message as backsift reads it: header fields and a tree of MIME parts over bytes that the caller
 * keeps (RFC 5322, RFC 2045-2049), split without recursion under hard limits, tolerant of every
 * malformation seen in responses. No I/O; nothing here fails except for memory.
 */
#ifndef BACKSIFT_MESSAGE_MESSAGE_H
#define BACKSIFT_MESSAGE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"

/* One header field as it stands: value is raw, still folded and encoded, without the final line end
 * and without surrounding white space. offset counts bytes from the start of the message (or of the
 * decoded bytes a part was re-parsed from). */
struct field {
    struct span name; /* without the colon and white space around it */
    struct span value;
    size_t offset;
};

/* A header block. A line without a colon, an empty name or a NUL does not end it; such lines are
 * skipped (libetpan loses the rest of the header there, and with it Content-Type). */
struct header {
    struct field *fields;
    size_t count;
    bool truncated; /* a limit was reached */
};

enum part_kind { PART_LEAF, PART_MULTIPART, PART_MESSAGE };

struct part {
    enum part_kind kind;
    struct part *parent, *first_child, *next;
    int depth;            /* 0 for the root */
    size_t index;         /* its place in message.parts */
    const char *number;   /* as IMAP numbers them: "1", "1.2"; "" for the root. The multipart of a
                           * message within part 2 is "2", too: IMAP gives it none of its own. */
    struct header header; /* of the root part: the message's; else the MIME part header */
    /* For kind PART_MESSAGE: the header of the message within and the kind-of-body below it are the
     * single child, whose header is that message's. A multipart without any boundary line is
     * PART_LEAF and read as text. */
    const char *type, *subtype;         /* lower case, never NULL; "text" "plain" by default */
    const char *charset, *boundary;     /* NULL when absent; RFC 2231 decoded */
    const char *report_type, *filename; /* NULL when absent; report_type in lower case */
    const char *encoding; /* Content-Transfer-Encoding in lower case, "7bit" default */
    struct span body;     /* raw bytes behind the part's header */
    size_t offset;        /* of body, as field.offset */
};

struct message {
    struct arena *arena; /* the caller's */
    struct span bytes;   /* the caller's, without a leading mbox From_ line */
    struct part *root;
    struct part **parts; /* all parts in order of appearance, the root first */
    size_t part_count;
    bool truncated;            /* some limit (bytes, parts, depth, header) was reached */
    struct message_kept *kept; /* what was decoded already, private to message/ */
};

/* Parses bytes. All memory is the arena's; bytes must outlive the message. LF, CRLF and CR-only
 * line ends are understood. A message/rfc822, message/global or text/rfc822-headers part gets a
 * child with the header of the message within, also when it is base64 or quoted-printable (RFC
 * 2046 5.2.1 forbids that; Exchange does it). message/delivery-status and the like stay leaves.
 * NULL only without memory. */
struct message *message_parse(struct arena *arena, struct span bytes);

/* The body of a part after transfer decoding, at most LIMIT_PART_DECODED bytes, for kinds
 * PART_LEAF and PART_MESSAGE; decoded once and kept. The empty span without memory. */
struct span message_part_decoded(struct message *m, struct part *p);

/* A leaf text part as UTF-8 with LF line ends: transfer decoded, charset converted, and HTML turned
 * into text with block elements as line ends (also when text/plain holds HTML throughout). At most
 * LIMIT_TEXT bytes, cut at a character. Text in an unknown charset is read as UTF-8, and each byte
 * that is none as windows-1252. Empty for parts of other types. Kept. */
struct span message_part_text(struct message *m, struct part *p);

/* The decoded human-readable text of the whole message in UTF-8 with its lines: the text parts that
 * belong to the message itself, in order, not those within returned messages, and of
 * multipart/alternative only the first readable one, text/plain preferred. Attachments only where
 * there is nothing else. At most LIMIT_TEXT bytes. Kept. */
struct span message_lines(struct message *m);

/* The same with runs of white space collapsed to one space: the rules' field `text`. Kept. */
struct span message_text(struct message *m);

/* The MIME tree as one line: the rules' field `structure`, such as
 * "multipart/report(text/plain,message/delivery-status,message/rfc822(text/plain))". A part that is
 * a header alone (text/rfc822-headers) is named without what its header announces. At most
 * LIMIT_STRUCTURE bytes. Kept. */
struct span message_structure(struct message *m);

/* Where a part stands, for evidence: "part 1.2", "part 1.2 (decoded)" when it stands in decoded
 * bytes and offsets count there, or "message" for the root. Never NULL. */
const char *message_place(struct message *m, const struct part *p);

/* An e-mail in a text: parses a header block that stands in text (a quoted original) with the same
 * tolerance as a message's. Reads until the first empty line. *used gets the bytes consumed.
 * False without memory. */
bool header_parse(struct arena *arena, struct span bytes, size_t offset, struct header *out,
                  size_t *used);

#endif
