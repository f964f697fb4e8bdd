"""Arrays as bare addresses: what the compiled functions hand to one another.

An array is seven words to the compiler, and an index into it is checked for being negative. An
address is one word. `desim.engine.compiled.kernel` takes either, so that tests can run the same
code on arrays with every index checked.
"""

from __future__ import annotations

from typing import Any

from numba import njit, types
from numba.core.typing.templates import Signature
from numba.extending import intrinsic

inner = njit(forceinline=True)
"""A part of the event loop: it becomes one function, a fifth to a third faster than many."""


@intrinsic
def address(typing: Any, array: Any) -> tuple[Signature, Any] | None:
    """The address of a contiguous array's first element, as a pointer to its kind of number."""
    if not (isinstance(array, types.Array) and array.ndim == 1 and array.layout == "C"):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        (value,) = arguments
        return context.make_array(signature.args[0])(context, builder, value).data

    pointer: Any = types.CPointer
    return pointer(array.dtype)(array), generate
