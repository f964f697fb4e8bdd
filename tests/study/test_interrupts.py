"""Signals that end a study are heard for certain, and held back while a file is written."""

from __future__ import annotations

import contextlib
import signal
import threading

import pytest

from desim.study.interrupts import ENDING, hear_interrupts, heed_interrupts, held_back


@pytest.mark.parametrize("number", ENDING)
def test_signals_that_end_a_study_are_interrupts(number: int) -> None:
    """Unless they are ignored, as SIGHUP is when the tests themselves run under nohup."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        with hear_interrupts(), pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
    finally:
        signal.signal(number, before)


def test_an_interrupt_that_a_library_swallows_is_heard_again() -> None:
    with hear_interrupts():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            heed_interrupts()


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with hear_interrupts(), held_back():
        pass
    assert [signal.getsignal(number) for number in ENDING] == before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no terminal can be closed here")
def test_what_was_ignored_stays_ignored() -> None:
    """nohup ignores SIGHUP, so that a study goes on when its terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with hear_interrupts(), held_back():
            signal.raise_signal(signal.SIGHUP)
        heed_interrupts()
    finally:
        signal.signal(signal.SIGHUP, before)


def write(done: list[str], *, full: bool = False) -> None:
    """A signal comes while a file is written."""
    with held_back():
        signal.raise_signal(signal.SIGINT)
        if full:
            raise OSError("the disk is full")
        done.append("written")


def test_a_signal_waits_until_the_file_is_written() -> None:
    done: list[str] = []
    with hear_interrupts(), pytest.raises(KeyboardInterrupt):
        write(done)
    assert done == ["written"]


def test_a_signal_is_not_lost_when_writing_fails() -> None:
    with hear_interrupts(), pytest.raises(KeyboardInterrupt):
        write([], full=True)


def test_other_threads_may_write() -> None:
    """Signals reach the main thread only."""
    said = []

    def write() -> None:
        with hear_interrupts(), held_back():
            said.append("written")

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert said == ["written"]
