/*
 * [imap "NAME"]: how to reach a mailbox at a provider. Read here with everything else, used only by
 * the program that talks IMAP.
 */
#ifndef BACKSIFT_CONFIG_IMAP_ACCOUNT_H
#define BACKSIFT_CONFIG_IMAP_ACCOUNT_H

#include "config/config.h"

/* There is no way to have neither: a password never travels in clear. */
enum imap_tls {
    IMAP_TLS_IMPLICIT, /* port 993, RFC 8314 */
    IMAP_TLS_STARTTLS  /* port 143 */
};

enum imap_auth {
    IMAP_AUTH_PLAIN,
    IMAP_AUTH_LOGIN,
    IMAP_AUTH_XOAUTH2,
    IMAP_AUTH_OAUTHBEARER,
    IMAP_AUTH_CRAM_MD5,
    IMAP_AUTH_SCRAM_SHA_256
};

/* Strings are NULL when not set, unless said otherwise. */
struct imap_account {
    const char *name; /* never NULL */
    const char *host; /* never NULL */
    int port;         /* never 0: by tls when not set */
    enum imap_tls tls;
    const char *user; /* never NULL */
    enum imap_auth auth;
    const char *password_command; /* run by the shell; its first line is the password */
    const char *password_file;    /* absolute */
    const char *password;         /* then the config file must not be readable by group or others */
    const char *token_command;    /* for the OAuth mechanisms; never NULL with them */
    const char *tls_ca_file;      /* absolute; instead of the system's store */
    const char *tls_fingerprint;  /* SHA-256 of the certificate: 64 lower-case hex digits */
    struct config_list mailboxes; /* to sweep; "INBOX" when not set */
    const char *sent;             /* mailbox of sent mail; NULL: found on the server */
    int timeout_seconds;          /* of one run */
    int idle_seconds;             /* watch: how long one IDLE lasts */
    int poll_seconds;             /* watch: between two looks where IDLE does not tell */
};

/* The account of that name, or NULL. */
const struct imap_account *config_imap_account(const struct config *c, const char *name);

#endif
