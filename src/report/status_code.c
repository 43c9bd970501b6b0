/*
 * Finds the status that a reply means. What stands right behind a reply code is believed before
 * what stands alone, because a text is full of numbers with dots in them.
 */
#include "report/status_code.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"

/* What a reply code says when no enhanced code stands beside it. 550 and 554 are used for
 * everything and therefore tell the class only. */
static const struct {
    unsigned reply;
    const char *status;
} reply_meanings[] = {
    {421, "4.3.2"},  /* service not available, closing */
    {422, "4.2.2"},  /* mailbox full, for now */
    {431, "4.3.1"},  /* not enough space */
    {432, "4.7.12"}, /* a password transition is needed */
    {441, "4.4.1"},  /* no answer from host */
    {442, "4.4.2"},  /* bad connection */
    {446, "4.4.6"},  /* routing loop */
    {447, "4.4.7"},  /* delivery time expired */
    {450, "4.2.0"},  /* mailbox busy or blocked for now */
    {451, "4.3.0"},  /* local error in processing */
    {452, "4.3.1"},  /* insufficient system storage */
    {453, "4.3.2"},  /* not accepting mail */
    {454, "4.7.0"},  /* no authentication or TLS for now */
    {455, "4.5.4"},  /* parameters not accommodated */
    {500, "5.5.2"},  /* syntax error */
    {501, "5.5.4"},  /* syntax error in parameters */
    {502, "5.5.1"},  /* command not implemented */
    {503, "5.5.1"},  /* bad sequence of commands */
    {504, "5.5.4"},  /* parameter not implemented */
    {510, "5.1.3"},  /* bad address */
    {511, "5.1.1"},  /* no such mailbox */
    {512, "5.1.2"},  /* no such host */
    {513, "5.1.3"},  /* bad address */
    {521, "5.3.2"},  /* accepts no mail */
    {522, "5.2.2"},  /* mailbox full */
    {523, "5.3.4"},  /* message too big */
    {524, "5.2.4"},  /* list expansion problem */
    {525, "5.7.13"}, /* account disabled */
    {530, "5.7.0"},  /* authentication required */
    {534, "5.7.9"},  /* mechanism too weak */
    {535, "5.7.8"},  /* credentials invalid */
    {538, "5.7.11"}, /* encryption required */
    {541, "5.7.1"},  /* refused by policy */
    {551, "5.1.6"},  /* user not local */
    {552, "5.2.2"},  /* storage exceeded */
    {553, "5.1.3"},  /* mailbox name not allowed */
    {555, "5.5.4"},  /* parameters not recognised */
    {556, "5.1.10"}, /* domain accepts no mail (null MX) */
    {571, "5.7.1"},  /* refused by policy */
};

/* Reads 1 to 3 digits at *at. */
static bool read_number(struct span s, size_t *at, unsigned *out)
{
    size_t start = *at;
    *out = 0;
    while (*at < s.n && *at - start < 3 && ascii_is_digit(s.p[*at]))
        *out = *out * 10 + (unsigned)(s.p[(*at)++] - '0');
    return *at > start && !(*at < s.n && ascii_is_digit(s.p[*at]));
}

static bool is_word_byte(char c)
{
    return ascii_is_alnum(c) || c == '_';
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c);
}

/* The enhanced code that begins at at: not part of a longer number, address or word. */
static bool enhanced_at(struct span s, size_t at, char code[STATUS_CODE_SIZE], size_t *end)
{
    unsigned class, subject, detail;
    if (at >= s.n || (s.p[at] != '2' && s.p[at] != '4' && s.p[at] != '5'))
        return false;
    if (at > 0 && (is_word_byte(s.p[at - 1]) || s.p[at - 1] == '.'))
        return false;
    if (!read_number(s, &at, &class) || class > 9 || at >= s.n || s.p[at++] != '.' ||
        !read_number(s, &at, &subject) || at >= s.n || s.p[at++] != '.' ||
        !read_number(s, &at, &detail))
        return false;
    if (at < s.n && (is_word_byte(s.p[at]) || s.p[at] == '@' ||
                     (s.p[at] == '.' && at + 1 < s.n && is_word_byte(s.p[at + 1]))))
        return false;
    snprintf(code, STATUS_CODE_SIZE, "%u.%u.%u", class % 10, subject % 1000, detail % 1000);
    *end = at;
    return true;
}

/* A reply code of class 4 or 5 that begins at at and stands by itself; 0 when there is none. */
static unsigned reply_at(struct span s, size_t at)
{
    unsigned reply;
    if (at > 0 && (is_word_byte(s.p[at - 1]) || s.p[at - 1] == '.' || s.p[at - 1] == ':'))
        return 0;
    if (!(s.p[at] == '4' || s.p[at] == '5') || !read_number(s, &at, &reply) || reply < 400 ||
        reply > 579)
        return 0;
    bool ends = at == s.n || is_one_of(s.p[at], " -:)],;#\t\n\r") ||
                (s.p[at] == '.' && (at + 1 == s.n || s.p[at + 1] == ' '));
    return ends ? reply : 0;
}

/* "550 5.1.1", "550-5.1.1", "550 #5.1.1", "550 (5.1.1": the code behind the reply at at. */
static bool enhanced_behind(struct span s, size_t at, char code[STATUS_CODE_SIZE])
{
    size_t from = at + 3, to = from + 4, end;
    for (; from < to && from < s.n; from++) {
        if (enhanced_at(s, from, code, &end))
            return code[0] == s.p[at];
        if (!is_one_of(s.p[from], " -#([\t\n"))
            return false;
    }
    return false;
}

/* An enhanced code by itself is believed where such codes are put: at the start, behind "#", "(",
 * "[", or a space; of a failing class. */
static bool enhanced_alone(struct span s, size_t at, unsigned reply, char code[STATUS_CODE_SIZE])
{
    size_t end;
    if (at > 0 && !is_one_of(s.p[at - 1], " #([\t\n:;=-"))
        return false;
    if (!enhanced_at(s, at, code, &end) || code[0] == '2')
        return false;
    return reply == 0 || code[0] == (char)('0' + reply / 100);
}

static void from_reply_alone(unsigned reply, char code[STATUS_CODE_SIZE])
{
    snprintf(code, STATUS_CODE_SIZE, "%u.0.0", reply / 100 % 10);
    for (size_t i = 0; i < sizeof reply_meanings / sizeof *reply_meanings; i++)
        if (reply_meanings[i].reply == reply)
            snprintf(code, STATUS_CODE_SIZE, "%s", reply_meanings[i].status);
}

bool status_read(struct span value, char code[STATUS_CODE_SIZE])
{
    size_t end;
    if (enhanced_at(span_trim(value), 0, code, &end))
        return true;
    code[0] = '\0';
    return false;
}

bool status_from_reply(struct span text, char code[STATUS_CODE_SIZE])
{
    text = span_slice(text, 0, LIMIT_VALUE);
    unsigned first_reply = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned reply = ascii_is_digit(text.p[i]) ? reply_at(text, i) : 0;
        if (reply && enhanced_behind(text, i, code))
            return true;
        if (reply && !first_reply)
            first_reply = reply;
    }
    for (size_t i = 0; i < text.n; i++)
        if (ascii_is_digit(text.p[i]) && enhanced_alone(text, i, first_reply, code))
            return true;
    code[0] = '\0';
    if (first_reply)
        from_reply_alone(first_reply, code);
    return first_reply != 0;
}

bool status_is_general(const char *code)
{
    return code[0] != '\0' && strcmp(code + 1, ".0.0") == 0;
}
