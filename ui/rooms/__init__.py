"""One file per room, each with `build`."""
