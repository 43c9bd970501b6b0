/*
 * The header is gone through once, each field looked up among those that rules name: asking the
 * header for each name that rules know would cost more than all regexes.
 */
#include "rules/subject.h"

#include <string.h>

#include "message/header.h"

/* No field name in a rule is longer: inih's names end at 49. */
#define NAME_MAX_LENGTH ((size_t)49)

struct field_ref {
    const struct field *field;
    struct field_ref *next;
};

static const struct rule_field *known_field(const struct ruleset *rs, struct span name)
{
    char lower[NAME_MAX_LENGTH];
    if (name.n > NAME_MAX_LENGTH)
        return NULL;
    for (size_t i = 0; i < name.n; i++)
        lower[i] = ascii_lower(name.p[i]);
    const struct rule_field *f = string_table_get(&rs->field_table, (struct span){lower, name.n});
    return f && (f->kind == FIELD_HEADER || f->kind == FIELD_RETURN_PATH) ? f : NULL;
}

bool subjects_open(const struct ruleset *rs, const struct subject_source *source,
                   struct subjects *out)
{
    struct arena *arena = source->message->arena;
    const struct header *h = &source->message->root->header;
    *out = (struct subjects){.source = source, .report = source->report};
    out->lists = arena_array(arena, rs->field_count, sizeof *out->lists);
    if (!out->lists)
        return false;
    for (size_t i = h->count; i > 0; i--) {
        const struct rule_field *f = known_field(rs, h->fields[i - 1].name);
        if (!f)
            continue;
        struct field_ref *ref = arena_alloc(arena, sizeof *ref);
        if (!ref)
            return false;
        *ref = (struct field_ref){&h->fields[i - 1], out->lists[f->index].header_fields};
        out->lists[f->index].header_fields = ref;
    }
    return true;
}

static void add_value(struct subjects *s, struct subject_list *list, struct span value)
{
    struct subject *one = arena_alloc(s->source->message->arena, sizeof *one);
    if (!one) {
        s->no_memory = true;
        return;
    }
    one->value = value;
    if (list->last)
        list->last->next = one;
    else
        list->first = one;
    list->last = one;
}

static void add_field(struct subjects *s, struct subject_list *list, const struct field *field)
{
    const char *decoded = field_decoded(s->source->message->arena, field);
    add_value(s, list, span_of(decoded));
}

static void load_header_fields(struct subjects *s, struct subject_list *list)
{
    for (const struct field_ref *ref = list->header_fields; ref; ref = ref->next)
        add_field(s, list, ref->field);
}

/* The address in angle brackets, or the value where there are none. */
static struct span path_in(struct span value)
{
    size_t open = span_find_byte(value, '<', 0);
    if (open == value.n)
        return span_trim(value);
    return span_trim(span_slice(value, open + 1, span_find_byte(value, '>', open)));
}

static void load_return_path(struct subjects *s, struct subject_list *list)
{
    if (s->source->envelope_sender)
        add_value(s, list, path_in(span_of(s->source->envelope_sender)));
    else if (list->header_fields)
        add_value(s, list, path_in(list->header_fields->field->value));
}

static void load_structure(struct subjects *s, struct subject_list *list)
{
    bool given = s->source->structure.p != NULL;
    add_value(s, list, given ? s->source->structure : message_structure(s->source->message));
}

static void load_from_header(struct subjects *s, struct subject_list *list, const struct header *h,
                             const char *name)
{
    const struct field *field;
    for (size_t n = 0; (field = header_field(h, name, n)) != NULL; n++)
        add_field(s, list, field);
}

/* Most mail needs none. */
static const struct report *report_of(struct subjects *s)
{
    if (!s->report)
        s->report = report_read(s->source->message);
    s->no_memory = s->no_memory || !s->report;
    return s->report;
}

static void load_report(struct subjects *s, struct subject_list *list, const char *name)
{
    const struct report *r = report_of(s);
    for (size_t i = 0; r && i < r->group_count; i++)
        load_from_header(s, list, &r->groups[i].fields, name);
}

static void load_original(struct subjects *s, struct subject_list *list, const char *name)
{
    const struct report *r = report_of(s);
    if (r && r->original_count > 0)
        load_from_header(s, list, &r->originals[0].header, name);
}

static void load(struct subjects *s, struct subject_list *list, const struct rule_field *f)
{
    switch (f->kind) {
    case FIELD_HEADER:
        load_header_fields(s, list);
        break;
    case FIELD_RETURN_PATH:
        load_return_path(s, list);
        break;
    case FIELD_STRUCTURE:
        load_structure(s, list);
        break;
    case FIELD_REPORT:
        load_report(s, list, f->name);
        break;
    case FIELD_ORIGINAL:
        load_original(s, list, f->name);
        break;
    case FIELD_TEXT:
        add_value(s, list, message_text(s->source->message));
        break;
    case FIELD_LINES:
        add_value(s, list, message_lines(s->source->message));
        break;
    }
}

struct subject *subjects_of(struct subjects *s, const struct rule_field *f)
{
    struct subject_list *list = &s->lists[f->index];
    if (!list->loaded) {
        list->loaded = true;
        load(s, list, f);
    }
    return list->first;
}

bool subject_fold(struct subjects *s, struct subject *one)
{
    struct arena *arena = s->source->message->arena;
    if (one->folded)
        return true;
    one->folded_value = literal_subject(arena, one->value);
    if ((!one->folded_value.p && one->value.n > 0) ||
        !grams_of(arena, one->folded_value, &one->grams)) {
        s->no_memory = true;
        return false;
    }
    one->folded = true;
    return true;
}
