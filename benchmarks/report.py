"""What every benchmark prints: the machine, the versions, a table, the floors."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


def machine(packages: Sequence[str]) -> str:
    """Cores, Python and versions, in one line; no host name."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} not installed")
    cores = len(os.sched_getaffinity(0))
    load = f"{os.getloadavg()[0]:.1f}"
    return (
        f"{cores} cores ({platform.machine()}), load {load} at the end, "
        f"Python {platform.python_version()}; {', '.join(found)}"
    )


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


@dataclass(frozen=True, slots=True)
class Floor:
    """A figure and the bound it is held to."""

    name: str
    value: float
    bound: float
    at_most: bool = False

    @property
    def holds(self) -> bool:
        """Whether the figure keeps to its bound."""
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        verdict = "holds" if self.holds else "DOES NOT HOLD"
        return f"{self.name}: {self.value:.2f} ({sign} {self.bound:g}) {verdict}"


def judge(floors: Iterable[Floor]) -> int:
    """Print each floor; the exit code: 1 when one does not hold."""
    kept = list(floors)
    for floor in kept:
        print(f"- {floor}")
    sys.stdout.flush()
    return 0 if all(floor.holds for floor in kept) else 1
