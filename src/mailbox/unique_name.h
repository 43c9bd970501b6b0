/*
 * Unique names of message files (FIELD: sec.M<usec>P<pid>V<dev>I<ino>_<seq>.<host>,S=<bytes>).
 */
#ifndef BACKSIFT_MAILBOX_UNIQUE_NAME_H
#define BACKSIFT_MAILBOX_UNIQUE_NAME_H

#include <stdint.h>
#include <sys/stat.h>

/* Longest file name (NAME_MAX) and its NUL. */
#define UNIQUE_NAME_SIZE 256

/* What makes two names of one process differ: counts on with every name. One per Maildir opened. */
struct name_sequence {
    unsigned next;
    char host[65]; /* escaped; "" until first used */
};

/* A name for a file that does not exist yet, so without device, inode and size: for tmp/. */
void unique_name_for_draft(struct name_sequence *s, char out[UNIQUE_NAME_SIZE]);

/* The name for a finished file. fields is what stands behind the host: ",S=123" or more. */
void unique_name_for_file(struct name_sequence *s, const struct stat *file, const char *fields,
                          char out[UNIQUE_NAME_SIZE]);

/* What a moved message keeps of its old name: the ",X=..." fields without ",U=" (a UID belongs to
 * its folder), with ",S=<size>" put in when there is none. An S that stands stays: it may be the
 * size before compression, which is what IMAP servers go by. */
void unique_name_fields(const char *unique, int64_t size, char out[UNIQUE_NAME_SIZE]);

#endif
