/*
 * Do the files of the home folder that hand mail to backsift do it in a way that loses none?
 */
#ifndef BACKSIFT_CMD_CALLERS_H
#define BACKSIFT_CMD_CALLERS_H

#include "cmd/check.h"

/* Looks at ~/.forward, ~/.procmailrc, ~/.qmail, ~/.mailfilter and ~/.fdm.conf and reports what
 * would make a failure of backsift a bounce or a loss (FIELD.md, exit codes; contrib/). */
void callers_check(struct check *k);

#endif
