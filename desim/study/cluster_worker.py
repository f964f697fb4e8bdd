"""What a worker of a Dask cluster does: it has chunks played in processes of its own.

So a run that ends its process, or never ends, costs the cluster nothing, and a process that is
started for a study has the source that is on disk now, however old the worker is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import distributed

from desim.study.failures import NobodyPlays, WorkerRefused
from desim.study.installation import Installation, installation
from desim.study.work import Chunk, Played
from desim.study.worker_process import WorkerProcesses


@dataclass(frozen=True)
class Order:
    """A chunk that a worker is to play.

    Parameters
    ----------
    chunk
        The runs.
    owner
        Who runs the study: processes are kept for each.
    wanted
        What plays the runs must be this.
    limit
        Seconds that a run may take; None for as long as it likes.
    """

    chunk: Chunk
    owner: str
    wanted: Installation
    limit: float | None


class _Playing(distributed.WorkerPlugin):
    """Keeps the processes with the worker, which ends them when it ends."""

    def __init__(self, order: Order) -> None:
        self.processes = WorkerProcesses(order.limit, order.wanted)

    def teardown(self, worker: Any) -> None:
        """End the processes."""
        self.processes.stop(now=True)


def describe() -> Installation:
    """What the worker plays with."""
    return dict(installation())


def play_here(order: Order) -> Played:
    """Play a chunk on the worker that is asked.

    Raises
    ------
    WorkerDied
        When a process ended while it played.
    WorkerRefused
        When the worker would play other runs, or cannot play at all.
    """
    worker: Any = distributed.get_worker()
    playing: _Playing = worker.plugins.setdefault(_name(order.owner), _Playing(order))
    try:
        played: Played = playing.processes.play(order.chunk)
    except (WorkerRefused, NobodyPlays) as error:
        raise WorkerRefused(str(error), worker.address) from error
    return played


def let_go(owner: str, dask_worker: Any = None) -> None:
    """End the processes that were started for somebody."""
    playing = dask_worker.plugins.pop(_name(owner), None)
    if playing is not None:
        playing.teardown(dask_worker)


def _name(owner: str) -> str:
    return f"desim-{owner}"
