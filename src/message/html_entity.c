/*
 * The names of HTML 4's Latin-1 and of the punctuation that office software writes; the two
 * thousand others of HTML 5 do not occur in what a rule or a scanner reads.
 */
#include "message/html_entity.h"

#include <string.h>

#define NAME_MAX_BYTES ((size_t)10)

/* U+00A0 to U+00FF in order. */
static const char *const latin1[96] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",
    "copy",   "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn",
    "sup2",   "sup3",   "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",
    "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde",
    "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave",
    "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde",
    "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",
    "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil",
    "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",   "eth",
    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

static const struct {
    const char *name;
    unsigned code_point;
} others[] = {
    {"amp", '&'},       {"lt", '<'},        {"gt", '>'},        {"quot", '"'},
    {"apos", '\''},     {"ndash", 0x2013},  {"mdash", 0x2014},  {"lsquo", 0x2018},
    {"rsquo", 0x2019},  {"sbquo", 0x201a},  {"ldquo", 0x201c},  {"rdquo", 0x201d},
    {"bdquo", 0x201e},  {"dagger", 0x2020}, {"bull", 0x2022},   {"hellip", 0x2026},
    {"permil", 0x2030}, {"lsaquo", 0x2039}, {"rsaquo", 0x203a}, {"euro", 0x20ac},
    {"trade", 0x2122},  {"larr", 0x2190},   {"rarr", 0x2192},   {"minus", 0x2212},
    {"OElig", 0x152},   {"oelig", 0x153},   {"Scaron", 0x160},  {"scaron", 0x161},
    {"ensp", ' '},      {"emsp", ' '},      {"thinsp", ' '},    {"commat", '@'},
    {"lowbar", '_'},    {"period", '.'},    {"colon", ':'},     {"num", '#'},
};

static unsigned named(struct span name)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (span_is(name, others[i].name))
            return others[i].code_point;
    for (size_t i = 0; i < sizeof latin1 / sizeof *latin1; i++)
        if (span_is(name, latin1[i]))
            return 0xa0 + (unsigned)i;
    return 0;
}

static int digit_value(char c, unsigned base)
{
    c = ascii_lower(c);
    int value = ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
    return value < (int)base ? value : -1;
}

/* s begins with "&#". Digits beyond what a code point needs are read, too: they make none. */
static size_t numeric(struct span s, unsigned *cp)
{
    bool hex = s.n > 2 && ascii_lower(s.p[2]) == 'x';
    size_t start = hex ? 3 : 2, i = start;
    unsigned value = 0;
    for (; i < s.n; i++) {
        int digit = digit_value(s.p[i], hex ? 16 : 10);
        if (digit < 0)
            break;
        if (value <= 0x10ffff)
            value = value * (hex ? 16 : 10) + (unsigned)digit;
    }
    if (i == start)
        return 0;
    *cp = value;
    return i < s.n && s.p[i] == ';' ? i + 1 : i;
}

size_t html_entity(struct span s, unsigned *cp)
{
    if (s.n > 1 && s.p[1] == '#')
        return numeric(s, cp);
    size_t end = 1;
    while (end < s.n && end <= NAME_MAX_BYTES && ascii_is_alnum(s.p[end]))
        end++;
    *cp = named(span_slice(s, 1, end));
    if (*cp == 0)
        return 0;
    return end < s.n && s.p[end] == ';' ? end + 1 : end;
}
