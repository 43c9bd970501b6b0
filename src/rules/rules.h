/*
 * Rules: INI files (backsift-rules(5)) of PCRE2 conditions that give a message its class. The first
 * rule that holds decides. Users' folder first, a file of the same name there replaces the shipped
 * one; files in name order, sections in the order they stand.
 *
 * A rule's keys are class and conditions, all of which must hold: FIELD (given again: an
 * alternative), also-FIELD, not-FIELD, and any-FIELD, of which one in the rule must hold, whatever
 * their fields. capture-FIELD is no condition.
 */
#ifndef BACKSIFT_RULES_RULES_H
#define BACKSIFT_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/span.h"
#include "message/message.h"
#include "report/report.h"

/* DESIGN.md, Words. The order is that of journal and digest; the names are class_name's. */
enum class {
    CLASS_MAIL,
    CLASS_BOUNCE,
    CLASS_DELAY,
    CLASS_SUCCESS,
    CLASS_RECEIPT,
    CLASS_AUTOREPLY,
    CLASS_CHALLENGE,
    CLASS_FILTER_NOTICE,
    CLASS_LIST_ROBOT,
    CLASS_COMPLAINT,
    CLASS_COUNT
};

const char *class_name(enum class c); /* "filter-notice" */
bool class_from_name(struct span name, enum class *out);

struct ruleset;

struct rules_options {
    const char *user_folder;    /* may be NULL or missing */
    const char *shipped_folder; /* must exist */
    bool jit;                   /* for bulk: compile natively; a single message is faster without */
    const char *snapshot;       /* a file that ruleset_save wrote, or NULL; see there */
};

/* Loads all *.rules files; a file whose name begins with a dot is none. A rule file that cannot be
 * read or has an error (unknown class or group, no positive condition on a header field or
 * structure, a key twice in a place where no alternative is meant, a name that is not written as
 * names are) makes the whole load fail with file:line in *e: a missing rule would change verdicts
 * silently. NULL then; kind ERROR_CONFIG, or ERROR_RETRY without memory. Regexes are compiled at
 * first use, ruleset_check compiles all; one that does not compile does not hold and is the
 * match's broken_rule.
 * The caller ends it with ruleset_free. Not to be used by two threads at once. */
struct ruleset *ruleset_load(const struct rules_options *options, struct error *e);
void ruleset_free(struct ruleset *rs);

/* Loading from text is most of a single delivery's work. A snapshot is the ruleset as it stands in
 * memory, mapped instead of read: ruleset_load takes options->snapshot when it was written by this
 * very program from these very files (by device, inode, size and both times of each), is the user's
 * own and nobody else's to write, and loads from text in any other case. */

/* Whether rs came from a snapshot. */
bool ruleset_is_snapshot(const struct ruleset *rs);

/* Writes options->snapshot anew from the rule files: durable, under another name first. To be
 * called when ruleset_load did not find a fit one, and not while a ruleset from a snapshot is in
 * use. False with *e when it cannot be written, or need not be trusted yet: a rule file has changed
 * within the last two seconds (kind ERROR_RETRY). Nothing depends on it. */
bool ruleset_save(const struct rules_options *options, struct error *e);

/* Compiles every regex now, for a process that can make no native code later. One that does not
 * compile is found when it is asked. */
void ruleset_compile(struct ruleset *rs);

enum capture_kind {
    CAPTURE_RECIPIENT,
    CAPTURE_REASON,
    CAPTURE_STATUS,
    CAPTURE_ID,
    CAPTURE_ORIGINAL
};

/* What a rule named in its matches by (?<recipient>...) and so on. */
struct capture {
    enum capture_kind kind;
    const char *field; /* of the condition it stood in, such as "text"; the ruleset's memory */
    struct span value; /* UTF-8, in message or arena memory; empty only for CAPTURE_ORIGINAL */
    size_t offset;     /* in that field's value; for CAPTURE_ORIGINAL: in message_lines */
};

struct rule_match {
    enum class class;
    const char *rule; /* "file-without-.rules/section"; "" when none held (class mail) */
    struct capture *captures;
    size_t capture_count;
    const struct report *report; /* the one given, or read for the rules; NULL: none was needed */
    const char *broken_rule;     /* the first rule that hit a match limit or error, or NULL: for the
                                    log. A condition that cannot be answered does not hold. */
};

/* Runs the rules over one message. r NULL: the report is read when a rule asks for it.
 * envelope_sender is the Return-Path of the delivery: NULL when not known (then the Return-Path
 * field is used), "" for the null reverse-path. Memory is m->arena's, but for names, which are the
 * ruleset's. False only without memory. */
bool ruleset_match(struct ruleset *rs, struct message *m, const struct report *r,
                   const char *envelope_sender, struct rule_match *out);

/* For a sweep that has only a message's header: whether some rule of a class other than mail could
 * hold, so that the body must be fetched. False: none can, or an exempting rule (class mail) that
 * holds without the body stands before; the message is ordinary mail. Conditions on report.*,
 * original.*, text and lines are not known and may hold. structure is what message_structure would
 * give (from IMAP's BODYSTRUCTURE); p NULL: not known either. Without memory or when a regex fails:
 * true. */
bool ruleset_may_match(struct ruleset *rs, struct message *m_with_header_only,
                       struct span structure, const char *envelope_sender);

/* For each rule in order of evaluation: its name, class, and the file it stands in with its line.
 */
struct rule_info {
    const char *name, *file;
    int line;
    enum class class;
    size_t conditions;
};
size_t ruleset_count(const struct ruleset *rs);
struct rule_info ruleset_info(const struct ruleset *rs, size_t i);

/* The rule files in order of evaluation. */
struct rules_file {
    const char *path;
    const char *name;     /* without ".rules" */
    const char *replaces; /* the shipped file that this one of the user's replaces, or NULL */
    bool users;           /* stands in the user's folder */
    size_t rules;
};
size_t ruleset_file_count(const struct ruleset *rs);
struct rules_file ruleset_file(const struct ruleset *rs, size_t i);

/* How much a finding matters: a note is what would be a warning, in a file that ships, whose reader
 * can do nothing about it. */
enum rules_severity { RULES_NOTE, RULES_WARNING, RULES_ERROR };

/* One finding of ruleset_check: severity and "file:line: text". */
typedef void (*rules_finding)(void *context, enum rules_severity severity, const char *text);

/* Compiles every regex and lints it. Errors: it does not compile, a repeat within a repeat with no
 * fixed text between (exponential), a quadratic start (".*", "\S+") on text or lines, one on text
 * or lines that any text fulfils. Warnings: a quadratic start elsewhere, a condition on text or
 * lines without required text of three bytes. Returns the number of errors. */
size_t ruleset_check(struct ruleset *rs, rules_finding found, void *context);

#endif
