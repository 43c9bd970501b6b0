/*
 * The table is by subject and detail, the second and third number; the class (4 or 5) tells whether
 * trying again may help, which the fate of a mail says better: a temporary error that ends in a
 * failure was tried for days.
 */
#include "digest/explain_status.h"

#include <stdbool.h>

#define ASK        "Ask the recipient by another way, and check the address."
#define AGAIN      "Send it again later."
#define SMALLER    "Send it smaller: without the attachments, or with links to them."
#define OUR_SERVER "Show this to whoever runs your mail server: it is for them to mend."
#define THEIR_SERVER                                                                               \
    "Nothing you can mend: send it again later, or tell the recipient by another way that their "  \
    "mail server has a fault."

struct row {
    int subject, detail; /* detail -1: every other of the subject */
    struct explanation text;
};

static const struct row rows[] = {
    {1, 0, {"Something is wrong with the recipient's address.", ASK}},
    {1,
     1,
     {"There is no such mailbox at that domain.", "Check the part before the @ for a typing "
                                                  "error, or ask the recipient by another way."}},
    {1,
     2,
     {"The domain of the address does not exist or takes no mail.",
      "Check the part behind the @ for a typing error."}},
    {1, 3, {"The address is not written as an address.", "Correct it and send the mail again."}},
    {1, 4, {"The address matches more than one mailbox there.", "Ask for the full address."}},
    {1, 5, {"The address is valid.", "Nothing to do."}},
    {1, 6, {"The recipient has moved and left no new address.", "Ask for the new address."}},
    {1,
     7,
     {"The sender address of your mail was not accepted as an address.",
      "Check the sender address that your mail program is set to."}},
    {1, 8, {"The domain of your sender address was not accepted.", OUR_SERVER}},
    {1,
     9,
     {"It was handed to a mail system that cannot tell what became of it.",
      "Ask the recipient whether it came."}},
    {1,
     10,
     {"The domain of the address says that it takes no mail at all (null MX).",
      "Check the part behind the @; ask for another address."}},
    {1, -1, {"Something is wrong with the recipient's address.", ASK}},
    {2, 0, {"Something is wrong with the recipient's mailbox.", ASK}},
    {2,
     1,
     {"The mailbox is switched off and takes no mail.", "Ask the recipient for another address."}},
    {2,
     2,
     {"The recipient's mailbox is full.", "Send it again in some days, or tell the recipient by "
                                          "another way."}},
    {2, 3, {"The mail is larger than the recipient may receive.", SMALLER}},
    {2,
     4,
     {"The address is a mailing list that could not be expanded.", "Tell whoever runs the list."}},
    {2, -1, {"Something is wrong with the recipient's mailbox.", ASK}},
    {3, 0, {"The recipient's mail system has a fault.", THEIR_SERVER}},
    {3, 1, {"The disk of the recipient's mail system is full.", AGAIN}},
    {3, 2, {"The recipient's mail system takes no mail at present.", AGAIN}},
    {3,
     3,
     {"The recipient's mail system lacks something this mail needs.",
      "Send it in a simpler form: plain text, no unusual characters in addresses."}},
    {3, 4, {"The mail is too large for the recipient's mail system.", SMALLER}},
    {3, 5, {"A mail system on the way is set up wrongly.", THEIR_SERVER}},
    {3, 6, {"The mail was taken with another priority than asked for.", "Nothing to do."}},
    {3, -1, {"The recipient's mail system has a fault.", THEIR_SERVER}},
    {4, 0, {"The recipient's mail system could not be reached.", AGAIN}},
    {4,
     1,
     {"The recipient's mail server did not answer.",
      "Check the part behind the @; if it is right, send it again later."}},
    {4, 2, {"The connection to the recipient's mail server broke.", AGAIN}},
    {4,
     3,
     {"The names of mail servers could not be looked up.",
      "Check the part behind the @; if it is right, send it again later."}},
    {4,
     4,
     {"No way to the recipient's mail system could be found.",
      "Check the part behind the @ for a typing error."}},
    {4, 5, {"The recipient's mail system is overloaded.", AGAIN}},
    {4, 6, {"The mail went in circles between mail systems.", THEIR_SERVER}},
    {4,
     7,
     {"It could not be delivered in the time allowed and was given up.",
      "Send it again, or tell the recipient by another way."}},
    {4, -1, {"The recipient's mail system could not be reached.", AGAIN}},
    {5, 3, {"The mail has too many recipients.", "Send it to fewer recipients at a time."}},
    {5, 6, {"A login between mail servers was not understood.", OUR_SERVER}},
    {5, -1, {"The mail servers did not understand each other.", OUR_SERVER}},
    {6,
     1,
     {"The recipient's mail system does not accept this kind of content.",
      "Send it as plain text, attachments in a common format."}},
    {6, 6, {"The content of the mail could not be fetched for delivery.", "Send it again."}},
    {6,
     7,
     {"Addresses with letters other than A to Z are not accepted there.",
      "Use an address without them, of yours and of the recipient's."}},
    {6,
     8,
     {"A mail server on the way cannot handle addresses with letters other than A to Z.",
      "Use an address without them, of yours and of the recipient's."}},
    {6,
     9,
     {"A mail server on the way cannot handle a header with letters other than A to Z.",
      "Use an address without them, of yours and of the recipient's."}},
    {6,
     10,
     {"A mail server on the way cannot handle addresses with letters other than A to Z.",
      "Use an address without them, of yours and of the recipient's."}},
    {6,
     -1,
     {"The content of the mail could not be converted for the recipient.",
      "Send it as plain text."}},
    {7, 0, {"The mail was refused for reasons of security or policy.", OUR_SERVER}},
    {7,
     1,
     {"The recipient's side refuses mail from you, your server or of this kind.",
      "Read their message; if it names a block list or your server, show it to whoever runs "
      "that server."}},
    {7, 2, {"You may not send to that mailing list.", "Ask whoever runs the list to let you in."}},
    {7,
     8,
     {"The login to the mail server was refused.",
      "Check user name and password in your mail program."}},
    {7,
     9,
     {"The way of logging in is too weak for the mail server.",
      "Choose another authentication in your mail program."}},
    {7, 10, {"The recipient's mail system asks for an encrypted connection.", OUR_SERVER}},
    {7,
     11,
     {"The mail server asks for an encrypted connection to log in.",
      "Switch TLS on in your mail program."}},
    {7,
     12,
     {"The mail server wants the password to be set anew.",
      "Set a new password with your mail provider."}},
    {7, 13, {"The account is switched off.", "Ask the recipient for another address."}},
    {7, 15, {"The mail's priority is too low for the recipient's system at present.", AGAIN}},
    {7, 16, {"The mail is too large for its priority.", SMALLER}},
    {7, 17, {"The mailbox belongs to somebody else now.", "Ask for the new address."}},
    {7, 18, {"The recipient's domain belongs to somebody else now.", "Ask for the new address."}},
    {7, 19, {"It could not be checked whether the mailbox still belongs to the same person.", ASK}},
    {7,
     20,
     {"Your mail carries no valid DKIM signature, which the recipient's side asks for.",
      OUR_SERVER}},
    {7,
     21,
     {"The DKIM signature of your mail is none that the recipient's side accepts.", OUR_SERVER}},
    {7, 22, {"The DKIM signature of your mail is not of the domain you write from.", OUR_SERVER}},
    {7,
     23,
     {"Your domain's SPF record does not allow the server that sent your mail.",
      "Send through your domain's own server, or have the SPF record mended."}},
    {7, 24, {"Your domain's SPF record could not be read.", OUR_SERVER}},
    {7, 25, {"The address of the sending server has no matching name (reverse DNS).", OUR_SERVER}},
    {7, 26, {"Your mail failed several checks of where it comes from (SPF, DKIM).", OUR_SERVER}},
    {7,
     27,
     {"The domain of your sender address says that it takes no mail (null MX).",
      "Write from an address that can be answered."}},
    {7,
     28,
     {"Too much mail came from you or your server in a short time.",
      "Wait some hours and send it again."}},
    {7, 29, {"The chain of forwarding seals (ARC) on your mail is broken.", OUR_SERVER}},
    {7,
     30,
     {"The mail asks for TLS all the way, and a server on the way lacks it.",
      "Send it again without that requirement."}},
    {7, -1, {"A condition of security was not met.", OUR_SERVER}},
    {0,
     -1,
     {"They give no reason that is understood here.",
      "Read their message, and ask the recipient by "
      "another way."}},
};

/* "5.1.1": three numbers of at most three digits and two dots. */
static bool read_code(struct span s, int number[3])
{
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        size_t from = at;
        for (number[i] = 0; at < s.n && at < from + 3 && ascii_is_digit(s.p[at]); at++)
            number[i] = number[i] * 10 + (s.p[at] - '0');
        if (at == from || (i < 2 && (at >= s.n || s.p[at++] != '.')))
            return false;
    }
    return at == s.n;
}

struct explanation explain_status(struct span code)
{
    int number[3];
    size_t last = sizeof rows / sizeof *rows - 1;
    if (!read_code(code, number))
        return rows[last].text;
    for (size_t i = 0; i < last; i++)
        if (rows[i].subject == number[1] && (rows[i].detail == number[2] || rows[i].detail == -1))
            return rows[i].text;
    return rows[last].text;
}
