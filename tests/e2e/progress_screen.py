#!/usr/bin/env python3
"""Run a command on a terminal and watch its last line.

  progress_screen.py COLUMNS TERM INTERRUPT COMMAND...

INTERRUPT yes: ^C is typed as soon as something is shown. Prints what the line has held ("line TEXT"), the
columns it took at most ("widest N"), how many escape sequences came ("escapes N"), what is left of it at
the end ("left TEXT"), and how the command ended ("status N", negative: by that signal)."""
import fcntl
import os
import pty
import re
import struct
import sys
import termios


def read_all(terminal, on_first):
    text = b""
    while True:
        try:
            some = os.read(terminal, 65536)
        except OSError:
            return text.decode()
        if not some:
            return text.decode()
        if on_first and b" of " in some:
            os.write(terminal, b"\x03")
            on_first = False
        text += some


def lines_of(text):
    """Each state of the line, as a terminal would have shown it."""
    line, at = "", 0
    for word in re.findall(r"\x1b\[K|\r|\n|[^\x1b\r\n]+|\x1b", text.replace("^C", "")):
        if word == "\x1b[K":
            line = line[:at]
        elif word == "\r":
            at = 0
        elif word == "\n":
            line, at = "", 0
        else:
            line = line[:at] + word + line[at + len(word):]
            at += len(word)
            yield line
    yield line


def main():
    columns, term, interrupt, *command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(columns), 0, 0))
        os.environ["TERM"] = term
        os.execvp(command[0], command)
    text = read_all(terminal, interrupt == "yes")
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    *shown, left = lines_of(text)
    for line in shown:
        print("line", line)
    print("widest", max((len(line) for line in shown), default=0))
    print("escapes", text.count("\x1b"))
    print("left", left)
    print("status", status)


main()
