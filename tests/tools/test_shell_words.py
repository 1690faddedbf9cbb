#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tools/commands/shell_words.py finds in scripts of every shape that this tree uses."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.environ.get("srcdir", "."), "tools/commands"))
import shell_words  # noqa: E402

CASES = (
    ("a 1; b && c || d | e & f", "a b c d e f"),
    ("a # b\nc", "a c"),
    ("x=1 a=$(b) c", "b c"),
    ("list=(a b $(c))\nd", "c d"),
    ("if a; then b; elif ! c; then d; else e; fi", "a b c d e"),
    ("while a; do b; done <c >d 2>&1", "a b"),
    ("for a in b c; do d; done", "d"),
    ("case a in b | c) d ;; 'e') f; g ;; *) h ;; esac; i", "d f g h i"),
    ("case $a in\n# b\nc) d\n;;\nesac\ne", "d e"),
    ("echo 'a; b' \"$(c \"$(d)\") e; f\" $((g + h)) ${i:-$(j)}", "echo c d j"),
    ("(a; (b)); ((c + d)); [[ e ]]", "a b"),
    ("cat <<EOF\nb; c\nEOF\nd <<-'END' | e\n\tf\n\tEND\ng", "cat d e g"),
    ("diff <(a) <(b | c)", "diff a b c"),
    ("x() {\n a\n}\ny() (\n b\n)\nz() { c; }", "a b c"),
    ("xargs -r -n 1 -I '{}' a -- b", "xargs a"),
    ("timeout -k 5 $seconds a; env -u X Y=1 b; exec $c d", "timeout a env b exec"),
    ("wait_for 5 \"$a\" -f b; timeout 60 \"$a\" -f b; wait_for \"$a\" b c", "wait_for timeout wait_for b"),
    ("unshare \"${a[@]}\" ${b[@]+\"${b[@]}\"} --c d", "unshare d"),
    ("trap 'a \"$b\"; c' EXIT; bash -euc 'd; e'", "trap a c bash d e"),
    ("/bin/sh a; /usr/sbin/b; ./c; $d/e; \"$f\" g", "sh b"),
    ("until a=$(b \\\n c); do d\ndone", "b d"),
)


class ShellWordsTest(unittest.TestCase):
    def test_finds_what_is_called(self):
        for script, wanted in CASES:
            with self.subTest(script=script):
                self.assertEqual(sorted(shell_words.read(script)[0]), sorted(set(wanted.split())))

    def test_finds_functions(self):
        self.assertEqual(shell_words.read("a() { b; }\nc() (\nd\n)\n")[1], {"a", "c"})


if __name__ == "__main__":
    unittest.main()
