# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The all2all developers
"""The results as text for a terminal, as Markdown and as JSON."""
import json
import os

import figures
from build import CannotRun
from scenarios import EVERY

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
FIGURE_HEADS = ("scenario", "figure", *EVERY)
AIM_HEADS = ("scenario", "aim", *EVERY, "ours is", "at most", "verdict")


def figure_rows(results, scenarios):
    """A row for each figure that any server has in this scenario."""
    for scenario in scenarios:
        for name, words, _ in figures.NAMES:
            values = [results.figure(scenario.name, server, name)
                      for server in EVERY]
            if any(value is not None for value in values):
                yield (scenario.name, words,
                       *(figures.write(name, value) for value in values))


def limit(judged):
    how = "{:.2f}" if judged.aim.of else "{:,.0f}"
    return how.format(judged.aim.most)


def ours(judged):
    if judged.value is None:
        return "–"
    if judged.aim.of:
        return f"{judged.value:.2f}"
    return figures.write(judged.aim.figure, judged.value)


def aim_rows(results, judged):
    for one in judged:
        values = [results.figure(one.scenario, server, one.aim.figure)
                  for server in EVERY]
        yield (one.scenario, one.words,
               *(figures.write(one.aim.figure, value) for value in values),
               ours(one), limit(one), one.verdict)


def plain(heads, rows):
    """Columns of equal width; the first two from the left."""
    rows = [heads, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    for row in rows:
        cells = [cell.ljust(width) if i < 2 else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        yield "  ".join(cells).rstrip()


def piped(heads, rows):
    marks = ["---", "---", *["---:"] * (len(heads) - 2)]
    for row in (heads, marks, *rows):
        yield "| " + " | ".join(row) + " |"


def head(machine):
    """One sentence: when, on what, with what."""
    return (f"{machine['date']}, commit {machine['commit']}; "
            f"{machine['cpu']}, {machine['cores']} cores, "
            f"{machine['memory']}, {machine['kernel']}; "
            f"all2alld {machine['all2alld']}, Icecast {machine['icecast']}; "
            f"{machine['rounds']} round(s), scale {machine['scale']:g}.")


def text(machine, results, scenarios, judged):
    aims = aim_rows(results, judged)
    return "\n".join([
        head(machine), "",
        *plain(FIGURE_HEADS, figure_rows(results, scenarios)), "",
        *plain(AIM_HEADS, aims), ""])


def markdown(machine, results, scenarios, judged):
    aims = aim_rows(results, judged)
    return "\n".join([
        BEGIN, head(machine), "", "### Aims", "",
        *piped(AIM_HEADS, aims), "", "### All figures", "",
        *piped(FIGURE_HEADS, figure_rows(results, scenarios)), END])


def read_around(path):
    """What stands before and after the markers of a file, if there is one."""
    if not os.path.exists(path):
        return "", "\n"
    with open(path, encoding="utf-8") as file:
        parts = file.read()
    if parts.count(BEGIN) != 1 or parts.count(END) != 1 or \
            parts.index(BEGIN) > parts.index(END):
        raise CannotRun(f"{path} has no two lines {BEGIN} and {END}, between "
                        "which the tables would go.")
    return parts.split(BEGIN)[0], parts.split(END)[1]


def write_markdown(path, block):
    before, after = read_around(path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + block + after)


def write_json(path, machine, results, judged, reports):
    rows = [{"scenario": scenario, "server": server, "rounds": rounds}
            for (scenario, server), rounds in results.runs.items()]
    aims = [{"scenario": one.scenario, "figure": one.aim.figure,
             "of": one.aim.of or None, "most": one.aim.most,
             "value": one.value, "verdict": one.verdict} for one in judged]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": 1, "machine": machine, "aims": aims,
                   "figures": rows, "reports": reports}, file, indent=1)
        file.write("\n")
