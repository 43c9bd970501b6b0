/*
 * Every system call of a delivery made to go wrong, one after the other, and what is left looked at
 * from outside. tests/e2e/deliver_faults.t prepares what it needs and says what it wants.
 *
 *   faults MODE TEMPLATE HOME MESSAGE FOLDERS PROGRAM ARGUMENT...
 *
 * Before each run HOME is made a copy of TEMPLATE. MESSAGE goes to the program's standard input.
 * FOLDERS are those the message may be in, each between slashes: "/./.Bounces/". MODE:
 *
 *   each     every call fails in every way that it can
 *   turn     every call fails in one way, the next call in the next way
 *   kill     SIGKILL at every call; the mail system tries again
 *   lasting  from every call on a disk that is full, one that is broken, no more descriptors
 *   filter   as turn, for `filter`: what counts is standard output
 *
 * FAULTS_EVERY=N takes each Nth call only. Says what is wrong line by line, then "N runs at M
 * calls, R of them of the reader". Exit: 0 nothing is wrong, 1 something is, 2 cannot be done here.
 */
#include "fault_trace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RETRY 75
/* More calls than any run makes: a program that loops is a finding, not a hang. */
#define STEPS_MOST 20000

static struct {
    const char *mode, *template, *home, *message, *folders;
    char **argv;
    int input, out, err; /* standard descriptors of the program; out and err are memory */
    char *bytes;         /* of the message */
    size_t size;
    int runs, wrong;
} test;

static bool mode_is(const char *mode)
{
    return strcmp(test.mode, mode) == 0;
}

_Noreturn static void give_up(const char *what)
{
    fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* --- files --- */

static char *read_fd(int fd, size_t *size)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        give_up("fstat");
    char *bytes = malloc((size_t)st.st_size + 1);
    ssize_t n = bytes ? pread(fd, bytes, (size_t)st.st_size, 0) : -1;
    if (n != st.st_size)
        give_up("read");
    bytes[n] = '\0';
    *size = (size_t)n;
    return bytes;
}

static bool is_message(const char *path)
{
    size_t size;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        give_up(path);
    char *bytes = read_fd(fd, &size);
    close(fd);
    bool same = size == test.size && memcmp(bytes, test.bytes, size) == 0;
    free(bytes);
    return same;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type;
    return at->level == 0 ? 0 : remove(path);
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
    size_t size;
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (in < 0 || out < 0)
        give_up(to);
    char *bytes = read_fd(in, &size);
    if (write(out, bytes, size) != (ssize_t)size)
        give_up(to);
    free(bytes);
    close(in);
    close(out);
}

static int copy_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    char to[4096];
    snprintf(to, sizeof to, "%s%s", test.home, path + strlen(test.template));
    if (at->level > 0 && type == FTW_D && mkdir(to, st->st_mode & 0777) != 0)
        give_up(to);
    if (type == FTW_F)
        copy_file(path, to, st->st_mode & 0777);
    return 0;
}

static void start_anew(void)
{
    if (nftw(test.home, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 ||
        nftw(test.template, copy_one, 16, FTW_PHYS) != 0)
        give_up(test.home);
}

/* --- what is left --- */

struct left {
    int copies, broken, misplaced, drafts;
};

static void look_into(const char *folder, const char *subdir, struct left *left)
{
    char path[4096];
    struct dirent *entry;
    snprintf(path, sizeof path, "%s/Maildir/%s/%s", test.home, folder, subdir);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)) != NULL) {
        char file[4500], allowed[300];
        if (entry->d_type == DT_DIR)
            continue;
        if (strcmp(subdir, "tmp") == 0) {
            left->drafts++;
            continue;
        }
        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        snprintf(allowed, sizeof allowed, "/%s/", folder);
        left->copies++;
        left->broken += !is_message(file);
        left->misplaced += !strstr(test.folders, allowed);
    }
    if (dir)
        closedir(dir);
}

static struct left look(void)
{
    static const char *const subdirs[] = {"new", "cur", "tmp"};
    struct left left = {0};
    char path[4096];
    struct dirent *entry;
    snprintf(path, sizeof path, "%s/Maildir", test.home);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] == '.' && strcmp(entry->d_name, "..") != 0)
            for (size_t i = 0; i < 3; i++)
                look_into(entry->d_name, subdirs[i], &left);
    if (dir)
        closedir(dir);
    return left;
}

/* --- what is wrong --- */

static const char *what_happened(const struct fault *f, const struct fault_run *run)
{
    if (f->kind == FAULT_KILL)
        return "killed";
    int error = f->kind == FAULT_LASTING ? f->error : run->error;
    return error ? strerrorname_np(error) : "short";
}

static void complain(const struct fault *f, const struct fault_run *run, const char *format, ...)
{
    va_list args;
    test.wrong++;
    printf("%s call %d, %s, %s%s: ", f->in_reader ? "the reader's" : "the delivery's", f->step,
           run->call, f->kind == FAULT_LASTING ? "from now on " : "", what_happened(f, run));
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* The exit code, or 256 and the signal. */
static int code_of(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static void check_output(const struct fault *f, const struct fault_run *run, int code)
{
    size_t size, errors;
    char *out = read_fd(test.out, &size), *err = read_fd(test.err, &errors);
    bool mute = strcmp(run->call, "write") == 0 && run->first == STDOUT_FILENO;
    if (code == 0 && size + errors > 0)
        complain(f, run, "exit 0, and it said: %s%s", out, err);
    if (code == RETRY && f->kind != FAULT_LASTING && !mute && strncmp(out, "4.3.0 ", 6) != 0)
        complain(f, run, "exit 75 without a status: %s", out);
    free(out);
    free(err);
}

/* Can this be why a file stays in tmp/? */
static bool may_leave_draft(const struct fault *f, const struct fault_run *run)
{
    return f->kind == FAULT_LASTING || strncmp(run->call, "unlink", 6) == 0;
}

static void check_copies(const struct fault *f, const struct fault_run *run,
                         const struct left *left)
{
    if (left->broken)
        complain(f, run, "a file in new/ is not the message");
    if (left->misplaced)
        complain(f, run, "in a folder where it must not be");
}

static void check_failed(const struct fault *f, const struct fault_run *run)
{
    struct left left = look();
    int code = code_of(run->status);
    /* On a disk that is broken from the sync of the folder on, the new name cannot be taken back.
     */
    int most = f->kind == FAULT_LASTING && strcmp(run->call, "fsync") == 0;
    if (!(code == 0 && left.copies == 1) && !(code == RETRY && left.copies <= most))
        complain(f, run, "exit %d with %d copies", code, left.copies);
    if (left.drafts > 0 && !may_leave_draft(f, run))
        complain(f, run, "%d files left in tmp/", left.drafts);
    check_copies(f, run, &left);
    check_output(f, run, code);
}

static struct fault_run deliver(const struct fault *f)
{
    test.runs++;
    if (lseek(test.input, 0, SEEK_SET) != 0 || ftruncate(test.out, 0) != 0 ||
        ftruncate(test.err, 0) != 0 || lseek(test.out, 0, SEEK_SET) != 0 ||
        lseek(test.err, 0, SEEK_SET) != 0)
        give_up("lseek");
    return fault_run(test.argv, test.input, test.out, test.err, f);
}

/* A delivery that is killed is tried again by the mail system. The reader's end is no reason to. */
static void check_killed(const struct fault *f, const struct fault_run *run)
{
    struct left left = look();
    int code = code_of(run->status), before = left.copies;
    if (f->in_reader) {
        check_failed(f, run);
        return;
    }
    if (code != 256 + SIGKILL || before > 1)
        complain(f, run, "exit %d with %d copies", code, before);
    check_copies(f, run, &left);
    code = code_of(deliver(NULL).status);
    left = look();
    if (code != 0 || left.copies != before + 1)
        complain(f, run, "then exit %d with %d copies", code, left.copies);
    check_copies(f, run, &left);
}

static void check_filtered(const struct fault *f, const struct fault_run *run)
{
    size_t size;
    char *out = read_fd(test.out, &size), *rest = out;
    int code = code_of(run->status);
    if (strncmp(out, "X-Backsift: ", 12) == 0)
        rest = strchr(out, '\n') + 1;
    size -= (size_t)(rest - out);
    if (code != RETRY && code != 0)
        complain(f, run, "exit %d", code);
    if (code == 0 && (size != test.size || memcmp(rest, test.bytes, size) != 0))
        complain(f, run, "exit 0, but the output is not the message");
    free(out);
}

/* --- step by step --- */

static bool run_with(const struct fault *f, struct fault_run *run)
{
    start_anew();
    *run = deliver(f);
    if (!run->reached)
        return false;
    if (mode_is("filter"))
        check_filtered(f, run);
    else if (f->kind == FAULT_KILL)
        check_killed(f, run);
    else
        check_failed(f, run);
    return true;
}

static bool run_lasting(struct fault *f, struct fault_run *run)
{
    static const int errors[] = {ENOSPC, EIO, EMFILE};
    bool reached = true;
    f->kind = FAULT_LASTING;
    for (size_t i = 0; reached && i < sizeof errors / sizeof *errors; i++) {
        f->error = errors[i];
        reached = run_with(f, run);
    }
    return reached;
}

static bool run_each_way(struct fault *f, struct fault_run *run)
{
    bool reached = true;
    do
        reached = run_with(f, run);
    while (reached && ++f->way < run->ways);
    return reached;
}

/* False when there is no such call any more. */
static bool run_step(int number, bool in_reader)
{
    struct fault f = {.kind = FAULT_FAIL, .step = number, .in_reader = in_reader};
    struct fault_run run;
    if (mode_is("lasting"))
        return run_lasting(&f, &run);
    if (mode_is("each"))
        return run_each_way(&f, &run);
    if (mode_is("kill"))
        f.kind = FAULT_KILL;
    f.way = number;
    return run_with(&f, &run);
}

/* Gives the number of calls. */
static int run_steps(bool in_reader)
{
    const char *every = getenv("FAULTS_EVERY");
    int by = every && atoi(every) > 0 ? atoi(every) : 1, number = 1;
    while (number < STEPS_MOST && run_step(number, in_reader))
        number += by;
    if (number >= STEPS_MOST) {
        printf("it makes calls without end\n");
        test.wrong++;
    }
    return number - 1;
}

int main(int argc, char **argv)
{
    if (argc < 7 || !fault_possible()) {
        fprintf(stderr, "faults: processes cannot be traced here\n");
        return 2;
    }
    test.mode = argv[1];
    test.template = argv[2];
    test.home = argv[3];
    test.message = argv[4];
    test.folders = argv[5];
    test.argv = argv + 6;
    test.input = open(test.message, O_RDONLY);
    test.out = memfd_create("out", 0);
    test.err = memfd_create("err", 0);
    if (test.input < 0 || test.out < 0 || test.err < 0)
        give_up(test.message);
    test.bytes = read_fd(test.input, &test.size);
    int calls = run_steps(false), of_reader = run_steps(true);
    printf("%d runs at %d calls, %d of them of the reader\n", test.runs, calls + of_reader,
           of_reader);
    return test.wrong > 0;
}
