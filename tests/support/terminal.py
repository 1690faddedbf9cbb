# SPDX-License-Identifier: Apache-2.0
"""A terminal for a program that draws on it: a pty, and the screen that a person would see."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])")


class Screen:
    """What xterm makes of the sequences that fairleadctl uses; any other one is an error."""

    def __init__(self, height, width):
        self.is_alternate = self.is_scrolled = False
        self.has_cursor = self.wraps = True
        self.tones = set()
        self.drawings = 0  # begun at the top
        self.resize(height, width)

    def resize(self, height, width):
        self.height, self.width = height, width
        self.clear()

    def clear(self):
        self.cells = [[" "] * self.width for _ in range(self.height)]
        self.row = self.column = 0

    def lines(self):
        """Without blanks at the ends, and without empty lines at the end."""
        lines = ["".join(row).rstrip() for row in self.cells]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def feed(self, text):
        """Returns what is left of an unfinished sequence."""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = SEQUENCE.match(text, at)
                if found is None:
                    return text[at:]
                self.obey(found.group(1), found.group(2))
                at = found.end()
            else:
                self.put(text[at])
                at += 1
        return ""

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.is_scrolled |= self.row == self.height - 1
            self.row = min(self.row + 1, self.height - 1)
        else:
            assert character >= " ", repr(character)
            if self.column == self.width and self.wraps:
                self.put("\r")
                self.put("\n")
            self.cells[self.row][min(self.column, self.width - 1)] = character
            self.column = min(self.column + 1, self.width)

    def obey(self, argument, letter):
        if letter == "m":
            self.tones.add(argument)
        elif letter in "hl" and argument in ("?1049", "?25", "?7"):
            self.switch(argument, letter == "h")
        elif (letter, argument) == ("H", ""):
            self.row = self.column = 0
            self.drawings += 1
        elif (letter, argument) in (("K", ""), ("J", "")):
            # On the last cell the cursor stands on its end, and erases that cell, too.
            column = min(self.column, self.width - 1)
            self.cells[self.row][column:] = [" "] * (self.width - column)
            for row in range(self.row + 1, self.height if letter == "J" else 0):
                self.cells[row] = [" "] * self.width
        else:
            raise AssertionError("unknown: CSI %s %s" % (argument, letter))

    def switch(self, mode, is_on):
        if mode == "?1049":
            self.is_alternate = is_on
            self.clear()
        elif mode == "?25":
            self.has_cursor = is_on
        else:
            self.wraps = is_on


class Terminal:
    """Runs a program on a terminal of its own; ends it when left."""

    def __init__(self, arguments, height=24, width=80, has_stdin=True, **environment):
        self.screen = Screen(height, width)
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.rest, self.status = "", None
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.modes = termios.tcgetattr(self.slave)
        self.pid = os.fork()
        if self.pid == 0:
            self.become(arguments, has_stdin, environment)

    def become(self, arguments, has_stdin, environment):
        try:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            nothing = os.open("/dev/null", os.O_RDONLY)
            os.dup2(self.slave if has_stdin else nothing, 0)
            os.dup2(self.slave, 1)
            os.dup2(self.slave, 2)
            os.closerange(3, 64)
            changed = {"TERM": "xterm", "LC_ALL": "C.UTF-8", **environment}
            os.execve(arguments[0], arguments, {**os.environ, **changed})
        finally:
            os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self.slave)

    def look(self, seconds=0.02):
        """Takes what has come; false when nothing comes any more."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        self.rest = self.screen.feed(self.rest + self.decoder.decode(os.read(self.master, 65536)))
        return True

    def wait_for(self, is_so, seconds=20):
        """Until is_so() holds; fails with what the screen shows."""
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise AssertionError("not within %s s; the screen shows:\n%s" %
                                     (seconds, "\n".join(self.screen.lines())))
            self.look()

    def shows(self, text):
        return any(text in line for line in self.screen.lines())

    def stays_in_place(self):
        """Whether two whole drawings do not scroll. What was drawn for another size may."""
        self.screen.is_scrolled, before = False, self.screen.drawings
        self.wait_for(lambda: self.screen.drawings >= before + 3)
        return not self.screen.is_scrolled

    def press(self, keys):
        os.write(self.master, keys)

    def resize(self, height, width):
        self.look()
        self.screen.resize(height, width)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def has_ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def end(self):
        """Waits for the program's own end; its exit status."""
        self.wait_for(self.has_ended)
        while select.select([self.master], [], [], 0)[0]:
            self.look()
        return self.status

    def is_as_before(self):
        """Whether the program has put everything back."""
        return (not self.screen.is_alternate and self.screen.has_cursor and self.screen.wraps and
                termios.tcgetattr(self.slave) == self.modes)
