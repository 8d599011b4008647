"""Where things are that tests read: the sources, wherever the product is imported from."""

from __future__ import annotations

from pathlib import Path

import assistant

# The folder of the four packages: the repository, or where an installed product lies.
PRODUCT = Path(assistant.__file__).resolve().parents[1]
