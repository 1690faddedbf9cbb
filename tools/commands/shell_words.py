# SPDX-License-Identifier: Apache-2.0
"""Which commands a shell script calls: a reader of the shell's grammar as far as this tree uses it.

It knows quoting, here documents, substitutions, case, for, functions and assignments, and looks
into what is handed on to be run: the words behind xargs or timeout, the strings of trap and -c.
"""

import re

# Behind these the next word is a command again.
KEYWORDS = {"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time"}
ENDS = {"fi", "done", "esac", "}"}
# Commands and functions of this tree that run the words behind their options and operands:
# how many operands, and the options that a word follows.
RUNNERS = {"exec": (0, "-a"), "env": (0, "-u -C"), "xargs": (0, "-n -I -P -d -L -a"), "timeout": (1, "-k -s"),
           "nohup": (0, ""), "setsid": (0, ""), "nice": (0, "-n"), "sudo": (0, "-u"), "command": (0, ""),
           "unshare": (0, ""), "flock": (1, "-w"), "taskset": (1, ""), "wait_for": (1, ""), "as_root": (0, ""),
           "guarded": (0, ""), "system_at_end": (0, ""), "poll": (0, "-s")}
# Commands that take a script as a string.
EVALUATORS = {"trap", "eval", "system_at_end"}
SHELLS = {"bash", "sh"}
NAME = re.compile(r"[A-Za-z_][\w.+-]*\Z")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(\[[^]]*\])?\+?=")
OPERATOR = re.compile(r"\d*(?:<<<|<<-?|&>>?|[<>]&|>>|<>|>\||[<>])")


class Word:
    def __init__(self):
        self.text = ""
        self.is_quoted = False
        self.is_plain = True  # no expansion in it
        self.is_list = False  # an expansion of an array: options, as far as this tree goes


class Reader:
    def __init__(self, text):
        self.text = text
        self.at = 0
        self.commands = set()
        self.functions = set()
        self.heredocs = []

    def peek(self, word):
        return self.text.startswith(word, self.at)

    # --- what stands inside of words

    def substitution(self):
        """At the first character behind "$(" or "<("."""
        self.script(until=")")

    def skip_to(self, end):
        depth, opening = 1, {"}": "{", ")": "("}[end]
        while self.at < len(self.text) and depth:
            character = self.text[self.at]
            self.at += 1
            if character == "\\":
                self.at += 1
            elif character == opening:
                depth += 1
            elif character == end:
                depth -= 1
            elif character == "'" and end == "}":
                self.at = self.text.index("'", self.at) + 1
            elif character == "$" and self.peek("(") and not self.peek("(("):
                self.at += 1
                self.substitution()

    def dollar(self):
        self.at += 1
        if self.peek("(("):
            self.at += 1
            self.skip_to_arithmetic_end()
        elif self.peek("("):
            self.at += 1
            self.substitution()
        elif self.peek("{"):
            self.at += 1
            self.skip_to("}")

    def skip_to_arithmetic_end(self):
        self.at += 1
        self.skip_to(")")
        self.at += 1

    def double_quoted(self, word):
        self.at += 1
        while self.text[self.at] != '"':
            if self.text[self.at] == "\\":
                word.text += self.text[self.at + 1]
                self.at += 2
            elif self.text[self.at] == "$":
                word.is_plain = False
                word.text += "$"
                start = self.at
                self.dollar()
                word.is_list |= "[@]" in self.text[start:self.at]
            else:
                word.text += self.text[self.at]
                self.at += 1
        self.at += 1

    def single_quoted(self, word):
        end = self.text.index("'", self.at + 1)
        word.text += self.text[self.at + 1:end]
        self.at = end + 1

    def word(self):
        word = Word()
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t\n;&|()" or OPERATOR.match(self.text, self.at) and not word.text[-1:].isdigit() \
                    and character in "<>":
                break
            if character == "\\":
                word.text += self.text[self.at + 1:self.at + 2].replace("\n", "")
                self.at += 2
            elif character == "'":
                word.is_quoted = True
                self.single_quoted(word)
            elif character == '"':
                word.is_quoted = True
                self.double_quoted(word)
            elif character == "$":
                word.is_plain = False
                word.text += "$"
                start = self.at
                self.dollar()
                word.is_list |= "[@]" in self.text[start:self.at]
            else:
                word.text += character
                self.at += 1
            if ASSIGNMENT.fullmatch(word.text) and self.peek("("):
                self.at += 1
                self.skip_to(")")
        return word

    # --- scripts

    def blank(self):
        while self.at < len(self.text):
            if self.text[self.at] in " \t":
                self.at += 1
            elif self.peek("\\\n"):
                self.at += 2
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def newline(self):
        self.at += 1
        for delimiter in self.heredocs:
            end = re.compile(r"^\t*" + re.escape(delimiter) + r"$", re.M).search(self.text, self.at)
            self.at = end.end() + 1 if end else len(self.text)
        self.heredocs = []

    def redirection(self, operator):
        self.at += len(operator)
        if self.peek("("):  # <(command)
            self.at += 1
            self.substitution()
            return
        self.blank()
        if self.peek("<(") or self.peek(">("):
            self.at += 2
            self.substitution()
            return
        word = self.word()
        if operator.endswith(("<<", "<<-")):
            self.heredocs.append(word.text)

    def script(self, until=None):
        """Reads commands up to the bracket that ends a substitution or a subshell."""
        while self.at < len(self.text):
            self.blank()
            if self.at >= len(self.text):
                return
            character = self.text[self.at]
            if character == until:
                self.at += 1
                return
            if character == "\n":
                self.newline()
            elif character in ";&|":
                self.at += 1
            elif character == "(":
                self.at += 1
                if self.peek("("):
                    self.skip_to_arithmetic_end()
                else:
                    self.script(until=")")
            elif character == ")":
                self.at += 1
            else:
                self.command()

    def words_of_command(self):
        words = []
        while self.at < len(self.text):
            self.blank()
            operator = OPERATOR.match(self.text, self.at)
            if operator:
                self.redirection(operator.group())
            elif self.at >= len(self.text) or self.text[self.at] in "\n;&|)":
                break
            elif self.text[self.at] == "(":
                break
            else:
                words.append(self.word())
                if not words[-1].is_quoted and len(words) == 1 and words[0].text in KEYWORDS | ENDS | {"case"}:
                    break
        return words

    def command(self):
        words = self.words_of_command()
        if not words:
            return
        first = words[0].text
        if first == "case":
            self.case()
        elif len(words) == 1 and self.peek("()"):
            self.functions.add(first)
            self.at += 2
        elif first not in KEYWORDS | ENDS | {"for", "in", "[["}:
            self.called(words)

    def case(self):
        self.blank()
        self.word()
        self.blank()
        self.word()  # in
        while True:
            while self.text[self.at] in " \t\n" or self.peek("#"):
                self.blank()
                if self.peek("\n"):
                    self.newline()
            if re.compile(r"esac\b").match(self.text, self.at):
                self.at += len("esac")
                return
            self.pattern()
            self.branch()

    def pattern(self):
        if self.peek("("):
            self.at += 1
        while not self.peek(")"):
            if self.text[self.at] in " \t|":
                self.at += 1
            else:
                self.word()
        self.at += 1

    def branch(self):
        while True:
            self.blank()
            if self.peek(";;"):
                self.at += 2
                return
            if re.compile(r"esac\b").match(self.text, self.at):
                return
            if self.peek("\n"):
                self.newline()
            elif self.text[self.at] in ";&|":
                self.at += 1
            elif self.peek("("):
                self.at += 1
                self.script(until=")")
            else:
                self.command()

    def called(self, words):
        while words and ASSIGNMENT.match(words[0].text):
            words = words[1:]
        if not words:
            return
        name = words[0].text
        if words[0].is_plain and NAME.match(name):
            self.commands.add(name)
        elif words[0].is_plain and re.fullmatch(r"(/usr)?/s?bin/[\w.+-]+", name):
            self.commands.add(name.rsplit("/", 1)[1])
        if name in EVALUATORS and len(words) > 1:
            self.inner(words[1].text)
        if name in SHELLS:
            self.script_option(words)
        if name.rsplit("/", 1)[-1] in RUNNERS:
            self.run_by(words[1:], *RUNNERS[name.rsplit("/", 1)[-1]])

    def script_option(self, words):
        for option, script in zip(words, words[1:]):
            if re.fullmatch(r"-[a-z]*c", option.text):
                self.inner(script.text)

    def run_by(self, words, operands, options):
        while words and (words[0].text.startswith("-") or words[0].is_list or ASSIGNMENT.match(words[0].text)):
            words = words[2 if words[0].text in options.split() else 1:]
        if words[operands:]:
            self.called(words[operands:])

    def inner(self, script):
        reader = Reader(script)
        reader.script()
        self.commands |= reader.commands


def read(text):
    """The commands that a script calls and the functions that it defines."""
    reader = Reader(text)
    reader.script()
    return reader.commands, reader.functions
