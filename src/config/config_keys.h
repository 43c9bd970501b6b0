/*
 * Private to config/: the table of all keys, and words about unknown ones.
 */
#ifndef BACKSIFT_CONFIG_CONFIG_KEYS_H
#define BACKSIFT_CONFIG_CONFIG_KEYS_H

#include "config/config_value.h"

#define IMAP_SECTION "imap"

/* Keys of all sections; a key of [imap "NAME"] has the section IMAP_SECTION. */
extern const struct config_key config_keys[];
extern const size_t config_key_count;

/* The number of the row for a key; config_key_count when there is none, then *e says so with
 * file:line and the nearest known name. */
size_t config_key_find(const char *file, int line, const char *section, const char *name,
                       struct error *e);

/* True when there are keys of that section; else *e says so in the same way. */
bool config_section_find(const char *file, int line, const char *section, struct error *e);

#endif
