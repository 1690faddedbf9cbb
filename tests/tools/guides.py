#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What README.md and docs/guides tell people to type and to look for is there: commands of fairleadctl
and their options, options of fairlead, metrics, settings; configurations that they show are good."""
import glob
import os
import re
import subprocess
import sys
import tempfile

root = os.environ.get("srcdir", ".")
build = os.environ.get("builddir", ".")
faults = []
CODE = re.compile(r"`([^`\n]+)`|^ {4}(.*)$", re.M)
# Groups whose members are settings, as against what Docker and systemd call theirs.
GROUPS = "limits|timeouts|hold|stickiness|session_tickets|access_log|admin|metrics|api|health_check"
SETTING = re.compile(rf"^(?:{GROUPS})\.[a-z_.]+$|^(?!fairlead_)[a-z]+(?:_[a-z]+)*_(?:seconds|milliseconds|bytes|dir|count)$")


def read(name):
    with open(os.path.join(root, name), encoding="utf-8") as file:
        return file.read()


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)


def check_ctl(place, words):
    """words: what stands behind fairleadctl, up to the end of the command."""
    while words[:1] == ["-s"] or (words and words[0].startswith("-") and words[0] != "--json"):
        words = words[2:]
    words = [word for word in words if word != "--json"]
    if not words or words[0] == "help":
        return
    command = words[0] if words[0] != "key" else " ".join(words[:2])
    told = run(os.path.join(build, "fairleadctl"), "help", *command.split())
    if told.returncode != 0 and command != "key":
        faults.append(f"{place}: there is no fairleadctl {command}")
    for option in words[1:]:
        if re.match(r"-{1,2}[a-zA-Z]", option) and not re.search(rf"(?<!\S)\[?{re.escape(option)}\b", told.stdout):
            faults.append(f"{place}: fairleadctl {command} has no {option}")


def check_command(place, code):
    code = code.split("  #")[0].split("   ")[0]
    for part in re.split(r"[|;]|&&", code):
        words = part.split()
        if "fairleadctl" in words:
            check_ctl(place, words[words.index("fairleadctl") + 1:])


def check_words(place, code):
    for metric in re.findall(r"\bfairlead_[a-z_]+[a-z]\b(?![*.])", code):
        if not re.search(rf"`{metric}", read("docs/metrics.md")):
            faults.append(f"{place}: there is no metric {metric}")
    if SETTING.match(code) and f"{code}`" not in read("docs/configuration.md"):
        faults.append(f"{place}: there is no setting {code}")


def check_configurations(place, text):
    """Each indented block that has listeners is a whole configuration."""
    for block in re.findall(r"(?:^(?: {4}.*)?\n)+", text, re.M):
        part = re.split(r"\n    fairlead -c", block)[0]
        if "listeners = (" not in part:
            continue
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(part)
            file.flush()
            told = run(os.path.join(build, "fairlead"), "-c", "-f", file.name)
            if told.returncode != 0:
                faults.append(f"{place}: the configuration is refused: {told.stderr}")


names = ["README.md"] + sorted(os.path.relpath(path, root) for path in glob.glob(os.path.join(root, "docs/guides/*.md")))
count = 0
for name in names:
    document = read(name)
    for found in CODE.finditer(document):
        snippet = found.group(1) or found.group(2)
        check_command(name, snippet)
        check_words(name, snippet)
        count += 1
    check_configurations(name, document)
if len(names) < 5 or count < 100:
    faults.append(f"only {count} snippets in {names}")
print("\n".join(faults) if faults else f"{count} snippets in {len(names)} documents")
sys.exit(1 if faults else 0)
