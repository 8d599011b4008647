"""The commands of the program, a file for those that belong together.

Each file has `add_commands`, which adds its commands with their options to the parser, and a
function per command that calls what does the work and prints what came of it. `given` reads what a
call gives, `printed` writes what it answers, `exits` says how it ends.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

# Makes a command from its name, what it runs and a line about it.
Command = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]
