/*
 * Four charsets make up nearly all mail and are converted here without iconv, which costs a file
 * mapping each. Others go to iconv by way of a table of names: mail's aliases are not iconv's, and
 * a name that a stranger wrote never reaches iconv_open.
 */
#include "message/charset.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/printable.h"

#define NAME_MAX_BYTES ((size_t)32)
#define REPLACEMENT    0xfffdu

enum reading { READ_UTF8, READ_LATIN1, READ_BY_ICONV };

struct alias {
    const char *mail, *iconv;
};

/* Supersets stand for their subsets: GB 18030 for GB 2312, UHC for EUC-KR, CP932 for Shift_JIS, as
 * mailers label them so. */
static const struct alias aliases[] = {
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-8-i", "ISO-8859-8"},
    {"iso-8859-8-e", "ISO-8859-8"},
    {"iso-8859-9", "ISO-8859-9"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-11", "ISO-8859-11"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"latin2", "ISO-8859-2"},
    {"latin-9", "ISO-8859-15"},
    {"iso8859-2", "ISO-8859-2"},
    {"iso8859-15", "ISO-8859-15"},
    {"iso_8859-2", "ISO-8859-2"},
    {"iso_8859-15", "ISO-8859-15"},
    {"windows-1250", "CP1250"},
    {"windows-1251", "CP1251"},
    {"windows-1253", "CP1253"},
    {"windows-1254", "CP1254"},
    {"windows-1255", "CP1255"},
    {"windows-1256", "CP1256"},
    {"windows-1257", "CP1257"},
    {"windows-1258", "CP1258"},
    {"cp1250", "CP1250"},
    {"cp1251", "CP1251"},
    {"cp-1251", "CP1251"},
    {"cp1253", "CP1253"},
    {"cp1254", "CP1254"},
    {"cp1255", "CP1255"},
    {"cp1256", "CP1256"},
    {"cp1257", "CP1257"},
    {"cp1258", "CP1258"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"koi8-ru", "KOI8-U"},
    {"ibm437", "CP437"},
    {"cp437", "CP437"},
    {"ibm850", "CP850"},
    {"cp850", "CP850"},
    {"ibm852", "CP852"},
    {"cp852", "CP852"},
    {"cp858", "CP858"},
    {"ibm866", "CP866"},
    {"cp866", "CP866"},
    {"macintosh", "MACINTOSH"},
    {"x-mac-roman", "MACINTOSH"},
    {"utf-7", "UTF-7"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"x-unicode-2-0-utf-7", "UTF-7"},
    {"utf-16", "UTF-16"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"utf-32", "UTF-32"},
    {"gb2312", "GB18030"},
    {"gb_2312-80", "GB18030"},
    {"x-gb2312", "GB18030"},
    {"euc-cn", "GB18030"},
    {"gbk", "GB18030"},
    {"x-gbk", "GB18030"},
    {"cp936", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"cn-big5", "BIG5-HKSCS"},
    {"x-big5", "BIG5-HKSCS"},
    {"big5-hkscs", "BIG5-HKSCS"},
    {"cp950", "CP950"},
    {"iso-2022-jp", "ISO-2022-JP"},
    {"iso-2022-jp-1", "ISO-2022-JP-2"},
    {"iso-2022-jp-2", "ISO-2022-JP-2"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"sjis", "CP932"},
    {"x-sjis", "CP932"},
    {"cp932", "CP932"},
    {"windows-31j", "CP932"},
    {"euc-jp", "EUC-JP-MS"},
    {"x-euc-jp", "EUC-JP-MS"},
    {"euc-kr", "UHC"},
    {"ks_c_5601-1987", "UHC"},
    {"ksc5601", "UHC"},
    {"windows-949", "UHC"},
    {"cp949", "UHC"},
    {"iso-2022-kr", "ISO-2022-KR"},
    {"euc-tw", "EUC-TW"},
    {"tis-620", "CP874"},
    {"windows-874", "CP874"},
    {"viscii", "VISCII"},
    {"tcvn", "TCVN"},
};

static const char *const utf8_names[] = {"", "utf-8", "us-ascii", "utf8", "ascii"};
static const char *const latin1_names[] = {"iso-8859-1", "iso8859-1",    "iso_8859-1", "latin1",
                                           "latin-1",    "windows-1252", "cp1252",     "l1"};

/* What 0x80-0x9f mean in windows-1252; 0 where nothing. */
static const unsigned short windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

static bool room_for(const struct buf *out, size_t n)
{
    return !out->failed && (out->limit == 0 || n <= out->limit - out->n);
}

bool utf8_add(struct buf *out, unsigned cp)
{
    char s[4];
    size_t n;
    if (cp >= 0x80 && cp < 0xa0)
        cp = windows_1252[cp - 0x80];
    if (cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        cp = REPLACEMENT;
    if (cp < 0x80) {
        s[0] = (char)cp;
        n = 1;
    } else if (cp < 0x800) {
        s[0] = (char)(0xc0 | cp >> 6);
        n = 2;
    } else if (cp < 0x10000) {
        s[0] = (char)(0xe0 | cp >> 12);
        n = 3;
    } else {
        s[0] = (char)(0xf0 | cp >> 18);
        n = 4;
    }
    for (size_t i = n - 1; i >= 1; i--, cp >>= 6)
        s[i] = (char)(0x80 | (cp & 0x3f));
    if (!room_for(out, n))
        return false;
    buf_add(out, (struct span){s, n});
    return !out->failed;
}

static size_t ascii_run(struct span s)
{
    size_t i = 0;
    unsigned long long word;
    while (i + sizeof word <= s.n) {
        memcpy(&word, s.p + i, sizeof word);
        if (word & 0x8080808080808080ull)
            break;
        i += sizeof word;
    }
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

/* As much of s, which is valid UTF-8, as fits whole. False when that was not all. */
static bool add_fitting(struct buf *out, struct span s)
{
    size_t n = s.n;
    if (!room_for(out, n)) {
        n = out->failed ? 0 : out->limit - out->n;
        while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
            n--;
    }
    buf_add(out, span_slice(s, 0, n));
    return n == s.n && !out->failed;
}

static void add_by_hand(struct buf *out, struct span s, bool utf8)
{
    while (s.n > 0) {
        unsigned cp = (unsigned char)s.p[0];
        size_t n = ascii_run(s);
        if (n > 0) {
            if (!add_fitting(out, span_slice(s, 0, n)))
                return;
        } else {
            n = utf8 ? utf8_decode(s, &cp) : 0;
            bool fits = n ? add_fitting(out, span_slice(s, 0, n)) : utf8_add(out, cp);
            if (!fits)
                return;
            n = n ? n : 1;
        }
        s = span_slice(s, n, s.n);
    }
}

/* The name in lower case without quotes and RFC 2231's "*language"; "" when it is none. */
static void normal_name(struct span name, char out[NAME_MAX_BYTES + 1])
{
    size_t n = 0;
    name = span_slice(name, 0, span_find_byte(name, '*', 0));
    for (size_t i = 0; i < name.n && n < NAME_MAX_BYTES; i++)
        if (name.p[i] != '\0' && !is_one_of(name.p[i], "\"' \t\r\n"))
            out[n++] = ascii_lower(name.p[i]);
    out[n] = '\0';
}

static bool is_among(const char *name, const char *const *set, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(set[i], name) == 0)
            return true;
    return false;
}

static enum reading reading_of(struct span charset, const char **converter)
{
    char name[NAME_MAX_BYTES + 1];
    normal_name(charset, name);
    if (is_among(name, utf8_names, sizeof utf8_names / sizeof *utf8_names))
        return READ_UTF8;
    if (is_among(name, latin1_names, sizeof latin1_names / sizeof *latin1_names))
        return READ_LATIN1;
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(aliases[i].mail, name) == 0) {
            *converter = aliases[i].iconv;
            return READ_BY_ICONV;
        }
    return READ_UTF8;
}

/* The converter that a charset needs, or NULL. */
static const char *iconv_name(struct span charset)
{
    const char *converter = NULL;
    reading_of(charset, &converter);
    return converter;
}

static void add_by_iconv(struct buf *out, struct span s, iconv_t cd)
{
    char chunk[1024];
    char *in = (char *)(uintptr_t)s.p; /* iconv's prototype lacks the const */
    size_t left = s.n;
    bool flushed = false;
    while (!flushed) {
        char *to = chunk;
        size_t room = sizeof chunk;
        flushed = left == 0;
        size_t r = flushed ? iconv(cd, NULL, NULL, &to, &room) : iconv(cd, &in, &left, &to, &room);
        int error = r == (size_t)-1 ? errno : 0;
        if (!add_fitting(out, (struct span){chunk, sizeof chunk - room}))
            return;
        if (error == EILSEQ || error == EINVAL) {
            if (flushed || !utf8_add(out, REPLACEMENT))
                return;
            in++;
            left--;
        } else if (error == E2BIG && room == sizeof chunk) {
            return;
        }
    }
}

void charset_to_utf8(struct buf *out, struct span bytes, struct span charset)
{
    const char *converter = NULL;
    enum reading reading = reading_of(charset, &converter);
    iconv_t cd = converter ? iconv_open("UTF-8", converter) : (iconv_t)-1;
    if (cd == (iconv_t)-1) {
        add_by_hand(out, bytes, reading == READ_UTF8);
        return;
    }
    add_by_iconv(out, bytes, cd);
    iconv_close(cd);
}

/* The charset name that begins at s: up to what cannot stand in one. */
static struct span name_at(struct span s)
{
    size_t n = 0;
    while (n < s.n && n < NAME_MAX_BYTES && (ascii_is_alnum(s.p[n]) || is_one_of(s.p[n], "-_.:+")))
        n++;
    return span_slice(s, 0, n);
}

/* The name that the "=" at position eq introduces, or the empty span. */
static struct span name_behind(struct span bytes, size_t eq)
{
    struct span rest = span_slice(bytes, eq + 1, bytes.n);
    if (rest.n > 0 && rest.p[0] == '?')
        return name_at(span_slice(rest, 1, rest.n));
    size_t end = eq;
    while (end > 0 && eq - end < 4 && is_one_of(bytes.p[end - 1], " \t*0"))
        end--;
    if (!span_ends_nocase(span_slice(bytes, 0, end), "charset"))
        return (struct span){NULL, 0};
    size_t skip = 0;
    while (skip < rest.n && skip < 4 && is_one_of(rest.p[skip], " \t\"'"))
        skip++;
    return name_at(span_slice(rest, skip, rest.n));
}

size_t message_charsets_in(struct span bytes, struct span *out, size_t max)
{
    size_t count = 0;
    bytes = span_slice(bytes, 0, LIMIT_MESSAGE_PARSED);
    for (size_t eq = span_find_byte(bytes, '=', 0); eq < bytes.n && count < max;
         eq = span_find_byte(bytes, '=', eq + 1)) {
        struct span name = name_behind(bytes, eq);
        const char *converter = name.n > 0 ? iconv_name(name) : NULL;
        bool known = !converter;
        for (size_t i = 0; i < count && !known; i++)
            known = strcmp(iconv_name(out[i]), converter) == 0;
        if (!known)
            out[count++] = name;
    }
    return count;
}

static void hold(struct preloaded_charsets *held, const char *converter)
{
    for (size_t i = 0; i < held->count; i++)
        if (strcmp(held->names[i], converter) == 0)
            return;
    iconv_t cd = held->count < CHARSETS_KNOWN ? iconv_open("UTF-8", converter) : (iconv_t)-1;
    if (cd == (iconv_t)-1)
        return;
    held->names[held->count] = converter;
    held->open[held->count++] = cd;
}

void message_preload_charsets(struct preloaded_charsets *held, struct span bytes)
{
    struct span names[CHARSETS_PRELOADED];
    size_t count = message_charsets_in(bytes, names, CHARSETS_PRELOADED);
    for (size_t i = 0; i < count; i++)
        hold(held, iconv_name(names[i]));
}

void message_preload_all_charsets(struct preloaded_charsets *held)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        hold(held, aliases[i].iconv);
}

void message_unload_charsets(struct preloaded_charsets *held)
{
    while (held->count > 0)
        iconv_close(held->open[--held->count]);
}
