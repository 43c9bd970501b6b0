/*
 * The accounts are looked at without a word to their servers: a password command may ask a person,
 * and a server that counts logins is not bothered by every `check`. The probe is backsift-imap's,
 * as this program knows no network.
 */
#include "cmd/check_imap.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "cmd/imap_program.h"
#include "cmd/imap_reached.h"
#include "mailbox/imap_secret.h"

#define WHAT "imap"

/* --- configuration --- */

static const char *words_of(enum imap_secret_source source)
{
    switch (source) {
    case IMAP_SECRET_TOKEN_COMMAND:
        return "token by token-command";
    case IMAP_SECRET_PASSWORD_COMMAND:
        return "password by password-command";
    case IMAP_SECRET_PASSWORD_FILE:
        return "password by password-file";
    default:
        return "password in the configuration";
    }
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
    enum imap_secret_source source = imap_secret_source(a);
    bool ok = source != IMAP_SECRET_PASSWORD_FILE ||
              check_file(k, a, "password-file", a->password_file, true);
    if (a->tls_ca_file && !check_file(k, a, "tls-ca-file", a->tls_ca_file, false))
        ok = false;
    if (ok)
        check_report(k, CHECK_OK, WHAT, "%s: %s at %s port %d, %s, %s", a->name, a->user, a->host,
                     a->port, a->tls == IMAP_TLS_IMPLICIT ? "TLS at once" : "STARTTLS",
                     words_of(source));
}

/* --- what the store knows --- */

static void check_sweeps(struct check *k, const struct imap_account *a)
{
    const char *name = arena_printf(k->context.arena, "imap:%s", a->name);
    struct error e = {0};
    unixtime last;
    char when[32];
    if (!k->context.store)
        return;
    if (!name)
        error_memory(&e);
    if (!name || !imap_reached_last(k->context.store, name, &last, &e)) {
        check_report(k, CHECK_WRONG, WHAT, "%s: %s", a->name, e.text);
        return;
    }
    clock_format(last, when);
    if (last)
        check_report(k, CHECK_OK, WHAT, "%s: new mail was last swept at %s", a->name, when);
    else
        check_report(k, CHECK_NOTE, WHAT, "%s has never been swept: run 'backsift sweep %s'",
                     a->name, name);
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
