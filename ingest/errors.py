"""What can go wrong on the way in.

IngestError
├── SourceError        the source as named cannot be used (no such file, empty folder)
├── FetchError         an address did not give a page
│   ├── BadStatus      the server answered that it gives none (403, 500)
│   │   └── Gone       and that there is none any more (404, 410)
│   ├── Unreachable    nothing answered: name, connection, time
│   └── RefusedAddress the address is not one we fetch (safety)
├── UnknownFormat      no reader for this kind of file
├── UnreadablePage     the reader found nothing it can stand for
│   ├── NothingToKeep  it is whole, but not meant to be kept: a listing, a stub, "noindex"
│   │   └── Moved      it stands at another address now
│   └── TooLarge       over the size that is read
├── RefusedArchive     an archive would write elsewhere than it may (safety)
├── Excluded           a person took the address out for good
├── Cancelled          a person stopped the work
├── StoreBusy          another ingest holds the store
└── StoreError         the catalogue cannot be opened, read or written
    └── DiskFull       there is too little room for what is to be stored
"""


class IngestError(Exception):
    """Base of everything ingest raises; its text is one sentence for a person."""


class SourceError(IngestError):
    """The source as named cannot be used."""


class FetchError(IngestError):
    """An address did not give a page."""


class BadStatus(FetchError):
    """The server answered that it gives no page.

    Attributes:
        status: as it answered.
        retry_after_s: how long it asks us to wait, or None.
    """

    def __init__(self, message: str, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


class Gone(BadStatus):
    """The server says that there is no such page, or none any more."""


class Unreachable(FetchError):
    """Nothing answered at the address."""


class RefusedAddress(FetchError):
    """The address is not one we fetch."""


class UnknownFormat(IngestError):
    """No reader for this kind of file."""


class UnreadablePage(IngestError):
    """The reader found nothing it can stand for."""


class NothingToKeep(UnreadablePage):
    """The page is whole, but not one to keep. Reported as skipped, not as failed."""


class Moved(NothingToKeep):
    """The page stands at another address for good."""


class TooLarge(UnreadablePage):
    """The resource is over the size that is read."""


class RefusedArchive(IngestError):
    """An archive would write elsewhere than it may."""


class Excluded(IngestError):
    """A person took the address out for good. Reported as skipped, not as failed."""


class Cancelled(IngestError):
    """A person stopped the work; what was stored before stays stored."""


class StoreBusy(IngestError):
    """Another ingest holds the store."""


class StoreError(IngestError):
    """The catalogue cannot be opened, read or written."""


class DiskFull(StoreError):
    """There is too little room for what is to be stored."""
