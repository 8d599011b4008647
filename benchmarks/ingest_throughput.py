"""How much of the encoder's bare speed a first ingest from disk keeps.

`python -m benchmarks.ingest_throughput [--pages 1000] [--format html|jsonl]`. Generated
pages, half English and half Arabic, lie in a folder as HTML files with menu and footer, or as one
`.jsonl`. They are ingested into an empty store by one process; another encodes exactly the texts
that were embedded, with as many threads and in batches of the same size. CPU seconds include
imports and loading; on a busy machine they tell more than the clock. Each is run `--rounds` times,
in turn, and the best of each counts. Exits 1 where an ingest keeps less than 70 %.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.refresh_cost import document
from benchmarks.report import Floor, judge, machine, table
from benchmarks.samples import generated, write_json_lines

_INGEST = """
import json, os, sys, time
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
source, store = sys.argv[1:]
settings = Settings.from_environment({"ASSISTANT_STORE": store})
maintainer = Maintainer(settings, load_profile(settings.profile))
started = time.perf_counter()
maintainer.ingest([source])
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "cpu": sum(os.times()[:4])}))
"""
_ENCODE = """
import json, os, sys, time
from pathlib import Path
from assistant.build import catalogue_path
from ingest.catalogue import Catalogue
from vectorstore.embed import make_embedder
from vectorstore.publish import _EMBED_BATCH, _embedded_texts
catalogue = Catalogue.open(catalogue_path(Path(sys.argv[1])))
texts = list(dict.fromkeys(t for c in catalogue.chunks() for t in _embedded_texts(c)))
started = time.perf_counter()
embedder = make_embedder("packaged", threads=len(os.sched_getaffinity(0)))
for start in range(0, len(texts), _EMBED_BATCH):
    embedder.encode_documents(texts[start : start + _EMBED_BATCH])
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "cpu": sum(os.times()[:4]), "texts": len(texts)}))
"""


def write_pages(folder: Path, count: int, kind: str) -> Path:
    """The source to ingest."""
    pages = [page for lang in ("en", "ar") for page in generated(count // 2, lang).pages]
    if kind == "jsonl":
        return write_json_lines(folder / "pages.jsonl", pages)
    source = folder / "pages"
    source.mkdir()
    for number, page in enumerate(pages):
        content = document(page.title, page.language, f"<p>{page.text}</p>")
        (source / f"{number:05d}.html").write_bytes(content)
    return source


def _run(script: str, *arguments: object) -> dict[str, float]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-800:])
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _shares(encode: dict[str, float], ingest: dict[str, float]) -> str:
    return ", ".join(f"{100 * encode[k] / ingest[k]:.1f} % by {k}" for k in ("seconds", "cpu"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--format", choices=["html", "jsonl"], default="html")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        source = write_pages(folder, options.pages, options.format)
        ingests, encodes = [], []
        for number in range(options.rounds):
            store = folder / f"store-{number}"
            ingests.append(_run(_INGEST, source, store))
            encodes.append(_run(_ENCODE, store))
            print(f"round {number + 1}: {_shares(encodes[-1], ingests[-1])}", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ingest = min(ingests, key=lambda run: run["seconds"])
    encode = min(encodes, key=lambda run: run["seconds"])
    print(f"{options.pages} pages as {options.format}; {machine(['chromadb', 'lxml'])}\n")
    rows = [
        [
            name,
            f"{run['seconds']:.2f}",
            f"{run['cpu']:.2f}",
            f"{encode['texts'] / run['seconds']:.0f}",
        ]
        for name, run in (("encoder alone", encode), ("ingest", ingest))
    ]
    print(table(["", "s", "CPU s", "texts per s"], rows))
    print()
    print(f"the best of each: {_shares(encode, ingest)}\n")
    share = 100 * encode["seconds"] / ingest["seconds"]
    sys.exit(judge([Floor("ingest's share of the encoder's speed, %", share, 70)]))


if __name__ == "__main__":
    main()
