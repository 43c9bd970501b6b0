/*
 * The line of progress. Handlers of signals are there only while it is shown, and only for signals
 * that would have ended the program: they take it away and let the signal do so.
 */
#include "cmd/progress.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* To the left margin, and erase to the end of the line (ECMA-48 EL). */
#define TAKE_BACK "\r\033[K"
/* Columns of a bar: fewer say nothing, more say no more. And of a window that does not tell. */
#define BAR_LEAST     8
#define BAR_MOST      30
#define COLUMNS_USUAL 80
#define LINE_SIZE     512

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
#define SIGNAL_COUNT (sizeof signals / sizeof *signals)

static void end_by_signal(int number)
{
    ssize_t ignored = write(STDERR_FILENO, TAKE_BACK, sizeof TAKE_BACK - 1);
    (void)ignored;
    raise(number); /* its default action by now (SA_RESETHAND), once this returns */
}

static void catch_signals(void)
{
    struct sigaction now, ours = {.sa_handler = end_by_signal, .sa_flags = SA_RESETHAND};
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(signals[i], &ours, NULL);
}

static void let_signals_be(void)
{
    struct sigaction now, before = {.sa_handler = SIG_DFL};
    for (size_t i = 0; i < SIGNAL_COUNT; i++)
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == end_by_signal)
            sigaction(signals[i], &before, NULL);
}

bool progress_is_possible(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

/* The last column stays free: what is written there makes some terminals begin a new line. */
static size_t columns(void)
{
    struct winsize window;
    size_t n = COLUMNS_USUAL;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 1)
        n = window.ws_col;
    return (n < LINE_SIZE ? n : LINE_SIZE) - 1;
}

void progress_show(const char *text)
{
    size_t n = strlen(text), most = columns();
    if (n > most)
        for (n = most; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;)
            n--; /* no half character */
    catch_signals();
    fprintf(stderr, TAKE_BACK "%.*s", (int)n, text);
}

void progress_show_bar(int64_t done, int64_t total, const char *detail)
{
    char line[LINE_SIZE + BAR_MOST + 8], text[LINE_SIZE];
    size_t room = columns();
    int n = snprintf(text, sizeof text, "%" PRId64 " of %" PRId64, done, total);
    if ((size_t)n + strlen(detail) <= room)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s", detail);
    int width = (int)room - n - (int)(sizeof "[] " - 1);
    if (width < BAR_LEAST) {
        progress_show(text);
        return;
    }
    width = width < BAR_MOST ? width : BAR_MOST;
    int filled = total > 0 ? (int)(done * width / total) : width;
    snprintf(line, sizeof line, "[%-*.*s] %s", width, filled, "##############################",
             text);
    progress_show(line);
}

void progress_clear(void)
{
    fputs(TAKE_BACK, stderr);
    let_signals_be();
}
