"""What can go wrong between chunks and passages.

VectorStoreError
├── EmptyIndex     nothing has been published yet
├── StaleIndex     published with another encoder or chunking than the settings ask for
├── NoSuchVersion  the version asked for is not kept
├── NothingHeld    there is no held version to publish or discard
├── HoldPending    something is held back, which a person must decide on first
├── CorruptIndex   files are missing or unreadable
├── BuildFailed    files of an index cannot be written
├── ServerUnreachable  the Chroma server does not answer
└── EncoderError   the embedding model cannot be loaded
"""


class VectorStoreError(Exception):
    """Base of everything the vector store raises; its text is one sentence for a person."""


class EmptyIndex(VectorStoreError):
    """Nothing has been published yet."""


class StaleIndex(VectorStoreError):
    """Published with another encoder or chunking than the settings ask for."""


class NoSuchVersion(VectorStoreError):
    """The version asked for is not among those that are kept."""


class NothingHeld(VectorStoreError):
    """There is no held version to publish or discard."""


class HoldPending(VectorStoreError):
    """Something is held back, which a person must decide on first."""


class CorruptIndex(VectorStoreError):
    """Files of the index are missing or unreadable."""


class BuildFailed(VectorStoreError):
    """Files of an index cannot be written."""


class ServerUnreachable(VectorStoreError):
    """The Chroma server that holds the vectors does not answer."""


class EncoderError(VectorStoreError):
    """The embedding model cannot be loaded."""
