"""`python -m benchmarks linking --events 1000000`: runs `main` of the named module; without a name, lists them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def names() -> list[str]:
    """The modules here that have a `main`."""
    return sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef main(" in path.read_text(encoding="utf-8")
    )


if len(sys.argv) < 2 or sys.argv[1] not in names():
    print("\n".join(f"python -m benchmarks {name}" for name in names()))
else:
    import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:])
