"""Prove that what we ship works without the checkout.

Builds the wheel, compares its content with the source tree, installs it into a throw-away environment that has the
locked core requirements and nothing else, and uses it from an empty folder. So a file that was not packed, a package
that only developers have, or a path into the checkout is found here and not by a user.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "answerback"

# Modules and packages that need an extra, and may therefore fail to import without it.
NEED_AN_EXTRA = ("answerback.engine.spark", "answerback.people", "answerback.web")

TABLES = {
    "effort.csv": "effort_id,rep_id,account_id,occurred_at,kind,reference\n"
    "e1,ann,acme,2026-03-01T09:00:00Z,email,message:1\n",
    "buyer_action.csv": "action_id,account_id,occurred_at,kind,refers_to\n"
    "b1,acme,2026-03-02T10:00:00Z,replied,message:1\n",
}
MAIL = (
    "From: ann@seller.example\nTo: bo@buyer.example\nDate: Mon, 2 Mar 2026 09:00:00 +0000\n"
    "Message-ID: <1@seller.example>\nSubject: hello\n\nHello\n"
)

IMPORT_ALL = """
import importlib, pkgutil, sys
import answerback
missing, count = [], 0
if not answerback.__file__.startswith(sys.prefix):
    missing.append(f"{answerback.__file__} is not the installed one")
for module in pkgutil.walk_packages(answerback.__path__, "answerback."):
    if module.name.startswith(tuple(sys.argv[1:])) or module.name.endswith("__main__"):
        continue
    count += 1
    try:
        importlib.import_module(module.name)
    except ImportError as error:
        missing.append(f"{module.name}: {error}")
print(f"{count} modules import with the core requirements alone" if not missing else "\\n".join(missing))
sys.exit(bool(missing))
"""


def main() -> int:
    """Build, compare, install, use; the exit code."""
    with tempfile.TemporaryDirectory(prefix="answerback-wheel-") as folder:
        place = Path(folder)
        wheel = build(place / "dist")
        unpacked = not_packed(wheel)
        if unpacked:
            print("in the source tree but not in the wheel:", *unpacked, sep="\n  ")
            return 1
        environment = install(wheel, place / "environment")
        elsewhere = place / "elsewhere"
        elsewhere.mkdir()
        use(environment, elsewhere)
    print(f"{wheel.name} works on its own")
    return 0


def build(folder: Path) -> Path:
    """The wheel, built into the folder with the locked build backend."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT, quiet=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def not_packed(wheel: Path) -> list[str]:
    """Files of the package that the wheel lacks, by their path in it."""
    packed = set(zipfile.ZipFile(wheel).namelist())
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    wanted = {path.relative_to(PACKAGE.parent).as_posix() for path in files}
    return sorted(wanted - packed)


def install(wheel: Path, environment: Path) -> Path:
    """A fresh environment with the core requirements and the wheel; its folder of commands."""
    uv = str(ROOT / "scripts" / "uv")
    python = str(environment / "bin" / "python")
    run(uv, "venv", "--quiet", "--python", sys.executable, str(environment), cwd=ROOT)
    core = str(ROOT / "requirements" / "core.txt")
    run(uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", core, cwd=ROOT)
    # A wheel built a moment ago has no known hash, whatever the surroundings ask for.
    lifted = {"UV_REQUIRE_HASHES": "0"}
    run(uv, "pip", "install", "--quiet", "--python", python, "--no-deps", str(wheel), cwd=ROOT, extra=lifted)
    return environment / "bin"


def use(commands: Path, folder: Path) -> None:
    """Import every module and run the command, in a folder that has nothing to do with the checkout."""
    run(str(commands / "python"), "-I", "-c", IMPORT_ALL, *sorted(NEED_AN_EXTRA), cwd=folder)
    answerback = str(commands / "answerback")
    run(answerback, "--version", cwd=folder)
    run(answerback, "--help", cwd=folder, quiet=True)
    work(answerback, folder)


def work(answerback: str, folder: Path) -> None:
    """Two tables and one mail, from loading to an answer."""
    (folder / "team").mkdir()
    for name, text in TABLES.items():
        (folder / "team" / name).write_text(text, encoding="utf-8")
    (folder / "one.eml").write_text(MAIL, encoding="utf-8")
    for words in (["init", "--no-ask"], ["load", "team"], ["build"]):
        run(answerback, "--quiet", *words, cwd=folder, quiet=True)
    told = subprocess.run(
        [answerback, "show", "on-base", "--by", "rep", "--format", "json"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    cell = json.loads(told)[0]
    if (cell["rep"], cell["efforts"], cell["on_base"], cell["rate"]) != ("ann", 1, 1, None):
        raise SystemExit(f"the installed wheel answers wrongly: {told}")
    run(answerback, "--quiet", "mine", "one.eml", "--owner", "ann@seller.example", cwd=folder, quiet=True)


def run(*command: str, cwd: Path, quiet: bool = False, extra: dict[str, str] | None = None) -> None:
    """Run a command; if it fails, show what it said and stop."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(command, cwd=cwd, env=kept | (extra or {}), text=True, capture_output=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
        sys.exit(f"{' '.join(command[:3])} … failed with exit code {done.returncode}")
    if done.stdout and not quiet:
        print(done.stdout, end="")


if __name__ == "__main__":
    sys.exit(main())
