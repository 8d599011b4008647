"""The one sink: whatever is logged, warned, raised or printed, no word of it is written."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings

import pytest

from assistant.privacy.logs import LEVELS, only_sink

SECRET = "unmistakable"


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("level", LEVELS)
def test_no_library_writes_a_word(level: str) -> None:
    stream = io.StringIO()
    noisy = logging.getLogger("some.library")
    own = logging.StreamHandler(stream)
    noisy.addHandler(own)
    with only_sink(level, stream):
        noisy.error("asked: %s", SECRET)
        noisy.debug(f"asked: {SECRET}")
        logging.getLogger(SECRET.upper()).warning("%d", SECRET)  # a record that cannot be formatted
        print(SECRET)
        print(SECRET, file=sys.stderr)
        warnings.warn(SECRET, stacklevel=1)

    assert SECRET not in stream.getvalue().casefold().replace(SECRET.upper().casefold(), "")
    assert {"library": "some.library", "level": "error"}.items() <= lines(stream)[0].items()


def test_of_an_error_types_and_places_are_told_and_no_words() -> None:
    stream = io.StringIO()
    with only_sink("info", stream):
        try:
            try:
                int(SECRET)
            except ValueError as error:
                raise RuntimeError(SECRET) from error
        except RuntimeError as error:
            logging.getLogger("ui.x").error("defect", extra={"run": "r1"}, exc_info=error)

    [line] = lines(stream)
    assert SECRET not in stream.getvalue()
    assert (line["event"], line["run"]) == ("defect", "r1")
    assert [str(each).split(" at ")[0] for each in line["errors"]] == ["RuntimeError", "ValueError"]  # type: ignore[attr-defined]


def test_an_error_in_a_thread_is_told_without_its_words() -> None:
    stream = io.StringIO()

    def broken() -> None:
        raise ValueError(SECRET)

    with only_sink("info", stream):
        thread = threading.Thread(target=broken)
        thread.start()
        thread.join()

    assert SECRET not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


def test_only_named_fields_of_ours_are_written_and_the_minute() -> None:
    stream = io.StringIO()
    with only_sink("info", stream):
        extra = {"seconds": 0.25, "language": "ar", "question": SECRET, "address": "192.0.2.1"}
        logging.getLogger("ui.api").info("answered %s", SECRET, extra=extra)

    [line] = lines(stream)
    assert set(line) == {"minute", "level", "event", "seconds", "language"}
    assert line["event"] == "answered %s"
    assert len(str(line["minute"])) == len("2026-11-24T05:47Z")


def test_everything_is_as_before_afterwards() -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.stdout, sys.excepthook, warnings.showwarning)

    with only_sink("info", io.StringIO()):
        pass

    assert before == (
        root.handlers,
        root.level,
        sys.stdout,
        sys.excepthook,
        warnings.showwarning,
    )
