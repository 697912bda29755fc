"""Whether an error is one at all: whoever was waited for (database, dbt, the job) wraps being stopped in an error.

Here: what an interruption is called, finding it in a chain of causes. Not here: stopping (commands/stopping), messages.
Invariant: nobody is told of a fault that was an interruption.
"""

from __future__ import annotations

# By Python, by the job and by the database.
INTERRUPTIONS = frozenset({"KeyboardInterrupt", "DagsterExecutionInterruptedError", "InterruptException"})


def was_stopped(error: BaseException) -> bool:
    """Tell whether an error, or one it came of, is an interruption."""
    seen: BaseException | None = error
    while seen is not None:
        if type(seen).__name__ in INTERRUPTIONS:
            return True
        seen = seen.__cause__ or seen.__context__
    return False
