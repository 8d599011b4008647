from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings


def test_unset_and_empty_variables_leave_the_defaults() -> None:
    assert Settings.from_environment({"PATH": "/bin", "ASSISTANT_STORE": " "}) == Settings()


def test_each_setting_is_read_from_its_variable() -> None:
    settings = Settings.from_environment(
        {
            "ASSISTANT_STORE": "/srv/pages",
            "ASSISTANT_EMBEDDING": "models/labse",
            "ASSISTANT_PRIVATE_HOSTS": "Intranet.local, 127.0.0.1:8000,",
        }
    )

    assert settings.store == Path("/srv/pages")
    assert settings.embedding == "models/labse"
    assert settings.private_hosts == {"intranet.local", "127.0.0.1:8000"}


def test_a_near_miss_is_a_slip_and_is_named() -> None:
    with pytest.raises(
        SettingsError, match=r"ASSISTANT_EMBEDING is no setting.*ASSISTANT_EMBEDDING"
    ):
        Settings.from_environment({"ASSISTANT_EMBEDING": "x"})


def test_another_programs_variable_is_none_of_our_business() -> None:
    assert Settings.from_environment({"ASSISTANT_CMD": "assistant"}) == Settings()


@pytest.mark.parametrize("value", ["egypt.iom.int", "https://a.org/path", "*", "https://a.org;x"])
def test_what_is_no_origin_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="is no origin"):
        Settings.from_environment({"ASSISTANT_EMBED_ORIGINS": value})


def test_origins_may_be_parted_by_blanks_or_commas() -> None:
    read = Settings.from_environment({"ASSISTANT_EMBED_ORIGINS": "https://a.org, http://b:81"})

    assert read.embed_origins == ("https://a.org", "http://b:81")
