/*
 * mailbox/: Maildir delivery, folders, reading and moves, as long as nothing breaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mailbox/maildir.h"
#include "mailbox/unique_name.h"
#include "scratch.h"

struct fixture {
    char home[256], path[300];
    struct arena *arena;
    struct maildir *md;
    struct error e;
};

static struct fixture *fixture_of(enum maildir_layout layout)
{
    struct fixture *f = calloc(1, sizeof *f);
    scratch_make(f->home);
    snprintf(f->path, sizeof f->path, "%s/mail/Maildir", f->home);
    f->arena = arena_new(1 << 20);
    f->md = maildir_open(f->path, layout, true, &f->e);
    assert_non_null(f->md);
    return f;
}

static int set_up(void **state)
{
    umask(077);
    *state = fixture_of(LAYOUT_MAILDIRPP);
    return 0;
}

static int set_up_nested(void **state)
{
    *state = fixture_of(LAYOUT_NESTED);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maildir_close(f->md);
    arena_free(f->arena);
    scratch_remove(f->home);
    free(f);
    return 0;
}

static const char *deliver(struct fixture *f, const char *folder, struct span bytes)
{
    const char *unique = NULL;
    struct maildir_draft *d = maildir_draft_new(f->md, &f->e);
    assert_non_null(d);
    assert_true(maildir_draft_write(d, bytes, &f->e));
    assert_true(maildir_draft_sync(d, &f->e));
    assert_true(maildir_draft_file(d, folder, f->arena, &unique, &f->e));
    return unique;
}

static mode_t mode_of(struct fixture *f, const char *below)
{
    char full[1024];
    struct stat st;
    snprintf(full, sizeof full, "%s/%s", f->path, below);
    assert_int_equal(lstat(full, &st), 0);
    return st.st_mode & 07777;
}

static void bytes_arrive_as_they_came(void **state)
{
    struct fixture *f = *state;
    static const char odd[] = "A: b\r\n\0\rx\xff\n.\nno final newline";
    const struct span cases[] = {{odd, sizeof odd - 1}, {"", 0}, {"\n", 1}};
    for (size_t i = 0; i < 3; i++) {
        char below[400], size_field[32];
        size_t size = 0;
        const char *unique = deliver(f, "INBOX", cases[i]);
        snprintf(below, sizeof below, "new/%s", unique);
        char *got = scratch_read(f->path, below, &size);
        assert_non_null(got);
        assert_int_equal(size, cases[i].n);
        assert_memory_equal(got, cases[i].p, size);
        free(got);
        snprintf(size_field, sizeof size_field, ",S=%zu", cases[i].n);
        assert_string_equal(strchr(unique, ','), size_field);
        assert_int_equal(mode_of(f, below), 0600);
    }
    assert_int_equal(scratch_count(f->path, "new", NULL), 3);
    assert_int_equal(scratch_count(f->path, "tmp", NULL), 0);
}

static void names_follow_the_grammar(void **state)
{
    struct fixture *f = *state;
    long long sec, usec, pid;
    unsigned long long dev, ino;
    unsigned seq;
    int used = 0;
    const char *unique = deliver(f, "INBOX", span_of("x"));
    assert_int_equal(sscanf(unique, "%lld.M%lldP%lldV%llXI%llX_%u.%n", &sec, &usec, &pid, &dev,
                            &ino, &seq, &used),
                     6);
    assert_int_equal(pid, getpid());
    assert_null(strpbrk(unique, "/:"));
    assert_string_not_equal(unique, deliver(f, "INBOX", span_of("x")));
}

/* Stands in the place of the C library's. */
static const char *host_name = "host.example";
int gethostname(char *name, size_t size)
{
    snprintf(name, size, "%s", host_name);
    return 0;
}

static void host_names_cannot_break_a_name(void **state)
{
    (void)state;
    char name[UNIQUE_NAME_SIZE];
    host_name = "a/b:c,S=1\n";
    unique_name_for_draft(&(struct name_sequence){.host = ""}, name);
    assert_non_null(strstr(name, ".a\\057b\\072c\\054S\\0751\\012"));
    host_name = "";
    unique_name_for_draft(&(struct name_sequence){.host = ""}, name);
    assert_non_null(strstr(name, ".localhost"));
    host_name = "////////////////////////////////////////////////////////////////";
    unique_name_for_draft(&(struct name_sequence){.host = ""}, name);
    assert_true(strlen(name) < 150);
    host_name = "host.example";
}

static void moved_names_drop_only_the_uid(void **state)
{
    (void)state;
    char out[UNIQUE_NAME_SIZE];
    unique_name_fields("1.M2P3.host,S=10,U=7,W=12", 99, out);
    assert_string_equal(out, ",S=10,W=12");
    unique_name_fields("1.M2P3.host", 99, out);
    assert_string_equal(out, ",S=99");
    unique_name_fields("1.M2P3.host,U=7", 99, out);
    assert_string_equal(out, ",S=99");
    char hostile[250];
    memset(hostile, ',', sizeof hostile);
    hostile[249] = '\0';
    unique_name_fields(hostile, 99, out);
    assert_true(strlen(out) < 80);
}

static void folders_are_made_whole(void **state)
{
    struct fixture *f = *state;
    deliver(f, "Bounces", span_of("x"));
    deliver(f, "Lists/Robots", span_of("x"));
    deliver(f, "Lists.Robots", span_of("x"));
    assert_int_equal(scratch_count(f->path, ".Bounces/new", NULL), 1);
    assert_int_equal(scratch_count(f->path, ".Lists.Robots/new", NULL), 2);
    assert_int_equal(scratch_count(f->path, ".Bounces", NULL), 4); /* with maildirfolder */
    assert_int_equal(mode_of(f, ".Bounces"), 0700);
    assert_int_equal(mode_of(f, ".Bounces/cur"), 0700);
    assert_int_equal(mode_of(f, ".Bounces/maildirfolder"), 0600);
    assert_int_equal(scratch_count(f->path, "", NULL), 3);
    assert_int_equal(scratch_count(f->path, "tmp", NULL), 0);
}

static void nested_folders_are_plain_directories(void **state)
{
    struct fixture *f = *state;
    deliver(f, "Lists/Robots", span_of("x"));
    deliver(f, "INBOX", span_of("x"));
    assert_int_equal(scratch_count(f->path, "Lists/Robots/new", NULL), 1);
    assert_int_equal(scratch_count(f->path, "Lists/Robots", NULL), 3); /* no maildirfolder */
    assert_int_equal(scratch_count(f->path, "Lists", NULL), 1);
    assert_int_equal(scratch_count(f->path, "new", NULL), 1);
    assert_false(maildir_folder_name_ok("new", LAYOUT_NESTED));
    assert_false(maildir_folder_name_ok("A/cur/B", LAYOUT_NESTED));
    assert_true(maildir_folder_name_ok("new", LAYOUT_MAILDIRPP));
}

static void names_beyond_ascii_are_written_as_imap_has_them(void **state)
{
    struct fixture *f = *state;
    deliver(f,
            "R\xc3\xbc"
            "ckl\xc3\xa4ufer & Co/\xf0\x9f\x93\xac",
            span_of("x"));
    assert_int_equal(scratch_count(f->path, ".R&APw-ckl&AOQ-ufer &- Co.&2D3c7A-/new", NULL), 1);
    deliver(f, "R&APw-ck", span_of("x")); /* as it stands on disk */
    assert_int_equal(scratch_count(f->path, ".R&APw-ck/new", NULL), 1);
    const char *unique;
    char wide[201];
    for (size_t i = 0; i < 200; i += 2)
        memcpy(wide + i, "\xc3\xbc", 2);
    wide[200] = '\0';
    struct maildir_draft *d = maildir_draft_new(f->md, &f->e);
    assert_false(maildir_draft_file(d, wide, f->arena, &unique, &f->e));
    maildir_draft_drop(d);
}

static void what_exists_is_left_as_it_is(void **state)
{
    struct fixture *f = *state;
    char path[400];
    snprintf(path, sizeof path, "%s/.Bounces", f->path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, 0750), 0);
    deliver(f, "Bounces", span_of("x"));
    assert_int_equal(mode_of(f, ".Bounces"), 0750);
    assert_int_equal(scratch_count(f->path, ".Bounces", NULL), 4);
    snprintf(path, sizeof path, "%s/.Bounces/maildirfolder", f->path);
    assert_int_equal(unlink(path), 0); /* a complete folder is not marked afterwards */
    deliver(f, "Bounces", span_of("x"));
    assert_int_equal(scratch_count(f->path, ".Bounces", NULL), 3);
}

static void hostile_folder_names_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {
        "",
        ".",
        "..",
        "../x",
        "a/../b",
        "/etc",
        "a/",
        ".a",
        "a.",
        "a..b",
        "a//b",
        "a\nb",
        "a\x7f"
        "b",
        "\xc2\x9b"
        "x",
        "\xff",
        "\xe2\x82",
        "a/./b",
        "...",
        "\x01",
        "a\tb",
    };
    char too_long[202];
    memset(too_long, 'a', sizeof too_long - 1);
    too_long[201] = '\0';
    assert_false(maildir_folder_name_ok(too_long, LAYOUT_MAILDIRPP));
    too_long[200] = '\0';
    assert_true(maildir_folder_name_ok(too_long, LAYOUT_MAILDIRPP));
    struct maildir_draft *d = maildir_draft_new(f->md, &f->e);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *unique;
        assert_false(maildir_folder_name_ok(bad[i], LAYOUT_MAILDIRPP));
        assert_false(maildir_folder_name_ok(bad[i], LAYOUT_NESTED));
        assert_false(maildir_draft_file(d, bad[i], f->arena, &unique, &f->e));
    }
    assert_int_equal(f->e.kind, ERROR_REFUSED);
    assert_int_equal(scratch_count(f->path, "tmp", NULL), 1);
    const char *unique;
    assert_true(maildir_draft_file(d,
                                   "Gr\xc3\xbc\xc3\x9f"
                                   "e",
                                   f->arena, &unique, &f->e));
}

static void a_maildir_is_made_only_when_asked(void **state)
{
    struct fixture *f = *state;
    char path[400];
    snprintf(path, sizeof path, "%s/other", f->home);
    assert_null(maildir_open(path, LAYOUT_MAILDIRPP, false, &f->e));
    assert_non_null(strstr(f->e.text, "backsift.conf"));
    assert_int_equal(mkdir(path, 0700), 0);
    assert_null(maildir_open(path, LAYOUT_MAILDIRPP, false, &f->e)); /* empty: no Maildir */
    assert_int_equal(scratch_count(path, "", NULL), 0);
    scratch_write(f->home, "file", "");
    snprintf(path, sizeof path, "%s/file", f->home);
    assert_null(maildir_open(path, LAYOUT_MAILDIRPP, true, &f->e));
    snprintf(path, sizeof path, "%s/tmp", f->path);
    assert_int_equal(rmdir(path), 0); /* as a backup without empty directories leaves it */
    struct maildir *again = maildir_open(f->path, LAYOUT_MAILDIRPP, false, &f->e);
    assert_non_null(again);
    maildir_close(again);
    assert_int_equal(scratch_count(f->path, "tmp", NULL), 0);
}

static void a_dropped_draft_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct maildir_draft *d = maildir_draft_new(f->md, &f->e);
    assert_true(maildir_draft_write(d, span_of("x"), &f->e));
    assert_int_equal(maildir_draft_size(d), 1);
    assert_int_equal(scratch_count(f->path, "tmp", NULL), 1);
    maildir_draft_drop(d);
    maildir_draft_drop(NULL);
    assert_int_equal(scratch_count(f->path, "tmp", NULL), 0);
    assert_int_equal(scratch_count(f->path, "new", NULL), 0);
}

/* --- reading --- */

struct seen {
    int count, stop_after;
    char subdirs[200], flags[200], last_unique[256];
};

static bool see(void *context, const struct maildir_entry *entry)
{
    struct seen *s = context;
    s->count++;
    strncat(s->subdirs, entry->subdir, 3);
    strncat(s->flags, entry->flags, 20);
    snprintf(s->last_unique, sizeof s->last_unique, "%s", entry->unique);
    return s->count != s->stop_after;
}

static void put(struct fixture *f, const char *below, const char *text)
{
    scratch_write(f->path, below, text);
}

static void messages_are_visited_in_order(void **state)
{
    struct fixture *f = *state;
    put(f, "new/2.b", "");
    put(f, "new/1.a", "");
    put(f, "new/.hidden", "");
    put(f, "cur/0.c,S=0:2,FS", "");
    put(f, "cur/0.d:2,", "");
    struct seen s = {0};
    assert_true(maildir_each(f->md, "INBOX", true, see, &s, &f->e));
    assert_int_equal(s.count, 4);
    assert_string_equal(s.subdirs, "newnewcurcur");
    assert_string_equal(s.flags, "FS");
    assert_string_equal(s.last_unique, "0.d");
    s = (struct seen){0};
    assert_true(maildir_each(f->md, "INBOX", false, see, &s, &f->e));
    assert_int_equal(s.count, 2);
    assert_string_equal(s.last_unique, "2.b");
    s = (struct seen){.stop_after = 1};
    assert_true(maildir_each(f->md, "INBOX", true, see, &s, &f->e));
    assert_int_equal(s.count, 1);
    s = (struct seen){0};
    assert_true(maildir_each(f->md, "Nowhere", true, see, &s, &f->e));
    assert_int_equal(s.count, 0);
    assert_int_equal(scratch_count(f->path, ".Nowhere", NULL), -1);
}

static void check_found(struct fixture *f, const char *unique, const char *path)
{
    struct maildir_entry entry;
    bool found = false;
    assert_true(maildir_find(f->md, f->arena, "Bounces", unique, &found, &entry, &f->e));
    assert_int_equal(found, path != NULL);
    if (!path)
        return;
    assert_string_equal(maildir_entry_path(f->md, f->arena, &entry),
                        arena_printf(f->arena, "%s/%s", f->path, path));
    assert_string_equal(entry.unique, unique);
    int fd = maildir_entry_open(f->md, &entry, &f->e);
    assert_true(fd >= 0);
    close(fd);
}

static void messages_are_found_whatever_their_flags(void **state)
{
    struct fixture *f = *state;
    check_found(f, "1.a", NULL); /* no such folder */
    deliver(f, "Bounces", span_of("x"));
    put(f, ".Bounces/new/1.a", "");
    put(f, ".Bounces/cur/1.b:2,S", "");
    put(f, ".Bounces/cur/1.c:2,DFRSTabc", "");
    put(f, ".Bounces/cur/1.d", "");
    check_found(f, "1.a", ".Bounces/new/1.a");
    check_found(f, "1.b", ".Bounces/cur/1.b:2,S");
    check_found(f, "1.c", ".Bounces/cur/1.c:2,DFRSTabc");
    check_found(f, "1.d", ".Bounces/cur/1.d");
    check_found(f, "1", NULL);
    check_found(f, "1.e", NULL);
    check_found(f, "../../../etc/passwd", NULL);
}

static void only_plain_files_are_opened(void **state)
{
    struct fixture *f = *state;
    char path[400];
    snprintf(path, sizeof path, "%s/new/fifo", f->path);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/new/link", f->path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    static const char *const names[] = {"fifo", "link", "none"};
    for (size_t i = 0; i < 3; i++) {
        struct maildir_entry entry = {"INBOX", "new", names[i], "", names[i]};
        f->e = (struct error){0};
        assert_int_equal(maildir_entry_open(f->md, &entry, &f->e), -1);
        assert_int_equal(f->e.kind, ERROR_DATA);
    }
}

/* --- moves --- */

static const char *move(struct fixture *f, const char *from, const char *unique, const char *to,
                        bool *gone)
{
    struct maildir_entry entry;
    bool found = false;
    const char *moved = "";
    assert_true(maildir_find(f->md, f->arena, from, unique, &found, &entry, &f->e));
    assert_true(found);
    assert_true(maildir_move(f->md, &entry, to, f->arena, &moved, gone, &f->e));
    return moved;
}

static void moves_keep_flags_and_drop_the_uid(void **state)
{
    struct fixture *f = *state;
    bool gone = true;
    size_t size;
    char below[600];
    put(f, "cur/1.a,S=3,U=9:2,FS", "abc");
    const char *unique = move(f, "INBOX", "1.a,S=3,U=9", "Backscatter", &gone);
    assert_false(gone);
    assert_null(strstr(unique, ",U="));
    snprintf(below, sizeof below, ".Backscatter/cur/%s:2,FS", unique);
    char *got = scratch_read(f->path, below, &size);
    assert_non_null(got);
    assert_string_equal(got, "abc");
    free(got);
    assert_int_equal(scratch_count(f->path, "cur", NULL), 0);
    assert_non_null(strstr(unique, ",S=3"));

    unique = move(f, "INBOX", deliver(f, "INBOX", span_of("xy")), "Backscatter", &gone);
    snprintf(below, sizeof below, ".Backscatter/new/%s", unique);
    got = scratch_read(f->path, below, &size);
    assert_non_null(got);
    free(got);
    assert_int_equal(scratch_count(f->path, "new", NULL), 0);
}

static void flagged_messages_do_not_stay_in_new(void **state)
{
    struct fixture *f = *state;
    bool gone;
    char name[256];
    put(f, "new/1.a:2,S", "abc");
    struct maildir_entry entry = {"INBOX", "new", "1.a", "S", "1.a:2,S"};
    const char *unique;
    assert_true(maildir_move(f->md, &entry, "B", f->arena, &unique, &gone, &f->e));
    assert_int_equal(scratch_count(f->path, ".B/new", NULL), 0);
    assert_int_equal(scratch_count(f->path, ".B/cur", name), 1);
    assert_non_null(strstr(name, ":2,S"));
}

static void a_message_that_left_is_not_moved(void **state)
{
    struct fixture *f = *state;
    bool gone = false;
    const char *unique;
    struct maildir_entry entry = {"INBOX", "new", "1.a", "", "1.a"};
    assert_true(maildir_move(f->md, &entry, "B", f->arena, &unique, &gone, &f->e));
    assert_true(gone);
    entry.folder = "Nowhere";
    gone = false;
    assert_true(maildir_move(f->md, &entry, "B", f->arena, &unique, &gone, &f->e));
    assert_true(gone);
    assert_int_equal(scratch_count(f->path, ".B/new", NULL), 0);
}

int main(void)
{
#define WITH_MAILDIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_MAILDIR(bytes_arrive_as_they_came),
        WITH_MAILDIR(names_follow_the_grammar),
        cmocka_unit_test(host_names_cannot_break_a_name),
        cmocka_unit_test(moved_names_drop_only_the_uid),
        WITH_MAILDIR(folders_are_made_whole),
        cmocka_unit_test_setup_teardown(nested_folders_are_plain_directories, set_up_nested,
                                        tear_down),
        WITH_MAILDIR(names_beyond_ascii_are_written_as_imap_has_them),
        WITH_MAILDIR(what_exists_is_left_as_it_is),
        WITH_MAILDIR(hostile_folder_names_are_refused),
        WITH_MAILDIR(a_maildir_is_made_only_when_asked),
        WITH_MAILDIR(a_dropped_draft_leaves_nothing),
        WITH_MAILDIR(messages_are_visited_in_order),
        WITH_MAILDIR(messages_are_found_whatever_their_flags),
        WITH_MAILDIR(only_plain_files_are_opened),
        WITH_MAILDIR(moves_keep_flags_and_drop_the_uid),
        WITH_MAILDIR(flagged_messages_do_not_stay_in_new),
        WITH_MAILDIR(a_message_that_left_is_not_moved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
