/*
 * Splitting log lines by hand: this runs for every line of a log, so nothing is copied and the time
 * is only worked out for the lines that matter.
 */
#include "sources/log_line.h"

#include <string.h>
#include <time.h>

#define HOUR_OF_SYSLOG ((size_t)9)  /* "Nov 23 20" */
#define HOUR_OF_ISO    ((size_t)13) /* "2026-11-23T20" */

static bool digits_at(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!ascii_is_digit(p[i]))
            return false;
    return true;
}

static int number_at(const char *p, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (p[i] == ' ' ? 0 : p[i] - '0');
    return value;
}

/* "hh:mm:ss" */
static bool is_time(const char *p)
{
    return digits_at(p, 2) && p[2] == ':' && digits_at(p + 3, 2) && p[5] == ':' &&
           digits_at(p + 6, 2);
}

/* "Nov 23 20:00:00" */
static bool is_syslog_stamp(struct span s)
{
    return s.n > 15 && s.p[3] == ' ' && (s.p[4] == ' ' || ascii_is_digit(s.p[4])) &&
           ascii_is_digit(s.p[5]) && s.p[6] == ' ' && is_time(s.p + 7) && s.p[15] == ' ';
}

/* "2026-11-23T20:00:00" or with a space */
static bool is_iso_stamp(struct span s)
{
    return s.n > 19 && digits_at(s.p, 4) && s.p[4] == '-' && digits_at(s.p + 5, 2) &&
           s.p[7] == '-' && digits_at(s.p + 8, 2) && (s.p[10] == 'T' || s.p[10] == ' ') &&
           is_time(s.p + 11);
}

static struct span next_word(struct span *rest)
{
    size_t n = span_find_byte(*rest, ' ', 0);
    struct span word = span_slice(*rest, 0, n);
    *rest = span_slice(*rest, n + 1, rest->n);
    return word;
}

static bool is_zone(struct span s)
{
    return s.n >= 5 && (s.p[0] == '+' || s.p[0] == '-') && digits_at(s.p + 1, 4);
}

/* Exim's own files: "DATE TIME [ZONE] [[PID]] TEXT". */
static bool parse_native(struct span line, struct log_line *out)
{
    struct span rest = span_slice(line, 11, line.n);
    next_word(&rest);
    size_t end = (size_t)(rest.p - line.p);
    if (is_zone(rest) && rest.n > 5 && rest.p[5] == ' ') {
        next_word(&rest);
        end = (size_t)(rest.p - line.p);
    }
    *out = (struct log_line){.stamp = span_slice(line, 0, end - (end > 0 && end <= line.n))};
    if (rest.n > 2 && rest.p[0] == '[' && ascii_is_digit(rest.p[1])) {
        struct span pid = next_word(&rest);
        out->pid = span_slice(pid, 1, pid.n - 1);
    }
    out->text = rest;
    return true;
}

/* "PROGRAM[PID]: TEXT" or "PROGRAM: TEXT" */
static bool parse_tag(struct span rest, struct log_line *out)
{
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '[' && rest.p[n] != ':' && rest.p[n] != ' ')
        n++;
    out->program = span_slice(rest, 0, n);
    out->pid = (struct span){0};
    if (n < rest.n && rest.p[n] == '[') {
        size_t end = span_find_byte(rest, ']', n);
        out->pid = span_slice(rest, n + 1, end);
        n = end + 1;
    }
    if (n + 1 >= rest.n || rest.p[n] != ':' || rest.p[n + 1] != ' ')
        return false;
    out->text = span_slice(rest, n + 2, rest.n);
    return true;
}

bool log_line_parse(struct span line, struct log_line *out)
{
    struct span rest;
    if (line.n == 0)
        return false;
    if (is_syslog_stamp(line)) {
        out->stamp = span_slice(line, 0, 15);
        rest = span_slice(line, 16, line.n);
    } else if (is_iso_stamp(line)) {
        if (line.p[10] == ' ')
            return parse_native(line, out);
        rest = line;
        out->stamp = next_word(&rest);
    } else {
        return false;
    }
    out->host = next_word(&rest);
    return parse_tag(rest, out);
}

/* --- time --- */

static int month_of(const char *p)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (memcmp(names + 3 * i, p, 3) == 0)
            return i;
    return -1;
}

static unixtime local_time(int year, int month, int day, int hour)
{
    struct tm tm = {
        .tm_year = year - 1900, .tm_mon = month, .tm_mday = day, .tm_hour = hour, .tm_isdst = -1};
    return mktime(&tm);
}

/* The start of the hour that a syslog stamp names, or 0. */
static unixtime syslog_hour(const struct log_clock *c, const char *p)
{
    int month = month_of(p), day = number_at(p + 4, 2), hour = number_at(p + 7, 2);
    time_t file_time = c->file_time;
    struct tm tm;
    if (month < 0 || day < 1 || day > 31 || hour > 23 || !localtime_r(&file_time, &tm))
        return 0;
    int year = tm.tm_year + 1900;
    unixtime t = local_time(year + 1, month, day, hour);
    for (int back = 0; back < 2 && t > c->file_time + SECONDS_PER_DAY; back++)
        t = local_time(year - back, month, day, hour);
    return t;
}

/* What stands behind the seconds of an ISO stamp: a fraction and a zone. *local when none. */
static unixtime zone_of(struct span s, bool *local)
{
    size_t i = 0;
    *local = false;
    if (i < s.n && (s.p[i] == '.' || s.p[i] == ','))
        for (i++; i < s.n && ascii_is_digit(s.p[i]); i++)
            ;
    while (i < s.n && s.p[i] == ' ')
        i++;
    s = span_slice(s, i, s.n);
    if (s.n > 0 && s.p[0] == 'Z')
        return 0;
    if (s.n >= 5 && (s.p[0] == '+' || s.p[0] == '-') && digits_at(s.p + 1, 2)) {
        size_t at = s.p[3] == ':' ? 4 : 3;
        int minutes = s.n >= at + 2 && digits_at(s.p + at, 2) ? number_at(s.p + at, 2) : 0;
        unixtime offset = number_at(s.p + 1, 2) * 3600 + minutes * 60;
        return s.p[0] == '-' ? -offset : offset;
    }
    *local = true;
    return 0;
}

static unixtime iso_hour(const char *p, bool local)
{
    int year = number_at(p, 4), month = number_at(p + 5, 2) - 1, day = number_at(p + 8, 2),
        hour = number_at(p + 11, 2);
    struct tm tm = {.tm_year = year - 1900, .tm_mon = month, .tm_mday = day, .tm_hour = hour};
    if (month < 0 || month > 11 || day < 1 || day > 31 || hour > 23)
        return 0;
    return local ? local_time(year, month, day, hour) : timegm(&tm);
}

unixtime log_clock_read(struct log_clock *c, struct span stamp)
{
    bool iso = stamp.n >= 19 && stamp.p[4] == '-', local = true;
    size_t n = iso ? HOUR_OF_ISO : HOUR_OF_SYSLOG;
    if (stamp.n < n + 6)
        return 0;
    unixtime zone = iso ? zone_of(span_slice(stamp, 19, stamp.n), &local) : 0;
    /* The last byte keeps hours of a named zone apart from local ones. */
    if (memcmp(c->hour, stamp.p, n) != 0 || c->hour[n] != (local ? 'l' : 'z')) {
        memcpy(c->hour, stamp.p, n);
        c->hour[n] = local ? 'l' : 'z';
        c->hour_start = iso ? iso_hour(stamp.p, local) : syslog_hour(c, stamp.p);
    }
    if (c->hour_start <= 0)
        return 0;
    return c->hour_start + number_at(stamp.p + n + 1, 2) * 60 + number_at(stamp.p + n + 4, 2) -
           zone;
}
