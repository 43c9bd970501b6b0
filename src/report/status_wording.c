/*
 * What is wrong with a recipient, by the words that mail systems share: servers that give no
 * enhanced code, and reports that say "5.0.0" of everything, say it in these. The table is no
 * recognition of responses, which is the rules' work; it names what a reply is about.
 */
#include "report/status_code.h"

#include <stdio.h>

#include "base/limits.h"

/* Subject and detail (RFC 3463 3, the IANA registry) of the first words that stand in a text: the
 * more particular come first. */
static const struct {
    const char *words, *meaning;
} wordings[] = {
    {"null mx", "1.10"},
    {"does not accept mail", "1.10"},
    {"mailbox full", "2.2"},
    {"mailbox is full", "2.2"},
    {"inbox is full", "2.2"},
    {"over quota", "2.2"},
    {"overquota", "2.2"},
    {"quota exceed", "2.2"},
    {"exceeded storage", "2.2"},
    {"storage limit", "2.2"},
    {"exceeds allowed size", "2.2"},
    {"exceeded its quota", "2.2"},
    {"not enough space", "2.2"},
    {"out of storage space", "2.2"},
    {"account is disabled", "2.1"},
    {"account disabled", "2.1"},
    {"account has been disabled", "2.1"},
    {"mailbox disabled", "2.1"},
    {"mailbox is disabled", "2.1"},
    {"account is inactive", "2.1"},
    {"mailbox is inactive", "2.1"},
    {"account has been suspended", "2.1"},
    {"user unknown", "1.1"},
    {"unknown user", "1.1"},
    {"unknown recipient", "1.1"},
    {"recipient unknown", "1.1"},
    {"no such user", "1.1"},
    {"no such recipient", "1.1"},
    {"no such mailbox", "1.1"},
    {"no such address", "1.1"},
    {"no such person", "1.1"},
    {"no mailbox here by that name", "1.1"},
    {"user not found", "1.1"},
    {"recipient not found", "1.1"},
    {"mailbox not found", "1.1"},
    {"unknown local part", "1.1"},
    {"unknown address", "1.1"},
    {"invalid recipient", "1.1"},
    {"invalid mailbox", "1.1"},
    {"user doesn't exist", "1.1"},
    {"user does not exist", "1.1"},
    {"mailbox does not exist", "1.1"},
    {"account does not exist", "1.1"},
    {"recipient does not exist", "1.1"},
    {"address does not exist", "1.1"},
    {"not listed in", "1.1"},
    {"rejected address", "1.1"},
    {"couldn't be found", "1.1"},
    {"host unknown", "1.2"},
    {"unknown host", "1.2"},
    {"host not found", "1.2"},
    {"domain not found", "1.2"},
    {"couldn't find any host", "1.2"},
    {"unrouteable mail domain", "1.2"},
    {"no such domain", "1.2"},
    {"unrouteable address", "1.1"},
    {"unroutable address", "1.1"},
    {"too many hops", "4.6"},
    {"mail loop", "4.6"},
    {"message too large", "3.4"},
    {"message is too large", "3.4"},
    {"message size exceeds", "3.4"},
    {"message exceeds", "3.4"},
    {"message too big", "3.4"},
    {"too big for", "3.4"},
    {"exceeds maximum", "3.4"},
    {"exceeds size limit", "3.4"},
    {"relaying denied", "7.1"},
    {"relay access denied", "7.1"},
    {"relay not permitted", "7.1"},
    {"unable to relay", "7.1"},
    {"list of allowed rcpthosts", "7.1"},
    {"blacklist", "7.1"},
    {"blocklist", "7.1"},
    {"blocked using", "7.1"},
    {"spam", "7.1"},
    {"access denied", "7.1"},
    {"not authorized", "7.1"},
    {"retry timeout exceeded", "4.7"},
    {"retry time not reached", "4.7"},
    {"in the queue too long", "4.7"},
    {"retry limit", "4.7"},
    {"delivery time expired", "4.7"},
    {"connection refused", "4.1"},
    {"connection timed out", "4.1"},
    {"operation timed out", "4.1"},
    {"couldn't establish an smtp connection", "4.1"},
    {"lost connection", "4.2"},
    {"connection reset", "4.2"},
};

bool status_from_wording(struct span text, char class, char code[STATUS_CODE_SIZE])
{
    text = span_slice(text, 0, LIMIT_VALUE);
    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) {
        if (span_find_nocase(text, span_of(wordings[i].words)) < text.n) {
            snprintf(code, STATUS_CODE_SIZE, "%c.%s", class, wordings[i].meaning);
            return true;
        }
    }
    code[0] = '\0';
    return false;
}
