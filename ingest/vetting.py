"""Which new pages wait for a person: those that send their readers to a stranger.

A refresh is compared with what answers (`assistant/impact.py`); a page that was never in has
nothing to be compared with, and whoever can write one page of a site could have us say "our agent
on this number speeds things up". So a new page waits where it gives a private way to reach someone
(a messenger, a telephone abroad, an address of another organisation, a wallet) that is none of the
organisation's own, that few other pages name, and that no person has trusted. A telephone number of
the country is let in: nothing tells a planted one from an office's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass

from ingest.contacts import FoundContact, find_contacts, link_key
from ingest.errors import SourceError
from ingest.media import DOCX, PDF
from ingest.types import Page, Reading

VOUCHED_BY = 3  # pages that name the same: the word of a site, not of one planted page
_DOCUMENTS = frozenset({PDF, DOCX})  # their footnotes lead everywhere
_PRIVATE_HOSTS = (
    "t.me wa.me chat.whatsapp.com m.me bit.ly tinyurl.com goo.gl is.gd cutt.ly linktr.ee "
    "forms.gle docs.google.com"
).split()


@dataclass(frozen=True, slots=True)
class OwnContacts:
    """By what an organisation's own contacts, and those of whom it works with, are known.

    Attributes:
        web: hosts, with all below them, or addresses without scheme: "iom.int", "fb.com/IOMEgypt".
        phones: what telephone numbers begin with: "+20". Without any, none is taken for foreign.
        keys: contacts that are its own, as `key_of` gives them.
    """

    web: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


NO_CONTACTS = OwnContacts()


def key_of(value: str) -> str:
    """The same for every way of writing one contact.

    Raises:
        SourceError: it is no telephone number, e-mail or web address, handle or account.
    """
    found = find_contacts(f"tel: {value}") or find_contacts(f"http://{value.strip()}")
    if len(found) != 1 or (found[0].kind == "link" and "." not in found[0].key):
        raise SourceError(
            f"{value!r} is no telephone number, e-mail or web address, handle or account."
        )
    return found[0].key


def waiting(
    pages: Iterable[Page],
    readings: Callable[[], Iterable[Reading]],
    own: OwnContacts,
    trusted: Set[str],
) -> dict[str, tuple[str, ...]]:
    """Address of each page that must wait to the contacts it waits for, as they are written.

    Args:
        pages: new ones.
        readings: all there are, to see how many pages name the same.
        trusted: keys of contacts.
    """
    strange = {
        page.url: found
        for page in pages
        if not (page.as_is or page.sample)
        and (found := [c for c in find_contacts(_said(page)) if _is_strange(c, page, own, trusted)])
    }
    if not strange:
        return {}
    wanted = {contact.key for found in strange.values() for contact in found}
    named: Counter[str] = Counter()
    for reading in readings():
        text = "\n".join([_said(reading.page), *reading.frame])
        named.update(wanted & {contact.key for contact in find_contacts(text)})
    few = {
        url: tuple(contact.value for contact in found if named[contact.key] < VOUCHED_BY)
        for url, found in strange.items()
    }
    return {url: values for url, values in few.items() if values}


def _said(page: Page) -> str:
    return f"{page.title}\n{page.text}"


def _is_strange(contact: FoundContact, page: Page, own: OwnContacts, trusted: Set[str]) -> bool:
    if contact.key in trusted or contact.key in own.keys:
        return False
    if contact.kind == "account":
        return True
    if contact.kind == "handle":
        return contact.messenger
    if contact.kind == "phone":
        foreign = (
            bool(own.phones) and contact.key[0] == "+" and not contact.key.startswith(own.phones)
        )
        return contact.messenger or foreign
    address = contact.key.rpartition("@")[2]
    host = address.partition("/")[0]
    if any(_is_at(address, place) for place in (*own.web, *trusted)):
        return False
    if contact.kind == "link" and page.media_type in _DOCUMENTS:
        return host in _PRIVATE_HOSTS
    home = link_key(page.url).partition("/")[0]
    return not (_is_at(host, home) or _is_at(home, host))


def _is_at(address: str, place: str) -> bool:
    """Whether an address is at a place, or below it."""
    host = address.partition("/")[0]
    return address == place or address.startswith(f"{place}/") or host.endswith(f".{place}")
