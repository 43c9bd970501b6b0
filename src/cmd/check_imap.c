/*
 * The accounts are looked at without a word to their servers: a password command may ask a person,
 * and a server that counts logins is not bothered by every `check`. The probe is backsift-imap's,
 * as this program knows no network.
 */
#include "cmd/check_imap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/imap_program.h"
#include "config/imap_account.h"
#include "store/transfer.h"

#define WHAT "imap"

/* --- configuration --- */

static const char *secret_of(const struct imap_account *a)
{
    bool token = a->auth == IMAP_AUTH_XOAUTH2 || a->auth == IMAP_AUTH_OAUTHBEARER;
    return token                 ? "token by token-command"
           : a->password_command ? "password by password-command"
           : a->password_file    ? "password by password-file"
                                 : "password in the configuration";
}

/* The password file is used only where no command is. */
static bool uses_password_file(const struct imap_account *a)
{
    return strcmp(secret_of(a), "password by password-file") == 0;
}

static bool check_file(struct check *k, const struct imap_account *a, const char *key,
                       const char *path, bool secret)
{
    struct stat st;
    if (access(path, R_OK) != 0 || stat(path, &st) != 0)
        check_report(k, CHECK_WRONG, WHAT, "%s: cannot read %s %s: %s", a->name, key, path,
                     strerror(errno));
    else if (secret && st.st_mode & (S_IRWXG | S_IRWXO))
        check_report(k, CHECK_WRONG, WHAT, "%s: others may read %s %s: chmod 600 it", a->name, key,
                     path);
    else if (st.st_size == 0)
        check_report(k, CHECK_WRONG, WHAT, "%s: %s %s is empty", a->name, key, path);
    else
        return true;
    return false;
}

static void check_account(struct check *k, const struct imap_account *a)
{
    bool ok = !uses_password_file(a) || check_file(k, a, "password-file", a->password_file, true);
    if (a->tls_ca_file && !check_file(k, a, "tls-ca-file", a->tls_ca_file, false))
        ok = false;
    if (ok)
        check_report(k, CHECK_OK, WHAT, "%s: %s at %s port %d, %s, %s", a->name, a->user, a->host,
                     a->port, a->tls == IMAP_TLS_IMPLICIT ? "TLS at once" : "STARTTLS",
                     secret_of(a));
}

/* --- what the store knows --- */

struct swept {
    const char *prefix; /* of an account's notes, by mailbox */
    unixtime last;      /* 0: never */
};

/* The note is imap_reached's: its third word is when the sweep began. */
static bool find_last(void *context, const struct transfer_table *table,
                      const struct transfer_value *row, struct error *e)
{
    struct swept *s = context;
    char words[96];
    long long begun;
    (void)table;
    (void)e;
    if (!span_starts_nocase(row[0].bytes, s->prefix))
        return true;
    snprintf(words, sizeof words, "%.*s", row[1].bytes.n < 90 ? (int)row[1].bytes.n : 90,
             row[1].bytes.p);
    if (sscanf(words, "%*u %*u %lld", &begun) == 1 && begun > s->last)
        s->last = begun;
    return true;
}

static void check_sweeps(struct check *k, const struct imap_account *a)
{
    struct swept s = {.prefix = arena_printf(k->context.arena, "imap:%s:last-uid:", a->name)};
    struct error e = {0};
    char when[32];
    if (!k->context.store)
        return;
    if (!s.prefix)
        error_memory(&e);
    else if (transfer_each(k->context.store, check_table("note"), find_last, &s, &e)) {
        clock_format(s.last, when);
        if (s.last)
            check_report(k, CHECK_OK, WHAT, "%s: new mail was last swept at %s", a->name, when);
        else
            check_report(k, CHECK_NOTE, WHAT,
                         "%s has never been swept: run 'backsift sweep imap:%s'", a->name, a->name);
        return;
    }
    check_report(k, CHECK_WRONG, WHAT, "%s: %s", a->name, e.text);
}

/* --- the server --- */

static void probe_account(struct check *k, const struct imap_account *a)
{
    int most = LIMIT_CHECK_IMAP_SECONDS;
    int seconds = a->timeout_seconds < most ? a->timeout_seconds : most;
    char words[1024] = "";
    struct error e = {0};
    if (imap_program_check(a->name, seconds, k->config_option, words, sizeof words, &e))
        check_report(k, CHECK_OK, WHAT, "%s: the login succeeds, and its mailboxes are there",
                     a->name);
    else
        check_report(k, CHECK_WRONG, WHAT, "%s: %s", a->name, words[0] ? words : e.text);
}

void check_imap(struct check *k, bool probe)
{
    const struct config *c = k->context.config;
    struct error e = {0};
    bool is_there = c->imap_count == 0 || imap_program_is_there(&e);
    if (!is_there)
        check_report(k, CHECK_WRONG, WHAT, "%s", e.text);
    for (size_t i = 0; i < c->imap_count; i++) {
        check_account(k, &c->imap_accounts[i]);
        check_sweeps(k, &c->imap_accounts[i]);
        if (probe && is_there)
            probe_account(k, &c->imap_accounts[i]);
    }
    if (probe && c->imap_count == 0)
        check_report(k, CHECK_NOTE, WHAT, "there is no [imap \"NAME\"] in %s",
                     k->context.paths.config_file);
}
