/*
 * Dates by the looks of their tokens, in whatever order they come: RFC 5322, asctime, ISO 8601.
 * libetpan reads the first only, and of "+01:00" an offset of one minute. The C library's calendar
 * functions open the time zone file, which the sandbox forbids.
 */
#include "message/header.h"

#include <string.h>

#define VALUE_MAX_BYTES ((size_t)200)

struct date {
    int year, month, day, hour, minute, second;
    int zone; /* minutes east of Greenwich */
    bool has_year, has_month, has_day, has_time, has_zone;
};

struct zone_name {
    const char *name;
    int minutes;
};

/* RFC 5322 4.3 and the others that servers write without an offset; unknown names are UTC, as the
 * RFC says. */
static const struct zone_name zones[] = {
    {"EST", -300}, {"EDT", -240}, {"CST", -360}, {"CDT", -300}, {"MST", -420}, {"MDT", -360},
    {"PST", -480}, {"PDT", -420}, {"BST", 60},   {"WEST", 60},  {"CET", 60},   {"MET", 60},
    {"CEST", 120}, {"MEST", 120}, {"EET", 120},  {"EEST", 180}, {"MSK", 180},  {"JST", 540},
    {"KST", 540},  {"HKT", 480},  {"AEST", 600}, {"AEDT", 660}, {"NZST", 720}, {"NZDT", 780},
};

static int month_number(struct span word)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    for (int i = 0; i < 12; i++)
        if (span_equals_nocase(span_slice(word, 0, 3), (struct span){names + 3 * i, 3}))
            return i + 1;
    return 0;
}

static size_t digits(struct span s)
{
    size_t n = 0;
    while (n < s.n && ascii_is_digit(s.p[n]))
        n++;
    return n;
}

static int number(struct span s)
{
    int value = 0;
    for (size_t i = 0; i < s.n; i++)
        value = value < 100000 ? value * 10 + (s.p[i] - '0') : value;
    return value;
}

/* Takes a number of at most max digits off *s, and the byte `mark` before it unless that is NUL. */
static bool take(struct span *s, char mark, size_t max, int *out)
{
    struct span rest = *s;
    if (mark != '\0') {
        if (rest.n == 0 || rest.p[0] != mark)
            return false;
        rest = span_slice(rest, 1, rest.n);
    }
    size_t n = digits(rest);
    if (n == 0 || n > max)
        return false;
    *out = number(span_slice(rest, 0, n));
    *s = span_slice(rest, n, rest.n);
    return true;
}

/* hh:mm, hh:mm:ss, and a fraction that is dropped. */
static bool take_time(struct span *s, struct date *d)
{
    struct span rest = *s;
    int hour, minute, second = 0, fraction;
    if (!take(&rest, '\0', 2, &hour) || !take(&rest, ':', 2, &minute))
        return false;
    if (take(&rest, ':', 2, &second))
        take(&rest, '.', 9, &fraction);
    d->hour = hour;
    d->minute = minute;
    d->second = second;
    d->has_time = true;
    *s = rest;
    return true;
}

/* YYYY-MM-DD, and a T before the time. */
static bool take_iso_day(struct span *s, struct date *d)
{
    struct span rest = *s;
    int year, month, day;
    if (digits(rest) != 4 || !take(&rest, '\0', 4, &year) || !take(&rest, '-', 2, &month) ||
        !take(&rest, '-', 2, &day))
        return false;
    *d = (struct date){.year = year, .month = month, .day = day};
    d->has_year = d->has_month = d->has_day = true;
    *s = rest.n > 0 && rest.p[0] == 'T' ? span_slice(rest, 1, rest.n) : rest;
    return true;
}

/* +hhmm, -hh:mm, +hh, behind the time. */
static bool take_offset(struct span *s, struct date *d)
{
    if (!d->has_time || s->n == 0 || (s->p[0] != '+' && s->p[0] != '-'))
        return false;
    int sign = s->p[0] == '-' ? -1 : 1, hours, minutes = 0;
    struct span rest = *s;
    if (!take(&rest, s->p[0], 4, &hours))
        return false;
    if (hours > 99 || s->n - rest.n == 5) {
        minutes = hours % 100;
        hours /= 100;
    } else {
        take(&rest, ':', 2, &minutes);
    }
    if (hours > 15 || minutes > 59)
        return false;
    d->zone = sign * (hours * 60 + minutes);
    d->has_zone = true;
    *s = rest;
    return true;
}

static void take_number(struct span *s, struct date *d)
{
    size_t n = digits(*s);
    int value = number(span_slice(*s, 0, n));
    *s = span_slice(*s, n, s->n);
    if (n <= 2 && !d->has_day) {
        d->day = value;
        d->has_day = true;
    } else if (!d->has_year) {
        /* RFC 5322 4.3: two digits below 50 are 20xx, else 19xx; three count from 1900. */
        d->year = n == 2 ? value + (value < 50 ? 2000 : 1900) : n == 3 ? value + 1900 : value;
        d->has_year = true;
    }
}

static void take_word(struct span *s, struct date *d)
{
    size_t n = 0;
    while (n < s->n && ascii_is_alnum(s->p[n]) && !ascii_is_digit(s->p[n]))
        n++;
    struct span word = span_slice(*s, 0, n);
    *s = span_slice(*s, n, s->n);
    if (!d->has_month && (d->month = month_number(word)) != 0) {
        d->has_month = true;
    } else if (d->has_time && span_is_nocase(word, "pm") && d->hour < 12) {
        d->hour += 12;
    } else if (d->has_time && span_is_nocase(word, "am") && d->hour == 12) {
        d->hour = 0;
    } else if (d->has_time && !d->has_zone) {
        for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
            if (span_is_nocase(word, zones[i].name))
                d->zone = zones[i].minutes;
    }
}

static void skip_comment(struct span *s)
{
    size_t depth = 0, i = 0;
    for (; i < s->n; i++) {
        depth += s->p[i] == '(';
        if (s->p[i] == ')' && --depth == 0)
            break;
    }
    *s = span_slice(*s, i + 1, s->n);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_possible(const struct date *d)
{
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!d->has_year || !d->has_month || !d->has_day || !d->has_time)
        return false;
    if (d->year < 1970 || d->year > 9999 || d->month < 1 || d->month > 12)
        return false;
    int length = lengths[d->month - 1] + (d->month == 2 && is_leap(d->year));
    return d->day >= 1 && d->day <= length && d->hour < 24 && d->minute < 60 && d->second <= 60;
}

static unixtime seconds_of(const struct date *d)
{
    static const int before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int y = d->year - 1;
    unixtime days = (unixtime)y * 365 + y / 4 - y / 100 + y / 400 - 719162; /* since 1970-01-01 */
    days += before[d->month - 1] + (d->month > 2 && is_leap(d->year)) + d->day - 1;
    return days * SECONDS_PER_DAY + (d->hour * 60 + d->minute - d->zone) * 60 + d->second;
}

bool date_in(struct span value, unixtime *out)
{
    struct date d = {0};
    struct span s = span_slice(span_trim(value), 0, VALUE_MAX_BYTES);
    while (s.n > 0) {
        if (!d.has_day && take_iso_day(&s, &d))
            continue;
        if ((!d.has_time && take_time(&s, &d)) || take_offset(&s, &d))
            continue;
        if (ascii_is_digit(s.p[0]))
            take_number(&s, &d);
        else if (ascii_is_alnum(s.p[0]))
            take_word(&s, &d);
        else if (s.p[0] == '(')
            skip_comment(&s);
        else if (s.p[0] == '/')
            return false; /* day and month in an order that nobody can know */
        else
            s = span_slice(s, 1, s.n);
    }
    if (!is_possible(&d))
        return false;
    *out = seconds_of(&d);
    return true;
}
