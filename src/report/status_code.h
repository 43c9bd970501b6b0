/*
 * Status codes of RFC 3463 as they stand in status fields, and derived from SMTP replies where a
 * report names none: private to report/ and evidence/.
 */
#ifndef BACKSIFT_REPORT_STATUS_CODE_H
#define BACKSIFT_REPORT_STATUS_CODE_H

#include <stdbool.h>

#include "base/span.h"

/* "5.999.999" and its NUL, rounded up. */
#define STATUS_CODE_SIZE 12

/* The code at the start of a Status field's value; comments and text behind it are allowed ("5.1.1
 * (bad destination)"). False, and *code "", when there is none. */
bool status_read(struct span value, char code[STATUS_CODE_SIZE]);

/* The code that a reply in free text tells of: the enhanced code right behind a reply code ("550
 * 5.1.1 ..."), else an enhanced code standing by itself ("#5.1.1", "(5.7.1)"), else the meaning of
 * the reply code alone (RFC 5321 4.2.3, RFC 5248). Failures only: classes 4 and 5. IP addresses
 * and version numbers are no codes. Reads at most LIMIT_VALUE bytes. False as above. */
bool status_from_reply(struct span text, char code[STATUS_CODE_SIZE]);

/* The code of that class ('4' or '5') that a text means by its words ("user unknown": "5.1.1"), for
 * what names none. English only: so are replies. Reads at most LIMIT_VALUE bytes. False as above.
 */
bool status_from_wording(struct span text, char class, char code[STATUS_CODE_SIZE]);

/* True for "X.0.0", which says no more than success, later or failure. */
bool status_is_general(const char *code);

#endif
