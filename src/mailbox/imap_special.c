/*
 * Marks are read from a plain LIST, where RFC 6154 lets a server give them: Gmail has done so
 * before it said SPECIAL-USE.
 */
#include "mailbox/imap_special.h"

#include <string.h>
#include <strings.h>

#include "base/span.h"

static bool has_flag(const struct mailimap_mailbox_list *m, const char *flag)
{
    if (!m->mb_flag || !m->mb_flag->mbf_oflags)
        return false;
    for (clistiter *i = clist_begin(m->mb_flag->mbf_oflags); i; i = clist_next(i)) {
        const struct mailimap_mbx_list_oflag *f = clist_content(i);
        const char *word = f->of_type == MAILIMAP_MBX_LIST_OFLAG_FLAG_EXT ? f->of_flag_ext : NULL;
        if (word && strcasecmp(word[0] == '\\' ? word + 1 : word, flag) == 0)
            return true;
    }
    return false;
}

/* The place of a mailbox among the usual names, the best first; beyond the last when it has none.
 * Only the last level of the name counts. */
static size_t usual_place(const struct mailimap_mailbox_list *m)
{
    static const char *const names[] = {"Sent", "Sent Messages", "Sent Items", "Sent Mail"};
    const char *last = m->mb_delimiter ? strrchr(m->mb_name, m->mb_delimiter) : NULL;
    const char *name = last ? last + 1 : m->mb_name;
    size_t i = 0;
    while (i < sizeof names / sizeof *names && strcasecmp(names[i], name) != 0)
        i++;
    return i;
}

static const char *choose_sent(clist *list)
{
    const char *best = NULL;
    size_t best_place = 4;
    for (clistiter *i = clist_begin(list); i; i = clist_next(i)) {
        const struct mailimap_mailbox_list *m = clist_content(i);
        if (!m->mb_name || !imap_is_sendable(m->mb_name))
            continue;
        if (has_flag(m, "Sent"))
            return m->mb_name;
        size_t place = usual_place(m);
        if (place < best_place) {
            best = m->mb_name;
            best_place = place;
        }
    }
    return best;
}

const char *imap_find_sent(struct imap_session *s, struct error *e)
{
    clist *list = NULL;
    imap_allow(s, 0);
    if (!imap_ok(s, mailimap_list(s->imap, "", "*", &list), "looking for the sent mail",
                 ERROR_RETRY, e))
        return NULL;
    const char *found = choose_sent(list);
    const char *copy = found ? arena_string(s->arena, span_of(found)) : NULL;
    mailimap_list_result_free(list);
    if (!found)
        error_set(e, ERROR_CONFIG,
                  "imap:%s: the server has no mailbox marked \\Sent and none "
                  "that is named so: name it by 'sent'",
                  s->account->name);
    else if (!copy)
        error_memory(e);
    return copy;
}

/* --- views --- */

static bool shows_others(const struct mailimap_mailbox_list *m)
{
    return has_flag(m, "All") || has_flag(m, "Flagged") || has_flag(m, "Important");
}

/* LIST reads wildcards in a name; what else it finds by them does not count. */
bool imap_is_view(struct imap_session *s, const char *mailbox, bool *view, struct error *e)
{
    clist *list = NULL;
    *view = false;
    imap_allow(s, 0);
    if (!imap_ok(s, mailimap_list(s->imap, "", mailbox, &list), "asking what a mailbox is for",
                 ERROR_RETRY, e))
        return false;
    for (clistiter *i = clist_begin(list); i; i = clist_next(i)) {
        const struct mailimap_mailbox_list *m = clist_content(i);
        if (m->mb_name && strcmp(m->mb_name, mailbox) == 0)
            *view = *view || shows_others(m);
    }
    mailimap_list_result_free(list);
    return true;
}
