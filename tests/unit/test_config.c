/*
 * backsift.conf: defaults, every key, and every kind of mistake with its place.
 */
#include "temp_home.h"

#include <stdbool.h>

#include "base/limits.h"
#include "config/config.h"
#include "config/config_keys.h"
#include "config/imap_account.h"
#include "config/nearest.h"
#include "rules/rules.h"

struct fixture {
    struct temp_home home;
    struct paths paths;
    struct config *config;
    struct error e;
};

static int start(void **state)
{
    static struct fixture f;
    f = (struct fixture){0};
    temp_home_start(&f.home);
    setenv("HOME", f.home.path, 1);
    setenv("LOGNAME", "ann", 1);
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    assert_true(
        paths_find(f.home.arena, CALLER_USER, temp_home_path(&f.home, "c"), &f.paths, &f.e));
    *state = &f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    config_free(f->config);
    temp_home_end(&f->home);
    return 0;
}

static struct config *read_bytes(struct fixture *f, const char *bytes, size_t n)
{
    temp_home_write(&f->home, "c", bytes, n);
    config_free(f->config);
    f->e = (struct error){0};
    f->config = config_read(&f->paths, true, &f->e);
    return f->config;
}

static struct config *read_good(struct fixture *f, const char *text)
{
    if (!read_bytes(f, text, strlen(text)))
        fail_msg("%s", f->e.text);
    return f->config;
}

/* The error must stand at that line and hold that text. */
static void expect_error(struct fixture *f, const char *text, int line, const char *part)
{
    assert_null(read_bytes(f, text, strlen(text)));
    assert_int_equal(f->e.kind, ERROR_CONFIG);
    const char *place = arena_printf(f->home.arena, "%s:%d: ", f->paths.config_file, line);
    if (strncmp(f->e.text, place, strlen(place)) != 0 || !strstr(f->e.text, part))
        fail_msg("\"%s\" is not \"%s...%s\"", f->e.text, place, part);
}

static void assert_list(struct config_list list, const char *joined)
{
    char all[1000] = "";
    for (size_t i = 0; i < list.count; i++) {
        strcat(all, i ? "|" : "");
        strcat(all, list.items[i]);
    }
    assert_string_equal(all, joined);
}

static void test_missing_file(void **state)
{
    struct fixture *f = *state;
    f->config = config_read(&f->paths, false, &f->e);
    struct config *c = f->config;
    assert_non_null(c);
    assert_null(c->file);
    assert_string_equal(c->maildir, temp_home_path(&f->home, "Maildir"));
    assert_false(c->maildir_configured);
    assert_string_equal(
        c->index_url,
        arena_printf(f->home.arena, "sqlite:%s/.local/state/backsift/backsift.db", f->home.path));
    assert_string_equal(c->key_file, temp_home_path(&f->home, ".config/backsift/index.key"));
    assert_int_equal(c->reach_days, 14);
    assert_int_equal(c->retain_days, 90);
    assert_int_equal(c->complete_since, 0);
    assert_list(c->rewriting_domains, "amazonses.com|phx.gbl|outlook.com");
    assert_list(c->log_to, "file");
    assert_false(c->observe || c->addresses_complete || c->digest_when_empty);
    assert_string_equal(c->digest_to, "ann");
    assert_non_null(strstr(c->digest_from, "backsift <ann@"));
    assert_null(config_read(&f->paths, true, &f->e));
    assert_int_equal(f->e.kind, ERROR_CONFIG);
}

static void test_all_keys(void **state)
{
    struct fixture *f = *state;
    struct config *c = read_good(f, "# all\n"
                                    "[own]\n"
                                    "domain = Example.ORG, example.net.\n"
                                    "domain = b\xc3\xbc"
                                    "cher.example\n"
                                    "address = Ann@example.org, @all.example\n"
                                    "addresses-complete = yes\n"
                                    "relay = MX.example.org\n"
                                    "keyed-header = X-Site: one, two\n"
                                    "keyed-header = X-Other:three\n"
                                    "[maildir]\n"
                                    "path = ~/Mail\n"
                                    "layout = nested\n"
                                    "[index]\n"
                                    "url = sqlite:~/s.db\n"
                                    "source = maildir:~/Maildir/.Sent, stdin\n"
                                    "source = imap:work\n"
                                    "complete-since = 2026-01-31\n"
                                    "reach-days = 20\n"
                                    "retain-days = 200\n"
                                    "rewriting-domain =\n"
                                    "own-client = Web.example.org, 192.0.2.7\n"
                                    "own-client = 2001:db8::7\n"
                                    "key-file = /k\n"
                                    "; another comment\n"
                                    "[deliver]\n"
                                    "observe = on\n"
                                    "[digest]\n"
                                    "to = ann@example.org\n"
                                    "from = Backsift <root@example.org>\n"
                                    "when-empty = true\n"
                                    "[log]\n"
                                    "to = syslog, file:~/log\n"
                                    "[imap \"work\"]\n"
                                    "host = imap.Example.org\n"
                                    "user = ann\n"
                                    "password-command = pass show work ; true\n");
    assert_list(c->domains, "example.org|example.net|b\xc3\xbc"
                            "cher.example");
    assert_list(c->addresses, "Ann@example.org|@all.example");
    assert_true(c->addresses_complete);
    assert_list(c->relays, "mx.example.org");
    assert_list(c->keyed_headers, "X-Site: one, two|X-Other: three");
    assert_string_equal(c->maildir, temp_home_path(&f->home, "Mail"));
    assert_true(c->maildir_configured);
    assert_int_equal(c->layout, LAYOUT_NESTED);
    assert_string_equal(c->index_url, arena_printf(f->home.arena, "sqlite:%s/s.db", f->home.path));
    assert_list(c->sources, arena_printf(f->home.arena, "maildir:%s/Maildir/.Sent|stdin|imap:work",
                                         f->home.path));
    assert_int_equal(c->complete_since, 1769817600);
    assert_int_equal(c->reach_days, 20);
    assert_int_equal(c->retain_days, 200);
    assert_list(c->rewriting_domains, "");
    assert_list(c->own_clients, "web.example.org|192.0.2.7|2001:db8::7");
    assert_string_equal(c->key_file, "/k");
    assert_true(c->observe);
    assert_string_equal(c->digest_to, "ann@example.org");
    assert_string_equal(c->digest_from, "Backsift <root@example.org>");
    assert_true(c->digest_when_empty);
    assert_list(c->log_to, arena_printf(f->home.arena, "syslog|file:%s/log", f->home.path));
    assert_int_equal(c->imap_count, 1);
}

static void test_prvs_keys(void **state)
{
    struct fixture *f = *state;
    temp_home_write(&f->home, "prvs", " from, a file \nmore\n", 20);
    temp_home_write(&f->home, "empty", "\n", 1);
    struct config *c = read_good(f, "[own]\nprvs-key = one, two\nprvs-key = ~/prvs\n");
    assert_list(c->prvs_keys, "one, two|from, a file");
    expect_error(f, "[own]\nprvs-key = ~/nothing\n", 2, "nothing: cannot read it");
    expect_error(f, "[own]\nprvs-key = ~/empty\n", 2, "is empty");
}

static void test_folders(void **state)
{
    struct config *c = read_good(*state, "[folders]\n"
                                         "bounce.ours = My.Bounces\n"
                                         "*.forged=inbox\n"
                                         "list-robot.* : A/B\n");
    assert_int_equal(c->folder_count, 3);
    assert_string_equal(c->folders[0].class_and_origin, "bounce.ours");
    assert_string_equal(c->folders[0].folder, "My.Bounces");
    assert_string_equal(c->folders[1].class_and_origin, "*.forged");
    assert_string_equal(c->folders[1].folder, "INBOX");
    assert_string_equal(c->folders[2].folder, "A/B");
    for (int class = CLASS_MAIL + 1; class < CLASS_COUNT; class ++) {
        char line[100];
        snprintf(line, sizeof line, "[folders]\n%s.unknown = X\n", class_name((enum class) class));
        assert_int_equal(read_good(*state, line)->folder_count, 1);
    }
    expect_error(*state, "[folders]\nbounc.ours = X\n", 2, "not CLASS.ORIGIN");
    expect_error(*state, "[folders]\nbounce = X\n", 2, "not CLASS.ORIGIN");
    expect_error(*state, "[folders]\nmail.ours = X\n", 2, "not CLASS.ORIGIN");
    expect_error(*state, "[folders]\nbounce.ours = ../x\n", 2, "folder name");
    expect_error(*state, "[folders]\nbounce.ours = x/\n", 2, "folder name");
    expect_error(*state, "[folders]\nbounce.ours =\n", 2, "folder name");
}

static void test_unknown_names(void **state)
{
    expect_error(*state, "\n[own]\ndomian = a\n", 3,
                 "unknown key 'domian' in [own], perhaps 'domain': see backsift.conf(5)");
    expect_error(*state, "[own]\nlayout = nested\n", 2, "it belongs into [maildir]");
    expect_error(*state, "[own]\nfrobnicate = 1\n", 2, "unknown key 'frobnicate' in [own]: see");
    expect_error(*state, "[indx]\nurl = x\n", 1, "unknown section [indx], perhaps [index]");
    expect_error(*state, "domain = a\n", 1, "before the first [section]");
    expect_error(*state, "[imap]\nhost = a\n", 1, "needs a name");
}

static void test_wrong_values(void **state)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"[own]\naddresses-complete = maybe\n", "yes or no"},
        {"[own]\naddress = ann\n", "local@domain"},
        {"[own]\naddress = @\n", "local@domain"},
        {"[own]\naddress = Ann <ann@example.org>\n", "local@domain"},
        {"[own]\ndomain = a b\n", "domain name"},
        {"[own]\ndomain = a..b\n", "domain name"},
        {"[own]\ndomain = @example.org\n", "domain name"},
        {"[own]\ndomain = a,,b\n", "two commas"},
        {"[own]\nkeyed-header = nothing\n", "Name: value"},
        {"[maildir]\npath = Maildir\n", "starts with /"},
        {"[maildir]\nlayout = mh\n", "maildir++ or nested"},
        {"[maildir]\npath =\n", "has no value"},
        {"[index]\nurl = mysql:x\n", "sqlite:PATH"},
        {"[index]\nurl = sqlite:x\n", "starts with /"},
        {"[index]\nsource = maildir:Sent\n", "starts with /"},
        {"[index]\nsource = pop3:x\n", "maildir:PATH"},
        {"[index]\nsource = imap:none\n", "there is no [imap \"none\"]"},
        {"[index]\ncomplete-since = 2026-02-30\n", "write a date"},
        {"[index]\nreach-days = 0\n", "from 1 to 365"},
        {"[index]\nreach-days = 14 days\n", "from 1 to 365"},
        {"[index]\nreach-days = 99999999999999999999\n", "from 1 to 365"},
        {"[index]\nreach-days = 90\n", "must be more than reach-days"},
        {"[log]\nto = mail\n", "syslog"},
        {"[digest]\nto = Ann <a@b>\n", "one address"},
        {"[deliver]\nobserve =\n", "has no value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_error(*state, cases[i].text, 2, cases[i].part);
    expect_error(*state, "[deliver]\nobserve = no\nobserve = no\n", 3, "first in line 2");
}

static void test_broken_lines(void **state)
{
    struct fixture *f = *state;
    expect_error(f, "[own]\ndomain\n", 2, "neither a [section]");
    expect_error(f, "[own\ndomain = a\n", 1, "neither a [section]");
    expect_error(f, "[own] x\n", 1, "behind the section name");
    expect_error(f, "[own]\n = a\n", 2, "unknown key ''");
    expect_error(f, "[own]\rdomain = a\r", 1, "behind the section name");
    expect_error(f, "[digest]\nfrom = a\x01z\n", 2, "control character");
    static const char nul[] = "[own]\ndomain = a\0b\n";
    assert_null(read_bytes(f, nul, sizeof nul - 1));
    assert_non_null(strstr(f->e.text, ":2: the line holds a NUL"));
}

static void test_forms_of_lines(void **state)
{
    struct config *c = read_good(*state, "\xef\xbb\xbf[own]\r\n"
                                         "domain=a.example\r\n"
                                         "   domain =b.example   \r\n"
                                         "\r\n"
                                         "[digest]\r\n"
                                         "from = A ; B # C <a@b>");
    assert_list(c->domains, "a.example|b.example");
    assert_string_equal(c->digest_from, "A ; B # C <a@b>");
}

static void test_folder_as_file(void **state)
{
    struct fixture *f = *state;
    f->paths.config_file = f->home.path;
    assert_null(config_read(&f->paths, true, &f->e));
    assert_int_equal(f->e.kind, ERROR_CONFIG);
}

#define ACCOUNT "[imap \"work\"]\nhost = h.example\nuser = u\n"

static void test_imap(void **state)
{
    struct fixture *f = *state;
    struct config *c = read_good(f, ACCOUNT "password-file = ~/pw\n"
                                            "[imap \"two\"]\nhost=i.example\nuser=v\n"
                                            "tls = starttls\nauth = XOAUTH2\n"
                                            "token-command = get-token\n"
                                            "mailbox = INBOX, Other\n"
                                            "sent = Gesendet, alt\n"
                                            "timeout = 90\n"
                                            "tls-fingerprint = "
                                            "AA:BBccddeeff00112233445566778899"
                                            "aabbccddeeff00112233445566778899\n");
    const struct imap_account *a = config_imap_account(c, "work");
    assert_non_null(a);
    assert_string_equal(a->host, "h.example");
    assert_int_equal(a->port, 993);
    assert_int_equal(a->auth, IMAP_AUTH_PLAIN);
    assert_string_equal(a->password_file, temp_home_path(&f->home, "pw"));
    assert_list(a->mailboxes, "INBOX");
    assert_null(a->sent);
    assert_int_equal(a->timeout_seconds, LIMIT_IMAP_SECONDS);
    a = config_imap_account(c, "two");
    assert_non_null(a);
    assert_int_equal(a->port, 143);
    assert_int_equal(a->tls, IMAP_TLS_STARTTLS);
    assert_int_equal(a->auth, IMAP_AUTH_XOAUTH2);
    assert_list(a->mailboxes, "INBOX|Other");
    assert_string_equal(a->sent, "Gesendet, alt");
    assert_int_equal(a->timeout_seconds, 90);
    assert_int_equal(strlen(a->tls_fingerprint), 64);
    assert_null(config_imap_account(c, "three"));
    expect_error(f, ACCOUNT, 1, "needs 'password-command'");
    expect_error(f, ACCOUNT "auth = oauthbearer\npassword-file=/p\n", 1, "needs 'token-command'");
    expect_error(f, "[imap \"a\"]\nuser = u\n", 1, "needs 'host'");
    expect_error(f, ACCOUNT "password-file = /p\n" ACCOUNT, 5, "stands twice");
    expect_error(f, ACCOUNT "timeout = 0\n", 4, "from 1 to 1000000");
    expect_error(f, ACCOUNT "tls = none\n", 4, "implicit or starttls");
    expect_error(f, ACCOUNT "tls-fingerprint = aa\n", 4, "64 hex digits");
    expect_error(f, ACCOUNT "passwrd = x\n", 4, "perhaps 'password'");
}

static void test_password_must_be_private(void **state)
{
    struct fixture *f = *state;
    const char *path = temp_home_write(&f->home, "c", "", 0);
    assert_int_equal(chmod(path, 0600), 0);
    assert_string_equal(read_good(f, ACCOUNT "password = a ; b\n")->imap_accounts[0].password,
                        "a ; b");
    assert_int_equal(chmod(path, 0640), 0);
    assert_null(config_read(&f->paths, true, &f->e));
    assert_non_null(strstr(f->e.text, "chmod 600"));
}

static void test_many_values(void **state)
{
    struct fixture *f = *state;
    char text[40 * (LIMIT_CONFIG_VALUES + 2)] = "[own]\n";
    size_t n = strlen(text);
    for (int i = 0; i < LIMIT_CONFIG_VALUES; i++)
        n += (size_t)sprintf(text + n, "domain = d%d.example\n", i);
    struct config *c = read_good(f, text);
    assert_int_equal(c->domains.count, LIMIT_CONFIG_VALUES);
    assert_string_equal(c->domains.items[777], "d777.example");
    strcpy(text + n, "domain = more.example\n");
    expect_error(f, text, LIMIT_CONFIG_VALUES + 2, "too many values");
}

/* Run from the top folder, as make check does. */
static void test_every_key_has_its_words(void **state)
{
    struct fixture *f = *state;
    char page[100000];
    FILE *in = fopen("man/backsift.conf.5", "r");
    assert_non_null(in);
    size_t n = fread(page, 1, sizeof page, in);
    fclose(in);
    for (size_t i = 0; i < config_key_count; i++) {
        const char *item = arena_printf(f->home.arena, ".It Cm %s Ns = Ns ", config_keys[i].name);
        if (span_find((struct span){page, n}, span_of(item)) == n)
            fail_msg("'%s' is not in backsift.conf(5)", config_keys[i].name);
    }
}

static void test_nearest(void **state)
{
    (void)state;
    assert_int_equal(edit_distance("kitten", "sitting"), 3);
    assert_int_equal(edit_distance("", "abc"), 3);
    assert_int_equal(edit_distance("Same", "same"), 0);
    struct nearest n = {.word = "sorce"};
    nearest_offer(&n, "relay");
    assert_null(n.best);
    nearest_offer(&n, "source");
    assert_string_equal(n.best, "source");
}

static void test_index_name_hides_passwords(void **state)
{
    static const char *const names[][2] = {
        {"sqlite:/home/u/a.db", "sqlite:/home/u/a.db"},
        {"postgresql:host=h password=x user=u", "postgresql:host=h password=*** user=u"},
        {"postgresql:password='a \\' b' host=h", "postgresql:password=*** host=h"},
        {"postgresql://u:secret@h/db", "postgresql://u:***@h/db"},
        {"postgresql://u@h:5432/db?password=x&a=b", "postgresql://u@h:5432/db?password=***&a=b"},
        {"postgresql:password=a password=b", "postgresql:password=*** password=***"},
        {"postgresql:password=", "postgresql:password="},
    };
    struct arena *arena = arena_new(10000);
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(config_index_name(arena, names[i][0]), names[i][1]);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_missing_file, start, end),
        cmocka_unit_test_setup_teardown(test_all_keys, start, end),
        cmocka_unit_test(test_index_name_hides_passwords),
        cmocka_unit_test_setup_teardown(test_prvs_keys, start, end),
        cmocka_unit_test_setup_teardown(test_folders, start, end),
        cmocka_unit_test_setup_teardown(test_unknown_names, start, end),
        cmocka_unit_test_setup_teardown(test_wrong_values, start, end),
        cmocka_unit_test_setup_teardown(test_broken_lines, start, end),
        cmocka_unit_test_setup_teardown(test_forms_of_lines, start, end),
        cmocka_unit_test_setup_teardown(test_folder_as_file, start, end),
        cmocka_unit_test_setup_teardown(test_imap, start, end),
        cmocka_unit_test_setup_teardown(test_password_must_be_private, start, end),
        cmocka_unit_test_setup_teardown(test_many_values, start, end),
        cmocka_unit_test_setup_teardown(test_every_key_has_its_words, start, end),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
