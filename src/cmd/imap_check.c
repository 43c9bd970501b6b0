/*
 * backsift-imap check NAME, for `check --imap`: logs in and opens what a sweep would open, changing
 * nothing.
 */
#include "cmd/imap_run.h"
#include "mailbox/imap_folder.h"

bool imap_check(struct imap_run *r, struct error *e)
{
    const struct config_list *mailboxes = &r->account->mailboxes;
    struct imap_mailbox state;
    const char *name;
    if (!imap_connect(r, e))
        return false;
    for (size_t i = 0; i < mailboxes->count; i++)
        if (!imap_select_named(&r->session, mailboxes->items[i], true, &state, &name, e))
            return false;
    return !imap_is_source(r) || imap_select_sent(r, &state, &name, e);
}
