"""First versions of policies, cases and studies that work, each with its test."""

from desim.scaffold.write import KINDS, ScaffoldError, write_new

__all__ = ["KINDS", "ScaffoldError", "write_new"]
