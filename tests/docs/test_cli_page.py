"""The page of the command line is current and says all there is."""

from __future__ import annotations

from typing import Any

import typer.main

from answerback.cli.app import app
from answerback.domain.errors import Exit
from scripts.write_cli_docs import CODES, PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/write_cli_docs.py"


def test_every_command_and_option_is_there() -> None:
    text, group = page(), typer.main.get_command(app)
    commands: dict[str, Any] = {"": group, **getattr(group, "commands", {})}
    assert len(commands) > 10
    for name, command in commands.items():
        assert f"\n### {name}\n" in text or not name
        section = text.split(f"\n### {name}\n")[1].split("\n### ")[0] if name else text
        for parameter in command.params:
            if parameter.param_type_name == "option" and "--help" not in parameter.opts:
                assert all(f"`{option}`" in section or option in section for option in parameter.opts)


def test_every_exit_code_is_there() -> None:
    assert set(CODES) == set(Exit)
    errors = (PAGE.parent / "errors.md").read_text(encoding="utf-8")
    for code in Exit:
        assert f"| {int(code)} | {code.name.lower()} |" in page()
        assert f"| {int(code)} | {code.name.lower()} |" in errors
