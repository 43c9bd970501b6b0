/*
 * Times commands as whole processes, in turn (A B C, C B A, ...), so that a machine whose speed
 * drifts is fair to all of them. Prints the median and minimum of each, and the median of the
 * ratios round by round against the first.
 *
 *   alternate ROUNDS INPUT COMMAND... [-- COMMAND...]...
 *
 * Each run gets the file INPUT as standard input and its output is thrown away. A run that fails
 * ends the program: a figure of a failing command means nothing.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 8
#define WARM_UP      5

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void run_child(const char *input, char **command)
{
    int in = open(input, O_RDONLY), out = open("/dev/null", O_WRONLY);
    if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0)
        _exit(126);
    execvp(command[0], command);
    _exit(127);
}

static double time_run(const char *input, char **command)
{
    double start = now_ms();
    pid_t pid = vfork();
    if (pid == 0)
        run_child(input, command);
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fprintf(stderr, "alternate: %s failed\n", command[0]);
        exit(1);
    }
    return now_ms() - start;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[n / 2];
}

static void report(const char *name, double *times, const double *first, int rounds)
{
    double *ratios = malloc((size_t)rounds * sizeof *ratios);
    for (int i = 0; ratios && i < rounds; i++)
        ratios[i] = times[i] / first[i];
    double ratio = ratios ? median(ratios, rounds) : 0;
    double middle = median(times, rounds);
    printf("%-32s median %7.2f ms  min %7.2f ms  ratio %5.2f\n", name, middle, times[0], ratio);
    free(ratios);
}

int main(int argc, char **argv)
{
    char **commands[COMMANDS_MAX];
    int count = 0, rounds = argc > 3 ? atoi(argv[1]) : 0;
    if (rounds < 1) {
        fputs("usage: alternate ROUNDS INPUT COMMAND... [-- COMMAND...]...\n", stderr);
        return 64;
    }
    for (int i = 3; i < argc; i++) {
        if (count < COMMANDS_MAX && (i == 3 || strcmp(argv[i - 1], "--") == 0))
            commands[count++] = argv + i;
    }
    for (int i = 3; i < argc; i++)
        if (strcmp(argv[i], "--") == 0)
            argv[i] = NULL;
    double *times[COMMANDS_MAX], *first = malloc((size_t)rounds * sizeof *first);
    for (int c = 0; c < count; c++)
        times[c] = malloc((size_t)rounds * sizeof **times);
    for (int r = -WARM_UP; r < rounds; r++)
        for (int k = 0; k < count; k++) {
            int c = r % 2 ? count - 1 - k : k;
            double took = time_run(argv[2], commands[c]);
            if (r >= 0)
                times[c][r] = took;
        }
    memcpy(first, times[0], (size_t)rounds * sizeof *first);
    for (int c = 0; c < count; c++) {
        char name[64];
        snprintf(name, sizeof name, "%.31s %.24s",
                 strrchr(commands[c][0], '/') ? strrchr(commands[c][0], '/') + 1 : commands[c][0],
                 commands[c][1] ? commands[c][1] : "");
        report(name, times[c], first, rounds);
        free(times[c]);
    }
    free(first);
    return 0;
}
