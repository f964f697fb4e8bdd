"""Lowering: a mechanism turned once into arrays that every engine performs."""

from desim.program.lower import lower
from desim.program.program import Program

__all__ = ["Program", "lower"]
