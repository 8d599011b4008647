"""A profile folder: all that makes this the assistant of one organisation."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.contacts import read_contacts
from assistant.errors import ProfileError
from assistant.types import Contact
from ingest.types import Page
from ingest.vetting import NO_CONTACTS, OwnContacts

PROFILES = Path(__file__).parent / "profiles"

# Every profile says each of these in each of its languages.
TEXT_KEYS = frozenset(
    """not_found nearest_pages evidence_in_other_language page_dated months which_one
    empty_question long_question
    store_error what_this_is what_it_is_not sample_page referral matter_contacts
    conversation_greeting conversation_thanks conversation_goodbye conversation_abilities
    conversation_person advice_legal advice_medical unsafe instructions guard_failed
    questions_kept model_failed model_unsupported model_sees model_words""".split()
)


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """A question whose answer is compared before a refreshed index is published."""

    question: str
    language: str


@dataclass(frozen=True, slots=True)
class Profile:
    """Names, hosts, languages, fixed sentences, examples, contacts, starter pages.

    Attributes:
        home: address of the organisation's site, without a final slash.
        languages: tags in order of preference; the first is used where a language is not spoken.
        name: language to the organisation's name.
        also_called: what else people call it, in any language.
        site_page: language to the title of the page that holds what the site says on every page.
        examples: language to questions worth trying.
        service_pages: address and title by language; refused advice points there.
        quick_exit: a harmless page that a watched person is taken to, away from this one.
        own: by what contacts of the organisation, and of whom it works with, are known.
        starter: folder of the starter pages.
        questions: file of the question bank; need not be there.
        questions_kept_days: how long questions are kept, redacted; 0 where none is.
    """

    id: str
    home: str
    languages: tuple[str, ...]
    name: Mapping[str, str]
    site_page: Mapping[str, str]
    fixed: Mapping[str, Mapping[str, str]]
    examples: Mapping[str, tuple[str, ...]]
    contacts: tuple[Contact, ...]
    service_pages: tuple[tuple[str, Mapping[str, str]], ...]
    quick_exit: str
    starter: Path
    questions: Path
    own: OwnContacts = NO_CONTACTS
    also_called: tuple[str, ...] = ()
    questions_kept_days: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """All that the organisation is called."""
        return (*self.name.values(), *self.also_called)

    def telling_that_questions_are_kept(self, days: int) -> Profile:
        """The same profile, which says so wherever it says what it is not."""
        return replace(self._telling("questions_kept", days=days), questions_kept_days=days)

    def telling_that_a_model_sees(self, model: str) -> Profile:
        """The same profile, which says who is sent what a person asks."""
        return self._telling("model_sees", model=model)

    def telling_that_a_model_words(self) -> Profile:
        """The same profile, which says that a model on the same machine words answers."""
        return self._telling("model_words")

    def _telling(self, key: str, **what: object) -> Profile:
        fixed = {
            tag: {
                **texts,
                "what_it_is_not": f"{texts['what_it_is_not']} {texts[key].format(**what)}",
            }
            for tag, texts in self.fixed.items()
        }
        return replace(self, fixed=fixed)

    def texts(self, language: str) -> Mapping[str, str]:
        """The fixed sentences in a language, or in the profile's first where it is not spoken."""
        return self.fixed.get(language) or self.fixed[self.languages[0]]

    def speaks(self, language: str) -> str:
        """The language to answer in: the one asked in, or the profile's first."""
        return language if language in self.fixed else self.languages[0]

    def starter_pages(self) -> list[Page]:
        """The starter pages, marked as samples, by file name.

        Raises:
            ProfileError: a page lacks its heading lines or says them wrongly.
        """
        return [_starter_page(path) for path in sorted(self.starter.glob("*.md"))]

    def question_bank(self) -> list[BankQuestion]:
        """What a refresh is tried with before it is published, in the file's order.

        Raises:
            ProfileError: a line is not a question with its language.
        """
        if not self.questions.exists():
            return []
        try:
            lines = self.questions.read_text(encoding="utf-8").split("\n")
            rows = [json.loads(line) for line in lines if line.strip()]
            return [BankQuestion(str(row["question"]), str(row["language"])) for row in rows]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ProfileError(f"{self.questions} cannot be read: {error}.") from error


def load_profile(name: str, today: date | None = None) -> Profile:
    """The profile in a folder, or the one that ships under this name.

    Raises:
        ProfileError: there is no such folder, or its files miss something; the message says what.
    """
    folder = PROFILES / name if (PROFILES / name).is_dir() else Path(name).expanduser()
    if not (folder / "profile.toml").is_file():
        shipped = ", ".join(sorted(p.parent.name for p in PROFILES.glob("*/profile.toml")))
        raise ProfileError(
            f"There is no profile at {name}: no profile.toml. Set ASSISTANT_PROFILE to a folder "
            f"that has one, or to one of: {shipped}."
        )
    main = _toml(folder / "profile.toml")
    try:
        languages = tuple(main["languages"])
        profile = Profile(
            id=main["id"],
            home=main["home"].rstrip("/"),
            languages=languages,
            name={tag: main["name"][tag] for tag in languages},
            site_page={tag: main["site_page"][tag] for tag in languages},
            fixed={tag: _toml(folder / f"texts.{tag}.toml") for tag in languages},
            examples={tag: tuple(main["examples"][tag]) for tag in languages},
            contacts=read_contacts(folder / "contacts.toml", languages, today or date.today()),
            service_pages=tuple((page["url"], page["title"]) for page in main["service_page"]),
            quick_exit=main["quick_exit"],
            starter=folder / "starter",
            questions=folder / "questions.jsonl",
            also_called=tuple(main.get("also_called", ())),
            own=OwnContacts(
                web=(urlsplit(main["home"]).netloc, *main.get("own", {}).get("web", ())),
                phones=tuple(main.get("own", {}).get("phones", ())),
            ),
        )
    except KeyError as error:
        raise ProfileError(f"The profile in {folder} does not say {error}.") from error
    for tag, texts in profile.fixed.items():
        if missing := TEXT_KEYS - texts.keys():
            raise ProfileError(
                f"{folder / f'texts.{tag}.toml'} does not say {', '.join(sorted(missing))}."
            )
    return profile


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ProfileError(f"The profile lacks {path}.") from error
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path} cannot be read: {error}.") from error


def _starter_page(path: Path) -> Page:
    """A Markdown file that begins with TOML between two `+++` lines."""
    try:
        _, head, text = path.read_text(encoding="utf-8").split("+++\n", 2)
        fields = tomllib.loads(head)
        published: date | None = fields.get("published")
        return Page(
            url=fields["url"],
            title=fields["title"],
            text=text.strip(),
            language=fields["language"],
            fetched_at=datetime.combine(fields["written"], datetime.min.time(), UTC),
            published=published,
            alternates=fields.get("alternates", {}),
            media_type="text/markdown",
            as_is=True,
            sample=True,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ProfileError(f"The starter page {path} cannot be read: {error}.") from error
