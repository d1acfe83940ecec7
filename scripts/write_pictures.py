"""Writes the pictures of README and docs from real output: `docs/images/*.svg`.

The rates are those of `examples/small_team`, the demo is what `answerback demo` says, and the findings are those of
its company. Run it after a change of what the
command line shows.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from rich.console import Console
from rich.table import Table
from rich.text import Text

import answerback
from answerback.present.cells import is_number, shown
from answerback.present.on_base import footnotes, for_eyes

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
AS_OF = datetime(2026, 9, 26, tzinfo=UTC)


def main() -> None:
    """Writes every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        workspace = answerback.open_workspace(folder, create=True)
        workspace.load(ROOT / "examples" / "small_team")
        workspace.build()
        answer = workspace.on_base(by=["rep", "kind"], as_of=AS_OF).answer
    console = Console(record=True, width=122, file=tempfile.TemporaryFile("w"))  # noqa: SIM115 - what is shown is unwanted
    console.print(Text("$ answerback show on-base --by rep,kind", style="bold"))
    console.print(grid(for_eyes(answer)))
    console.print(Text(footnotes(answer)[-1]))
    picture = console.export_svg(title="answerback", clear=False)
    (IMAGES / "on-base.svg").write_text(without_foreign_fonts(picture), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        (IMAGES / "demo.svg").write_text(demo(f"{folder}/demo"), encoding="utf-8")
        (IMAGES / "findings.svg").write_text(findings(f"{folder}/demo/home"), encoding="utf-8")


def demo(folder: str) -> str:
    """The middle of the demo: the question, the shuffle, the envelope."""
    told = said("demo", "--quiet", "--no-ask", "--out", folder)
    shown_from, shown_to = (told.index(each) for each in ("2026Q3:", "And in your team?"))
    return drawn("answerback demo", told[shown_from:shown_to], width=104)


def findings(home: str) -> str:
    """What is to be looked at in the demo's company: the stories, without the table of the same below."""
    told = said("--home", home, "findings", "--all", "--for", "leader")
    return drawn("answerback findings --all --for leader", told.partition("\nid ")[0], width=104)


def said(*words: str) -> str:
    """What a command says."""
    words = (sys.executable, "-m", "answerback", *words)
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def drawn(command: str, text: str, *, width: int) -> str:
    """A terminal with a command and what it said, as SVG."""
    console = Console(record=True, width=width, file=tempfile.TemporaryFile("w"))  # noqa: SIM115 - what is shown is unwanted
    console.print(Text(f"$ {command}", style="bold"))
    console.print(Text(text.rstrip()))
    return without_foreign_fonts(console.export_svg(title="answerback"))


def grid(table: pa.Table) -> Table:
    """The rows as the terminal shows them."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for field in table.schema:
        made.add_column(field.name, justify="right" if is_number(field) else "left")
    for row in table.to_pylist():
        made.add_row(*(Text(shown(name, value)) for name, value in row.items()))
    return made


def without_foreign_fonts(svg: str) -> str:
    """The picture with the reader's own fixed-width font, and the same names at every run."""
    plain = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return re.sub(r"terminal-\d+", "terminal", plain.replace("Fira Code, monospace", "monospace"))


if __name__ == "__main__":
    main()
