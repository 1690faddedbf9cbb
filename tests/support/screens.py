# SPDX-License-Identifier: Apache-2.0
"""What fairleadctl shows, as a person looks at it: 80 columns, aligned, counts that agree."""

import json
import os
import re
import subprocess
import time

COLUMNS = 80
MOST_SECONDS = 20  # of any call, on a busy machine


class Control:
    def __init__(self, program, socket):
        self.words = [program, "-s", socket]

    def run(self, *words, status=0):
        begun = time.monotonic()
        run = subprocess.run(self.words + list(words), capture_output=True, text=True,
                             timeout=60, env={**os.environ, "COLUMNS": str(COLUMNS),
                                              "LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
        took = time.monotonic() - begun
        assert run.returncode == status, (words, run.returncode, run.stderr)
        assert took < MOST_SECONDS, (words, took)
        assert not run.stderr or status != 0, (words, run.stderr)
        return run.stdout

    def read(self, *words):
        return json.loads(self.run(*words, "-o", "json"))

    def show(self, *words, status=0):
        """The lines, which are as lines should be."""
        text = self.run(*words, status=status)
        assert text.endswith("\n") and not text.endswith("\n\n"), words
        lines = text.splitlines()
        for line in lines:
            assert len(line) <= COLUMNS, (words, len(line), line)
            assert line == line.rstrip(), (words, line)
            assert line.isprintable(), (words, line)
        return lines


def cells(line):
    """Begin, end and text of each; they stand apart by two blanks at least."""
    return [(m.start(), m.end(), m.group()) for m in re.finditer(r"\S+(?: \S+)*", line)]


def check_grid(lines, rows=None):
    """The first line has the titles: each cell begins or ends where a title does, and no row
    reaches into the gap before a column. Returns the rows by title; rows: how many there are,
    but for lines that go on with the last column."""
    titles = cells(lines[0])
    begins = {begin for begin, _, _ in titles}
    ends = {end for _, end, _ in titles}
    last = titles[-1][0]
    table = []
    for line in lines[1:]:
        found = cells(line)
        assert found, lines
        for begin, end, text in found:
            assert begin in begins or end in ends or begin >= last, (line, text, lines[0])
        if found[0][0] == last and len(titles) > 1:
            continue
        table.append({title: text for t_begin, t_end, title in titles for begin, end, text in found
                      if begin == t_begin or end == t_end})
    assert rows is None or len(table) == rows, (rows, len(table), lines)
    return table


def check_targets(control, group):
    """The headline's counts are those of its rows, and all rows are there."""
    name = group["TargetGroupName"]
    lines = control.show("targets", name)
    rows = control.read("targets", name)["TargetHealthDescriptions"]
    assert len(rows) == group["TargetCount"], name
    if not rows:
        assert "EMPTY" in " ".join(lines), lines
        return
    titles = next(i for i, line in enumerate(lines) if line.startswith("  TARGET "))
    headline = " ".join(lines[:titles])
    assert lines[0].startswith(name + " "), lines[0]
    healthy, count = map(int, re.search(r"(\d+) of (\d+) healthy", headline).groups())
    table = check_grid(lines[titles:], len(rows))
    assert count == len(rows), (headline, len(rows))
    unhealthy = [row for row in table if row["STATE"] in ("unhealthy", "initial")]
    assert healthy == count - len(unhealthy), (headline, len(unhealthy))
    assert ("FAILS OPEN" in headline) == group["FailsOpen"], headline
    # Who needs somebody stands first.
    assert table[:len(unhealthy)] == unhealthy, "the unhealthy do not stand first"
    shown = control.show("targets", "--group", name, "--state", "unhealthy")
    assert sum("unhealthy" in line for line in shown) == \
        sum(row["STATE"] == "unhealthy" for row in table), name
    wide = control.run("targets", name, "-o", "wide")
    for row in rows:
        assert row["Target"]["Id"] in wide, row


LISTS = {"groups": "TargetGroups", "listeners": "Listeners", "rules": "Rules",
         "services": "Services", "tasks": "Tasks", "providers": "Providers",
         "problems": "Problems", "workers": "Workers"}


def check_lists(control):
    """Each list has a row for all that there is, and names in full where there is room."""
    for command, member in LISTS.items():
        rows = control.read(command)[member]
        lines = control.show(command)
        if rows:
            table = check_grid(lines, len(rows))
            # Names that differ at the end only can be told apart.
            for title in ("NAME", "SERVICE"):
                names = [row[title] for row in table if title in row]
                assert len(names) == len(set(names)), (command, title, names)
        else:
            assert len(lines) == 1, (command, lines)


def check_status(control):
    lines = control.show("status")
    status = control.read("status")
    sentence = " ".join(lines)
    wanted = "%d of %d targets healthy" % (status["HealthyTargetCount"], status["TargetCount"])
    assert sentence.startswith("serving; " + wanted), sentence
    assert len(lines) < 40, "status is no glance"


def check_configuration(control):
    """Every value stands there, with where it comes from."""
    told = control.read("config")
    control.show("config")
    control.show("config", "--changed")
    control.show("config", "--diff")
    assert told["Count"] == len(told["Settings"])


def check_explained(control, url):
    groups = control.read("explain", url)["TargetGroups"]
    lines = control.show("explain", url)
    for group in groups:
        count = len(group["Targets"])
        if count > 6:
            assert "and %d more" % (count - 6) in " ".join(line.strip() for line in lines), lines


def check_all(control, url):
    groups = control.read("groups")["TargetGroups"]
    for group in groups:
        check_targets(control, group)
    everything = " ".join(control.show("targets"))
    for group in groups:
        assert everything.count(group["TargetGroupName"] + " ") == 1, group["TargetGroupName"]
    check_lists(control)
    check_status(control)
    check_configuration(control)
    check_explained(control, url)
    control.show("events")
    control.show("events", "--since", "1h")
    control.show("top")


REPLACED = (
    (r"(?m)^ +\d+[smhd] ago ", " AGE ago "),
    (r"\b\d+[smhd](?= ago|,)", "AGE"),
    (r"(?<=  )\d[smhd] (?= )|(?<=  )\d\d[smhd](?= )", "AGE"),  # of a column titled FOR
    (r"\bin \d+(\.\d+)? ms\b", "in N ms"),
    (r"Root=1-[0-9a-f-]+", "Root=TRACE"),
    (r"generation \d+", "generation N"),
    (r"fairlead [0-9.]+(?=,)", "fairlead VERSION"),
    (r"(?m)^walls:(.*\n)(?:       .*\n)*", ""),
)


def steady(text, folder):
    """Without what differs from run to run."""
    text = text.replace(folder, "DIR")
    for pattern, replacement in REPLACED:
        text = re.sub(pattern, replacement, text)
    return text


class Golden:
    """Texts that stand in files; UPDATE=1 writes them anew."""

    def __init__(self, folder, replaced):
        self.folder, self.replaced = folder, replaced
        self.is_new = bool(os.environ.get("UPDATE"))

    def check(self, name, text):
        path, text = os.path.join(self.folder, name + ".txt"), steady(text, self.replaced)
        if self.is_new:
            with open(path, "w") as file:
                file.write(text)
        with open(path) as file:
            wanted = file.read()
        assert text == wanted, "%s shows\n%s\nin place of\n%s" % (name, text, wanted)
