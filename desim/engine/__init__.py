"""Engines: they perform a program and return its trace."""

from desim.engine.play import ENGINES, Player, play, warm_up

__all__ = ["ENGINES", "Player", "play", "warm_up"]
