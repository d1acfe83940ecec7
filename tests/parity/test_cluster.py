"""On a real cluster: another process's memory, files that both see, and Spark's settings as they come."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from answerback.api import open_workspace
from answerback.engine.opening import EngineName
from answerback.workspace.snapshots import read_snapshot
from tests.parity.cluster import cluster
from tests.parity.test_builds import TEAM, built, differences
from tests.spark_session import java_home


@pytest.mark.spark
@pytest.mark.slow
def test_a_build_from_scratch(tmp_path: Path) -> None:
    """The command as a user gives it, over the example's team, from scratch; then the same by the default engine.

    Settings are Spark's own, unlike in the session that other tests share: queries are compiled and adapt as they run.
    """
    home, logs, conf = tmp_path / "home", tmp_path / "logs", tmp_path / "conf"
    logs.mkdir()
    conf.mkdir()
    (conf / "spark-defaults.conf").write_text("spark.sql.shuffle.partitions 4\n", encoding="utf-8")
    workspace = open_workspace(home, create=True)
    workspace.load(TEAM, source="team")
    java = java_home(os.environ)
    with cluster(logs, java) as address:
        command = [sys.executable, "-m", "answerback", "--home", str(home), "--format", "json", "--quiet", "build"]
        options = ["--engine", "spark", "--master", address, "--memory", "600MB", "--threads", "2"]
        done = subprocess.run(
            [*command, *options],
            env=dict(os.environ) | {"JAVA_HOME": java, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_CONF_DIR": str(conf)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
    said = json.loads(done.stdout)[0]
    assert said["efforts"] == len((TEAM / "effort.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert "Executor added" in (logs / "worker.log").read_text(encoding="utf-8") or list((logs / "work").glob("app-*"))
    spark = read_snapshot(workspace.home)
    assert (
        differences(workspace.home, built(workspace, EngineName.DUCKDB, afresh=True, events_in_block=10**9), spark)
        == {}
    )
    assert not list(workspace.home.pool.glob(".*")), "scratch files are gone"
