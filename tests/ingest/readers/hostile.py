"""Files that were made to break a reader, each built here from a few lines."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping

from pypdf import PdfReader, PdfWriter

SAID = "The harbour office of Port Alba opens at nine every day."
CANARY = "canary-5813"


# -- web pages -------------------------------------------------------------------------------------


def pages(canary_path: str, tenths: int = 1) -> dict[str, Callable[[], str]]:
    """Name to a web page; `canary_path` is a file no page may bring in.

    `tenths` of the full number of whatever there is too much of.
    """
    n = tenths
    said = f"<p>{SAID}</p>"
    entities = "".join(
        f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha" * 10}">' for i in range(10)
    )
    return {
        "nested divs": lambda: "<div>" * (n * 10_000) + "deep",
        "nested tables": lambda: "<table><tr><td>" * (n * 3_000) + "deep",
        "nested lists": lambda: "<ul><li>" * (n * 5_000) + "deep",
        "nested inline": lambda: "<b><i>" * (n * 5_000) + "deep",
        "unclosed tags": lambda: "<p><a href=x><b>" * (n * 10_000) + said,
        "NULs": lambda: "\x00" * (n * 10_000) + said + "\x00" * 10,
        "a million attributes": lambda: f"<p {' '.join(f'a{i}=1' for i in range(n * 100_000))}>x",
        "one long attribute": lambda: f'<p title="{"x" * (n * 500_000)}">{SAID}</p>',
        "one long line": lambda: "<p>" + "x" * (n * 990_000),
        "one long word of Arabic": lambda: "<p>" + "س" * (n * 400_000),
        "a million links": lambda: "<a href=/x>y</a>" * (n * 50_000),
        "a wide table": lambda: "<table><tr>" + "<td colspan=1000 rowspan=1000>x" * (n * 500),
        "a long table": lambda: "<table>" + "<tr><th>a<td>b" * (n * 10_000),
        "entity bomb": lambda: f"<!DOCTYPE html [{entities}]><p>&e9;</p>{said}",
        "external entity": lambda: (
            f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{canary_path}">]><p>&x;</p>{said}'
        ),
        "parameter entity": lambda: (
            f'<!DOCTYPE r [<!ENTITY % x SYSTEM "file://{canary_path}"> %x;]>{said}'
        ),
        "included file": lambda: (
            f'<html xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" '
            f'href="file://{canary_path}"/>{said}'
        ),
        "framed file": lambda: f'<iframe src="file://{canary_path}"></iframe>{said}',
        "style sheets": lambda: (
            "<style>" + "p.a b > c{display:none}" * (n * 20_000) + "</style>" + said
        ),
        "open comment": lambda: "<!--" * (n * 50_000) + said,
        "open script": lambda: "<script>" + "if(a<b){}" * (n * 50_000) + said,
        "character references": lambda: "<p>" + "&#1593;" * (n * 100_000),
    }


# -- PDF -------------------------------------------------------------------------------------------


def pdf(
    content: bytes,
    *,
    sheets: int = 1,
    resources: str = "",
    objects: Mapping[int, bytes] | None = None,
    catalog: str = "",
    filters: str = "",
) -> bytes:
    """A PDF of one content stream on every sheet, Helvetica as /F1; further objects from 10 on."""
    kids = " ".join(f"{100 + n} 0 R" for n in range(sheets))
    made = {
        1: f"<</Type/Catalog/Pages 2 0 R{catalog}>>".encode(),
        2: f"<</Type/Pages/Count {sheets}/Kids[{kids}]>>".encode(),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        4: _stream(content, filters),
        **(objects or {}),
    }
    for n in range(sheets):
        made[100 + n] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            f"/Resources<</Font<</F1 3 0 R>>{resources}>>>>"
        ).encode()
    out = bytearray(b"%PDF-1.7\n")
    places: dict[int, int] = {}
    for number, body in sorted(made.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n"
    for number, place in sorted(places.items()):
        out += f"{number} 1\n{place:010d} 00000 n \n".encode()
    out += b"trailer<</Size 1000000/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    return bytes(out)


def _stream(content: bytes, filters: str = "") -> bytes:
    return f"<</Length {len(content)}{filters}>>stream\n".encode() + content + b"\nendstream"


def line(
    text: str, *, at: tuple[int, int] = (50, 700), size: float = 12, before: str = ""
) -> bytes:
    return f"BT {before} /F1 {size} Tf {at[0]} {at[1]} Td ({text}) Tj ET\n".encode()


SHOWN = line(SAID, at=(50, 780))


def _packed(times: int, level: int = 1) -> bytes:
    content = b" " * 100_000_000
    for _ in range(times):
        content = zlib.compress(content, 9)
    return content


def _encrypted(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(SHOWN))))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _looped_xref() -> bytes:
    whole = pdf(SHOWN)
    at = whole.rindex(b"startxref\n") + 10
    start = int(whole[at:].split(b"\n")[0])
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % start)


def _looped_pages() -> bytes:
    return pdf(SHOWN).replace(b"/Kids[100 0 R]", b"/Kids[2 0 R  ]")


PDFS: dict[str, tuple[Callable[[], bytes], str]] = {
    # name: (file, what is said of it; "" where it is read)
    "encrypted": (lambda: _encrypted("secret"), "password-protected"),
    "locked against changes": (lambda: _encrypted(""), ""),
    "truncated": (lambda: pdf(SHOWN * 200)[:600], "broken|no text|no usable"),
    "no PDF at all": (lambda: b"%PDF-1.7\n" + b"x" * 5_000, "broken"),
    "too many sheets": (lambda: pdf(SHOWN, sheets=2_001), "2001 sheets"),
    "ten thousand sheets": (lambda: pdf(SHOWN, sheets=10_000), "10000 sheets"),
    "nothing": (lambda: b"", "broken|empty"),
    "a web page": (lambda: f"<html><p>{SAID}</p></html>".encode(), "broken"),
    "a picture that says it is huge": (
        lambda: pdf(
            b"/X1 Do",
            resources="/XObject<</X1 11 0 R>>",
            objects={
                11: _stream(
                    zlib.compress(b" " * 1_000_000),
                    "/Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 8"
                    "/ColorSpace/DeviceRGB/Filter/FlateDecode",
                )
            },
        ),
        "it is a scan",
    ),
    "Flate bomb": (lambda: pdf(_packed(1), filters="/Filter/FlateDecode"), "."),
    "nested Flate bomb": (
        lambda: pdf(_packed(3), filters="/Filter[/FlateDecode/FlateDecode/FlateDecode]"),
        ".",
    ),
    "predictor bomb": (
        lambda: pdf(
            _packed(1),
            filters="/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 100000000>>",
        ),
        ".",
    ),
    "LZW bomb": (lambda: pdf(b"\x80\x0b\x60\x50" * 40_000, filters="/Filter/LZWDecode"), "."),
    "looped xref": (_looped_xref, ""),
    "looped pages": (_looped_pages, "broken|no text"),
    "picture only": (lambda: pdf(b"0.5 g 0 0 100 100 re f"), "it is a scan"),
}

# What is not seen on a sheet, in content streams; /L1 is a layer that is off.
HIDDEN_IN_PDF: dict[str, bytes] = {
    "invisible mode": line(CANARY, before="3 Tr"),
    "white": line(CANARY, before="1 g"),
    "white in red, green, blue": line(CANARY, before="1 1 1 rg"),
    "white as no ink": line(CANARY, before="0 0 0 0 k"),
    "off the sheet": line(CANARY, at=(50, 2_000)),
    "left of the sheet": line(CANARY, at=(-3_000, 700)),
    "a smudge": line(CANARY, size=0.4),
    "a layer that is off": b"/OC /L1 BDC " + line(CANARY) + b"EMC",
    "a form of a layer that is off": b"/X1 Do",
    "white in a form": b"/X2 Do",
}
LAYERS = {
    10: b"<</Type/OCG/Name(notes)>>",
    11: b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/OC 10 0 R/Resources<</Font<</F1 3 0 R>>>>"
    + _stream(line(CANARY))[2:],
    12: b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
    + _stream(line(CANARY, before="1 g"))[2:],
}
LAYER_RESOURCES = "/Properties<</L1 10 0 R>>/XObject<</X1 11 0 R/X2 12 0 R>>"
LAYER_CATALOG = "/OCProperties<</OCGs[10 0 R]/D<</OFF[10 0 R]>>>>"


# -- Word ------------------------------------------------------------------------------------------


def _archive(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        write(archive)
    return out.getvalue()


def _many(archive: zipfile.ZipFile, count: int) -> None:
    for number in range(count):
        archive.writestr(f"word/{number}", b"")


def _nested(archive: zipfile.ZipFile) -> None:
    inner = _archive(lambda each: each.writestr("word/document.xml", b" " * 20_000_000))
    archive.writestr("word/document.xml", inner)


def _linked(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("word/document.xml")
    entry.external_attr = 0o120777 << 16
    archive.writestr(entry, "/etc/passwd")


def _overlapping() -> bytes:
    """Two entries whose data are the same bytes."""
    whole = bytearray(_archive(lambda each: each.writestr("word/document.xml", b"x" * 50_000)))
    entry = whole.index(b"PK\x01\x02")
    end = whole.index(b"PK\x05\x06")
    doubled = whole[:end] + whole[entry:end] * 3 + whole[end:]
    at = doubled.rindex(b"PK\x05\x06")
    doubled[at + 8 : at + 12] = (8).to_bytes(2, "little") * 2
    doubled[at + 12 : at + 16] = (4 * (end - entry)).to_bytes(4, "little")
    return bytes(doubled)


def _lying() -> bytes:
    """An entry that unpacks to more than it says."""
    whole = bytearray(_archive(lambda each: each.writestr("word/document.xml", b" " * 90_000_000)))
    at = whole.rindex(b"PK\x01\x02")
    whole[at + 24 : at + 28] = (100).to_bytes(4, "little")
    return bytes(whole)


def _external(canary_path: str) -> bytes:
    xml = (
        f'<!DOCTYPE w [<!ENTITY x SYSTEM "file://{canary_path}">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
    )
    return _archive(lambda each: each.writestr("word/document.xml", xml))


def documents(canary_path: str, entries: int = 5_001) -> dict[str, Callable[[], bytes]]:
    """Name to a Word file; none of them is one to read."""
    return {
        "bomb": lambda: _archive(lambda z: z.writestr("word/document.xml", b" " * 20_000_000)),
        "nested bomb": lambda: _archive(_nested),
        "too many entries": lambda: _archive(lambda z: _many(z, entries)),
        "path upwards": lambda: _archive(lambda z: z.writestr("../../word/evil.xml", "x")),
        "absolute path": lambda: _archive(lambda z: z.writestr("/tmp/word/evil.xml", "x")),
        "symbolic link": lambda: _archive(_linked),
        "overlapping entries": _overlapping,
        "lying sizes": _lying,
        "external entity": lambda: _external(canary_path),
        "truncated": lambda: _archive(lambda z: z.writestr("word/x", b"y" * 5_000))[:2_00],
    }
