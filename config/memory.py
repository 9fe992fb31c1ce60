"""How a process that lives long looks for garbage."""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 50


def settle() -> None:
    """Called once all is loaded. A set of messages or a page makes tens of thousands of objects that live for a moment:
    by its own thresholds Python would search them, and all that was ever imported, again and again, for a third of
    the processor time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
