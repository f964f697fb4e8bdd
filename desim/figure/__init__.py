"""Figures: results to pictures, nothing else."""

from desim.figure.figure import Figure, FigureError

__all__ = ["Figure", "FigureError"]
