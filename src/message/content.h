/*
 * What a part's header says of its content (RFC 2045 5 and 6, RFC 2183): private to message/.
 */
#ifndef BACKSIFT_MESSAGE_CONTENT_H
#define BACKSIFT_MESSAGE_CONTENT_H

#include <stdbool.h>

#include "base/arena.h"
#include "message/message.h"

/* Fills type, subtype, charset, boundary, report_type, filename and encoding from p->header.
 * default_type is what holds without a Content-Type: "text/plain", in a digest "message/rfc822"
 * (RFC 2046 5.1.5). */
void content_read(struct arena *arena, struct part *p, const char *default_type);

/* Whether the part's body is a message, or the header of one. */
bool content_is_message(const struct part *p);
/* Of these: whether the body is a header alone. */
bool content_is_header_only(const struct part *p);
bool content_is_attachment(const struct part *p);

#endif
