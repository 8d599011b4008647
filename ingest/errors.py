"""What can go wrong on the way in.

IngestError
├── SourceError        the source as named cannot be used (no such file, empty folder)
├── FetchError         an address did not give a page
│   ├── Unreachable    nothing answered: name, connection, time
│   └── RefusedAddress the address is not one we fetch (safety)
├── UnknownFormat      no reader for this kind of file
├── UnreadablePage     the reader found nothing it can stand for
│   ├── NothingToKeep  it is whole, but not meant to be kept: a listing, a stub, "noindex"
│   └── TooLarge       over the size that is read
├── StoreBusy          another ingest holds the store
└── StoreError         the catalogue cannot be opened, read or written
"""


class IngestError(Exception):
    """Base of everything ingest raises; its text is one sentence for a person."""


class SourceError(IngestError):
    """The source as named cannot be used."""


class FetchError(IngestError):
    """An address did not give a page."""


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


class TooLarge(UnreadablePage):
    """The resource is over the size that is read."""


class StoreBusy(IngestError):
    """Another ingest holds the store."""


class StoreError(IngestError):
    """The catalogue cannot be opened, read or written."""
