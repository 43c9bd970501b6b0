/*
 * The least that a delivery can cost which syncs both the message and its folder: one process that
 * copies standard input to tmp/, syncs it, links it into new/ and syncs that. It parses nothing,
 * decides nothing, and forks nothing. What a real delivery takes beyond it is its own.
 *
 *   durable_floor MAILDIR
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static char message[1024 * 1024];

int main(int argc, char **argv)
{
    char name[64];
    if (argc != 2 || chdir(argv[1]) != 0)
        return 64;
    snprintf(name, sizeof name, "%ld.floor", (long)getpid());
    int new_dir = open("new", O_RDONLY | O_DIRECTORY), tmp = open("tmp", O_RDONLY | O_DIRECTORY);
    int fd = openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    ssize_t n = read(STDIN_FILENO, message, sizeof message);
    bool ok = n > 0 && write(fd, message, (size_t)n) == n && fsync(fd) == 0 && close(fd) == 0 &&
              linkat(tmp, name, new_dir, name, 0) == 0 && fsync(new_dir) == 0 &&
              unlinkat(tmp, name, 0) == 0;
    return ok ? 0 : 75;
}
