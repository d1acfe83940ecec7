"""What lies beside the exports: their playbook, a page that says what each folder is, and the commands that load them.

The CRM is loaded first: of mail and meetings only what concerns its people and companies is kept.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from answerback.simulate.exports.playbook import write_playbook
from answerback.simulate.exports.sheets import utc
from answerback.simulate.facts import Facts


@dataclass(frozen=True, slots=True)
class Load:
    """One folder of the exports and how it is loaded."""

    folder: str
    meaning: str
    source: str = ""
    """The connector, where the folder does not say which."""
    mapping: str = ""
    """The mapping file, where the columns need one; below the exports."""

    def words(self, exported_at: str) -> list[str]:
        """What stands behind `answerback`."""
        named = [f"--source={self.source}"] if self.source else []
        mapped = [f"--mapping={self.mapping}"] if self.mapping else []
        return ["load", self.folder, *named, *mapped, f"--exported-at={exported_at}"]


LOADS = (
    Load("records", "Everything as plain tables, one for each kind of record."),
    Load("salesforce", "The CRM: people, companies, deals with their history, what reps typed in, service cases."),
    Load(
        "office",
        "The sales office's tables: teams, territories, targets, expenses, holidays, coaching, lost deals.",
        mapping="office/mapping.toml",
    ),
    Load("mail", "The mailboxes of the sales team: a mail program opens them.", source="mailbox"),
    Load("calendar", "The calendars of the sales team: a calendar program opens them.", source="calendar"),
    Load(
        "telephony",
        "The telephone system: calls of the dialler, who joined which meeting, whose seat was active when.",
        mapping="telephony/mapping.toml",
    ),
    Load(
        "esign",
        "The signing service: what happened to every offer that was sent, and who could send when.",
        mapping="esign/mapping.toml",
    ),
)
"""Every folder, in the order in which they are loaded."""

_README = """\
# {company}

What the systems of {company} had recorded by {day}.
It is a practice company: people, companies, addresses and telephone numbers are invented. So it is known what caused
every act of a buyer: that lies in `truth/`, and nothing loads it.

| folder | what it is |
|---|---|
{folders}

`playbook.toml` says who the company is: its domain, stages, rules and exchange rates.

To load everything into a new workspace `answerback-home` (or another one, by its name) and build:

```sh
sh load.sh
```
"""
_ABOUT_SYSTEMS = """
The CRM comes first, because the playbook says `outside = "known"`: of mail and meetings only those are kept that
concern people or companies which are known by then.

## What no system knows

- What a rep did on a private telephone is nowhere, unless they typed it into the CRM.
- Who types something in does not say what it was for, and not how long a call took. A call and what came of it have one
  time there, whereas a dialler has two.
- A mail or a meeting does not say which deal it is about, nor what it was for. A program that strips the ids of what a
  reply answers leaves its subject.
- The CRM does not say when somebody began to sell, nor in which team they were before: the sales office does.
"""
_SCRIPT = """\
#!/bin/sh
# Loads everything into a new workspace and builds it:  sh load.sh [workspace]
set -eu
case "${{1:-answerback-home}}" in
    /*) home=${{1:-answerback-home}} ;;
    *) home=$PWD/${{1:-answerback-home}} ;;
esac
cd -- "$(dirname -- "$0")"
export ANSWERBACK_HOME="$home"

answerback init --no-ask
cp playbook.toml "$home/playbook.toml"

{loads}

answerback build
"""


def present(folder: Path) -> list[Load]:
    """The folders that lie here, in the order in which they are loaded."""
    return [each for each in LOADS if (folder / each.folder).is_dir()]


def write_guide(facts: Facts, folder: Path) -> list[Path]:
    """Writes `playbook.toml`, `README.md` and `load.sh` for the folders that lie here by now; the files written."""
    loads = present(folder)
    readme, script = folder / "README.md", folder / "load.sh"
    table = "\n".join(f"| `{each.folder}/` | {each.meaning} |" for each in loads)
    day = utc(facts.end)[:10]
    written = [write_playbook(facts, folder), readme, script]
    page = _README.format(company=facts.company, day=day, folders=table)
    if any(each.folder != "records" for each in loads):
        page += _ABOUT_SYSTEMS
    readme.write_text(page, encoding="utf-8")
    script.write_text(_SCRIPT.format(loads=_commands(loads, utc(facts.end))), encoding="utf-8")
    script.chmod(0o755)
    return written


def _commands(loads: Iterable[Load], at: str) -> str:
    return "\n".join(shlex.join(["answerback", *each.words(at)]) for each in loads)
