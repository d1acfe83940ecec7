"""Answerback: which of a seller's efforts got an answer from a buyer, which did not, and what to try next.

>>> import answerback
>>> answerback.__version__
'0.1.0'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from answerback.api import JudgedRows, OnBaseRows, Rows, Workspace, open_workspace

__version__ = "0.1.0"
__all__ = ["JudgedRows", "OnBaseRows", "Rows", "Workspace", "__version__", "open_workspace"]


def __getattr__(name: str) -> object:
    """The API is loaded when it is first asked for: `import answerback` alone takes no time."""
    if name in __all__:
        from answerback import api  # loaded only now: that is the point

        return getattr(api, name)
    raise AttributeError(f"module 'answerback' has no attribute {name!r}")
