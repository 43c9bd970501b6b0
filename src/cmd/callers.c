/*
 * Recipes of callers. Only what is known to lose mail is called wrong; a caller that is not there
 * is not wrong, because mail systems can also be told in their own configuration.
 */
#include "cmd/callers.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"

/* Is there a line, not a comment, with both words? NULL stands for any. */
static bool has_line(struct span text, const char *word, const char *other)
{
    struct span line;
    while (span_next_line(&text, &line)) {
        struct span l = span_trim(line);
        if (l.n > 0 && l.p[0] != '#' && span_find(l, span_of(word)) < l.n &&
            (!other || span_find(l, span_of(other)) < l.n))
            return true;
    }
    return false;
}

/* The program named in the text must exist, or every message waits in the queue. */
static void check_program(struct check *k, const char *file, struct span text)
{
    size_t end = span_find(text, span_of("/backsift "));
    if (end == text.n)
        return;
    size_t begin = end;
    while (begin > 0 && !ascii_is_space(text.p[begin - 1]) && !strchr("\"'|", text.p[begin - 1]))
        begin--;
    const char *program =
        arena_string(k->context.arena, span_slice(text, begin, end + strlen("/backsift")));
    if (program && program[0] == '/' && access(program, X_OK) != 0)
        check_report(k, CHECK_WRONG, "caller", "%s calls %s, which cannot be executed", file,
                     program);
}

static void check_forward(struct check *k, const char *file, struct span text)
{
    if (has_line(text, "exec ", "backsift"))
        check_report(k, CHECK_WRONG, "caller",
                     "%s: 'exec' makes a missing program exit 127, a bounce: leave it out", file);
    else if (!has_line(text, "exit 75", NULL))
        check_report(
            k, CHECK_NOTE, "caller",
            "%s: under Postfix or Sendmail put '|| exit 75' behind the command; under Exim "
            "leave it bare and set temp_errors = * (see contrib/)",
            file);
}

/* The recipe line above the pipe must have the flag w, or procmail ignores the exit code. */
static void check_procmail(struct check *k, const char *file, struct span text)
{
    struct span line, recipe = {0};
    while (span_next_line(&text, &line)) {
        struct span l = span_trim(line);
        if (span_starts_nocase(l, ":0"))
            recipe = l;
        if (l.n > 0 && l.p[0] == '|' && span_find(l, span_of("backsift deliver")) < l.n &&
            span_find_byte(recipe, 'w', 0) == recipe.n &&
            span_find_byte(recipe, 'W', 0) == recipe.n)
            check_report(
                k, CHECK_WRONG, "caller",
                "%s: without the flag w (':0 w') procmail ignores a failure and the message "
                "is lost",
                file);
    }
}

static const struct caller_file {
    const char *name;
    void (*check)(struct check *k, const char *file, struct span text); /* NULL: nothing more */
} caller_files[] = {
    {".forward", check_forward},
    {".procmailrc", check_procmail},
    {".qmail", NULL},
    {".mailfilter", NULL},
    {".fdm.conf", NULL},
};

static struct span read_small(struct arena *arena, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *p = fd >= 0 ? arena_alloc(arena, LIMIT_CALLER_FILE) : NULL;
    ssize_t n = p ? read(fd, p, LIMIT_CALLER_FILE) : -1;
    if (fd >= 0)
        close(fd);
    return (struct span){p, n > 0 ? (size_t)n : 0};
}

void callers_check(struct check *k)
{
    bool any = false;
    for (size_t i = 0; i < sizeof caller_files / sizeof *caller_files; i++) {
        const char *file =
            arena_printf(k->context.arena, "%s/%s", k->context.paths.home, caller_files[i].name);
        struct span text = file ? read_small(k->context.arena, file) : (struct span){0};
        if (!has_line(text, "backsift", NULL))
            continue;
        any = true;
        int wrong = k->wrong;
        check_program(k, file, text);
        if (caller_files[i].check)
            caller_files[i].check(k, file, text);
        if (k->wrong == wrong)
            check_report(k, CHECK_OK, "caller", "%s calls backsift", file);
    }
    if (!any)
        check_report(
            k, CHECK_NOTE, "caller",
            "no .forward, .procmailrc, .qmail, .mailfilter or .fdm.conf of %s calls backsift: "
            "contrib/ has a recipe for each",
            k->context.paths.home);
}
