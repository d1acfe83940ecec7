"""The one Spark session of a test run, and what happens where it cannot be had.

A session takes ten seconds to start, so all tests share one; each engine that is opened while it runs gets a session of
its own in it, with relations of its own. Without Java the tests of Spark are skipped on a person's machine and fail in
CI. Small data is what tests have: two partitions, and code that the machine compiles quickly rather than well.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from answerback.engine.opening import EngineChoice, EngineName, open_engine
from answerback.engine.protocol import Engine, Limits

ROOT = Path(__file__).resolve().parents[1]
SMALL = """\
spark.sql.shuffle.partitions 2
spark.default.parallelism 2
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""
"""As an administrator would write it into `spark-defaults.conf`."""


def java_home(environ: Mapping[str, str]) -> str:
    """Where Java lies, as `scripts/find_java` has it; without it the test is skipped, or fails in CI."""
    command = [str(ROOT / "scripts" / "find_java")]
    found = subprocess.run(command, env=dict(environ), capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    message = "no Java 17 was found; scripts/system_packages installs it or says how"
    if environ.get("CI"):
        pytest.fail(f"{message} (in CI it must be there)", pytrace=False)
    pytest.skip(message)


@contextmanager
def spark_session() -> Iterator[Engine]:
    """An engine on this machine with small settings; as long as it is open, others share its process."""
    home = java_home(os.environ)
    with tempfile.TemporaryDirectory(prefix="answerback-spark-") as folder, pytest.MonkeyPatch.context() as patch:
        (Path(folder) / "spark-defaults.conf").write_text(SMALL, encoding="utf-8")
        patch.setenv("SPARK_CONF_DIR", folder)
        patch.setenv("JAVA_HOME", home)
        limits = Limits(threads=2, memory="1500MB")
        with open_engine(EngineChoice(EngineName.SPARK), limits, Path(folder)) as engine:
            yield engine
