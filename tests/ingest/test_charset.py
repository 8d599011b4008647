from __future__ import annotations

import pytest

from ingest.charset import decode_page
from ingest.errors import UnreadablePage

ARABIC = (
    "<p>افتتح مكتب الميناء يوم الأربعاء صالة انتظار تتسع لمئتين وأربعين راكباً بالتعاون مع وزارة "
    "النقل. وقالت رئيسة المكتب إن أحداً لن ينتظر تحت المطر بعد اليوم، واستغرق البناء أحد عشر شهراً"
    " في المدينة.</p>"
)
ENGLISH = "<p>The café of the harbour opens at nine — “always”, says Zoë, for 5 £ and more.</p>"
PLAIN = "<p>The harbour opens at nine and closes at five in the evening of every day.</p>"
ISO_ARABIC = ARABIC.replace("ً", "")


def document(body: str, label: str | None) -> str:
    meta = f"<meta charset={label}>" if label else ""
    return f"<html><head>{meta}<title>x</title></head><body>{body}</body></html>"


@pytest.mark.parametrize("label", ["utf-8", "windows-1256", "iso-8859-6", "iso-8859-1", None])
@pytest.mark.parametrize(
    ("body", "codec"),
    [
        (ARABIC, "utf-8"),
        (ARABIC, "utf-8-sig"),
        (ARABIC, "cp1256"),
        (ISO_ARABIC, "iso8859-6"),
        (ARABIC, "utf-16"),
        (ARABIC, "utf-16-le"),
        (ARABIC, "utf-16-be"),
        (PLAIN, "utf-16-le"),
        (ENGLISH, "utf-8"),
        (ENGLISH, "cp1252"),
        (PLAIN, "ascii"),
    ],
)
def test_a_page_is_decoded_whatever_charset_it_claims(
    body: str, codec: str, label: str | None
) -> None:
    text = document(body, label)

    assert decode_page(text.encode(codec), shown="x") == text
    assert decode_page(document(body, None).encode(codec), shown="x", declared=label) == document(
        body, None
    )


def test_utf8_that_was_once_misread_is_put_right() -> None:
    broken = document(ENGLISH, "utf-8").encode().decode("cp1252", "ignore")

    assert decode_page(broken.encode(), shown="x").count("café") + broken.count("cafÃ©") >= 1


@pytest.mark.parametrize(
    "content",
    [
        ("<p>" + "مرحبا \ufffd\ufffd بكم " * 50).encode(),
        b"<p>" + bytes(range(128, 256)) * 40,
    ],
)
def test_what_no_charset_makes_readable_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadablePage, match="cannot be decoded"):
        decode_page(content, shown="x")


def test_one_broken_letter_in_many_is_let_pass() -> None:
    content = document(ARABIC * 10, "utf-8").encode() + b"\xff"

    assert ARABIC in decode_page(content, shown="x")
