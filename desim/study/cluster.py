"""Chunks played on a Dask cluster; Dask is an optional extra, so only `cli` imports this."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import Any

import distributed

from desim.study.question import StudyError
from desim.study.work import Chunk, Played, perform

PATIENCE = 30.0
"""Seconds: how long a cluster may take to show its first worker."""
RETRIES = 5
"""How often Dask plays a chunk again whose worker died."""


class Cluster:
    """A Dask cluster that somebody has started.

    Parameters
    ----------
    scheduler
        Its address, such as ``tcp://10.0.0.1:8786``.

    Raises
    ------
    StudyError
        When nobody answers at the address.
    """

    name = "dask"

    def __init__(self, scheduler: str) -> None:
        try:
            client: Any = distributed.Client(  # type: ignore[no-untyped-call]
                scheduler, timeout=PATIENCE, set_as_default=False
            )
            client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            text = f"--scheduler {scheduler}: no cluster with a worker there: {error}"
            raise StudyError((text,)) from error
        self._client = client
        self._executor: Executor = client.get_executor(pure=False, retries=RETRIES)
        self.count = max(1, sum(client.ncores().values()))

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Have the cluster play a chunk; when a worker dies, another one plays it."""
        return self._executor.submit(perform, chunk)

    def restart(self) -> None:
        """Dask itself plays the chunks of dead workers again."""

    def stop(self, *, now: bool) -> None:
        """Take back what has not begun and leave the cluster; it goes on for others."""
        with suppress(Exception):  # the study is over, and the cluster is not ours
            self._executor.shutdown(wait=not now, cancel_futures=now)
        self._client.close()
