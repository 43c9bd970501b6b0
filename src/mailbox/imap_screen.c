/*
 * As much of the grammar (RFC 3501 9) as tells what libetpan takes for data, for a literal and for
 * text. Where it could read a line in another way, the reading is chosen that refuses more.
 */
#include "mailbox/imap_screen.h"

#include <string.h>

#include "base/limits.h"
#include "base/span.h"

static const char not_imap[] = "the server's answer is not IMAP";

static bool begins_text(const char *word)
{
    return strncmp(word, "ok", 2) == 0 || strncmp(word, "no", 2) == 0 ||
           strncmp(word, "bad", 3) == 0 || strncmp(word, "bye", 3) == 0 ||
           strncmp(word, "preauth", 7) == 0;
}

static void begin_word(struct imap_screen *s)
{
    memset(s->word, 0, sizeof s->word);
    s->word_n = 0;
}

static void add_to_word(struct imap_screen *s, char c)
{
    if (s->word_n + 1 < sizeof s->word && !(s->word_n == 0 && ascii_is_space(c)))
        s->word[s->word_n++] = ascii_lower(c);
}

/* "{12}" where a string is due: libetpan takes it for a literal whatever comes behind it. */
static const char *follow_length(struct imap_screen *s, char c, uint64_t left)
{
    bool is_data = s->at != IMAP_SCREEN_TEXT;
    if (c == '{') {
        s->length = IMAP_SCREEN_DIGITS;
        s->number = 0;
        return NULL;
    }
    if (s->length == IMAP_SCREEN_DIGITS && ascii_is_digit(c)) {
        s->number = s->number * 10 + (uint64_t)(c - '0');
        if (s->number > left && is_data)
            return "the server sends more than its answer may take";
        return NULL;
    }
    if (s->length == IMAP_SCREEN_DIGITS && c == '}') {
        s->length = IMAP_SCREEN_SAID;
        return NULL;
    }
    if (s->length == IMAP_SCREEN_SAID && (c == ' ' || c == '\r'))
        return NULL;
    if (s->length == IMAP_SCREEN_SAID && c == '\n') {
        s->at = IMAP_SCREEN_LITERAL;
        return is_data ? NULL : not_imap; /* in a text nothing may be one */
    }
    s->length = IMAP_SCREEN_NO_LENGTH;
    return is_data ? not_imap : NULL;
}

static const char *pass_bracket(struct imap_screen *s, char c)
{
    if (c == '(' && ++s->open > LIMIT_IMAP_NESTING)
        return "the server's answer is nested too deeply";
    if (c == ')' && s->open > 0)
        s->open--;
    return NULL;
}

static const char *pass_data(struct imap_screen *s, char c, uint64_t left)
{
    if (s->is_namespace && c == '{')
        return not_imap;
    if (s->length != IMAP_SCREEN_NO_LENGTH || c == '{')
        return follow_length(s, c, left);
    if (c == '"') {
        s->at = IMAP_SCREEN_QUOTED;
        s->empty++; /* until something stands in it */
    } else if (!ascii_is_space(c))
        s->empty = 0;
    return pass_bracket(s, c);
}

/* A prefix and a delimiter that are both empty make libetpan look before the prefix. */
static const char *pass_quoted(struct imap_screen *s, char c)
{
    if (s->at == IMAP_SCREEN_QUOTED && c == '"') {
        s->at = IMAP_SCREEN_DATA;
        return s->is_namespace && s->empty > 1 ? not_imap : NULL;
    }
    s->empty = 0;
    s->at = s->at == IMAP_SCREEN_QUOTED && c == '\\' ? IMAP_SCREEN_ESCAPED : IMAP_SCREEN_QUOTED;
    return c == '\n' ? not_imap : NULL;
}

/* In a text only the code BADCHARSET holds strings; it answers what is never asked. */
static const char *pass_text(struct imap_screen *s, char c, uint64_t left)
{
    if (c == '[')
        begin_word(s);
    else
        add_to_word(s, c);
    if (strcmp(s->word, "badcharset") == 0)
        return not_imap;
    if (s->length != IMAP_SCREEN_NO_LENGTH || c == '{') {
        const char *why = follow_length(s, c, left);
        if (why)
            return why;
    }
    return pass_bracket(s, c);
}

/* A line without "*" is tagged, or asks to go on: both hold text. */
static void pass_start(struct imap_screen *s, char c)
{
    if (s->at == IMAP_SCREEN_START && !ascii_is_space(c)) {
        begin_word(s);
        s->at = c == '*' ? IMAP_SCREEN_STAR : IMAP_SCREEN_TEXT;
    } else if (s->at == IMAP_SCREEN_STAR) {
        bool ended = s->word_n > 0 && !ascii_is_alnum(c);
        if (!ended)
            add_to_word(s, c);
        if (ended || s->word_n == 7) {
            s->at = begins_text(s->word) ? IMAP_SCREEN_TEXT : IMAP_SCREEN_DATA;
            s->is_namespace = strncmp(s->word, "namespa", 7) == 0;
            begin_word(s);
        }
    }
}

static const char *pass_byte(struct imap_screen *s, char c, uint64_t left)
{
    if (s->at == IMAP_SCREEN_START || s->at == IMAP_SCREEN_STAR)
        pass_start(s, c);
    switch (s->at) {
    case IMAP_SCREEN_DATA:
        return pass_data(s, c, left);
    case IMAP_SCREEN_TEXT:
        return pass_text(s, c, left);
    case IMAP_SCREEN_QUOTED:
    case IMAP_SCREEN_ESCAPED:
        return pass_quoted(s, c);
    default:
        return NULL;
    }
}

static void end_line(struct imap_screen *s)
{
    s->at = IMAP_SCREEN_START;
    s->length = IMAP_SCREEN_NO_LENGTH;
    s->open = s->empty = 0;
    s->is_namespace = false;
}

/* How many of the bytes are a literal's. */
static size_t skip_literal(struct imap_screen *s, size_t n)
{
    size_t skipped = s->number < n ? (size_t)s->number : n;
    s->number -= skipped;
    if (s->number == 0) {
        s->at = IMAP_SCREEN_DATA;
        s->length = IMAP_SCREEN_NO_LENGTH;
    }
    return skipped;
}

const char *imap_screen_pass(struct imap_screen *s, const char *p, size_t n, uint64_t left)
{
    for (size_t i = 0; i < n;) {
        if (s->at == IMAP_SCREEN_LITERAL) {
            i += skip_literal(s, n - i);
            continue;
        }
        char c = p[i++];
        const char *why = c == '\0' ? not_imap : pass_byte(s, c, left - i);
        if (why)
            return why;
        if (c == '\n' && s->at != IMAP_SCREEN_LITERAL)
            end_line(s);
    }
    return NULL;
}
