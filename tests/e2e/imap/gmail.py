#!/usr/bin/env python3
"""scripted.py with the ways of Gmail: a mailbox is a label, a message may have many, each shows it
under a UID of its own, and all mail stays in the mailbox marked \\All for ever.

    gmail.py CERTIFICATE KEY STATE

Beside what scripted.py reads in STATE: "root" is the level of the special mailboxes, "[Gmail]" when
missing; "names" their names there, in the order of SPECIAL below, one a line; "labels" has lines
"UID LABEL" for further labels of a message of the inbox; "sent/" holds messages of the mailbox marked
\\Sent. "more/LABEL:LABEL/" is taken in at each connection: messages that have come with these labels;
"label" likewise: lines "UID FROM TO", a label added to a message by hand, or with "UID FROM -> TO"
moved. Faults beside those there:

    crowded     the login is refused, as beyond 15 connections
    overquota   FETCH is refused, as beyond 2500 MB a day
    overquota2  only from the second one on
"""
import os
import re

import scripted

SPECIAL = ("All", "Drafts", "Important", "Sent", "Junk", "Flagged", "Trash")
NAMES = ("All Mail", "Drafts", "Important", "Sent Mail", "Spam", "Starred", "Trash")
BEFORE = ("IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR "
          "AUTH=XOAUTH2 AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER")
AFTER = ("IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS "
         "COMPRESS=DEFLATE ENABLE MOVE CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS "
         "LITERAL- SPECIAL-USE APPENDLIMIT=35651584")


class Gmail(scripted.Server):
    def __init__(self, state):
        super().__init__(state)
        self.abilities = ["MOVE", "UIDPLUS"]
        root = self.read("root") or "[Gmail]"
        names = self.read("names").splitlines() or NAMES
        self.special = {f"{root}/{name}": use for name, use in zip(names, SPECIAL)}
        self.root = root
        for number, name in enumerate(self.special):
            self.boxes[name] = scripted.Mailbox()
            self.boxes[name].validity = 100 + number
        for entry in self.boxes["INBOX"].messages.values():
            self.label(self.marked("All"), entry)
        for line in self.read("labels").splitlines():
            uid, label = line.split(" ", 1)
            self.label(label, self.boxes["INBOX"].messages[int(uid)])
        self.take_in(f"{state}/sent", [self.marked("Sent")])

    def marked(self, use):
        return next(name for name, its in self.special.items() if its == use)

    def label(self, label, entry):
        """Gives a message a label: its UID there, the old one where it has the label already."""
        box = self.boxes.get(label)
        if box is None:
            box = self.boxes[label] = scripted.Mailbox()
            box.validity = 600 + len(self.boxes)
        for uid, its in box.messages.items():
            if its is entry:
                return uid
        box.messages[box.next] = entry
        box.next += 1
        return box.next - 1

    def take_in(self, folder, labels):
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(f"{folder}/{name}", "rb") as f:
                entry = [f.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), set()]
            os.unlink(f"{folder}/{name}")
            for label in [*labels, self.marked("All")]:
                self.label(label, entry)

    def serve(self, c):
        self.in_ = False
        self.fetches = 0
        more = f"{self.state}/more"
        for labels in sorted(os.listdir(more)) if os.path.isdir(more) else []:
            self.take_in(f"{more}/{labels}", [label.replace("|", "/") for label in labels.split(":")])
        for line in self.read("label").splitlines():
            uid, start, *way, to = line.split(" ")
            self.label(to, self.boxes[start].messages[int(uid)])
            if way:
                del self.boxes[start].messages[int(uid)]
        self.tell("label", [])
        super().serve(c)

    # --- what Gmail says in its own way ---
    def do_capability(self, _):
        self.send(f"* CAPABILITY {AFTER if self.in_ else BEFORE}".encode())
        return "OK Thats all she wrote! a1b2c3"

    def do_authenticate(self, _):
        if self.fault == "crowded":
            return "NO [ALERT] Too many simultaneous connections. (Failure)"
        self.in_ = True
        self.send(f"* CAPABILITY {AFTER}".encode())
        return "OK me@example.org authenticated (Success)"

    def do_namespace(self, _):
        self.send(b'* NAMESPACE (("" "/")) NIL NIL')

    def do_list(self, rest):
        pattern = re.findall(r'"([^"]*)"|(\S+)', rest)[1]
        pattern = re.escape(pattern[0] or pattern[1]).replace(r"\*", ".*").replace("%", "[^/]*")
        names = {name: "\\HasNoChildren" for name in self.boxes}
        for name in self.boxes:
            for i in (i for i, c in enumerate(name) if c == "/"):
                names[name[:i]] = "\\HasChildren" + ("" if name[:i] in self.boxes else " \\Noselect")
        for name, flags in sorted(names.items()):
            if re.fullmatch(pattern, name):
                use = f" \\{self.special[name]}" if name in self.special else ""
                self.send(f'* LIST ({flags}{use}) "/" "{name}"'.encode())
        return "OK Success"

    def do_select(self, rest):
        if rest.strip('"') not in self.boxes:
            return f"NO [NONEXISTENT] Unknown Mailbox: {rest.strip(chr(34))} (Failure)"
        self.send(b"* FLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen $NotPhishing $Phishing)")
        self.send(b"* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Draft \\Deleted \\Seen \\*)] Flags permitted.")
        super().do_select(rest)
        self.send(b"* OK [HIGHESTMODSEQ 4711]")
        return f"OK [READ-WRITE] {rest.strip(chr(34))} selected. (Success)"

    do_examine = do_select

    def do_status(self, rest):
        answer = super().do_status(rest)
        return answer and f"NO [NONEXISTENT] Unknown Mailbox: {rest} (Failure)"

    def do_create(self, rest):
        name = rest.strip('"')
        if name in self.boxes or name in self.read("hidden").splitlines():
            return f"NO [ALREADYEXISTS] Duplicate folder name {name} (Failure)"
        super().do_create(rest)
        self.boxes[name].validity = 600 + len(self.boxes)
        return "OK Success"

    def do_fetch(self, rest):
        self.fetches += 1
        if self.fault == "overquota" or (self.fault == "overquota2" and self.fetches > 1):
            return "NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)"
        return super().do_fetch(rest)

    def copy(self, rest, keep):
        words, name = re.findall(r'"[^"]*"|\S+', rest)[:2]
        name, pairs = name.strip('"'), []
        if name not in self.boxes:
            return f"NO [TRYCREATE] No folder {name} (Failure)"
        places = {uid: i for i, uid in enumerate(sorted(self.box.messages), 1)}
        gone = 0
        stays = self.box is self.boxes[self.marked("All")]
        for uid in self.chosen(words):
            pairs.append((uid, self.label(name, self.box.messages[uid])))
            if not keep and not stays:
                del self.box.messages[uid]
                self.send(f"* {places[uid] - gone} EXPUNGE".encode())
                gone += 1
        old, new = (",".join(str(p[i]) for p in pairs) for i in (0, 1))
        return f"OK [COPYUID {self.boxes[name].validity} {old} {new}] (Success)" if pairs else "OK Success"


if __name__ == "__main__":
    scripted.main(Gmail)
