/*
 * Reading backsift.conf: defaults first, then the file's lines over them by the key table, then
 * what can only be judged when all is read. The first mistake ends it, with its line.
 */
#include "config/config.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ini_file.h"
#include "base/limits.h"
#include "base/span.h"
#include "config/config_keys.h"
#include "config/imap_account.h"

/* Bytes: a config of LIMIT_CONFIG_VALUES values in several lists stays far below. */
#define CONFIG_MEMORY ((size_t)16 * 1024 * 1024)

struct reading {
    struct config *config;
    const struct paths *paths;
    int *key_line;    /* where each key first stood (in this account); 0: nowhere */
    int section_line; /* of the last heading */
    int account_line; /* of the heading of the account being read */
};

_Static_assert(sizeof(enum maildir_layout) == sizeof(int), "read through a pointer to the enum");

/* The environment before the user database: a lookup there can cost more than a delivery. */
static const char *login_name(void)
{
    const char *name = getenv("LOGNAME");
    if (!name || !*name)
        name = getenv("USER");
    if (!name || !*name) {
        const struct passwd *user = getpwuid(geteuid());
        name = user ? user->pw_name : "postmaster";
    }
    for (const char *c = name; *c; c++)
        if (!ascii_is_alnum(*c) && !strchr("._-+@", *c))
            return "postmaster";
    return name;
}

static const struct config_list *default_rewriters(void)
{
    static const char *names[] = {"amazonses.com", "phx.gbl", "outlook.com"};
    static const struct config_list list = {names, sizeof names / sizeof *names};
    return &list;
}

static bool set_defaults(struct config *c, const struct paths *paths)
{
    struct arena *a = c->arena;
    char host[256] = "localhost";
    gethostname(host, sizeof host - 1);
    const char *login = login_name();
    const char **log_to = arena_alloc(a, sizeof *log_to);
    if (!log_to)
        return false;
    log_to[0] = "file";
    c->log_to = (struct config_list){log_to, 1};
    c->rewriting_domains = *default_rewriters();
    c->maildir = arena_printf(a, "%s/Maildir", paths->home);
    c->index_url = arena_printf(a, "sqlite:%s/backsift.db", paths->state_folder);
    c->key_file = arena_printf(a, "%s/index.key", paths->config_folder);
    c->reach_days = 14;
    c->retain_days = 90;
    c->digest_to = arena_string(a, span_of(login));
    c->digest_from = strchr(login, '@') ? arena_printf(a, "backsift <%s>", login)
                                        : arena_printf(a, "backsift <%s@%s>", login, host);
    return c->maildir && c->index_url && c->key_file && c->digest_to && c->digest_from;
}

/* --- [folders] --- */

static bool is_one_of(struct span word, const char *const *words)
{
    for (; *words; words++)
        if (span_is(word, *words))
            return true;
    return false;
}

static bool read_folder(struct reading *r, const struct ini_item *item, struct error *e)
{
    static const char *const classes[] = {
        "bounce",        "delay",      "success",   "receipt", "autoreply", "challenge",
        "filter-notice", "list-robot", "complaint", "*",       NULL};
    static const char *const origins[] = {"ours", "forged", "unknown", "*", NULL};
    struct config *c = r->config;
    struct span key = span_of(item->key);
    size_t dot = span_find_byte(key, '.', 0);
    if (!is_one_of(span_slice(key, 0, dot), classes) ||
        !is_one_of(span_slice(key, dot + 1, key.n), origins))
        return error_set(e, ERROR_CONFIG,
                         "%s:%d: '%s' in [folders] is not CLASS.ORIGIN, such as bounce.ours or "
                         "*.forged: see backsift.conf(5)",
                         item->file, item->line, item->key);
    bool inbox = span_is_nocase(span_of(item->value), "INBOX");
    if (!inbox && !config_folder_ok(item->value))
        return error_set(e, ERROR_CONFIG,
                         "%s:%d: %s = %.80s: write a folder name, its levels parted by '.' or "
                         "'/', or INBOX",
                         item->file, item->line, item->key, item->value);
    struct folder_setting *f = config_grow(c->arena, c->folders, c->folder_count, sizeof *f);
    const char *name = arena_string(c->arena, key);
    const char *folder = inbox ? "INBOX" : arena_string(c->arena, span_of(item->value));
    if (!f || !name || !folder)
        return error_memory(e);
    if (c->folder_count == LIMIT_CONFIG_VALUES)
        return error_set(e, ERROR_CONFIG, "%s:%d: too many lines in [folders]", item->file,
                         item->line);
    f[c->folder_count++] = (struct folder_setting){name, folder};
    c->folders = f;
    return true;
}

/* --- [imap "NAME"] --- */

/* The name within the quotes of a heading such as imap "work"; the empty span when it is none. */
static struct span account_name(const char *section)
{
    struct span s = span_of(section);
    if (!span_starts_nocase(s, IMAP_SECTION) || s.n < 6 || !ascii_is_space(s.p[4]))
        return (struct span){NULL, 0};
    s = span_trim(span_slice(s, 4, s.n));
    if (s.n < 3 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        return (struct span){NULL, 0};
    s = span_slice(s, 1, s.n - 1);
    return span_find_byte(s, '"', 0) == s.n ? s : (struct span){NULL, 0};
}

static bool finish_account(struct reading *r, struct error *e)
{
    struct config *c = r->config;
    if (c->imap_count == 0)
        return true;
    struct imap_account *a = &c->imap_accounts[c->imap_count - 1];
    bool token = a->auth == IMAP_AUTH_XOAUTH2 || a->auth == IMAP_AUTH_OAUTHBEARER;
    const char *missing = !a->host                     ? "host"
                          : !a->user                   ? "user"
                          : token && !a->token_command ? "token-command"
                          : !token && !a->password && !a->password_file && !a->password_command
                              ? "password-command"
                              : NULL;
    if (missing)
        return error_set(e, ERROR_CONFIG, "%s:%d: [imap \"%s\"] needs '%s': see backsift.conf(5)",
                         c->file, r->account_line, a->name, missing);
    if (a->port == 0)
        a->port = a->tls == IMAP_TLS_IMPLICIT ? 993 : 143;
    if (a->mailboxes.count == 0) {
        static const char *inbox[] = {"INBOX"};
        a->mailboxes = (struct config_list){inbox, 1};
    }
    return true;
}

static bool start_account(struct reading *r, struct span name, struct error *e)
{
    struct config *c = r->config;
    if (!finish_account(r, e))
        return false;
    struct imap_account *list =
        config_grow(c->arena, c->imap_accounts, c->imap_count, sizeof *list);
    const char *copy = arena_string(c->arena, name);
    if (!list || !copy)
        return error_memory(e);
    if (config_imap_account(c, copy))
        return error_set(e, ERROR_CONFIG, "%s:%d: [imap \"%s\"] stands twice", c->file,
                         r->section_line, copy);
    if (c->imap_count == LIMIT_CONFIG_VALUES)
        return error_set(e, ERROR_CONFIG, "%s:%d: too many accounts", c->file, r->section_line);
    list[c->imap_count++] = (struct imap_account){.name = copy,
                                                  .timeout_seconds = LIMIT_IMAP_SECONDS,
                                                  .idle_seconds = LIMIT_IMAP_IDLE_SECONDS,
                                                  .poll_seconds = LIMIT_IMAP_POLL_SECONDS};
    c->imap_accounts = list;
    r->account_line = r->section_line;
    for (size_t i = 0; i < config_key_count; i++)
        if (strcmp(config_keys[i].section, IMAP_SECTION) == 0)
            r->key_line[i] = 0;
    return true;
}

const struct imap_account *config_imap_account(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->imap_count; i++)
        if (strcmp(c->imap_accounts[i].name, name) == 0)
            return &c->imap_accounts[i];
    return NULL;
}

/* --- lines --- */

static bool read_key(struct reading *r, const struct ini_item *item, const char *section,
                     void *target, struct error *e)
{
    size_t i = config_key_find(item->file, item->line, section, item->key, e);
    if (i == config_key_count)
        return false;
    const struct config_key *key = &config_keys[i];
    struct config_value v = {.arena = r->config->arena,
                             .paths = r->paths,
                             .file = item->file,
                             .line = item->line,
                             .key = key,
                             .text = item->value,
                             .first = r->key_line[i] == 0,
                             .e = e};
    if (!key->is_list && r->key_line[i])
        return error_set(e, ERROR_CONFIG, "%s:%d: '%s' stands a second time, first in line %d",
                         item->file, item->line, item->key, r->key_line[i]);
    if (!key->is_list && item->value[0] == '\0')
        return error_set(e, ERROR_CONFIG,
                         "%s:%d: '%s' has no value: write one, or put '#' in front", item->file,
                         item->line, item->key);
    if (v.first)
        r->key_line[i] = item->line;
    return key->read(&v, (char *)target + key->offset);
}

static bool start_section(struct reading *r, const struct ini_item *item, struct error *e)
{
    r->section_line = item->line;
    struct span account = account_name(item->section);
    if (account.n > 0)
        return start_account(r, account, e);
    if (strcmp(item->section, IMAP_SECTION) == 0)
        return error_set(e, ERROR_CONFIG, "%s:%d: an account needs a name: write [imap \"NAME\"]",
                         item->file, item->line);
    return strcmp(item->section, "folders") == 0 ||
           config_section_find(item->file, item->line, item->section, e);
}

static bool has_control(const char *s)
{
    for (; *s; s++)
        if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
            return true;
    return false;
}

static bool read_item(void *context, const struct ini_item *item, struct error *e)
{
    struct reading *r = context;
    if (!item->key)
        return start_section(r, item, e);
    if (item->section[0] == '\0')
        return error_set(e, ERROR_CONFIG,
                         "%s:%d: '%s' stands before the first [section]: see backsift.conf(5)",
                         item->file, item->line, item->key);
    if (has_control(item->value))
        return error_set(e, ERROR_CONFIG, "%s:%d: the value holds a control character", item->file,
                         item->line);
    if (strcmp(item->section, "folders") == 0)
        return read_folder(r, item, e);
    if (account_name(item->section).n > 0)
        return read_key(r, item, IMAP_SECTION, &r->config->imap_accounts[r->config->imap_count - 1],
                        e);
    return read_key(r, item, item->section, r->config, e);
}

/* --- the whole --- */

static int line_of(const struct reading *r, const char *section, const char *name)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (strcmp(config_keys[i].section, section) == 0 && strcmp(config_keys[i].name, name) == 0)
            return r->key_line[i];
    return 0;
}

static bool check_digest(const struct reading *r, struct error *e)
{
    const struct config *c = r->config;
    if (c->digest_imap && c->digest_sendmail)
        return error_set(e, ERROR_CONFIG, "%s:%d: the digest goes by sendmail or by imap, not both",
                         c->file, line_of(r, "digest", "imap"));
    return !c->digest_imap || config_imap_account(c, c->digest_imap) ||
           error_set(e, ERROR_CONFIG, "%s:%d: imap = %s: there is no [imap \"%s\"]", c->file,
                     line_of(r, "digest", "imap"), c->digest_imap, c->digest_imap);
}

static bool check_index(const struct reading *r, struct error *e)
{
    const struct config *c = r->config;
    int reach = line_of(r, "index", "reach-days"), retain = line_of(r, "index", "retain-days");
    if (c->retain_days <= c->reach_days)
        return error_set(e, ERROR_CONFIG,
                         "%s:%d: retain-days (%d) must be more than reach-days (%d)", c->file,
                         retain > reach ? retain : reach, c->retain_days, c->reach_days);
    int expire = line_of(r, "maildir", "expire-days");
    if (c->expire_days >= c->retain_days)
        return error_set(e, ERROR_CONFIG,
                         "%s:%d: expire-days (%d) must be less than retain-days (%d), as only what "
                         "the journal knows is removed",
                         c->file, expire > retain ? expire : retain, c->expire_days,
                         c->retain_days);
    for (size_t i = 0; i < c->sources.count; i++)
        if (strncmp(c->sources.items[i], "imap:", 5) == 0 &&
            !config_imap_account(c, c->sources.items[i] + 5))
            return error_set(e, ERROR_CONFIG, "%s:%d: source = %s: there is no [imap \"%s\"]",
                             c->file, line_of(r, "index", "source"), c->sources.items[i],
                             c->sources.items[i] + 5);
    return check_digest(r, e);
}

static bool check_password(const struct config *c, struct error *e)
{
    struct stat st;
    bool readable = stat(c->file, &st) != 0 || (st.st_mode & (S_IRGRP | S_IROTH)) != 0;
    for (size_t i = 0; readable && i < c->imap_count; i++)
        if (c->imap_accounts[i].password)
            return error_set(e, ERROR_CONFIG,
                             "%s: holds the password of [imap \"%s\"] and others may read it: "
                             "chmod 600 it, or use password-command",
                             c->file, c->imap_accounts[i].name);
    return true;
}

static bool read_file(struct config *c, const struct paths *paths, bool must_exist, struct error *e)
{
    struct stat st;
    if (!must_exist && stat(paths->config_file, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return true;
    struct reading r = {.config = c, .paths = paths};
    r.key_line = arena_array(c->arena, config_key_count, sizeof *r.key_line);
    c->file = arena_string(c->arena, span_of(paths->config_file));
    if (!r.key_line || !c->file)
        return error_memory(e);
    if (!ini_read_file(c->file, read_item, &r, e) || !finish_account(&r, e) ||
        !check_index(&r, e) || !check_password(c, e))
        return false;
    c->maildir_configured = line_of(&r, "maildir", "path") != 0;
    return true;
}

struct config *config_read(const struct paths *paths, bool must_exist, struct error *e)
{
    struct arena *arena = arena_new(CONFIG_MEMORY);
    struct config *c = arena ? arena_alloc(arena, sizeof *c) : NULL;
    if (c)
        c->arena = arena;
    if (!c || !set_defaults(c, paths)) {
        error_memory(e);
        arena_free(arena);
        return NULL;
    }
    if (!read_file(c, paths, must_exist, e)) {
        arena_free(arena);
        return NULL;
    }
    return c;
}

void config_free(struct config *c)
{
    if (c)
        arena_free(c->arena);
}
