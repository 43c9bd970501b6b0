/*
 * Folder names, and the ways to move. See imap_folder.h.
 */
#include "mailbox/imap_folder.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/span.h"
#include "base/utf7.h"

/* --- names --- */

static const char *encoded_name(struct imap_session *s, const char *name, struct error *e)
{
    struct buf out = {0};
    const char *copy = NULL;
    if (!imap_is_sendable(name) || !utf7_encode(span_of(name), &out))
        error_set(e, ERROR_CONFIG, "imap:%s: '%s' is no name of a mailbox", s->account->name, name);
    else if (out.failed || !(copy = arena_string(s->arena, buf_span(&out))))
        error_memory(e);
    buf_free(&out);
    return copy;
}

/* One that cannot be sent is none. */
static char sendable_delimiter(char c)
{
    const char name[] = {c, '\0'};
    return imap_is_sendable(name) ? c : '\0';
}

static void take_namespace(struct imap_session *s, const struct mailimap_namespace_data *data)
{
    clistiter *first = data->ns_personal ? clist_begin(data->ns_personal->ns_data_list) : NULL;
    const struct mailimap_namespace_info *info = clist_content(first);
    if (!info || !info->ns_prefix || !imap_is_sendable(info->ns_prefix))
        return;
    s->prefix = arena_string(s->arena, span_of(info->ns_prefix));
    s->delimiter = sendable_delimiter(info->ns_delimiter);
}

/* LIST "" "" gives the delimiter alone. */
static bool ask_delimiter(struct imap_session *s, struct error *e)
{
    clist *list = NULL;
    imap_allow(s, 0);
    if (!imap_ok(s, mailimap_list(s->imap, "", "", &list), "asking for the hierarchy", ERROR_RETRY,
                 e))
        return false;
    const struct mailimap_mailbox_list *root = clist_content(clist_begin(list));
    s->prefix = "";
    s->delimiter = root ? sendable_delimiter(root->mb_delimiter) : '\0';
    mailimap_list_result_free(list);
    return true;
}

static bool know_hierarchy(struct imap_session *s, struct error *e)
{
    struct mailimap_namespace_data *data = NULL;
    if (s->prefix)
        return true;
    if (imap_can(s, "NAMESPACE")) {
        imap_allow(s, 0);
        if (!imap_ok(s, mailimap_namespace(s->imap, &data), "asking for the hierarchy", ERROR_RETRY,
                     e))
            return false;
        take_namespace(s, data);
        mailimap_namespace_data_free(data);
    }
    return s->prefix || ask_delimiter(s, e);
}

const char *imap_folder_name(struct imap_session *s, const char *folder, struct error *e)
{
    if (strcasecmp(folder, "INBOX") == 0)
        return "INBOX";
    const char *name = encoded_name(s, folder, e);
    if (!name || !know_hierarchy(s, e))
        return NULL;
    char *whole = arena_printf(s->arena, "%s%s", s->prefix, name);
    if (!whole) {
        error_memory(e);
        return NULL;
    }
    for (char *p = whole + strlen(s->prefix); *p && s->delimiter; p++)
        if (*p == '/')
            *p = s->delimiter;
    return whole;
}

bool imap_select_named(struct imap_session *s, const char *name, bool read_only,
                       struct imap_mailbox *out, const char **server_name, struct error *e)
{
    struct error why = {0}, ignored = {0};
    *server_name = encoded_name(s, name, e);
    if (!*server_name)
        return false;
    if (imap_select(s, *server_name, read_only, out, &why))
        return true;
    const char *below = why.kind == ERROR_DATA ? imap_folder_name(s, name, &ignored) : NULL;
    if (below && strcmp(below, *server_name) != 0) {
        *server_name = below;
        if (imap_select(s, below, read_only, out, &ignored))
            return true;
    }
    return error_set(e, why.kind, "%s", why.text);
}

/* --- existence --- */

static uint32_t next_of(const struct mailimap_mailbox_data_status *answer)
{
    bool told = answer && answer->st_info_list;
    for (clistiter *i = told ? clist_begin(answer->st_info_list) : NULL; i; i = clist_next(i)) {
        const struct mailimap_status_info *info = clist_content(i);
        if (info->st_att == MAILIMAP_STATUS_ATT_UIDNEXT)
            return info->st_value;
    }
    return 0;
}

static int status(struct imap_session *s, const char *name, uint32_t *next)
{
    struct mailimap_status_att_list *what = mailimap_status_att_list_new_empty();
    struct mailimap_mailbox_data_status *answer = NULL;
    int code = MAILIMAP_ERROR_MEMORY;
    if (what &&
        mailimap_status_att_list_add(what, MAILIMAP_STATUS_ATT_UIDNEXT) == MAILIMAP_NO_ERROR)
        code = mailimap_status(s->imap, name, what, &answer);
    *next = next_of(answer);
    if (what)
        mailimap_status_att_list_free(what);
    if (answer)
        mailimap_mailbox_data_status_free(answer);
    return code;
}

/* STATUS takes any name as it stands, where LIST would read wildcards in it. */
bool imap_folder_ensure(struct imap_session *s, const char *name, uint32_t *next, struct error *e)
{
    imap_allow(s, 0);
    int code = status(s, name, next);
    if (code != MAILIMAP_ERROR_STATUS)
        return imap_ok(s, code, "looking for a folder", ERROR_DATA, e);
    if (!imap_ok(s, mailimap_create(s->imap, name), "making a folder", ERROR_DATA, e))
        return false;
    code = mailimap_subscribe(s->imap, name);
    return code == MAILIMAP_ERROR_SUBSCRIBE || /* it is only shown or not shown */
           imap_ok(s, code, "subscribing to a folder", ERROR_DATA, e);
}

/* --- moving --- */

static int mark_deleted(struct imap_session *s, struct mailimap_set *set)
{
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    struct mailimap_flag *deleted = mailimap_flag_new_deleted();
    if (!flags || !deleted || mailimap_flag_list_add(flags, deleted) != MAILIMAP_NO_ERROR)
        return MAILIMAP_ERROR_MEMORY;
    struct mailimap_store_att_flags *store = mailimap_store_att_flags_new_add_flags_silent(flags);
    if (!store)
        return MAILIMAP_ERROR_MEMORY;
    int code = mailimap_uid_store(s->imap, set, store);
    mailimap_store_att_flags_free(store);
    return code;
}

/* Goes through a set of UIDs one by one. */
struct set_walk {
    clistiter *item;
    uint32_t next; /* within item; 0: at its start */
};

static bool next_of_set(struct set_walk *w, uint32_t *uid)
{
    if (!w->item)
        return false;
    const struct mailimap_set_item *range = clist_content(w->item);
    *uid = w->next ? w->next : range->set_first;
    if (*uid >= range->set_last) {
        w->item = clist_next(w->item);
        w->next = 0;
    } else
        w->next = *uid + 1;
    return true;
}

/* COPYUID (RFC 4315 3): two sets in one order. */
static void take_places(const struct mailimap_set *from, const struct mailimap_set *to,
                        const uint32_t *uids, size_t count, uint32_t *placed)
{
    struct set_walk here = {clist_begin(from->set_list), 0}, there = {clist_begin(to->set_list), 0};
    uint32_t old, new;
    for (size_t i = 0; i < count && next_of_set(&here, &old) && next_of_set(&there, &new); i++) {
        size_t at = imap_find_uid(old, uids, count);
        if (at < count)
            placed[at] = new;
    }
}

bool imap_move_or_copy(struct imap_session *s, const uint32_t *uids, size_t count,
                       const char *folder, bool *copied, uint32_t *validity, uint32_t *placed,
                       struct error *e)
{
    struct mailimap_set *set = imap_set(uids, count), *from = NULL, *to = NULL;
    *copied = !imap_can(s, "MOVE");
    *validity = 0;
    memset(placed, 0, count * sizeof *placed);
    if (!set)
        return error_memory(e);
    imap_allow(s, 0);
    int code = *copied ? mailimap_uidplus_uid_copy(s->imap, set, folder, validity, &from, &to)
                       : mailimap_uidplus_uid_move(s->imap, set, folder, validity, &from, &to);
    bool ok = imap_ok(s, code, *copied ? "copying responses" : "moving responses", ERROR_RETRY, e);
    if (ok && from && to)
        take_places(from, to, uids, count, placed);
    mailimap_set_free(set);
    if (from)
        mailimap_set_free(from);
    if (to)
        mailimap_set_free(to);
    return ok;
}

bool imap_remove_copied(struct imap_session *s, const uint32_t *uids, size_t count,
                        bool *marked_only, struct error *e)
{
    struct mailimap_set *set = imap_set(uids, count);
    *marked_only = !imap_can(s, "UIDPLUS");
    if (!set)
        return error_memory(e);
    imap_allow(s, 0);
    bool ok = imap_ok(s, mark_deleted(s, set), "marking what was copied", ERROR_RETRY, e);
    if (ok && !*marked_only)
        ok = imap_ok(s, mailimap_uid_expunge(s->imap, set), "removing what was copied", ERROR_RETRY,
                     e);
    mailimap_set_free(set);
    return ok;
}
