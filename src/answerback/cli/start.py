"""`answerback init`: a workspace and its playbook."""

from __future__ import annotations

import typer

from answerback.cli.settings import Settings
from answerback.domain.playbook_file import QUESTIONS, InitAnswers, write_playbook
from answerback.workspace.disk import create_if_absent, room_on
from answerback.workspace.home import create_home


def start(settings: Settings, given: dict[str, str], *, ask: bool) -> None:
    """Makes the folder and writes the playbook. An existing playbook is never touched."""
    home = create_home(settings.home)
    if home.playbook.exists():
        print(f"{home.playbook} is there already and stays as it is. Edit it, then run: answerback build")
        return
    answers = dict(given)
    for question in QUESTIONS:
        if ask and question.key not in answers:
            print(f"\n{question.why}")
            for value, meaning in (question.choices or {}).items():
                print(f"  {value}: {meaning}")
            answers[question.key] = typer.prompt(
                question.prompt, default=question.default, show_default=bool(question.default)
            )
    text = write_playbook(InitAnswers.from_texts(answers))
    with room_on(home.playbook):
        create_if_absent(home.playbook, text.encode())
    print(f"Workspace {home.root} is ready; its settings are in {home.playbook}.")
    for question in QUESTIONS:
        value = answers.get(question.key, question.default) or "none"
        print(f"  {question.prompt}: {value}. To change it: {question.later}.")
    print("Next: answerback load PATH, then answerback build, then answerback show on-base")
