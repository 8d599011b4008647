"""docs/benchmarks.md from what was measured: `python -m benchmarks.page [--run] [--python PEERS]`.

With `--run` everything is measured first, which takes about an hour on two idle cores; without, the
page is written from `benchmarks/results`. What was not measured is said to be missing.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.report import table
from benchmarks.results import load

DOCS = Path(__file__).resolve().parent.parent / "docs"
PLOTS = DOCS / "benchmarks"
_COLUMNS = ("first", "mrr10", "search_p50_ms", "search_p95_ms", "answer_p50_ms", "pages_per_s")
_BETTER_HIGH = {"first", "mrr10", "pages_per_s"}


def main() -> int:
    options = _options()
    if options.run:
        for module in (["load"], ["scaling"], ["peers", "--python", str(options.python)]):
            subprocess.run([sys.executable, "-m", f"benchmarks.{module[0]}", *module[1:]])
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
    lines = ["## Beside others"]
    for language in ("en", "ar"):
        if language not in figures:
            continue
        part = figures[language]
        rows = part["rows"]
        lines += [
            "",
            f"{language}: {part['pages']} pages ({part['from']}), {part['questions']} questions.",
            "",
        ]
        shown = [
            [name, row.get("version", ""), *(row.get(column, "") for column in _COLUMNS)]
            if "missing" not in row
            else [name, f"not run: {row['missing']}", *("" for _ in _COLUMNS)]
            for name, row in rows.items()
        ]
        lines.append(table(["", "version", *_COLUMNS], shown))
        lines += ["", *_verdicts(rows)]
        _plot(f"peers-{language}", partial(_bars, rows=rows))
        lines += [
            "",
            f"![share of questions whose page is first](benchmarks/peers-{language}.png)",
        ]
    return lines


def _verdicts(rows: dict[str, Any]) -> list[str]:
    """Where we lead and where we do not, in words."""
    told = []
    for name, row in rows.items():
        if name in ("ours", "encoder alone") or "missing" in row:
            continue
        behind = [
            column
            for column in ("first", "mrr10", "search_p50_ms", "pages_per_s")
            if (rows["ours"][column] < row[column]) == (column in _BETTER_HIGH)
            and rows["ours"][column] != row[column]
        ]
        said = f"behind in {', '.join(behind)}" if behind else "ahead in everything measured"
        told.append(f"- Against {name} we are {said}.")
    return told


def _bars(axes: Any, rows: dict[str, Any]) -> None:
    names = [name for name, row in rows.items() if "first" in row]
    axes.bar(names, [rows[name]["first"] for name in names], color="#0033a0")
    axes.set_ylim(0, 1)


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


def _growth(axes: Any, rows: Sequence[dict[str, Any]]) -> None:
    sizes = [row["passages"] for row in rows]
    axes.plot(sizes, [row["search_p50_ms"] for row in rows], "o-", label="p50", color="#0033a0")
    axes.plot(sizes, [row["search_p95_ms"] for row in rows], "o--", label="p95", color="#7a7a7a")
    axes.set_xscale("log")
    axes.legend()


def _plot(name: str, draw: Callable[[Any], object]) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    PLOTS.mkdir(exist_ok=True)
    figure, axes = pyplot.subplots(figsize=(6, 2.6), dpi=110)
    draw(axes)
    figure.tight_layout()
    figure.savefig(PLOTS / f"{name}.png", metadata={"Software": None})
    pyplot.close(figure)


def _options() -> argparse.Namespace:
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=about)
    parser.add_argument("--run", action="store_true", help="measure everything first")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="of the peers")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
