"""The accounts of the pools: what is left, what is held, and who is next in line."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

import pytest

from desim.decision import covers, restocked
from desim.mechanism.parts import GRAINS
from desim.program.program import Op
from desim.trace import Kind, Trace

if TYPE_CHECKING:
    from tests.accounting import Record


class _Pool:
    """One pool, replayed from the records by semantics 6."""

    def __init__(self, stock: float, overtaking: bool) -> None:
        self.initial = self.left = stock
        self.overtaking = overtaking
        self.line: deque[tuple[float, int]] = deque()
        self.granted: set[int] = set()
        self.held: Counter[int] = Counter()

    def ask(self, r: Record) -> None:
        if covers(self.left, r.value) and (self.overtaking or not self.line):
            self.serve(r.value, r.item)
        else:
            self.line.append((r.value, r.item))

    def serve(self, amount: float, item: int) -> None:
        self.left = restocked(self.left, -amount)
        assert self.left >= -1.0 / GRAINS
        self.held[item] += amount
        self.granted.add(item)

    def give(self, r: Record) -> None:
        self.left = restocked(self.left, r.value)
        self.held[r.item] -= r.value
        waiting, self.line = self.line, deque()
        for amount, item in waiting:
            if covers(self.left, amount) and (self.overtaking or not self.line):
                self.serve(amount, item)
            else:
                self.line.append((amount, item))


class StockLedger:
    """Replays pools: never negative, taken less given is held, served in order."""

    def __init__(self, trace: Trace) -> None:
        program = trace.program
        self.steps = program.steps
        self.pools = [
            _Pool(stock, bool(free))
            for stock, free in zip(
                program.pool_stock.tolist(), program.pool_overtaking.tolist(), strict=True
            )
        ]

    def enter(self, r: Record, following: Record | None) -> None:
        """Enter one record; `following` is the one after it."""
        op = self.steps.op[r.row]
        if op not in (Op.TAKE, Op.GIVE) or r.kind == Kind.ARRIVAL:
            return
        pool = self.pools[int(self.steps.target[r.row])]
        if r.kind == Kind.ASK:
            pool.ask(r)
            if r.item in pool.granted:
                assert following is not None
                assert (following.item, following.kind) == (r.item, Kind.GRANT)
        elif r.kind == Kind.GRANT:
            assert r.item in pool.granted, f"granted out of turn: {r}"
            pool.granted.remove(r.item)
        else:
            pool.give(r)

    def close(self) -> None:
        """At the end what was taken and not given back is held, and nobody was forgotten."""
        for pool in self.pools:
            assert not pool.granted
            assert sum(pool.held.values()) == pytest.approx(pool.initial - pool.left, abs=1e-9)
            assert not pool.line or not covers(pool.left, pool.line[0][0])
