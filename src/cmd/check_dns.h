/*
 * `check --dns`: what the own domains publish about who may send in their name.
 */
#ifndef BACKSIFT_CMD_CHECK_DNS_H
#define BACKSIFT_CMD_CHECK_DNS_H

#include <stddef.h>

#include "cmd/check.h"

/* Looks up SPF, DMARC and the DKIM keys of these selectors for each [own] domain, each question
 * within LIMIT_DNS_MS. A weak or missing record is a warning, as mail flows all the same. */
void check_dns(struct check *k, const char *const *selectors, size_t selector_count);

#endif
