"""Where Chroma keeps a version's vectors: in the version's own folder, or on a Chroma server.

A server is shared: by several machines that serve one store, perhaps by several stores. So every
collection's name begins with a random name of the store and the version's number, and what belongs
to versions that are no longer there is deleted when the next one is built. A server has no
password of its own (and other flaws, see docs/operation.md): it belongs in a private network.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vectorstore.errors import CorruptIndex, ServerUnreachable, StaleIndex
from vectorstore.private_copy import PrivateCopy

# Fixed at creation. The default space is squared L2. With Chroma's own ef_search of 100, 20 of 57
# questions missed a candidate far down the list, each build another one; with 200, one or none.
_SPACE = {"hnsw": {"space": "cosine", "ef_search": 200}}
_STORE_NAME = "chroma-server-name"  # a file of the store
_PLACE = "chroma-server.json"  # a file of a version whose vectors are on a server


class Collections:
    """The collections of one version.

    Args:
        prefix: of their names.
        server: its address; "" for Chroma in this process.
        copy: where Chroma in this process works.
    """

    def __init__(
        self,
        client: Any,
        prefix: str = "",
        server: str = "",
        copy: PrivateCopy | None = None,
    ) -> None:
        self._client = client
        self._prefix = prefix
        self._copy = copy
        self.server = server

    def create(self, name: str) -> Any:
        """A new one, for cosines."""
        return self._client.create_collection(
            f"{self._prefix}{name}", configuration=_SPACE, embedding_function=None
        )

    def get(self, name: str) -> Any:
        """One that was created.

        Raises:
            CorruptIndex: it is not there, or unreadable.
        """
        with _translated("the Chroma server" if self.server else "the version's folder"):
            return self._client.get_collection(f"{self._prefix}{name}", embedding_function=None)

    def close(self) -> None:
        """Let its files go; a server's connections are shared and stay."""
        if not self.server:
            self._client.close()
        if self._copy is not None:
            self._copy.close()


def build_collections(version: Path, store: Path, number: int, server: str = "") -> Collections:
    """Where the vectors of a version being built go; on a server, what is left over goes first.

    Args:
        version: the folder it is built in.

    Raises:
        ServerUnreachable: the server does not answer.
        OSError: the disk is full or not writable.
    """
    if not server:
        return Collections(_embedded(version / "chroma"))
    client = _connected(server)
    store_name = _store_name(store)
    kept = {f"{store_name}-{n.name}-" for n in (store / "versions").iterdir() if n.name.isdigit()}
    for collection in _all_collections(client):
        if collection.startswith(f"{store_name}-") and not collection.startswith(tuple(kept)):
            client.delete_collection(collection)
    prefix = f"{store_name}-{number:06d}-"
    (version / _PLACE).write_text(json.dumps({"prefix": prefix}))
    return Collections(client, prefix, server)


def open_collections(version: Path, server: str = "") -> Collections:
    """Where the vectors of a finished version are.

    Raises:
        CorruptIndex: its files are missing or unreadable.
        StaleIndex: they are on a server, and none is set.
        ServerUnreachable: the server does not answer.
    """
    place = version / _PLACE
    if not place.exists():
        copy = PrivateCopy(version / "chroma")
        try:
            return Collections(_embedded(copy.path), copy=copy)
        except CorruptIndex:
            copy.close()
            raise
    if not server:
        raise StaleIndex(
            f"The vectors of {version} are on a Chroma server. Set ASSISTANT_CHROMA to its "
            "address, or run `assistant rebuild` to keep them here."
        )
    try:
        prefix = str(json.loads(place.read_text())["prefix"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptIndex(f"{place} is unreadable: {error}. Run `assistant rebuild`.") from error
    return Collections(_connected(server), prefix, server)


def _embedded(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    with _translated(str(folder)):
        return chromadb.PersistentClient(str(folder), settings=settings)


def _connected(server: str) -> Any:
    """A client of `http[s]://[TOKEN@]HOST[:PORT][/TENANT/DATABASE]`."""
    import chromadb
    from chromadb.config import Settings
    from chromadb.errors import ChromaError

    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    address = urlsplit(server)
    tenant, database = (*address.path.strip("/").split("/"), "", "")[:2]
    try:
        return chromadb.HttpClient(
            host=address.hostname or "",
            port=address.port or (443 if address.scheme == "https" else 8000),
            ssl=address.scheme == "https",
            headers={"x-chroma-token": address.username} if address.username else None,
            tenant=tenant or "default_tenant",
            database=database or "default_database",
            settings=Settings(anonymized_telemetry=False, allow_reset=False),
        )
    except (ChromaError, OSError, ValueError) as error:
        raise ServerUnreachable(
            f"The Chroma server at {address.hostname}:{address.port or ''} does not answer "
            f"({type(error).__name__}). Start it, or correct ASSISTANT_CHROMA."
        ) from error


def _all_collections(client: Any) -> list[str]:
    names: list[str] = []
    while more := client.list_collections(limit=500, offset=len(names)):
        names.extend(collection.name for collection in more)
    return names


def _store_name(store: Path) -> str:
    """A random name that this store's collections begin with, made once."""
    path = store / _STORE_NAME
    if not path.exists():
        temporary = store / f".{_STORE_NAME}"
        temporary.write_text(f"s{secrets.token_hex(8)}")
        temporary.replace(path)
    return path.read_text().strip()


class _translated:
    """Chroma's and the disk's errors as ours."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from chromadb.errors import ChromaError

        if isinstance(error, ChromaError | OSError | ValueError):
            raise CorruptIndex(
                f"The vectors in {self._where} are unreadable: {error}. Run `assistant rebuild`."
            ) from error
