"""Dates as pages write them, in English and Arabic, to `datetime.date`."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

_MONTH_NAMES: dict[int, str] = {
    1: "january jan يناير جانفي|كانون الثاني",
    2: "february feb فبراير شباط فيفري",
    3: "march mar مارس اذار",
    4: "april apr ابريل نيسان افريل",
    5: "may مايو ايار ماي",
    6: "june jun يونيو يونيه حزيران جوان",
    7: "july jul يوليو يوليه تموز جويليه",
    8: "august aug اغسطس اب اوت غشت",
    9: "september sept sep سبتمبر ايلول شتنبر",
    10: "october oct اكتوبر|تشرين الاول",
    11: "november nov نوفمبر نونبر|تشرين الثاني",
    12: "december dec ديسمبر دجنبر|كانون الاول",
}


def _month_table() -> dict[str, int]:
    table: dict[str, int] = {}
    for number, names in _MONTH_NAMES.items():
        single, *phrases = names.split("|")
        for name in [*single.split(), *phrases]:
            table[name] = number
    return table


MONTHS = _month_table()
_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_WEEKDAYS = (
    "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?"
    "|sun(?:day)?|(?:يوم )?(?:الاثنين|الثلاثاء|الاربعاء|الخميس|الجمعه|السبت|الاحد)"
)
_ZONE = r"(?: ?(?:z|utc|gmt|[+-]\d{2}:?\d{2}))?"
_TIME = rf"(?:[ t,]+(?:at )?\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?(?: ?[ap]\.?m\.?)?{_ZONE})?"
_LEAD = rf"(?:(?:{_WEEKDAYS})\.?[,،]? +)?"
_ISO = rf"(?P<y1>\d{{4}})[-/.](?P<m1>\d{{1,2}})[-/.](?P<d1>\d{{1,2}}){_TIME}"
_DAY_MONTH = (
    rf"(?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?: of| من)?[ -](?P<m2>{_MONTH})\.?"
    rf"(?: ?/ ?(?:{_MONTH}))?[,،]?(?: عام| سنه)?[ -](?P<y2>\d{{4}}){_TIME}"
)
_MONTH_DAY = rf"(?P<m3>{_MONTH})\.? (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[,،]? (?P<y3>\d{{4}}){_TIME}"
_NUMERIC = r"(?P<d4>\d{1,2})(?P<sep>[/.-])(?P<m4>\d{1,2})(?P=sep)(?P<y4>\d{4})"
_ANY = f"{_LEAD}(?:{_ISO}|{_DAY_MONTH}|{_MONTH_DAY}|{_NUMERIC})م?"
_WHOLE = re.compile(rf"{_ANY}\.?")
_ANYWHERE = re.compile(rf"(?<!\d){_ANY}(?!\d)")
# "Cairo, 2 March 2019 –", "Cairo (7 August 2022) -", "القاهرة، 7 أغسطس 2022 –", "… 2022 (HO) –"
_BEFORE = r"[^.!?؟\n\d]{0,60}?[ ,،(|–—-]*"
_AFTER = r"\)?\s*(?:\([^()\n]{1,40}\)\s*)?(?:[–—:|-]|$)"
_DATELINE = re.compile(rf"{_BEFORE}(?P<date>{_ANY}){_AFTER}")
_YEARLESS = re.compile(
    rf"{_BEFORE}{_LEAD}(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?P<m1>{_MONTH})"
    rf"|(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?){_AFTER}"
)
_FOLD = str.maketrans("أإآٱىة", "ااااىه")
_MARKS = re.compile("[\u064b-\u0652\u0670\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_DIGIT = re.compile(r"\d")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
MAX_DATE_CHARS = 80  # no date is longer; nothing longer is looked at


def _fold(text: str) -> str:
    text = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found.group())), text)
    return " ".join(_MARKS.sub("", text.translate(_FOLD)).casefold().split())


def _to_date(match: re.Match[str]) -> date | None:
    for suffix in "1234":
        if year := match[f"y{suffix}"]:
            month_text = match[f"m{suffix}"]
            month = MONTHS.get(month_text) or int(month_text)
            day = int(match[f"d{suffix}"])
            if suffix == "4" and month > 12 >= day:  # month first, as in the United States
                day, month = month, day
            try:
                return date(int(year), month, day) if 1900 <= int(year) <= 2100 else None
            except ValueError:
                return None
    return None


@lru_cache(maxsize=4096)  # the menus and lists of a site stand on each of its pages
def parse_date(text: str | None) -> date | None:
    """The day that `text` as a whole names, or None.

    Takes ISO dates with or without time, `7 August 2022`, `July 7, 2021`, RFC 2822, `07/08/2022`
    (day first, as written in Egypt), Arabic month names of Egypt, the Levant and the Maghreb, and
    Arabic-Indic digits. A range, a month alone or a day without a year is no date.
    """
    if not text or len(text) > MAX_DATE_CHARS or not _DIGIT.search(text):
        return None
    match = _WHOLE.fullmatch(_fold(text))
    return _to_date(match) if match else None


def find_date(text: str) -> date | None:
    """The first full date that stands anywhere in a short line, or None."""
    folded = _fold(text[:200])
    for match in _ANYWHERE.finditer(folded):
        if found := parse_date(match.group()):
            return found
    return None


def dateline(text: str, *, not_after: date | None = None) -> date | None:
    """The date in a press dateline at the start of `text` ("Cairo, 2 March 2019 – …").

    Args:
        not_after: then a date without a year ("Cairo, 2 March – …") counts as well: it is taken to
            be the latest such day that is not after this one.
    """
    folded = _fold(text[:160])
    if match := _DATELINE.match(folded):
        found = _WHOLE.fullmatch(match["date"])
        return _to_date(found) if found else None
    match = _YEARLESS.match(folded) if not_after else None
    if match is None or not_after is None:
        return None
    month, day = MONTHS[match["m1"] or match["m2"]], int(match["d1"] or match["d2"])
    for year in range(not_after.year, not_after.year - 5, -1):  # 29 February is not every year
        try:
            if (found_day := date(year, month, day)) <= not_after:
                return found_day
        except ValueError:
            continue
    return None
