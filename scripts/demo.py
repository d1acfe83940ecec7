"""`make demo`: Answerback on a small invented team, in one minute, every figure computed live.

Each command is printed before it runs, so that you can run it yourself. Everything is written to `demo-home` in this
folder, and made anew each time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "demo-home"
STEPS = (
    ("A workspace, with the default playbook.", ["init", "--no-ask"]),
    ("Four reps, nine months: touches, and what buyers did.", ["load", "examples/small_team"]),
    ("Link every buyer's act to the touch that it answers.", ["build"]),
    (
        "Which share of touches moved a buyer? No number without enough behind it.",
        ["show", "on-base", "--by", "rep,kind"],
    ),
    ("On what do the links rest?", ["show", "bases"]),
    ("How long do answers take?", ["show", "lags"]),
    ("Why does that reply answer that mail, and not another?", ["explain", "link", "b6"]),
    ("What is missing, and what would it unlock?", ["doctor"]),
)


def main() -> int:
    """Runs the steps; the exit code."""
    if HOME.exists():
        shutil.rmtree(HOME)
    command = [sys.executable, "-m", "answerback"]
    environment = {**os.environ, "ANSWERBACK_HOME": str(HOME)}
    for meaning, words in STEPS:
        print(f"\n# {meaning}\n$ answerback {' '.join(words)}", flush=True)
        done = subprocess.run([*command, "--quiet", *words], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            return done.returncode
    print("\nNext, on your own data:  .venv/bin/answerback mine YOUR.mbox   (nothing is stored; see README.md)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
