/*
 * backsift.conf as a struct: every key of backsift.conf(5) with its default. Read once by cmd/,
 * then constant.
 */
#ifndef BACKSIFT_CONFIG_CONFIG_H
#define BACKSIFT_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/error.h"
#include "config/paths.h"

struct config_list {
    const char **items;
    size_t count;
};

enum maildir_layout { LAYOUT_MAILDIRPP, LAYOUT_NESTED };

/* [folders] class.origin = NAME: by class (enum class of rules/, not included here) and origin
 * name. */
struct folder_setting {
    const char *class_and_origin; /* "bounce.ours"; "*" for any class or origin */
    const char *folder;           /* a folder name, or "INBOX" */
};

struct imap_account;

struct config {
    const char *file; /* the file read, or NULL when there is none and all is default */

    /* [own] */
    struct config_list domains;   /* lower case */
    struct config_list addresses; /* as given, normalised where compared; "@domain" is all of it */
    bool addresses_complete;
    struct config_list relays;        /* host names of ours in Received, lower case */
    struct config_list keyed_headers; /* "Name: value" */
    struct config_list prvs_keys;     /* secrets of prvs tags: values, or the content of files */
    bool prvs_complete;               /* all that is sent has a tag */

    /* [maildir] */
    const char *maildir;     /* absolute */
    bool maildir_configured; /* false: the default ~/Maildir; then it must exist already */
    enum maildir_layout layout;
    int expire_days; /* filed forged responses older than that are removed; 0: never */
    bool subscribe;  /* new folders are added to Dovecot's file of subscriptions */

    /* [index] */
    const char *index_url; /* "sqlite:/abs/path" or "postgresql:..." */
    struct config_list
        sources;             /* "maildir:/abs/path", "stdin", "mbox:...", "log:...", "imap:NAME" */
    unixtime complete_since; /* 0 when not set */
    int reach_days, retain_days; /* 14, 90 */
    struct config_list rewriting_domains;
    struct config_list own_clients; /* hosts whose mail in MTA logs is ours: names, lower case, or
                                       addresses */
    const char *key_file;           /* absolute */

    /* [folders] */
    struct folder_setting *folders;
    size_t folder_count;

    /* [deliver] */
    bool observe;

    /* [digest] */
    const char *digest_to;                /* address in To:; default the login name */
    const char *digest_from;              /* default "backsift <login name@host>", as one mailbox */
    struct config_list digest_blocklists; /* DNS zones asked about hosts; default none */
    bool digest_when_empty;               /* default no: nothing to tell, no mail */
    const char
        *digest_sendmail;    /* absolute path of a program to mail it by; NULL: into the Maildir */
    const char *digest_imap; /* name of an account to whose INBOX it goes; NULL; never both */

    /* [log] */
    struct config_list log_to; /* "file", "file:/abs/path", "syslog", "stderr"; default "file" */

    /* [imap "NAME"] (config/imap_account.h) */
    struct imap_account *imap_accounts;
    size_t imap_count;

    /* Private to config/: the memory all of the above stands in. */
    struct arena *arena;
};

/* Reads paths->config_file (and nothing else) over the defaults. A missing file is no error unless
 * must_exist. Unknown sections and keys, wrong values, over-long lines and NUL bytes are errors
 * with file:line in *e (kind ERROR_CONFIG); the first error ends it. "~/" at the start of a path is
 * the home folder. NULL on error. The caller ends it with config_free. */
struct config *config_read(const struct paths *paths, bool must_exist, struct error *e);
void config_free(struct config *c);

/* An index_url as it may be shown: with any password in it replaced by "***". */
const char *config_index_name(struct arena *arena, const char *url);

#endif
