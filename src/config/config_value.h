/*
 * Private to config/: turning the text of one value into a field of a struct, by kind of value.
 */
#ifndef BACKSIFT_CONFIG_CONFIG_VALUE_H
#define BACKSIFT_CONFIG_CONFIG_VALUE_H

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "config/paths.h"

struct config_key;

/* What reading a value needs. file:line, section and key are for the error text. */
struct config_value {
    struct arena *arena;
    const struct paths *paths;
    const char *file;
    int line;
    const struct config_key *key;
    const char *text; /* trimmed; not empty except for lists */
    bool first;       /* first occurrence of a list's key: its default goes */
    struct error *e;
};

/* Fills *field, whose type the reader knows. False with *v->e as "FILE:LINE: KEY = ...: ...". */
typedef bool (*config_reader)(const struct config_value *v, void *field);

/* One row of the key table. Lists take repetitions; all others stand once in a section. */
struct config_key {
    const char *section, *name;
    config_reader read;
    size_t offset; /* of the field in struct config, or in struct imap_account */
    bool is_list;
    long least, most; /* of a number */
};

/* "FILE:LINE: KEY = TEXT: wrong"; always false. */
bool config_value_wrong(const struct config_value *v, const char *wrong);

bool read_bool(const struct config_value *v, void *field);        /* bool */
bool read_number(const struct config_value *v, void *field);      /* int, by least and most */
bool read_date(const struct config_value *v, void *field);        /* unixtime */
bool read_text(const struct config_value *v, void *field);        /* const char * */
bool read_path(const struct config_value *v, void *field);        /* const char *, absolute */
bool read_address(const struct config_value *v, void *field);     /* const char * */
bool read_layout(const struct config_value *v, void *field);      /* enum maildir_layout */
bool read_index_url(const struct config_value *v, void *field);   /* const char * */
bool read_host(const struct config_value *v, void *field);        /* const char *, lower case */
bool read_tls(const struct config_value *v, void *field);         /* enum imap_tls */
bool read_auth(const struct config_value *v, void *field);        /* enum imap_auth */
bool read_fingerprint(const struct config_value *v, void *field); /* const char * */

/* struct config_list; items are separated by commas, except for keyed headers and prvs keys. */
bool read_domains(const struct config_value *v, void *field);
bool read_addresses(const struct config_value *v, void *field);
bool read_keyed_header(const struct config_value *v, void *field);
bool read_prvs_key(const struct config_value *v, void *field);
bool read_clients(const struct config_value *v, void *field);
bool read_sources(const struct config_value *v, void *field);
bool read_log_targets(const struct config_value *v, void *field);
bool read_mailboxes(const struct config_value *v, void *field);

/* "~/x" and "/x" as an absolute path in arena memory; NULL with *v->e for anything else. */
const char *config_absolute(const struct config_value *v, const char *path);

/* True for "INBOX" or a name of levels parted by '.' or '/', none of them empty, in UTF-8 without
 * control characters. */
bool config_folder_ok(const char *name);

/* Room for one more object at the end of a growing array of count objects: the array, moved when
 * full, or NULL without memory. */
void *config_grow(struct arena *arena, void *items, size_t count, size_t size);

#endif
