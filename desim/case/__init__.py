"""Cases: emergencies described by tables, each number with a source or the tag ``assumed``."""

from desim.case.case import Case, CaseError, RecordRow
from desim.case.load import load

__all__ = ["Case", "CaseError", "RecordRow", "load"]
