/*
 * Unique names. Time, process and a counter differ within one host and the host's name between
 * hosts; device and inode settle what clocks set back and reused process numbers leave open.
 */
#include "mailbox/unique_name.h"

#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/span.h"

/* Bytes of ",X=..." fields taken over, so that a name with its flags stays
 * below 255: the host takes 64, all other parts 110 at most. */
#define FIELDS_MAX 50

/* What a file name or the name's own grammar cannot hold becomes \ooo ("/" and ":" as \057 and
 * \072), a comma too, as it would begin a field. */
static void escape_host(const char *host, char *out, size_t size)
{
    size_t n = 0;
    for (; *host && n + 5 < size; host++) {
        if (ascii_is_alnum(*host) || strchr("-._", *host))
            out[n++] = *host;
        else
            n += (size_t)snprintf(out + n, size - n, "\\%03o", (unsigned char)*host);
    }
    out[n] = '\0';
}

static const char *host_of(struct name_sequence *s)
{
    char host[65] = "";
    if (s->host[0])
        return s->host;
    if (gethostname(host, sizeof host - 1) != 0 || !host[0])
        snprintf(host, sizeof host, "localhost");
    escape_host(host, s->host, sizeof s->host);
    return s->host;
}

void unique_name_for_draft(struct name_sequence *s, char out[UNIQUE_NAME_SIZE])
{
    struct timeval now;
    gettimeofday(&now, NULL);
    snprintf(out, UNIQUE_NAME_SIZE, "%lld.M%06ldP%ld_%u.%s", (long long)now.tv_sec,
             (long)now.tv_usec, (long)getpid(), s->next++, host_of(s));
}

void unique_name_for_file(struct name_sequence *s, const struct stat *file, const char *fields,
                          char out[UNIQUE_NAME_SIZE])
{
    struct timeval now;
    gettimeofday(&now, NULL);
    snprintf(out, UNIQUE_NAME_SIZE, "%lld.M%06ldP%ldV%llXI%llX_%u.%s%s", (long long)now.tv_sec,
             (long)now.tv_usec, (long)getpid(), (unsigned long long)file->st_dev,
             (unsigned long long)file->st_ino, s->next++, host_of(s), fields);
}

void unique_name_fields(const char *unique, int64_t size, char out[UNIQUE_NAME_SIZE])
{
    size_t n = 0;
    out[0] = '\0';
    const char *field = strchr(unique, ',');
    while (field) {
        size_t length = 1 + strcspn(field + 1, ",");
        bool is_uid = strncmp(field, ",U=", 3) == 0;
        if (!is_uid && n + length < FIELDS_MAX) {
            memcpy(out + n, field, length);
            n += length;
            out[n] = '\0';
        }
        field = field[length] ? field + length : NULL;
    }
    if (!strstr(out, ",S="))
        snprintf(out + n, UNIQUE_NAME_SIZE - n, ",S=%lld", (long long)size);
}
