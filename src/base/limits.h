/*
 * Every limit of backsift stands here with its reason. What comes in is hostile; what is beyond a
 * limit is cut or left unread, never an error that could lose a message.
 */
#ifndef BACKSIFT_BASE_LIMITS_H
#define BACKSIFT_BASE_LIMITS_H

/* --- message: the part of a message that is read to understand it --- */

/* Bytes of a message that are parsed; the rest is filed but not read. 95 % of the IDs stand in the
 * first 4 KiB, all in the first 64 KiB of the text they are in; a returned original may come
 * behind a long notice. */
#define LIMIT_MESSAGE_PARSED ((size_t)4 * 1024 * 1024)
/* Bytes of one header block, and fields in it. The largest legitimate header seen is under 100 KB.
 */
#define LIMIT_HEADER_BYTES  ((size_t)256 * 1024)
#define LIMIT_HEADER_FIELDS 1000
/* Bytes of one decoded field value given to rules: no rule speaks of more. */
#define LIMIT_FIELD_DECODED ((size_t)16 * 1024)
/* Parts of one message and how deep they nest. Real bounces inside bounces reach 8 levels. */
#define LIMIT_PARTS      200
#define LIMIT_PART_DEPTH 20
/* Bytes of a MIME boundary: RFC 2046 5.1.1 allows 70; broken software exceeds it. */
#define LIMIT_BOUNDARY 256
/* Bytes of one part after transfer decoding. */
#define LIMIT_PART_DECODED ((size_t)1024 * 1024)
/* Bytes of decoded human-readable text given to rules; bounds every regular expression's subject.
 */
#define LIMIT_TEXT ((size_t)64 * 1024)
/* Bytes of the structure line. */
#define LIMIT_STRUCTURE ((size_t)8 * 1024)
/* Bytes of a Message-ID: RFC 5322 lines have at most 998. */
#define LIMIT_MESSAGE_ID ((size_t)998)
/* Bytes of one mail address: RFC 5321 4.5.3.1 allows 64 + 1 + 255; SRS and VERP forms exceed it. */
#define LIMIT_ADDRESS ((size_t)512)
/* Memory that one message's parsing may take in all. */
#define LIMIT_ARENA ((size_t)48 * 1024 * 1024)

/* --- report and evidence: what travels from the child to its parent --- */

/* Failed recipients kept of one response; Exchange lists hundreds, the digest shows a few. */
#define LIMIT_RECIPIENTS 100
/* Originals (nested or digest) kept of one response. */
#define LIMIT_ORIGINALS 16
/* Groups of fields kept of its status parts: one a recipient and some per message; where empty
 * lines were doubled, one a field, which the first recipients still fit in. */
#define LIMIT_REPORT_GROUPS (4 * LIMIT_RECIPIENTS)
/* Pieces of evidence kept of one response. */
#define LIMIT_EVIDENCE 200
/* Bytes of one value (a diagnostic, a subject) and of one place. */
#define LIMIT_VALUE ((size_t)1000)
#define LIMIT_PLACE ((size_t)200)
/* Bytes of all findings on the pipe: more than the sum above never makes sense; the parent reads no
 * further. */
#define LIMIT_FINDINGS ((size_t)512 * 1024)

/* --- rules --- */

#define LIMIT_RULE_FILES 500
#define LIMIT_RULES      5000
#define LIMIT_CAPTURES   100
/* PCRE2 match and depth limits for one match; beyond it the condition does not hold and the rule is
 * named in the log. The CPU deadline of the child is what finally bounds a message. */
#define LIMIT_REGEX_MATCH 100000
#define LIMIT_REGEX_DEPTH 2000

/* Bytes of a snapshot of the rules: 700 rules take less than 1 MB. */
#define LIMIT_SNAPSHOT ((size_t)64 * 1024 * 1024)

/* --- config --- */

/* Bytes of one line of backsift.conf or a rule file: inih holds a line on its stack. */
#define LIMIT_CONFIG_LINE 16384
/* Bytes of one such file: far above any written by hand. */
#define LIMIT_INI_FILE      ((size_t)4 * 1024 * 1024)
#define LIMIT_CONFIG_VALUES 1000

/* --- delivery --- */

/* Seconds before `deliver` gives up with 75: far below Postfix's 1,000 s and Exim's hour. */
#define LIMIT_DELIVER_SECONDS 300
/* Seconds that a delivery may take for its journal and log once the message has been filed: what
 * waiting for a lock takes at most, LIMIT_LOOKUP_MS and twice LIMIT_JOURNAL_MS, and one more. A
 * store that hangs must not hold the mail system's slot longer; what is not journaled is mended. */
#define LIMIT_FILED_SECONDS 6
/* Seconds after which a message in the inbox counts as one that no delivery is still busy with: its
 * name is made before the folder is synced, which a busy disk may take long for. */
#define LIMIT_SETTLED_SECONDS (LIMIT_FILED_SECONDS + 14)
/* CPU seconds and wall milliseconds of the child that parses; then the inbox, unclassified. */
#define LIMIT_CHILD_CPU_SECONDS 5
#define LIMIT_CHILD_WALL_MS     15000
/* Address space of the child. */
#define LIMIT_CHILD_MEMORY ((size_t)512 * 1024 * 1024)
/* Milliseconds for looking up the index, and for refreshing local sources before a verdict. */
#define LIMIT_LOOKUP_MS  1000
#define LIMIT_REFRESH_MS 200
/* Milliseconds to wait for a locked journal when a response has already been filed. */
#define LIMIT_JOURNAL_MS 2000

/* --- sources --- */

/* Recipients of one sent message that are recorded: beyond it comes from list software, whose
 * messages are known by their ID. */
#define LIMIT_SENT_VALUES 1000
/* Sent copies gathered before they are written by a run that has a deadline, and sweeps' messages
 * in one transaction. Other runs gather LIMIT_LOAD, or for so many seconds, as what a killed run
 * has gathered is read again. */
#define LIMIT_SENT_BATCH   1000
#define LIMIT_LOAD_SECONDS 10
/* Milliseconds that recording waits for a locked index. A person or a mail program waits with it,
 * but what is not recorded ends coverage for days: as long as either bears. */
#define LIMIT_RECORD_MS 10000
/* Milliseconds for a message to turn up on standard input of `record` without arguments: whoever
 * pipes one in has started by then. */
#define LIMIT_STDIN_MS 500
/* Rows of the index removed in one step, and steps in one run of `record`. */
#define LIMIT_PRUNE_ROWS  1000
#define LIMIT_PRUNE_STEPS 100
/* Responses that recheck changes before it looks anew: bounds its memory. */
#define LIMIT_RECHECK_ROUND 5000
/* Responses that recheck moves at once, sharing the syncs of their folders, and then journals in
 * one transaction of some ms. So many, too, are mended by a new look when it is killed in between.
 */
#define LIMIT_RECHECK_BATCH 50
/* Responses that a sweep moves and journals at once: their syncs are shared, and the transaction
 * lasts some 10 ms. */
#define LIMIT_SWEEP_RESPONSES 500
/* Messages that go to the child of a sweep at once; two such loads are under way. So many that the
 * two processes rarely wait for each other, so few that a killed sweep repeats little. */
#define LIMIT_BULK_BASKET 64
/* Messages that such a child reads before another takes its place: an average of 500 us each stays
 * below LIMIT_CHILD_CPU_SECONDS. */
#define LIMIT_BULK_MESSAGES 10000
/* Forged responses that one step of expiry collects: bounds its memory. */
#define LIMIT_EXPIRE_ROUND 5000
/* Memory for reading the note of unrecorded messages. */
#define LIMIT_GAP_FILE ((size_t)64 * 1024)

/* Bytes of one line of a log: syslog cuts them far earlier. */
#define LIMIT_LOG_LINE ((size_t)64 * 1024)
/* Messages of a log that are held at a time, and bytes of those that are carried over to the next
 * run: far more than a queue holds, unless something is wrong. */
#define LIMIT_LOG_MESSAGES ((size_t)10000)
#define LIMIT_LOG_CARRY    ((size_t)256 * 1024)
/* Rotated files of one log. */
#define LIMIT_LOG_FILES ((size_t)1000)

/* --- IMAP --- */

/* Seconds of one run unless configured; what is left is the next run's. */
#define LIMIT_IMAP_SECONDS 3600
/* Milliseconds of silence of a server that is asked something: a search in a large mailbox on a
 * slow disk takes half a minute. */
#define LIMIT_IMAP_READ_MS 60000
/* Seconds for a password or token command: a person may have to unlock a key. */
#define LIMIT_IMAP_SECRET_SECONDS 60
/* Bytes of a password or token, which is one line. */
#define LIMIT_IMAP_SECRET ((size_t)16 * 1024)
/* Bytes that a server may send for a login. */
#define LIMIT_IMAP_LOGIN ((uint64_t)64 * 1024)
/* Bytes that a server may send for one command beside the messages asked for. A search that finds
 * a million messages takes 8 MB. */
#define LIMIT_IMAP_ANSWER ((uint64_t)16 * 1024 * 1024)
/* Lines likewise: each may take 200 bytes of memory. Somebody else's expunging of a large mailbox
 * is told in one line a message. */
#define LIMIT_IMAP_LINES ((uint64_t)200000)
/* Messages whose headers are asked for at once, and bytes of one header that are: a longer one
 * makes the whole message be looked at. */
#define LIMIT_IMAP_BATCH  250
#define LIMIT_IMAP_HEADER ((size_t)64 * 1024)
/* Runs that are held back by messages that are there, but of which a server gives nothing. */
#define LIMIT_IMAP_HELD 3
/* Messages at the end of a folder among which what a cut run has moved is looked for: that run has
 * added at most LIMIT_IMAP_FILED, others little since. */
#define LIMIT_IMAP_COPIES 1000
/* Bytes of messages that are asked for at once: the largest part of a run's memory. */
#define LIMIT_IMAP_BODIES ((uint64_t)8 * 1024 * 1024)
/* Responses that are journaled and moved at once, and milliseconds for which some may wait for
 * more: so much a run that is cut has to do again. */
#define LIMIT_IMAP_FILED      500
#define LIMIT_IMAP_UNFILED_MS 30000
/* How deep a server's description of a message is followed; and brackets within brackets in one
 * line of its answers, which libetpan follows on the stack. */
#define LIMIT_IMAP_DEPTH   50
#define LIMIT_IMAP_NESTING 500
/* Bytes of a mail of our own put into a mailbox: a digest has some 100 KB. */
#define LIMIT_IMAP_APPEND ((size_t)8 * 1024 * 1024)
/* Seconds of one IDLE unless configured: a server may log out who says nothing for 30 minutes (RFC
 * 2177 3). And between two looks of `watch` where a server has no IDLE. */
#define LIMIT_IMAP_IDLE_SECONDS 1680
#define LIMIT_IMAP_POLL_SECONDS 120
/* Seconds after which `watch` opens a session anew, with the configuration as it is then, and looks
 * in one session: bound what a session holds in memory. */
#define LIMIT_IMAP_SESSION_SECONDS 86400
#define LIMIT_IMAP_SESSION_LOOKS   10000
/* Milliseconds before `watch` first tries again what has failed, and at most. */
#define LIMIT_IMAP_BACKOFF_FIRST_MS 2000
#define LIMIT_IMAP_BACKOFF_MOST_MS  600000
/* Seconds for a look at one account by `check`: somebody waits. */
#define LIMIT_CHECK_IMAP_SECONDS 60
/* Milliseconds for taking leave of a server when asked to stop. */
#define LIMIT_IMAP_LEAVE_MS 2000
/* Seconds of silence after which a connection that idles is probed, between probes, and probes
 * without an answer until it counts as broken: a mail server's host that is gone is noticed within
 * four minutes, and an address translator keeps the connection. */
#define LIMIT_IMAP_PROBE_AFTER 120
#define LIMIT_IMAP_PROBE_EVERY 30
#define LIMIT_IMAP_PROBES      4
/* Address space of the program, so that a lying length of a literal ends it and not the host. */
#define LIMIT_IMAP_MEMORY ((size_t)1024 * 1024 * 1024)

/* --- store --- */

/* Bytes of SQLite's write-ahead log beyond which a process that has written carries it over into
 * the file before it ends: whoever opens the store first reads the whole log anew, some 0.6 us a
 * KiB. */
#define LIMIT_WRITE_AHEAD_LOG ((long)256 * 1024)
/* Milliseconds for which a writer of many rows keeps others from writing, milliseconds it then
 * stands back, and the longest that a waiting process sleeps between two looks: less, so that it
 * always finds the gap. Filling and pruning lose some hundredths by it. */
#define LIMIT_TURN_MS  50
#define LIMIT_PAUSE_MS 3
#define LIMIT_WAIT_MS  2
/* Bytes of sent messages that are gathered before they are written in order: some 800,000 of them.
 * The more, the more rows share a page of the index; a small host must still have them. */
#define LIMIT_LOAD ((size_t)64 * 1024 * 1024)
/* Days that `index coverage` draws. */
#define LIMIT_CHART_DAYS 1000
/* --- check --- */

/* A push source is called silent when it recorded nothing for so many days, a holiday's or a quiet
 * week's, while others recorded so many messages. */
#define LIMIT_SILENT_DAYS     7
#define LIMIT_SILENT_MESSAGES 5

/* Bytes read of a .forward, .procmailrc and the like: such files have a few lines. */
#define LIMIT_CALLER_FILE ((size_t)64 * 1024)

/* --- log --- */

/* Bytes before the log file is moved to FILE.1: some 10,000 lines, so that no logrotate is needed.
 */
#define LIMIT_LOG_FILE ((long)1024 * 1024)

/* --- verdict --- */

/* One known ID with recipients never written to: so many are ours, more are unknown. IDs can be
 * scraped from public lists (DESIGN.md, Origin). */
#define LIMIT_SCRAPED_ID 20
/* Days after our mail within which an autoreply without an ID counts as answer to it: vacation
 * programs answer at once, only a slow queue stands between. */
#define LIMIT_AUTOREPLY_DAYS 2
/* Days that the end of a prvs tag may lie ahead: signers take a week, careful ones a month. The day
 * wraps at 1,000, so a wide window would make old tags valid again. */
#define LIMIT_PRVS_DAYS 30
/* Seconds that a sent copy may be dated behind the response to it: two hosts' clocks. */
#define LIMIT_CLOCK_SKEW 3600

/* --- report --- */

/* SpamCop cuts a message at 50 kB (what SpamAssassin's own reporting keeps to), wants it within two
 * days of its receipt, and takes 5,000 a day of one account. How many it takes in one mail, and how
 * long that may be, it does not publish: ten, and twice a message, are cautious. */
#define LIMIT_SPAMCOP_BYTES    ((size_t)50000)
#define LIMIT_SPAMCOP_DAYS     2
#define LIMIT_SPAMCOP_MESSAGES ((size_t)10)
#define LIMIT_SPAMCOP_MAIL     (2 * LIMIT_SPAMCOP_BYTES)
/* Responses reported in one run: SpamCop's limit of a day. */
#define LIMIT_REPORTED 5000
/* Bytes of a message in an ARF report: a desk reads the header and the beginning. */
#define LIMIT_ARF_BYTES ((size_t)1024 * 1024)

/* --- digest --- */

/* Responses told line by line, and originals of ours, that one digest holds; the rest is counted. A
 * mail of more lines helps nobody. */
#define LIMIT_DIGEST_LINES 5000
/* Different forged addresses and hosts counted; those beyond are counted together. */
#define LIMIT_DIGEST_NAMES 20000
/* Memory of a digest: its lines with LIMIT_VALUE for each value, and the names. */
#define LIMIT_DIGEST_MEMORY ((size_t)128 * 1024 * 1024)
/* Different domains that responses came to; a user has few. */
#define LIMIT_DIGEST_DOMAINS 100
/* Different results of checks such as "spf=fail" that are told apart: RFC 8601 has some 20. */
#define LIMIT_DIGEST_CHECKS 100
/* Columns of one foreign value in a list of values: a line of a mail and a half. */
#define LIMIT_DIGEST_VALUE ((size_t)100)
/* Bytes of one TXT record: SPF and DKIM have some hundred. */
#define LIMIT_DNS_TEXT ((size_t)8192)
/* Milliseconds for one question to the DNS that a person waits for. */
#define LIMIT_DNS_MS 3000
/* Questions asked at the same time, each by a process of its own. */
#define LIMIT_DNS_AT_ONCE ((size_t)40)
/* Milliseconds for asking all block lists of a digest together: a mail a day is not kept waiting
 * for them. */
#define LIMIT_BLOCKLIST_MS 2000
/* Block lists asked, and hosts of each; with a test entry each, within LIMIT_DNS_AT_ONCE. */
#define LIMIT_BLOCKLISTS      ((size_t)5)
#define LIMIT_BLOCKLIST_HOSTS ((size_t)5)
/* Seconds that an answer of a block list is kept, and answers kept. */
#define LIMIT_BLOCKLIST_SECONDS (6 * 3600)
#define LIMIT_BLOCKLIST_ANSWERS 200
/* Selectors asked for in one run of `check --dns`. */
#define LIMIT_SELECTORS 20
/* Different troubles of backsift's own that are told apart in its log. */
#define LIMIT_DIGEST_TROUBLES 100
/* Lines of one kind that the mail shows unless all are asked for. */
#define LIMIT_DIGEST_SHOWN 100

#endif
