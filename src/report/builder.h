/*
 * A report while it is read: appends groups and originals under their limits. Private to report/.
 */
#ifndef BACKSIFT_REPORT_BUILDER_H
#define BACKSIFT_REPORT_BUILDER_H

#include <stdbool.h>

#include "report/report.h"

/* failed stays set when memory ran out; later appends do nothing, so a reader checks once. */
struct report_builder {
    struct message *message;
    struct report *report;
    bool from_mail_system; /* the response by its header, not by its wording */
    bool failed;
};

/* Appends a copy; beyond the limit it sets report->truncated. */
void builder_add_group(struct report_builder *b, struct header fields, const char *place);
void builder_add_original(struct report_builder *b, const struct original *o);

/* "part 1.1, text offset 512". NULL, and failed set, without memory. */
const char *builder_text_place(struct report_builder *b, const struct part *p, size_t offset);

/* Whether p belongs to the response itself: no returned message is around it. */
bool part_is_own(const struct part *p);

/* Null sender or a mail system's own address: who answers mail without being a person. */
bool header_is_from_mail_system(struct arena *arena, const struct header *h);

/* The text in which blocks are searched: of a text part of the response itself, also of a multipart
 * in which no part was found (a wrong boundary); else empty. Of alternatives only the first one's,
 * unless a mail system wrote them, which may put the original's header in one of them only. At most
 * LIMIT_TEXT bytes. */
struct span builder_search_text(const struct report_builder *b, struct part *p);

/* The groups of status, disposition and feedback parts; where there is none of these, of status
 * fields that stand in text (status_group.c). */
void builder_read_groups(struct report_builder *b);

/* The recipients that the groups speak of (recipient.c). */
void builder_read_recipients(struct report_builder *b);

/* The originals, in order (original.c). */
void builder_read_originals(struct report_builder *b);

#endif
