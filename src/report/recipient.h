/*
 * Recipient fields of reports: "type; address" (RFC 3464 2.1.2). Private to report/ and evidence/.
 */
#ifndef BACKSIFT_REPORT_RECIPIENT_H
#define BACKSIFT_REPORT_RECIPIENT_H

#include "base/arena.h"
#include "base/span.h"

/* The value without its type ("rfc822;", "dns;", "smtp;"), when it begins with one. */
struct span typed_value(struct span value);

/* The address in a recipient field: without type, brackets and comments, the \x{...} escapes of
 * the utf-8 type (RFC 6533 3) resolved; what is no mail address (a local name, X.400) as it stands.
 * At most LIMIT_ADDRESS bytes, printable; "" when there is none. NULL without memory. */
const char *typed_address(struct arena *arena, struct span value);

#endif
