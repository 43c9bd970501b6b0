/*
 * One rule file into a ruleset: the grammar of backsift-rules(5).
 */
#ifndef BACKSIFT_RULES_RULE_FILE_H
#define BACKSIFT_RULES_RULE_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/span.h"
#include "rules/ruleset.h"

/* Adds the rules of a file. name is the file's without ".rules": the first part of its rules'
 * names; path is kept. False with file:line in *e; the ruleset is then only fit to be freed. */
bool rule_file_read(struct ruleset *rs, const char *path, const char *name, struct error *e);

/* The same from memory. */
bool rule_file_read_bytes(struct ruleset *rs, const char *path, const char *name, struct span bytes,
                          struct error *e);

#endif
