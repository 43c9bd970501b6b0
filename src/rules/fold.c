/*
 * Ranges of Unicode's simple case folding (CaseFolding.txt, statuses C and S) in a table, and the
 * few characters that fold into them from afar. A test compares all of it with PCRE2 itself.
 */
#include "rules/fold.h"

enum folding {
    SAME, /* without case, or lower case */
    PLUS, /* folds to the character by so much further on */
    EVEN, /* pairs: the even one is upper case */
    ODD   /* pairs: the odd one is upper case */
};

static const struct range {
    unsigned short first, last;
    enum folding folding;
    int plus;
} ranges[] = {
    {0x0001, 0x0040, SAME, 0},
    {0x0041, 0x005a, PLUS, 32},
    {0x005b, 0x007f, SAME, 0},
    /* Latin; not sharp s, dotless i, y with diaeresis and others whose pairs lie elsewhere */
    {0x00c0, 0x00d6, PLUS, 32},
    {0x00d8, 0x00de, PLUS, 32},
    {0x00e0, 0x00f6, SAME, 0},
    {0x00f8, 0x00fe, SAME, 0},
    {0x0100, 0x012f, EVEN, 0},
    {0x0132, 0x0137, EVEN, 0},
    {0x0139, 0x0148, ODD, 0},
    {0x014a, 0x0177, EVEN, 0},
    {0x0179, 0x017e, ODD, 0},
    /* Greek */
    {0x0386, 0x0386, PLUS, 38},
    {0x0388, 0x038a, PLUS, 37},
    {0x038c, 0x038c, PLUS, 64},
    {0x038e, 0x038f, PLUS, 63},
    {0x0391, 0x03a1, PLUS, 32},
    {0x03a3, 0x03ab, PLUS, 32},
    {0x03ac, 0x03af, SAME, 0},
    {0x03b1, 0x03c1, SAME, 0},
    {0x03c2, 0x03c2, PLUS, 1},
    {0x03c3, 0x03ce, SAME, 0},
    /* Cyrillic */
    {0x0400, 0x040f, PLUS, 80},
    {0x0410, 0x042f, PLUS, 32},
    {0x0430, 0x045f, SAME, 0},
    {0x0460, 0x0481, EVEN, 0},
    {0x048a, 0x04bf, EVEN, 0},
    {0x04c0, 0x04c0, PLUS, 15},
    {0x04c1, 0x04ce, ODD, 0},
    {0x04cf, 0x04cf, SAME, 0},
    {0x04d0, 0x052f, EVEN, 0},
    /* Armenian */
    {0x0531, 0x0556, PLUS, 48},
    {0x0561, 0x0586, SAME, 0},
    /* Hebrew to Myanmar, Georgian, Hangul letters, Ethiopic, Khmer to Lepcha */
    {0x0590, 0x109f, SAME, 0},
    {0x10d0, 0x10fa, SAME, 0},
    {0x10fd, 0x10ff, SAME, 0},
    {0x1100, 0x137f, SAME, 0},
    {0x1780, 0x1c7f, SAME, 0},
    {0x1c90, 0x1cba, PLUS, -0xbc0},
    {0x1cbd, 0x1cbf, PLUS, -0xbc0},
    /* Latin again (Vietnamese), punctuation */
    {0x1e00, 0x1e95, EVEN, 0},
    {0x1ea0, 0x1eff, EVEN, 0},
    {0x2000, 0x20cf, SAME, 0},
    /* Chinese, Japanese, Korean, Yi; their wide forms */
    {0x2e80, 0xa63f, SAME, 0},
    {0xac00, 0xd7a3, SAME, 0},
    {0xf900, 0xfaff, SAME, 0},
    {0xff01, 0xff20, SAME, 0},
    {0xff21, 0xff3a, PLUS, 32},
    {0xff3b, 0xffef, SAME, 0},
};

/* Characters that fold into the ranges from outside. */
static const struct {
    unsigned short from, to;
} others[] = {
    {0x00b5, 0x03bc}, {0x017f, 0x0073}, {0x0345, 0x03b9}, {0x03d0, 0x03b2}, {0x03d1, 0x03b8},
    {0x03d5, 0x03c6}, {0x03d6, 0x03c0}, {0x03f0, 0x03ba}, {0x03f1, 0x03c1}, {0x03f4, 0x03b8},
    {0x03f5, 0x03b5}, {0x1c80, 0x0432}, {0x1c81, 0x0434}, {0x1c82, 0x043e}, {0x1c83, 0x0441},
    {0x1c84, 0x0442}, {0x1c85, 0x0442}, {0x1c86, 0x044a}, {0x1c87, 0x0463}, {0x1e9b, 0x1e61},
    {0x1fbe, 0x03b9}, {0x2126, 0x03c9}, {0x212a, 0x006b}, {0x212b, 0x00e5},
};

static const struct range *range_of(unsigned cp)
{
    size_t from = 0, to = sizeof ranges / sizeof *ranges;
    while (from < to) {
        size_t middle = (from + to) / 2;
        if (cp > ranges[middle].last)
            from = middle + 1;
        else if (cp < ranges[middle].first)
            to = middle;
        else
            return &ranges[middle];
    }
    return NULL;
}

unsigned fold(unsigned cp)
{
    const struct range *r = range_of(cp);
    if (!r) {
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            if (others[i].from == cp)
                return others[i].to;
        return cp;
    }
    if (r->folding == PLUS)
        return (unsigned)((int)cp + r->plus);
    bool upper = (r->folding == EVEN && cp % 2 == 0) || (r->folding == ODD && cp % 2 == 1);
    return upper ? cp + 1 : cp;
}

bool fold_is_known(unsigned cp)
{
    return range_of(cp) != NULL;
}

size_t fold_write(unsigned cp, char out[3])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xc0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | cp >> 12);
    out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
    out[2] = (char)(0x80 | (cp & 0x3f));
    return 3;
}
