"""Engines: they perform a program and return its trace."""

from desim.engine.play import play

__all__ = ["play"]
