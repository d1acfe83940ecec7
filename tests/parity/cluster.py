"""A real cluster of Spark on this machine: a master and a worker as processes of their own, from the installed package.

The package has Spark's classes but not its start scripts, so the classes are started themselves. Both listen on the
loopback interface alone, on ports that are free.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_SECONDS = 90


@contextmanager
def cluster(folder: Path, java_home: str, *, cores: int = 2, memory: str = "1g") -> Iterator[str]:
    """The address of a cluster that runs as long as this does; its logs and scratch files lie in the folder."""
    environ = dict(os.environ) | {"JAVA_HOME": java_home, "SPARK_LOCAL_IP": "127.0.0.1"}
    environ |= {"SPARK_LOCAL_DIRS": str(folder / "local"), "SPARK_WORKER_DIR": str(folder / "work")}
    environ |= {"SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"}
    master = "org.apache.spark.deploy.master.Master"
    worker = "org.apache.spark.deploy.worker.Worker"
    loopback = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    with process([master, *loopback], folder / "master.log", environ) as started:
        address = waited(started, folder / "master.log", r"Starting Spark master at (spark://\S+)")
        wanted = [worker, *loopback, "--cores", str(cores), "--memory", memory, address]
        with process(wanted, folder / "worker.log", environ) as joined:
            waited(joined, folder / "worker.log", r"(Successfully registered with master)")
            yield address


@contextmanager
def process(words: list[str], log: Path, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """One of Spark's classes, running until the end of this."""
    found = find_spec("pyspark")
    assert found is not None
    assert found.origin is not None
    command = [str(Path(found.origin).parent / "bin" / "spark-class"), *words]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, env=dict(environ)) as started:
        try:
            yield started
        finally:
            started.terminate()
            try:
                started.wait(20)
            except subprocess.TimeoutExpired:
                started.kill()


def waited(started: subprocess.Popen[bytes], log: Path, sentence: str) -> str:
    """What the log says in that sentence, once it does."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and started.poll() is None:
        if said := re.search(sentence, log.read_text(encoding="utf-8", errors="replace")):
            return said[1]
        time.sleep(0.2)
    raise AssertionError(
        f"{log.name} never said {sentence}:\n{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    )
