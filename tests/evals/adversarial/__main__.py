"""`python -m tests.evals.adversarial FILE…`: try every case of these files, each in its own store.

Prints one line per case that does not end as it must, and a count; exit code 1 where there is one.
Cases of channels that need a network of their own (`crawl`, `upload`) are counted as left out.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.evals.adversarial.cases import CHANNELS, Case, read_cases
from tests.evals.adversarial.checks import needs_page, problems
from tests.evals.adversarial.rig import Rig, Seen, handler_for


def tried(cases: Sequence[Case]) -> Iterator[Seen]:
    """What comes of each; questions share the starter pages, all others have a store each."""
    asked = [c for c in cases if c.channel in ("ask", "raw_http") and "force" not in c.input]
    for group in [*([c] for c in cases if c not in asked), asked]:
        if not group:
            continue
        with tempfile.TemporaryDirectory() as folder:
            rig = Rig(Path(folder), handler_for(group[0]))
            rig.fill(group, starter=group[0].channel in ("ask", "raw_http"))
            with rig:
                for case in group:
                    yield rig.tried(case, dom=needs_page((*case.must, *case.must_not)))


def main(paths: list[str]) -> int:
    """See the module."""
    cases = [case for path in paths for case in read_cases(Path(path))]
    tried_here = [case for case in cases if case.channel in CHANNELS]
    failed = 0
    for seen in tried(tried_here):
        if wrong := problems(seen):
            failed += 1
            print(f"{seen.case.id} {seen.case.kind} {seen.case.language}: {'; '.join(wrong)}")
            print(f"    {seen.http} {seen.status}: {seen.shown[:300]!r}")
    left_out = [case.id for case in cases if case.channel not in CHANNELS]
    print(
        f"{len(tried_here) - failed} of {len(cases)} as they must, {failed} not, "
        f"left out: {', '.join(left_out) or 'none'}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
