"""The list of parts is what is installed: no part is missing in it, none is made up."""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import distributions
from pathlib import Path


def plain(name: str) -> str:
    """A package's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Print the difference; 1 where there is one."""
    listed = {
        (plain(part["name"]), part["version"])
        for part in json.loads(Path(sys.argv[1]).read_text("utf-8"))["components"]
    }
    installed = {(plain(d.metadata["Name"]), d.version) for d in distributions()}
    ours = {part for part in installed if part[0] == "iom-egypt-assistant"}
    difference = listed ^ (installed - ours) - ours
    print(
        f"{len(listed)} parts listed, {len(installed)} installed; they differ by {len(difference)}."
    )
    for name, version in sorted(difference):
        print(f"  {name} {version}")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
