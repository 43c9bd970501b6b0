/*
 * Reading a sent copy. Only the header counts: who wrote to whom under which ID. More recipients
 * or senders than the envelope had can only add doubt, so all fields that may name one are read.
 */
#include "sources/sent_copy.h"

#include <string.h>

#include "base/limits.h"

typedef struct string_list (*value_reader)(struct arena *arena, struct span value);

static struct string_list ids_of_field(struct arena *arena, struct span value)
{
    return message_ids_in(arena, value, true);
}

/* addresses_in stops at a limit that suits hostile mail; our own lists may be longer. */
static struct string_list all_addresses(struct arena *arena, struct span value)
{
    struct string_list all = addresses_in(arena, value);
    struct string_list found = all;
    while (found.count == LIMIT_RECIPIENTS && all.count < LIMIT_SENT_VALUES) {
        struct span last = span_of(found.items[found.count - 1]);
        size_t at = span_find(value, last);
        value = span_slice(value, at + last.n, value.n);
        found = addresses_in(arena, value);
        const char **both = arena_array(arena, all.count + found.count, sizeof *both);
        if (!both || found.count == 0)
            break;
        memcpy(both, all.items, all.count * sizeof *both);
        memcpy(both + all.count, found.items, found.count * sizeof *both);
        all = (struct string_list){both, all.count + found.count};
    }
    return all;
}

static void add_all(struct string_list *list, size_t room, struct string_list more)
{
    for (size_t i = 0; i < more.count && list->count < room; i++) {
        size_t k = 0;
        while (k < list->count && strcmp(list->items[k], more.items[i]) != 0)
            k++;
        if (k == list->count)
            list->items[list->count++] = more.items[i];
    }
}

/* At least as many as the values can hold: each address has an "@", each ID an "@" or a "<". */
static size_t room_for(const struct header *h, const char *const *names)
{
    size_t room = 0;
    const struct field *f;
    for (; *names; names++)
        for (size_t n = 0; (f = header_field(h, *names, n)); n++)
            for (size_t i = 0; i < f->value.n; i++)
                room += f->value.p[i] == '@' || f->value.p[i] == '<';
    return room < LIMIT_SENT_VALUES ? room : LIMIT_SENT_VALUES;
}

/* The values of all fields of these names (NULL-terminated), each once. */
static bool collect(struct arena *arena, const struct header *h, const char *const *names,
                    value_reader read, struct string_list *out)
{
    size_t room = room_for(h, names);
    const struct field *f;
    out->items = arena_array(arena, room, sizeof *out->items);
    if (!out->items)
        return false;
    for (; *names; names++)
        for (size_t n = 0; (f = header_field(h, *names, n)); n++)
            add_all(out, room, read(arena, f->value));
    return true;
}

static void read_dates(const struct header *h, struct sent_copy *out)
{
    static const char *const names[] = {"Date", "Resent-Date", NULL};
    for (const char *const *name = names; *name; name++) {
        unixtime date;
        if (!date_in(header_raw(h, *name), &date) || (out->has_date && date < out->date))
            continue;
        out->date = date;
        out->has_date = true;
    }
}

bool sent_copy_read(struct arena *arena, struct span bytes, struct sent_copy *out)
{
    static const char *const ids[] = {"Message-ID", "Resent-Message-ID", NULL};
    static const char *const recipients[] = {"To",        "Cc",         "Bcc", "Resent-To",
                                             "Resent-Cc", "Resent-Bcc", NULL};
    static const char *const senders[] = {"From", "Sender", "Resent-From", "Resent-Sender", NULL};
    struct header h;
    size_t used;
    *out = (struct sent_copy){0};
    if (!header_parse(arena, bytes, 0, &h, &used))
        return false;
    out->is_message = h.count > 0;
    read_dates(&h, out);
    return collect(arena, &h, ids, ids_of_field, &out->ids) &&
           collect(arena, &h, recipients, all_addresses, &out->recipients) &&
           collect(arena, &h, senders, all_addresses, &out->senders);
}

/* One message for each sender and each further ID: how they are added is the caller's. */
typedef bool (*sent_adder)(void *to, const struct sent *m, struct error *e);

static bool add_all_of(const struct sent_copy *copy, unixtime time, sent_adder add, void *to,
                       struct error *e)
{
    struct sent m = {.message_id = copy->ids.count ? copy->ids.items[0] : NULL,
                     .recipients = copy->recipients.items,
                     .recipient_count = copy->recipients.count,
                     .sender = copy->senders.count ? copy->senders.items[0] : NULL,
                     .time = time};
    if (!add(to, &m, e))
        return false;
    for (size_t i = 1; i < copy->senders.count; i++) {
        m.sender = copy->senders.items[i];
        if (!add(to, &m, e))
            return false;
    }
    for (size_t i = 1; i < copy->ids.count; i++) {
        m.message_id = copy->ids.items[i];
        if (!add(to, &m, e))
            return false;
    }
    return true;
}

struct target {
    struct store *store;
    const char *source;
};

static bool add_to_store(void *to, const struct sent *m, struct error *e)
{
    const struct target *target = to;
    return store_add_sent(target->store, target->source, m, e);
}

static bool add_to_load(void *to, const struct sent *m, struct error *e)
{
    return sent_load_add(to, m, e);
}

bool sent_copy_record(struct store *s, const char *source, const struct sent_copy *copy,
                      unixtime time, struct error *e)
{
    struct target target = {s, source};
    return add_all_of(copy, time, add_to_store, &target, e);
}

bool sent_copy_load(struct sent_load *l, const struct sent_copy *copy, unixtime time,
                    struct error *e)
{
    return add_all_of(copy, time, add_to_load, l, e);
}
