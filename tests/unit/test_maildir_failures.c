/*
 * mailbox/ when something breaks: disks that fill or fail, links refused, folders in the way,
 * others at work on the same messages. System calls are stood in for by functions of this program,
 * which fail on request; the rest goes to the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "mailbox/maildir.h"
#include "scratch.h"

/* --- system calls that fail on request --- */

enum call { CALL_LINK, CALL_RENAME, CALL_FSYNC, CALL_CLOSE, CALL_COUNT };

static struct {
    int error; /* 0: do not fail */
    int skip;  /* calls let through before */
} failing[CALL_COUNT];
static void (*before_unlink)(void); /* what somebody else does just then */
static bool rename_without_flags;
static bool link_done_but_denied; /* as NFS answers when the first reply was lost */

static bool fails(enum call c)
{
    if (!failing[c].error || failing[c].skip-- > 0)
        return false;
    errno = failing[c].error;
    failing[c].skip = 0;
    return true;
}

int linkat(int a, const char *from, int b, const char *to, int flags)
{
    if (fails(CALL_LINK))
        return -1;
    int rc = (int)syscall(SYS_linkat, a, from, b, to, flags);
    if (rc == 0 && link_done_but_denied) {
        errno = EEXIST;
        return -1;
    }
    return rc;
}

int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    if (rename_without_flags) {
        errno = EINVAL;
        return -1;
    }
    return fails(CALL_RENAME) ? -1 : (int)syscall(SYS_renameat2, a, from, b, to, flags);
}

int fsync(int fd)
{
    return fails(CALL_FSYNC) ? -1 : (int)syscall(SYS_fsync, fd);
}

int close(int fd)
{
    if (failing[CALL_CLOSE].error && fails(CALL_CLOSE)) {
        syscall(SYS_close, fd);
        return -1;
    }
    return (int)syscall(SYS_close, fd);
}

int unlinkat(int dir, const char *name, int flags)
{
    void (*meanwhile)(void) = before_unlink;
    before_unlink = NULL;
    if (meanwhile)
        meanwhile();
    return (int)syscall(SYS_unlinkat, dir, name, flags);
}

/* --- fixture --- */

static struct {
    char home[256], path[300];
    struct arena *arena;
    struct maildir *md;
    struct error e;
} f;

static int set_up(void **state)
{
    (void)state;
    umask(077);
    memset(&f, 0, sizeof f);
    scratch_make(f.home);
    snprintf(f.path, sizeof f.path, "%s/Maildir", f.home);
    f.arena = arena_new(1 << 20);
    f.md = maildir_open(f.path, LAYOUT_MAILDIRPP, true, &f.e);
    return f.md ? 0 : -1;
}

static void all_well(void)
{
    memset(failing, 0, sizeof failing);
    before_unlink = NULL;
    rename_without_flags = link_done_but_denied = false;
}

static int tear_down(void **state)
{
    (void)state;
    all_well();
    maildir_close(f.md);
    arena_free(f.arena);
    scratch_remove(f.home);
    return 0;
}

static struct maildir_draft *draft_of(const char *text)
{
    struct maildir_draft *d = maildir_draft_new(f.md, &f.e);
    assert_non_null(d);
    assert_true(maildir_draft_write(d, span_of(text), &f.e));
    return d;
}

static bool file(struct maildir_draft *d, const char *folder)
{
    const char *unique;
    return maildir_draft_file(d, folder, f.arena, &unique, &f.e);
}

static int count(const char *below)
{
    return scratch_count(f.path, below, NULL);
}

static void check_counts(int tmp, int new, int folder_new)
{
    assert_int_equal(count("tmp"), tmp);
    assert_int_equal(count("new"), new);
    assert_int_equal(count(".B/new"), folder_new);
}

/* --- drafts --- */

static void refused_links_become_renames(void **state)
{
    (void)state;
    static const int errors[] = {EPERM, EOPNOTSUPP, ENOSYS, EXDEV, EMLINK, ENOSPC};
    for (int i = 0; i < 6; i++) {
        failing[CALL_LINK].error = errors[i];
        rename_without_flags = i % 2;
        assert_true(file(draft_of("x"), "B"));
        check_counts(0, 0, i + 1);
    }
}

static void other_link_errors_are_errors(void **state)
{
    (void)state;
    failing[CALL_LINK].error = EIO;
    struct maildir_draft *d = draft_of("x");
    assert_false(file(d, "B"));
    assert_int_equal(f.e.kind, ERROR_RETRY);
    check_counts(1, 0, 0);
    all_well();
    assert_true(file(d, "INBOX")); /* the draft lives on */
    check_counts(0, 1, 0);
}

static void a_lost_answer_to_link_is_no_second_copy(void **state)
{
    (void)state;
    link_done_but_denied = true;
    assert_true(file(draft_of("x"), "B"));
    check_counts(0, 0, 1);
}

static void a_taken_name_is_not_replaced(void **state)
{
    (void)state;
    failing[CALL_LINK].error = EEXIST; /* every name is taken */
    struct maildir_draft *d = draft_of("x");
    assert_false(file(d, "B"));
    check_counts(1, 0, 0);
    maildir_draft_drop(d);
    check_counts(0, 0, 0);
}

static void an_unsynced_folder_takes_the_name_back(void **state)
{
    (void)state;
    assert_true(file(draft_of("x"), "B"));
    for (int by_rename = 0; by_rename < 2; by_rename++) {
        struct maildir_draft *d = draft_of("y");
        assert_true(maildir_draft_sync(d, &f.e));
        failing[CALL_FSYNC].error = EIO;
        failing[CALL_LINK].error = by_rename ? EPERM : 0;
        assert_false(file(d, "B"));
        check_counts(1, 0, 1);
        maildir_draft_drop(d);
        check_counts(0, 0, 1);
        all_well();
    }
    failing[CALL_FSYNC].error =
        EINVAL; /* directories cannot be synced there: nothing to wait for */
    struct maildir_draft *d = draft_of("z");
    failing[CALL_FSYNC].skip = 1;
    assert_true(file(d, "B"));
    check_counts(0, 0, 2);
}

static void a_draft_that_may_be_cut_is_never_filed(void **state)
{
    (void)state;
    struct maildir_draft *d = draft_of("x");
    failing[CALL_FSYNC].error = EIO;
    assert_false(maildir_draft_sync(d, &f.e));
    all_well();
    assert_false(file(d, "INBOX")); /* a second fsync would succeed and prove nothing */
    maildir_draft_drop(d);
    check_counts(0, 0, -1);

    d = draft_of("x");
    assert_true(maildir_draft_sync(d, &f.e));
    failing[CALL_CLOSE].error = EDQUOT;
    assert_false(file(d, "INBOX"));
    all_well();
    assert_false(file(d, "INBOX"));
    maildir_draft_drop(d);
    check_counts(0, 0, -1);
}

static void a_draft_changed_from_outside_is_not_filed(void **state)
{
    (void)state;
    char name[256], path[700];
    struct maildir_draft *d = draft_of("text");
    assert_int_equal(scratch_count(f.path, "tmp", name), 1);
    snprintf(path, sizeof path, "%s/tmp/%s", f.path, name);
    assert_int_equal(truncate(path, 2), 0);
    assert_false(file(d, "INBOX"));
    maildir_draft_drop(d);
    check_counts(0, 0, -1);
}

static void a_folder_in_the_way_leaves_the_draft(void **state)
{
    (void)state;
    char path[400], target[400];
    scratch_write(f.path, ".B", "a file");
    snprintf(path, sizeof path, "%s/.L", f.path);
    snprintf(target, sizeof target, "%s/elsewhere", f.home);
    assert_int_equal(mkdir(target, 0700), 0);
    assert_int_equal(symlink(target, path), 0);
    struct maildir_draft *d = draft_of("x");
    assert_false(file(d, "B"));
    assert_non_null(strstr(f.e.text, ".B"));
    assert_false(file(d, "L")); /* nothing is filed outside the Maildir */
    assert_int_equal(scratch_count(target, "", NULL), 0);
    assert_true(file(d, "INBOX"));
    check_counts(0, 1, -1);
}

static void a_folder_made_by_halves_is_completed(void **state)
{
    (void)state;
    failing[CALL_FSYNC].error = EIO;
    failing[CALL_FSYNC].skip = 1; /* the draft; then the new folder's sync fails */
    struct maildir_draft *d = draft_of("x");
    assert_false(file(d, "B"));
    all_well();
    char path[400];
    snprintf(path, sizeof path, "%s/.B/cur", f.path);
    rmdir(path);
    snprintf(path, sizeof path, "%s/.B/maildirfolder", f.path);
    unlink(path);
    assert_true(file(d, "B"));
    assert_int_equal(count(".B"), 4);
    check_counts(0, 0, 1);
}

static void a_folder_that_may_not_be_written_leaves_the_draft(void **state)
{
    (void)state;
    assert_true(file(draft_of("x"), "B"));
    failing[CALL_LINK].error = EACCES;
    struct maildir_draft *d = draft_of("y");
    assert_false(file(d, "B"));
    all_well();
    assert_true(file(d, "INBOX"));
    check_counts(0, 1, 1);
}

/* --- a full disk --- */

static void check_full_disk(void)
{
    static char chunk[4096];
    struct maildir_draft *d = maildir_draft_new(f.md, &f.e);
    assert_non_null(d);
    bool ok = true;
    memset(chunk, 'x', sizeof chunk);
    for (int i = 0; ok && i < 64; i++)
        ok = maildir_draft_write(d, (struct span){chunk, sizeof chunk}, &f.e);
    assert_false(ok && maildir_draft_sync(d, &f.e));
    assert_int_equal(f.e.kind, ERROR_RETRY);
    assert_false(file(d, "INBOX"));
    maildir_draft_drop(d);
    check_counts(0, 0, -1);
}

/* In a mount namespace of this process's own, so that nothing stays mounted. */
static bool mount_small_disk(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", f.path, "tmpfs", 0, "size=64k,mode=700") == 0;
}

static void a_full_disk_files_nothing(void **state)
{
    (void)state;
    if (!mount_small_disk()) {
        print_message("# no small disk can be mounted (%s): only RLIMIT_FSIZE is tested\n",
                      strerror(errno));
        return;
    }
    maildir_close(f.md);
    f.md = maildir_open(f.path, LAYOUT_MAILDIRPP, true, &f.e);
    assert_non_null(f.md);
    check_full_disk();
    maildir_close(f.md);
    f.md = NULL;
    assert_int_equal(umount(f.path), 0);
}

static void a_file_size_limit_files_nothing(void **state)
{
    (void)state;
    struct rlimit was, small = {65536, 65536};
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small.rlim_max = was.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    check_full_disk();
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    signal(SIGXFSZ, SIG_DFL);
}

/* --- moves --- */

static bool move(const char *filename, const char *unique, const char *flags, bool *gone)
{
    const char *moved;
    struct maildir_entry entry = {"INBOX", "cur", unique, flags, filename};
    return maildir_move(f.md, &entry, "B", f.arena, &moved, gone, &f.e);
}

static void somebody_else_flags_it(void)
{
    char from[400], to[400];
    snprintf(from, sizeof from, "%s/cur/1.a:2,", f.path);
    snprintf(to, sizeof to, "%s/cur/1.a:2,S", f.path);
    assert_int_equal(rename(from, to), 0);
}

static void somebody_else_removes_it(void)
{
    char path[400];
    snprintf(path, sizeof path, "%s/cur/1.a:2,", f.path);
    assert_int_equal(unlink(path), 0);
}

static void a_message_is_never_there_twice(void **state)
{
    (void)state;
    void (*const meanwhile[])(void) = {somebody_else_flags_it, somebody_else_removes_it};
    for (int i = 0; i < 2; i++) {
        bool gone = false;
        scratch_write(f.path, "cur/1.a:2,", "x");
        before_unlink = meanwhile[i];
        assert_true(move("1.a:2,", "1.a", "", &gone));
        assert_true(gone);
        assert_int_equal(count(".B/cur"), 0);
        assert_int_equal(count("cur"), i == 0 ? 1 : 0);
        scratch_remove(f.path);
        maildir_close(f.md);
        f.md = maildir_open(f.path, LAYOUT_MAILDIRPP, true, &f.e);
    }
}

static void a_move_that_cannot_be_synced_is_taken_back(void **state)
{
    (void)state;
    bool gone = false;
    assert_true(file(draft_of("x"), "B"));
    for (int by_rename = 0; by_rename < 2; by_rename++) {
        scratch_write(f.path, "cur/1.a:2,", "x");
        failing[CALL_FSYNC].error = EIO;
        failing[CALL_LINK].error = by_rename ? EPERM : 0;
        assert_false(move("1.a:2,", "1.a", "", &gone));
        assert_false(gone);
        all_well();
        assert_int_equal(count("cur"), 1);
        assert_int_equal(count(".B/cur"), 0);
    }
    failing[CALL_LINK].error = EPERM;
    assert_true(move("1.a:2,", "1.a", "", &gone));
    assert_int_equal(count("cur"), 0);
    assert_int_equal(count(".B/cur"), 1);
}

static void a_folder_in_the_way_leaves_the_message(void **state)
{
    (void)state;
    bool gone = false;
    scratch_write(f.path, ".B", "");
    scratch_write(f.path, "cur/1.a:2,", "x");
    assert_false(move("1.a:2,", "1.a", "", &gone));
    assert_int_equal(count("cur"), 1);
}

int main(void)
{
#define WITH_MAILDIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_MAILDIR(refused_links_become_renames),
        WITH_MAILDIR(other_link_errors_are_errors),
        WITH_MAILDIR(a_lost_answer_to_link_is_no_second_copy),
        WITH_MAILDIR(a_taken_name_is_not_replaced),
        WITH_MAILDIR(an_unsynced_folder_takes_the_name_back),
        WITH_MAILDIR(a_draft_that_may_be_cut_is_never_filed),
        WITH_MAILDIR(a_draft_changed_from_outside_is_not_filed),
        WITH_MAILDIR(a_folder_in_the_way_leaves_the_draft),
        WITH_MAILDIR(a_folder_made_by_halves_is_completed),
        WITH_MAILDIR(a_folder_that_may_not_be_written_leaves_the_draft),
        WITH_MAILDIR(a_full_disk_files_nothing),
        WITH_MAILDIR(a_file_size_limit_files_nothing),
        WITH_MAILDIR(a_message_is_never_there_twice),
        WITH_MAILDIR(a_move_that_cannot_be_synced_is_taken_back),
        WITH_MAILDIR(a_folder_in_the_way_leaves_the_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
