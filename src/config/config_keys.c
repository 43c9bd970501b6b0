/*
 * Every key of backsift.conf(5) in one table. [folders] is not in it: its keys are made of class
 * and origin names.
 */
#include "config/config_keys.h"

#include <string.h>

#include "config/imap_account.h"
#include "config/nearest.h"

#define FIELD(name)   offsetof(struct config, name)
#define ACCOUNT(name) offsetof(struct imap_account, name)

const struct config_key config_keys[] = {
    {"own", "domain", read_domains, FIELD(domains), true, 0, 0},
    {"own", "address", read_addresses, FIELD(addresses), true, 0, 0},
    {"own", "addresses-complete", read_bool, FIELD(addresses_complete), false, 0, 0},
    {"own", "relay", read_domains, FIELD(relays), true, 0, 0},
    {"own", "keyed-header", read_keyed_header, FIELD(keyed_headers), true, 0, 0},
    {"own", "prvs-key", read_prvs_key, FIELD(prvs_keys), true, 0, 0},
    {"own", "prvs-complete", read_bool, FIELD(prvs_complete), false, 0, 0},
    {"maildir", "path", read_path, FIELD(maildir), false, 0, 0},
    {"maildir", "layout", read_layout, FIELD(layout), false, 0, 0},
    {"maildir", "expire-days", read_number, FIELD(expire_days), false, 0, 36500},
    {"maildir", "subscribe", read_bool, FIELD(subscribe), false, 0, 0},
    {"index", "url", read_index_url, FIELD(index_url), false, 0, 0},
    {"index", "source", read_sources, FIELD(sources), true, 0, 0},
    {"index", "complete-since", read_date, FIELD(complete_since), false, 0, 0},
    {"index", "reach-days", read_number, FIELD(reach_days), false, 1, 365},
    {"index", "retain-days", read_number, FIELD(retain_days), false, 2, 36500},
    {"index", "rewriting-domain", read_domains, FIELD(rewriting_domains), true, 0, 0},
    {"index", "own-client", read_clients, FIELD(own_clients), true, 0, 0},
    {"index", "key-file", read_path, FIELD(key_file), false, 0, 0},
    {"deliver", "observe", read_bool, FIELD(observe), false, 0, 0},
    {"digest", "to", read_address, FIELD(digest_to), false, 0, 0},
    {"digest", "from", read_text, FIELD(digest_from), false, 0, 0},
    {"digest", "when-empty", read_bool, FIELD(digest_when_empty), false, 0, 0},
    {"digest", "dnsbl", read_domains, FIELD(digest_blocklists), true, 0, 0},
    {"digest", "sendmail", read_path, FIELD(digest_sendmail), false, 0, 0},
    {"digest", "imap", read_text, FIELD(digest_imap), false, 0, 0},
    {"log", "to", read_log_targets, FIELD(log_to), true, 0, 0},
    {IMAP_SECTION, "host", read_host, ACCOUNT(host), false, 0, 0},
    {IMAP_SECTION, "port", read_number, ACCOUNT(port), false, 1, 65535},
    {IMAP_SECTION, "tls", read_tls, ACCOUNT(tls), false, 0, 0},
    {IMAP_SECTION, "user", read_text, ACCOUNT(user), false, 0, 0},
    {IMAP_SECTION, "auth", read_auth, ACCOUNT(auth), false, 0, 0},
    {IMAP_SECTION, "password-command", read_text, ACCOUNT(password_command), false, 0, 0},
    {IMAP_SECTION, "password-file", read_path, ACCOUNT(password_file), false, 0, 0},
    {IMAP_SECTION, "password", read_text, ACCOUNT(password), false, 0, 0},
    {IMAP_SECTION, "token-command", read_text, ACCOUNT(token_command), false, 0, 0},
    {IMAP_SECTION, "tls-ca-file", read_path, ACCOUNT(tls_ca_file), false, 0, 0},
    {IMAP_SECTION, "tls-fingerprint", read_fingerprint, ACCOUNT(tls_fingerprint), false, 0, 0},
    {IMAP_SECTION, "mailbox", read_mailboxes, ACCOUNT(mailboxes), true, 0, 0},
    {IMAP_SECTION, "sent", read_text, ACCOUNT(sent), false, 0, 0},
    {IMAP_SECTION, "timeout", read_number, ACCOUNT(timeout_seconds), false, 1, 1000000},
    {IMAP_SECTION, "idle-seconds", read_number, ACCOUNT(idle_seconds), false, 1, 1740},
    {IMAP_SECTION, "poll-seconds", read_number, ACCOUNT(poll_seconds), false, 1, 1500},
};

const size_t config_key_count = sizeof config_keys / sizeof *config_keys;

bool config_section_find(const char *file, int line, const char *section, struct error *e)
{
    struct nearest n = {.word = section};
    for (size_t i = 0; i < config_key_count; i++) {
        if (strcmp(config_keys[i].section, section) == 0)
            return true;
        nearest_offer(&n, config_keys[i].section);
    }
    nearest_offer(&n, "folders");
    return error_set(e, ERROR_CONFIG, "%s:%d: unknown section [%s]%s%s%s: see backsift.conf(5)",
                     file, line, section, n.best ? ", perhaps [" : "", n.best ? n.best : "",
                     n.best ? "]" : "");
}

size_t config_key_find(const char *file, int line, const char *section, const char *name,
                       struct error *e)
{
    const char *elsewhere = NULL;
    struct nearest n = {.word = name};
    for (size_t i = 0; i < config_key_count; i++) {
        bool same_key = strcmp(config_keys[i].name, name) == 0;
        if (strcmp(config_keys[i].section, section) != 0) {
            elsewhere = same_key ? config_keys[i].section : elsewhere;
            continue;
        }
        if (same_key)
            return i;
        nearest_offer(&n, config_keys[i].name);
    }
    if (n.best)
        error_set(e, ERROR_CONFIG,
                  "%s:%d: unknown key '%s' in [%s], perhaps '%s': see backsift.conf(5)", file, line,
                  name, section, n.best);
    else if (elsewhere)
        error_set(e, ERROR_CONFIG,
                  "%s:%d: unknown key '%s' in [%s]: it belongs into [%s], see backsift.conf(5)",
                  file, line, name, section, elsewhere);
    else
        error_set(e, ERROR_CONFIG, "%s:%d: unknown key '%s' in [%s]: see backsift.conf(5)", file,
                  line, name, section);
    return config_key_count;
}
