/*
 * The sweep of an account: what a run that was cut has left half done, then its mailboxes one after
 * the other, each by itself, so that one that is not there, or is not to be swept, keeps none
 * behind it from being swept.
 */
#include "cmd/command.h"
#include "cmd/imap_moving.h"
#include "cmd/imap_run.h"
#include "cmd/imap_sweep_mailbox.h"

/* The last failure goes to *e, those before it are told of here. */
static bool sweep_mailboxes(struct imap_run *r, struct imap_sweeping *s, struct error *e)
{
    const struct config_list *mailboxes = &r->account->mailboxes;
    struct imap_mailbox state;
    struct error missing = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < mailboxes->count; i++) {
        struct error why = {0};
        bool is_open = imap_sweeping_select(s, mailboxes->items[i], &state, &why);
        bool is_swept = is_open && imap_sweep_mailbox(s, &why);
        ok = is_swept || why.kind == (is_open ? ERROR_CONFIG : ERROR_DATA);
        if (is_swept) {
            if (i == 0)
                r->first = state;
            continue;
        }
        if (missing.kind) {
            imap_end_progress(r);
            command_print_error(&missing);
        }
        missing = why;
    }
    *e = missing;
    r->went_through = ok;
    return !missing.kind;
}

bool imap_sweep(struct imap_run *r, struct error *e)
{
    r->first = (struct imap_mailbox){0};
    r->went_through = false;
    struct imap_sweeping *s = imap_sweeping_open(r, e);
    bool ok = s && imap_moving_finish(r, e) && sweep_mailboxes(r, s, e);
    imap_sweeping_close(s);
    return ok;
}
