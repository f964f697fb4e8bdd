"""Connecting to Dask and asking it something, neither of which may ever come to an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import distributed

from desim.study.error_text import text_of


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM format for connections that are encrypted and known on both sides.

    Parameters
    ----------
    ca
        Certificate of the authority that has signed all others.
    cert, key
        Certificate of this side and its private key.
    """

    ca: Path
    cert: Path
    key: Path

    @property
    def security(self) -> Any:
        """The same as Dask calls it."""
        return distributed.Security(
            tls_ca_file=str(self.ca), tls_client_cert=str(self.cert),
            tls_client_key=str(self.key), require_encryption=True,
        )  # type: ignore[no-untyped-call]  # fmt: skip


class Call:
    """Something asked of Dask that may never be answered, in a thread that nobody waits for.

    Parameters
    ----------
    seconds
        After which no answer is expected any more.
    call, args, named
        What is called.
    """

    def __init__(self, seconds: float, call: Callable[..., Any], *args: Any, **named: Any) -> None:
        self._seconds, self._deadline = seconds, time.monotonic() + seconds
        self._answer: Future[Any] = Future()

        def run() -> None:
            try:
                self._answer.set_result(call(*args, **named))
            except BaseException as error:  # noqa: BLE001 - given to who waits
                self._answer.set_exception(error)

        Thread(target=run, daemon=True).start()

    @property
    def ended(self) -> bool:
        """Whether `result` gives or raises something that will not change."""
        return self._answer.done() or time.monotonic() > self._deadline

    def result(self) -> Any:
        """What the call gave.

        Raises
        ------
        OSError
            When it gave nothing in time, or failed in whatever way.
        """
        if not self._answer.done():
            raise TimeoutError(f"no answer within {self._seconds:g} s")
        error = self._answer.exception()
        if error is not None:
            raise ConnectionError(text_of(error)) from error
        return self._answer.result()

    def wait(self) -> Any:
        """The result, when it is there or must be given up; raises what `result` raises."""
        wait((self._answer,), timeout=max(0.0, self._deadline - time.monotonic()))
        return self.result()


def connecting(address: str, tls: Tls | None, seconds: float) -> Call:
    """Begin to connect to a scheduler.

    Dask has a limit of its own, which it does not keep when somebody listens and says nothing.
    """

    def connect() -> Any:
        security = None if tls is None else tls.security
        return distributed.Client(  # type: ignore[no-untyped-call]
            address, timeout=seconds, set_as_default=False, security=security
        )

    return Call(seconds, connect)
