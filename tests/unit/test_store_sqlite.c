/*
 * What only the SQLite engine can have: its file, and everything that can be wrong with it.
 */
#include "store_fixture.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "store/statements.h"
#include "store/transfer.h"

#define NOW    ((unixtime)1700000000)
#define NOBODY 65534

static void close_store(struct store_fixture *f)
{
    store_close(f->store);
    f->store = NULL;
}

/* Opening must fail with that kind and text. */
static void expect_failure(struct store_fixture *f, enum store_access access, enum error_kind kind,
                           const char *part)
{
    struct store *s = fixture_open(f, access);
    if (s)
        fail_msg("opened, not \"%s\"", part);
    if (f->e.kind != kind || !strstr(f->e.text, part))
        fail_msg("%d \"%s\" is not %d \"%s\"", f->e.kind, f->e.text, kind, part);
}

/* Runs SQL on the file by a connection of its own. */
static sqlite3 *run_sql(struct store_fixture *f, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    assert_int_equal(sqlite3_open(fixture_database(f), &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    return db;
}

static const char *side_file(struct store_fixture *f, const char *suffix)
{
    return arena_printf(f->home.arena, "%s%s", fixture_database(f), suffix);
}

/* --- the file --- */

static void test_new_files_are_private(void **state)
{
    struct store_fixture *f = *state;
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    struct stat st;
    assert_true(fixture_send(f, "a@x", NULL, "bob@b", NOW));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(stat(side_file(f, suffixes[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    assert_int_equal(stat(temp_home_path(&f->home, "state"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(f->config.key_file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static bool file_holds(const char *path, const char *text)
{
    char bytes[200000];
    FILE *in = fopen(path, "r");
    size_t n = in ? fread(bytes, 1, sizeof bytes, in) : 0;
    if (in)
        fclose(in);
    return span_find((struct span){bytes, n}, span_of(text)) < n;
}

static void test_nothing_in_clear(void **state)
{
    struct store_fixture *f = *state;
    static const char *const words[] = {"secret-id", "ann.secret", "bob.secret", "item-secret"};
    assert_true(fixture_send(f, "secret-id@x", "ann.secret@o", "bob.secret@b", NOW));
    assert_true(store_item_add(f->store, "s", span_of("item-secret"), &f->e));
    assert_true(store_note_set(f->store, "n", "in-clear", &f->e));
    assert_true(file_holds(side_file(f, "-wal"), "in-clear"));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_false(file_holds(side_file(f, ""), words[i]));
        assert_false(file_holds(side_file(f, "-wal"), words[i]));
    }
}

static void test_missing_file(void **state)
{
    struct store_fixture *f = *state;
    close_store(f);
    scratch_remove(temp_home_path(&f->home, "state"));
    expect_failure(f, STORE_READ, ERROR_DATA, "does not exist yet");
    assert_int_not_equal(access(temp_home_path(&f->home, "state"), F_OK), 0);
    fixture_reopen(f, STORE_WRITE); /* the key is there already and is taken */
    assert_int_equal(store_has_sent(f->store, &f->e), LOOKUP_NO);
}

static void remove_files(struct store_fixture *f)
{
    close_store(f);
    unlink(side_file(f, ""));
    unlink(side_file(f, "-wal"));
    unlink(side_file(f, "-shm"));
}

/* What a process leaves that was killed while it made the file. */
static void test_unfinished_file(void **state)
{
    struct store_fixture *f = *state;
    for (int i = 0; i < 2; i++) {
        remove_files(f);
        sqlite3_close(run_sql(f, i ? "PRAGMA journal_mode=WAL" : ""));
        expect_failure(f, STORE_READ, ERROR_DATA, "holds nothing yet");
        fixture_reopen(f, STORE_WRITE);
        assert_true(fixture_send(f, "a@x", NULL, NULL, NOW));
    }
}

static void test_other_database(void **state)
{
    struct store_fixture *f = *state;
    remove_files(f);
    sqlite3_close(run_sql(f, "CREATE TABLE meta (name TEXT, value TEXT)"));
    expect_failure(f, STORE_READ, ERROR_CONFIG, "no index of backsift");
    expect_failure(f, STORE_WRITE, ERROR_CONFIG, "no index of backsift");
}

static void test_newer_version(void **state)
{
    struct store_fixture *f = *state;
    close_store(f);
    sqlite3_close(run_sql(f, "UPDATE meta SET value = '2' WHERE name = 'schema'"));
    expect_failure(f, STORE_READ, ERROR_CONFIG, "newer backsift");
    expect_failure(f, STORE_WRITE, ERROR_CONFIG, "newer backsift");
}

/* --- damage --- */

static void test_not_a_database(void **state)
{
    struct store_fixture *f = *state;
    char garbage[8192];
    remove_files(f);
    memset(garbage, 'x', sizeof garbage);
    temp_home_write(&f->home, "state/backsift.db", garbage, sizeof garbage);
    expect_failure(f, STORE_READ, ERROR_CONFIG, "is damaged");
    expect_failure(f, STORE_WRITE, ERROR_CONFIG, "is damaged");
    assert_true(file_holds(side_file(f, ""), "xxxxxxxx")); /* and left as it was */
}

static void count_problem(void *context, const char *problem)
{
    (void)problem;
    ++*(int *)context;
}

static void fill(struct store_fixture *f, int messages)
{
    char id[32];
    assert_true(store_begin(f->store, &f->e));
    for (int i = 0; i < messages; i++) {
        snprintf(id, sizeof id, "%d@x", i);
        assert_true(fixture_send(f, id, "ann@o", id, NOW));
    }
    assert_true(store_commit(f->store, &f->e));
}

/* Writes the log back, then noise over all pages from the second half of the file on. */
static void damage_half(struct store_fixture *f)
{
    char noise[4096];
    close_store(f);
    sqlite3_close(run_sql(f, "PRAGMA wal_checkpoint(TRUNCATE)"));
    memset(noise, 0xa5, sizeof noise);
    int fd = open(side_file(f, ""), O_WRONLY);
    assert_true(fd >= 0);
    off_t size = lseek(fd, 0, SEEK_END);
    for (off_t at = size / 2 / 4096 * 4096; at < size; at += 4096)
        assert_int_equal(pwrite(fd, noise, sizeof noise, at), sizeof noise);
    close(fd);
}

static void test_damaged_pages(void **state)
{
    struct store_fixture *f = *state;
    int errors = 0, reported = 0, wrong = 0;
    int64_t problems = 0;
    unixtime when;
    char id[32];
    fill(f, 3000);
    damage_half(f);
    fixture_reopen(f, STORE_READ);
    for (int i = 0; i < 3000; i++) {
        snprintf(id, sizeof id, "%d@x", i);
        enum lookup found = store_find_id(f->store, id, &when, &f->e);
        errors += found == LOOKUP_ERROR;
        wrong += found == LOOKUP_NO; /* damage is "cannot tell", never "not found" */
    }
    assert_true(errors > 0);
    assert_int_equal(wrong, 0);
    assert_int_equal(f->e.kind, ERROR_CONFIG);
    assert_non_null(strstr(f->e.text, "is damaged"));
    if (store_verify(f->store, count_problem, &reported, &problems, &f->e))
        assert_true(problems > 0);
    else
        assert_non_null(strstr(f->e.text, "is damaged"));
    assert_int_equal(problems, reported);
}

static void test_truncated(void **state)
{
    struct store_fixture *f = *state;
    fill(f, 3000);
    close_store(f);
    sqlite3_close(run_sql(f, "PRAGMA wal_checkpoint(TRUNCATE)"));
    assert_int_equal(truncate(side_file(f, ""), 3 * 4096 + 100), 0);
    f->store = fixture_open(f, STORE_READ);
    enum lookup found = f->store ? store_has_sent(f->store, &f->e) : LOOKUP_ERROR;
    assert_int_equal(found, LOOKUP_ERROR);
    assert_non_null(strstr(f->e.text, "is damaged"));
}

/* --- locks --- */

static void test_locked(void **state)
{
    struct store_fixture *f = *state;
    unixtime when;
    assert_true(fixture_send(f, "a@x", NULL, NULL, NOW));
    close_store(f);
    sqlite3 *other = run_sql(f, "BEGIN IMMEDIATE; DELETE FROM sent_id");
    f->e = (struct error){0};
    f->store = store_open(&f->config, STORE_WRITE, 30, &f->e);
    assert_non_null(f->store);
    assert_false(fixture_send(f, "b@x", NULL, NULL, NOW));
    assert_int_equal(f->e.kind, ERROR_RETRY);
    assert_non_null(strstr(f->e.text, "locked by another process (waited 30 ms)"));
    /* Looking up goes on, and sees what was committed. */
    assert_int_equal(store_find_id(f->store, "a@x", &when, &f->e), LOOKUP_YES);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    assert_true(fixture_send(f, "b@x", NULL, NULL, NOW));
    sqlite3_close(other);
}

/* Two that read first and write then: the one that began first gets through. */
static void test_lock_is_taken_at_once(void **state)
{
    struct store_fixture *f = *state;
    struct error e = {0};
    unixtime when;
    struct sent m = {.message_id = "b@x", .time = NOW};
    struct store *other = store_open(&f->config, STORE_WRITE, 30, &e);
    assert_non_null(other);
    assert_true(store_begin(f->store, &f->e));
    assert_int_equal(store_find_id(f->store, "a@x", &when, &f->e), LOOKUP_NO);
    assert_false(store_add_sent(other, "stdin", &m, &e));
    assert_int_equal(e.kind, ERROR_RETRY);
    assert_true(fixture_send(f, "a@x", NULL, NULL, NOW));
    assert_true(store_commit(f->store, &f->e));
    assert_true(store_add_sent(other, "stdin", &m, &e));
    store_close(other);
}

/* As on a network file system. */
static void test_rollback_journal(void **state)
{
    struct store_fixture *f = *state;
    unixtime when;
    close_store(f);
    sqlite3_close(run_sql(f, "PRAGMA journal_mode = DELETE"));
    fixture_reopen(f, STORE_WRITE);
    assert_true(fixture_send(f, "a@x", NULL, NULL, NOW));
    assert_int_not_equal(access(side_file(f, "-wal"), F_OK), 0);
    sqlite3 *other = run_sql(f, "BEGIN EXCLUSIVE");
    close_store(f);
    f->e = (struct error){0};
    assert_null(store_open(&f->config, STORE_READ, 30, &f->e));
    assert_int_equal(f->e.kind, ERROR_RETRY);
    assert_non_null(strstr(f->e.text, "locked"));
    sqlite3_close(other);
    fixture_reopen(f, STORE_READ);
    assert_int_equal(store_find_id(f->store, "a@x", &when, &f->e), LOOKUP_YES);
}

/* Whoever opens the store next reads the log from its start. */
static void test_log_is_shortened(void **state)
{
    struct store_fixture *f = *state;
    struct stat st;
    unixtime when;
    fill(f, 5000);
    assert_int_equal(stat(side_file(f, "-wal"), &st), 0);
    assert_true(st.st_size > LIMIT_WRITE_AHEAD_LOG);
    fixture_reopen(f, STORE_READ);
    assert_int_equal(stat(side_file(f, "-wal"), &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_int_equal(store_find_id(f->store, "4999@x", &when, &f->e), LOOKUP_YES);
}

/* --- permissions: checked by a child without root's powers --- */

typedef void (*child_check)(struct store_fixture *f);

static void as_nobody(struct store_fixture *f, child_check check)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 &&
            (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
            _exit(3);
        check(f);
        _exit(2); /* a check ends by itself */
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* Gives all files to nobody, so that the child is their owner, and takes from the folder what its
 * mode does not allow. */
static void hand_over(struct store_fixture *f, mode_t folder_mode)
{
    static const char *const names[] = {"",
                                        "state",
                                        "state/backsift.db",
                                        "state/backsift.db-wal",
                                        "state/backsift.db-shm",
                                        "config",
                                        "config/key"};
    for (size_t i = 0; geteuid() == 0 && i < sizeof names / sizeof *names; i++) {
        const char *path = temp_home_path(&f->home, names[i]);
        if (access(path, F_OK) == 0)
            assert_int_equal(chown(path, NOBODY, NOBODY), 0);
    }
    assert_int_equal(chmod(temp_home_path(&f->home, "state"), folder_mode), 0);
}

static void can_find(struct store_fixture *f)
{
    unixtime when;
    struct store *s = fixture_open(f, STORE_READ);
    bool ok = s && store_find_id(s, "0@x", &when, &f->e) == LOOKUP_YES &&
              store_find_id(s, "none@x", &when, &f->e) == LOOKUP_NO;
    if (!ok)
        fprintf(stderr, "%s\n", f->e.text);
    store_close(s);
    _exit(ok ? 0 : 1);
}

static void cannot_open(struct store_fixture *f)
{
    struct store *s = fixture_open(f, STORE_READ);
    bool ok = !s && f->e.kind == ERROR_CONFIG && strstr(f->e.text, "permissions");
    if (!ok)
        fprintf(stderr, "%s\n", s ? "opened" : f->e.text);
    _exit(ok ? 0 : 1);
}

static void cannot_write(struct store_fixture *f)
{
    f->store = fixture_open(f, STORE_WRITE);
    bool ok = (!f->store || !fixture_send(f, "b@x", NULL, NULL, NOW)) &&
              f->e.kind == ERROR_CONFIG && strstr(f->e.text, "permissions");
    if (!ok)
        fprintf(stderr, "%s\n", f->e.text);
    _exit(ok ? 0 : 1);
}

static void test_read_only_folder(void **state)
{
    struct store_fixture *f = *state;
    fill(f, 10);
    close_store(f);
    /* With -wal and -shm, as every writer leaves them. */
    hand_over(f, 0500);
    as_nobody(f, can_find);
    /* Without, as after a restored backup; an empty -wal is none. */
    sqlite3_close(run_sql(f, "PRAGMA wal_checkpoint(TRUNCATE)"));
    unlink(side_file(f, "-wal"));
    unlink(side_file(f, "-shm"));
    hand_over(f, 0500);
    as_nobody(f, can_find);
    temp_home_write(&f->home, "state/backsift.db-wal", "", 0);
    hand_over(f, 0500);
    as_nobody(f, can_find);
    as_nobody(f, cannot_write);
}

/* What stands in the log must not be overlooked. */
static void test_log_without_its_index(void **state)
{
    struct store_fixture *f = *state;
    fill(f, 10);
    close_store(f);
    assert_int_equal(unlink(side_file(f, "-shm")), 0);
    hand_over(f, 0500);
    as_nobody(f, cannot_open);
    hand_over(f, 0700);
    as_nobody(f, can_find);
}

static void test_unreadable_file(void **state)
{
    struct store_fixture *f = *state;
    fill(f, 1);
    close_store(f);
    assert_int_equal(chmod(side_file(f, ""), 0), 0);
    hand_over(f, 0700);
    as_nobody(f, cannot_open);
    as_nobody(f, cannot_write);
}

/* --- a full disk --- */

static void fill_until_full(struct store_fixture *f)
{
    const struct rlimit limit = {400 * 1024, 400 * 1024};
    char id[32];
    bool ok = true;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    f->store = fixture_open(f, STORE_WRITE);
    for (int i = 10; f->store && ok && i < 100000; i++) {
        snprintf(id, sizeof id, "%d@x", i);
        ok = fixture_send(f, id, "ann@o", id, NOW);
    }
    if (ok || f->e.kind != ERROR_RETRY)
        fprintf(stderr, "%s\n", f->e.text);
    store_close(f->store);
    _exit(!ok && f->e.kind == ERROR_RETRY ? 0 : 1);
}

static void test_full_disk(void **state)
{
    struct store_fixture *f = *state;
    int64_t problems;
    int reported = 0;
    unixtime when;
    fill(f, 10);
    close_store(f);
    hand_over(f, 0700);
    as_nobody(f, fill_until_full);
    fixture_reopen(f, STORE_WRITE);
    assert_int_equal(store_find_id(f->store, "9@x", &when, &f->e), LOOKUP_YES);
    assert_int_equal(store_find_id(f->store, "12@x", &when, &f->e), LOOKUP_YES);
    assert_true(store_verify(f->store, count_problem, &reported, &problems, &f->e));
    assert_int_equal(problems, 0);
    assert_true(fixture_send(f, "after@x", NULL, NULL, NOW));
}

/* --- moving to another file --- */

static bool move_row(void *context, const struct transfer_table *table,
                     const struct transfer_value *row, struct error *e)
{
    return transfer_add(context, table, row, e);
}

static void move_all(struct store_fixture *f, struct store *to)
{
    for (size_t i = 0; i < transfer_table_count; i++)
        if (!transfer_each(f->store, &transfer_tables[i], move_row, to, &f->e))
            fail_msg("%s: %s", transfer_tables[i].name, f->e.text);
}

static void test_transfer(void **state)
{
    struct store_fixture *f = *state;
    struct journal_event event = {.time = NOW,
                                  .arrival = NOW,
                                  .class_ = "bounce",
                                  .origin = "ours",
                                  .rule = "dsn",
                                  .row = 2,
                                  .mailbox = "maildir:/m",
                                  .folder = "Bounces",
                                  .file = "f",
                                  .previous_origin = "",
                                  .findings = {"\0\xff", 2}};
    const struct source_state source = {"maildir:/m", false, NOW, NOW + 9, 3, "c"};
    const struct gap gap = {"stdin", NOW, NOW + 1, "why"};
    int strays;
    struct source_state moved_source;
    unixtime when;
    bool seen;
    fill(f, 20);
    assert_true(fixture_send(f, NULL, NULL, "bob@b", NOW + 7));
    assert_true(store_count_stray(f->store, "1@x", &strays, &f->e));
    assert_true(store_source_save(f->store, &source, &f->e));
    assert_true(store_item_add(f->store, "maildir:/m", span_of("item"), &f->e));
    assert_true(store_gap_add(f->store, &gap, &f->e));
    assert_true(store_note_set(f->store, "n", "v", &f->e));
    assert_true(journal_add(f->store, &event, &f->e));
    struct config other = f->config;
    other.index_url =
        arena_printf(f->home.arena, "sqlite:%s", temp_home_path(&f->home, "state/other.db"));
    struct store *to = store_open(&other, STORE_WRITE, WAIT_MS, &f->e);
    assert_non_null(to);
    for (int i = 0; i < 2; i++)
        move_all(f, to); /* the second time changes nothing */
    struct index_stats was, is;
    assert_true(store_stats(f->store, f->home.arena, &was, &f->e));
    assert_true(store_stats(to, f->home.arena, &is, &f->e));
    assert_int_equal(is.ids, was.ids);
    assert_int_equal(is.recipients, was.recipients);
    assert_int_equal(is.nameless, 1);
    assert_int_equal(is.journal_events, 1);
    assert_int_equal(store_find_id_recipient(to, "7@x", "7@x", &f->e), LOOKUP_YES);
    assert_int_equal(store_find_pair(to, "ann@o", "7@x", &when, &f->e), LOOKUP_YES);
    assert_true(store_strays(to, "1@x", &strays, &f->e));
    assert_int_equal(strays, 1);
    assert_true(store_source(to, f->home.arena, "maildir:/m", &moved_source, &f->e));
    assert_int_equal(moved_source.last_run, NOW + 9);
    assert_true(store_item_seen(to, "maildir:/m", span_of("item"), &seen, &f->e));
    assert_true(seen);
    assert_int_equal(journal_find(to, f->home.arena, "maildir:/m", "f", &event, &f->e), LOOKUP_YES);
    assert_memory_equal(event.findings.p, "\0\xff", 2);
    store_close(to);
}

/* --- statements --- */

static void test_parameters_in_order(void **state)
{
    struct store_fixture *f = *state;
    sqlite3 *db = run_sql(f, "");
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_stmt *statement = NULL;
        if (sqlite3_prepare_v2(db, statement_text[i], -1, &statement, NULL) != SQLITE_OK)
            fail_msg("%s: %s", statement_text[i], sqlite3_errmsg(db));
        for (int p = 1; p <= sqlite3_bind_parameter_count(statement); p++) {
            char name[16];
            snprintf(name, sizeof name, "$%d", p);
            assert_string_equal(sqlite3_bind_parameter_name(statement, p), name);
        }
        sqlite3_finalize(statement);
    }
    sqlite3_close(db);
}

/* What a delivery asks must not read whole tables. */
static void test_lookups_use_indexes(void **state)
{
    static const enum statement asked[] = {
        FIND_ID,   FIND_RECIPIENT, FIND_PAIR, FIND_ID_RECIPIENT, FIND_NAMELESS,
        STRAY_GET, SOURCE_GET,     ITEM_FIND, JOURNAL_FIND,      JOURNAL_EACH,
        NOTE_GET,  OLD_ID_DELETE,  OLD_IDS,   OLD_RECIPIENTS,    OLD_EVENTS_DELETE};
    struct store_fixture *f = *state;
    sqlite3 *db = run_sql(f, "");
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        sqlite3_stmt *plan = NULL;
        const char *sql =
            arena_printf(f->home.arena, "EXPLAIN QUERY PLAN %s", statement_text[asked[i]]);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *step = (const char *)sqlite3_column_text(plan, 3);
            if (strncmp(step, "SCAN", 4) == 0 && !strstr(step, "USING"))
                fail_msg("%s: %s", statement_text[asked[i]], step);
        }
        sqlite3_finalize(plan);
    }
    sqlite3_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_end)

int main(void)
{
    unsetenv("STORE_URL");
    const struct CMUnitTest tests[] = {
        TEST(test_new_files_are_private),
        TEST(test_nothing_in_clear),
        TEST(test_missing_file),
        TEST(test_unfinished_file),
        TEST(test_other_database),
        TEST(test_newer_version),
        TEST(test_not_a_database),
        TEST(test_damaged_pages),
        TEST(test_truncated),
        TEST(test_locked),
        TEST(test_lock_is_taken_at_once),
        TEST(test_rollback_journal),
        TEST(test_log_is_shortened),
        TEST(test_read_only_folder),
        TEST(test_log_without_its_index),
        TEST(test_unreadable_file),
        TEST(test_full_disk),
        TEST(test_transfer),
        TEST(test_parameters_in_order),
        TEST(test_lookups_use_indexes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
