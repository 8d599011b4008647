from __future__ import annotations

import gzip
import time

import pytest

from ingest.errors import TooLarge, UnreadablePage
from ingest.links import Links, find_links
from ingest.sitemap import Entry, SiteMap, parse_sitemap

NS = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)
HOME = "https://harbour.example"


def parse(text: str) -> SiteMap:
    return parse_sitemap(text.encode(), "sitemap.xml")


def test_a_sitemap_gives_its_pages_newest_first_with_their_other_languages() -> None:
    text = (
        f"<urlset {NS}><url><loc> {HOME}/a </loc><lastmod>2020-01-01</lastmod>"
        f'<xhtml:link rel="alternate" hreflang="ar" href="{HOME}/ar/a"/></url>'
        f"<url><loc>{HOME}/b</loc><lastmod>2024-01-01T10:00:00+02:00</lastmod></url></urlset>"
    )
    expected = SiteMap(
        pages=(
            Entry(f"{HOME}/b", "2024-01-01T10:00:00+02:00"),
            Entry(f"{HOME}/a", "2020-01-01", (f"{HOME}/ar/a",)),
        )
    )

    assert parse(text) == expected
    assert parse_sitemap(gzip.compress(text.encode()), "sitemap.xml.gz") == expected


def test_an_index_gives_further_sitemaps() -> None:
    text = f"<sitemapindex {NS}><sitemap><loc>{HOME}/1.xml</loc></sitemap></sitemapindex>"

    assert parse(text) == SiteMap(sitemaps=(f"{HOME}/1.xml",))


@pytest.mark.parametrize(
    "text",
    [
        f"<rss><channel><link>{HOME}/</link><item><link>{HOME}/a</link></item></channel></rss>",
        f"<rss><channel><item><guid>{HOME}/a</guid></item></channel></rss>",
        f'<feed xmlns="http://www.w3.org/2005/Atom"><link href="{HOME}/"/>'
        f'<entry><link rel="edit" href="{HOME}/e"/><link href="{HOME}/a"/></entry></feed>',
    ],
)
def test_a_feed_gives_its_entries(text: str) -> None:
    assert [entry.url for entry in parse(text).pages] == [f"{HOME}/a"]


def test_the_beginning_of_a_sitemap_that_breaks_off_counts() -> None:
    text = f"<urlset {NS}><url><loc>{HOME}/a</loc></url><url><loc>{HOME}/b</l"

    assert parse(text) == SiteMap(pages=(Entry(f"{HOME}/a"),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        "<html><body>Not found</body></html>",
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><urlset><url><loc>&a;</loc></url>'
        "</urlset>",
        "<urlset><url><loc>",
    ],
)
def test_what_is_no_sitemap_is_refused(text: str) -> None:
    with pytest.raises(UnreadablePage):
        parse(text)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * 60_000_000)
    started = time.monotonic()

    with pytest.raises(TooLarge):
        parse_sitemap(bomb, "sitemap.xml.gz")
    assert time.monotonic() - started < 2


def test_a_page_gives_its_links_other_languages_and_feeds() -> None:
    page = f"""<head><base href="{HOME}/x/"><link rel="canonical" href="/x">
    <link rel=alternate hreflang=ar href=/ar/x><link rel=stylesheet href=/s.css>
    <link rel="alternate" type="application/rss+xml" href="/rss.xml"></head>
    <a class=b href='y?a=1&amp;b=2#top'>y</a> <a HREF="/x">x</a> <a href="#top">up</a>
    <a rel="nofollow" href="/login">in</a> <a href="mailto:a@b">mail</a> <a href="http://[">bad</a>
    <!-- <a href="/old">old</a> --><script>'<a href="/made">'</script><a href="{HOME}/z">z</a>"""

    assert find_links(page.encode(), f"{HOME}/p") == Links(
        pages=(f"{HOME}/x", f"{HOME}/ar/x", f"{HOME}/x/y?a=1&b=2", f"{HOME}/z"),
        feeds=(f"{HOME}/rss.xml",),
    )


def test_a_page_can_ask_that_its_links_are_not_followed() -> None:
    page = b'<meta name="robots" content="noindex, nofollow"><a href="/a">a</a>'

    assert find_links(page, HOME) == Links()


@pytest.mark.parametrize(
    "piece", ["<!--", "<a ", '<a href="', "<script>", "<a href='x' ", "< a=\"'"]
)
def test_hostile_markup_costs_no_more_than_its_length(piece: str) -> None:
    started = time.monotonic()

    find_links(piece.encode() * (3_000_000 // len(piece)), HOME)

    assert time.monotonic() - started < 5
