/*
 * Reading sendmail's command line. A word taken for a recipient by mistake only adds doubt to a
 * later verdict, so only options known to take their value from the next word are skipped.
 */
#include "cmd/sendmail_arguments.h"

#include <stdbool.h>
#include <string.h>

/* Options of Sendmail, Postfix, Exim and msmtp whose value may stand in the next word. */
static const char valued[] = "frFBCLNORVXapdhq";

static bool takes_next_word(const char *word)
{
    return word[0] == '-' && word[1] && !word[2] && strchr(valued, word[1]);
}

static bool is_sender_option(const char *word)
{
    return word[0] == '-' && (word[1] == 'f' || word[1] == 'r');
}

static void take_sender(struct sendmail_arguments *out, const char *value)
{
    if (value && strchr(value, '@'))
        out->sender = value;
}

bool sendmail_arguments_read(struct arena *arena, char *const *argv, struct sendmail_arguments *out)
{
    size_t words = 0;
    bool options = true;
    *out = (struct sendmail_arguments){0};
    while (argv[words])
        words++;
    out->recipients.items = arena_array(arena, words, sizeof *out->recipients.items);
    if (!out->recipients.items)
        return false;
    for (size_t i = 0; i < words; i++) {
        const char *word = argv[i];
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (options && takes_next_word(word)) {
            i += argv[i + 1] != NULL;
            if (is_sender_option(word))
                take_sender(out, argv[i]);
        } else if (options && word[0] == '-') {
            if (is_sender_option(word))
                take_sender(out, word + 2);
        } else if (strchr(word, '@'))
            out->recipients.items[out->recipients.count++] = word;
    }
    return true;
}
