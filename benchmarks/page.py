"""docs/benchmarks.md from what was measured: `python -m benchmarks.page [--run] [--python PEERS]`.

With `--run` everything is measured first; without, the page is written from `benchmarks/results`,
one file for each of peers, load and scaling, which their scripts leave when they end. What was not
measured is said to be missing. PEERS is the Python of an environment of benchmarks/peers.txt.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.arithmetic import factor_rows, factors, size_rows
from benchmarks.report import table
from benchmarks.results import load

DOCS = Path(__file__).resolve().parent.parent / "docs"
PLOTS = DOCS / "benchmarks"
_COLUMNS = ("first", "mrr10", "search_p50_ms", "search_p95_ms", "answer_p50_ms", "pages_per_s")
_BETTER_HIGH = {"first", "mrr10", "pages_per_s"}
_SAID = {
    "first": "pages found first",
    "mrr10": "reciprocal rank",
    "search_p50_ms": "warm latency",
    "pages_per_s": "ingest",
}
_SHADES = ("#0033a0", "#5b92e5", "#9bbcf0", "#b35900", "#e8994d", "#f5c99b")


def main() -> int:
    options = _options()
    if options.run:
        peers = ["peers", "--python", str(options.python)]
        for language, file in (("en", options.squad_en), ("ar", options.squad_ar)):
            peers += [f"--squad-{language}", str(file)] if file else []
        for script, *given in (["load"], ["scaling"], peers):
            subprocess.run([sys.executable, "-m", f"benchmarks.{script}", *given])
    parts = ["# Benchmarks", "", "Written by `python -m benchmarks.page`; do not edit."]
    for name, section in (("peers", _peers), ("load", _load), ("scaling", _scaling)):
        measured = load(name)
        if measured is None:
            parts += [
                "",
                f"## {name.capitalize()}",
                "",
                f"Not measured: `python -m benchmarks.{name}`.",
            ]
        else:
            parts += ["", *section(measured["figures"]), "", _about(measured)]
    parts += ["", *_arithmetic(load("scaling"), load("load"))]
    (DOCS / "benchmarks.md").write_text("\n".join(parts) + "\n", "utf-8")
    return 0


def _about(measured: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in measured["versions"].items())
    told = (
        f"{measured['date']}, `{measured['command']}`, {measured['cores']} cores, "
        f"{measured['system']}, load {measured['load_at_end']} at the end; {versions}."
    )
    if measured["load_at_end"] > 2 * measured["cores"]:
        told += (
            " **Other work was running on these cores: times are several times what they are on an "
            "idle machine and only comparable within this table.**"
        )
    return told


def _peers(figures: dict[str, Any]) -> list[str]:
    lines = [
        "## Beside others",
        "",
        "`first`: share of questions whose page comes first; `mrr10`: mean reciprocal rank over "
        "ten; times are warm. Behind a peer's name stands the encoder it runs with: MiniLM is the "
        "one of their guides, and knows no Arabic. The encoder alone is the floor of all that use "
        "it: nothing is searched, nothing written.",
    ]
    for part in figures["parts"]:
        rows = part["rows"]
        language = {"en": "English", "ar": "Arabic"}[part["language"]]
        lines += [
            "",
            f"### {language}: {part['from']}",
            "",
            f"{part['pages']} pages, {part['questions']} questions.",
            "",
            table(["", "version", *_COLUMNS], [_peer_row(*row) for row in rows.items()]),
            "",
            *_verdicts(rows),
        ]
    _plot("peers", partial(_bars, parts=figures["parts"]), height=4.2)
    return [*lines, "", "![share of questions whose page comes first](benchmarks/peers.png)"]


def _peer_row(name: str, row: dict[str, Any]) -> list[object]:
    if "missing" in row:
        return [name, f"not run: {row['missing']}", *("" for _ in _COLUMNS)]
    return [name, row.get("version", ""), *(row.get(column, "") for column in _COLUMNS)]


def _verdicts(rows: dict[str, Any]) -> list[str]:
    """Where we lead and where we do not, in words."""
    told = []
    for name, row in rows.items():
        if name in ("ours", "encoder alone") or "missing" in row:
            continue
        behind = [
            f"{_SAID[column]} ({rows['ours'][column]:g} against {row[column]:g})"
            for column in _SAID
            if rows["ours"][column] != row[column]
            and (rows["ours"][column] < row[column]) == (column in _BETTER_HIGH)
        ]
        said = f"behind in {', '.join(behind)}" if behind else "ahead or level in everything"
        told.append(f"- Against {name}: {said}.")
    return told


def _bars(axes: Any, parts: Sequence[dict[str, Any]]) -> None:
    """For each pipeline a row, in it a bar for each language and kind of pages."""
    names = [name for name in parts[0]["rows"] if name != "encoder alone"]
    height = 0.8 / len(parts)
    for place, part in enumerate(parts):
        shares = [part["rows"][name].get("first", 0) for name in names]
        level = [row + height * (place - len(parts) / 2) for row in range(len(names))]
        label = f"{part['from']} ({part['language']})"
        axes.barh(level, shares, height, align="edge", label=label, color=_SHADES[place % 6])
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.legend(fontsize=6, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)


def _load(figures: dict[str, Any]) -> list[str]:
    parts = ("people_http", "people_page", "burst", "ramp")
    columns = (
        "questions",
        "statuses",
        "p50_s",
        "p95_s",
        "p99_s",
        "longest_s",
        "errors",
        "mixed_up",
    )
    rows = [[part, *(figures[part][column] for column in columns)] for part in parts]
    _plot("ramp", lambda axes: axes.plot(figures["ramp"]["goodput_by_tenth"], color="#0033a0"))
    return [
        "## Load",
        "",
        f"{figures['people']} people for {figures['seconds']:.0f} s, each asking about every ten "
        "seconds, on the cores of the server; times from when a question was meant to be sent.",
        "",
        table(["", *columns], rows),
        "",
        f"Throughput of `/api/v1/ask`: {figures['throughput_per_s']} answers a second, "
        f"{100 * figures['throughput_share']:.0f} % of the same pipeline in-process with two "
        f"threads ({figures['in_process_per_s']}). "
        f"Memory: {figures['memory_before_mb']} MB before, "
        f"{figures['memory_at_end_mb']} MB at the end. Probe during the ramp: at most "
        f"{figures['ramp']['probe_longest_s']} s; refusals there: 95 % within "
        f"{figures['ramp']['refused_p95_s']} s.",
        "",
        "![answers a second while 10 to 100 a second are asked](benchmarks/ramp.png)",
    ]


def _scaling(figures: dict[str, Any]) -> list[str]:
    rows = figures["rows"]
    columns = list(rows[0])
    _plot("scaling", lambda axes: _growth(axes, rows))
    lines = [
        "## Growth",
        "",
        table(
            ["", *(f"{row['passages']:,} passages" for row in rows)],
            [[column, *(row[column] for row in rows)] for column in columns],
        ),
        "",
        "![milliseconds of a search by passages](benchmarks/scaling.png)",
    ]
    if rows[-1]["passages"] < 100_000:
        lines += [
            "",
            f"Larger sizes were not measured; the largest is {rows[-1]['passages']:,} passages.",
        ]
    return lines


def _arithmetic(scaling: dict[str, Any] | None, loaded: dict[str, Any] | None) -> list[str]:
    lines = ["## What it comes to", ""]
    if scaling is None or loaded is None:
        return [*lines, "Growth and load have not both been measured."]
    rows = scaling["figures"]["rows"]
    found = factors(rows, loaded["figures"], loaded["cores"])
    if found is None:
        return [*lines, "Growth was measured at one size only; factors need two."]
    return [
        *lines,
        f"From the tables above, growth between {rows[0]['passages']:,} and "
        f"{rows[-1]['passages']:,} passages; beyond that a straight line is drawn, which is an "
        "estimate ([where parts tip over](scale.md)).",
        "",
        table(["factor", "value", "measured by"], factor_rows(found)),
        "",
        table(
            ["", "passages", "memory of a worker", "disk", "first ingest", "one page changed"],
            size_rows(found),
        ),
    ]


def _growth(axes: Any, rows: Sequence[dict[str, Any]]) -> None:
    sizes = [row["passages"] for row in rows]
    axes.plot(sizes, [row["search_p50_ms"] for row in rows], "o-", label="p50", color="#0033a0")
    axes.plot(sizes, [row["search_p95_ms"] for row in rows], "o--", label="p95", color="#7a7a7a")
    axes.set_xscale("log")
    axes.legend()


def _plot(name: str, draw: Callable[[Any], object], height: float = 2.6) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    PLOTS.mkdir(exist_ok=True)
    figure, axes = pyplot.subplots(figsize=(6, height), dpi=110)
    draw(axes)
    figure.tight_layout()
    figure.savefig(PLOTS / f"{name}.png", metadata={"Software": None})
    pyplot.close(figure)


def _options() -> argparse.Namespace:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=about)
    parser.add_argument("--run", action="store_true", help="measure everything first")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="of the peers")
    parser.add_argument("--squad-en", type=Path, metavar="FILE", help="for the peers")
    parser.add_argument("--squad-ar", type=Path, metavar="FILE", help="for the peers")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
