/*
 * What a digest says and in which order, written once for all forms: text and HTML are tables of
 * the functions below. Whatever reaches a form is one line of visible text (digest/visible.h) or
 * our own.
 */
#ifndef BACKSIFT_DIGEST_COMPOSE_H
#define BACKSIFT_DIGEST_COMPOSE_H

#include "base/buf.h"
#include "digest/digest.h"
#include "digest/page.h"

struct writer;

/* One response in one line of a list. */
struct row {
    struct span stamp, class, who, about;
};

/* How much a value is looked at: the one that an entry is about, or what few need. */
enum emphasis { EMPHASIS_NONE, EMPHASIS_STRONG, EMPHASIS_QUIET };

/* What stands at the top of a digest; figures are those that are not zero. */
struct head {
    struct span owner, period, headline;
    struct figure figures[FIGURES_MOST];
    size_t figure_count;
};

struct form {
    void (*head)(struct writer *w, const struct head *head);
    void (*heading)(struct writer *w, const char *heading); /* begins a section */
    void (*paragraph)(struct writer *w, struct span text);
    void (*gap)(struct writer *w); /* space between two blocks */

    /* A table of labels and values; values are not empty. */
    void (*open_values)(struct writer *w);
    void (*value)(struct writer *w, const char *label, struct span value, enum emphasis emphasis);
    void (*close_values)(struct writer *w);

    /* A list of rows; the widest class takes that many columns. */
    void (*open_rows)(struct writer *w, size_t class_columns);
    void (*row)(struct writer *w, const struct row *row);
    void (*close_rows)(struct writer *w);

    /* Lines to paste into a shell. */
    void (*open_commands)(struct writer *w);
    void (*command)(struct writer *w, const char *line);
    void (*close_commands)(struct writer *w);

    void (*picture)(struct writer *w, const struct summary *s);
    void (*foot)(struct writer *w, struct span text);
};

struct writer {
    const struct form *form;
    struct buf *out;
    struct page page;     /* of the text form */
    size_t class_columns; /* of the list that is open */
};

/* Writes the digest. Failure of memory shows in w->out->failed. */
void compose(const struct digest *d, struct writer *w);

/* --- for compose_*.c -------------------------------------------------------------------------  */

/* A paragraph of what stands in b; b is emptied, its failure handed on. */
void compose_paragraph(struct writer *w, struct buf *b);
/* A value of what stands in b, unless that is nothing; likewise. */
void compose_value(struct writer *w, const char *label, struct buf *b);
void compose_value_as(struct writer *w, enum emphasis emphasis, const char *label, struct buf *b);
/* "42 more are not shown here" when some are not. */
void compose_more(struct writer *w, int64_t total, size_t shown);

void compose_mails(struct writer *w, const struct digest *d);
void compose_flood(struct writer *w, const struct digest *d);
void compose_senders(struct writer *w, const struct digest *d);
void compose_index(struct writer *w, const struct digest *d);

#endif
