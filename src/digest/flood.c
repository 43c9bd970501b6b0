/*
 * Figures of the picture.
 */
#include "digest/flood.h"

const struct flood_kind flood_kinds[FLOOD_KINDS] = {
    {'#', "bounces", 1u << CLASS_BOUNCE | 1u << CLASS_DELAY | 1u << CLASS_SUCCESS, "#c4452f"},
    {'o', "autoreplies", 1u << CLASS_AUTOREPLY | 1u << CLASS_RECEIPT | 1u << CLASS_CHALLENGE,
     "#d9962b"},
    {'+', "others", 1u << CLASS_FILTER_NOTICE | 1u << CLASS_LIST_ROBOT | 1u << CLASS_COMPLAINT,
     "#4a7fb5"},
};

int64_t flood_on_day(const struct summary_day *day, const struct flood_kind *kind)
{
    int64_t n = 0;
    for (int c = 0; c < CLASS_COUNT; c++)
        if (kind->classes >> c & 1)
            n += day->counts[c][ORIGIN_FORGED];
    return n;
}

int64_t flood_in_all(const struct summary *s, const struct flood_kind *kind)
{
    int64_t n = 0;
    for (int i = 0; i < SUMMARY_DAYS; i++)
        n += flood_on_day(&s->days[i], kind);
    return n;
}

int64_t flood_highest(const struct summary *s)
{
    int64_t most = 0;
    for (int i = 0; i < SUMMARY_DAYS; i++) {
        int64_t n = summary_total(s->days[i].counts, ORIGIN_FORGED);
        most = n > most ? n : most;
    }
    return most;
}

/* Each kind ends where the sum so far ends. */
void flood_bar(const struct summary_day *day, int64_t highest, int64_t room,
               int64_t units[FLOOD_KINDS])
{
    int64_t sum = 0, taken = 0;
    for (int k = 0; k < FLOOD_KINDS; k++) {
        sum += flood_on_day(day, &flood_kinds[k]);
        int64_t end = highest > 0 ? (sum * room + highest / 2) / highest : 0;
        if (sum > 0 && end == 0)
            end = 1;
        units[k] = end - taken;
        taken = end;
    }
}

bool flood_any(const struct summary *s)
{
    return flood_highest(s) > 0 || summary_total(s->counts, ORIGIN_FORGED) > 0 ||
           s->found_forged > 0 || s->expired > 0;
}
