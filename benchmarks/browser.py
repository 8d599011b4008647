"""First paint and first evidence of the public room in Chromium, beside the API's own time.

    python -m benchmarks.browser [--store DIR] [--rounds 15]

One server, one browser, one machine: what counts is how the three compare within one run. A page
is opened anew for each question; evidence is there once the first quoted sentence stands on it.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from assistant.build import build_service
from assistant.maintain import Maintainer
from assistant.profile import load_profile
from assistant.settings import Settings
from assistant.votes import VoteStore
from ui.app import Server, build_app
from ui.doors import Doors
from vectorstore.versions import published_manifest

PAINT = """() => new Promise(resolve => new PerformanceObserver((list, watch) => {
  watch.disconnect(); resolve(list.getEntries()[0].startTime);
}).observe({type: 'paint', buffered: true}))"""
EVIDENCE = """question => new Promise(resolve => {
  const box = document.querySelector('#box textarea');
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, question);
  box.dispatchEvent(new Event('input', {bubbles: true}));
  requestAnimationFrame(() => {
    const asked = performance.now();
    new MutationObserver((_, watch) => {
      if (document.querySelector('.turn .said')) {
        watch.disconnect(); resolve(performance.now() - asked);
      }
    }).observe(document.body, {childList: true, subtree: true});
    document.querySelector('#send').click();
  });
})"""


def main() -> None:
    """Print the medians and what they have to stay below."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = options.store or Path(scratch) / "store"
        settings = Settings(store=store)
        if published_manifest(store) is None:
            Maintainer(settings, load_profile(settings.profile)).fill_with_starter_pages()
        service = build_service(settings)
        question = service.assistant.profile.examples["en"][1]
        service.assistant.ask(question)
        votes = VoteStore(store / "votes.sqlite")
        server = Server(build_app(service.assistant, votes, Doors(service, settings)), port=0)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            _measure(f"http://127.0.0.1:{port}", question, options.rounds)
        finally:
            server.should_exit = True
            thread.join()


def _measure(address: str, question: str, rounds: int) -> None:
    paints: list[float] = []
    evidence: list[float] = []
    answers: list[float] = []
    with (
        sync_playwright() as playwright,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        for number in range(rounds + 1):  # the first fills the browser's caches and ours
            started = time.perf_counter()
            # each session of its own, so that nobody is told to wait
            headers = {"Session-Id": f"benchmark-{number}"}
            client.post("/api/v1/ask", json={"question": question}, headers=headers)
            answered = 1000 * (time.perf_counter() - started)
            context = browser.new_context(reduced_motion="reduce")
            page = context.new_page()
            page.set_default_timeout(120_000)
            page.goto(address, wait_until="domcontentloaded")
            paint = page.evaluate(PAINT)
            page.locator("body.ready #box textarea").wait_for()
            shown = page.evaluate(EVIDENCE, question)
            context.close()
            if number:
                answers.append(answered)
                paints.append(paint)
                evidence.append(shown)
        browser.close()
    answer, paint, shown = (statistics.median(times) for times in (answers, paints, evidence))
    most = 1.5 * answer + 150
    print(f"rounds              {rounds}")
    print(f"first paint         {paint:7.0f} ms")
    print(f"the API's answer    {answer:7.0f} ms")
    print(f"first evidence      {shown:7.0f} ms, at most {most:.0f} (1.5 x the API's + 150)")
    print("within it" if shown <= most else "OVER IT")


if __name__ == "__main__":
    main()
