"""Great Expectations asked once a process about the same rows: many tests judge the same few.

Here: answers kept by suite and rows. Not here: what is asked (quality/judge), how (quality/run_suite).
Invariant: an answer is what Great Expectations itself said of a frame with the same cells, columns and types.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from pandas.util import hash_pandas_object

from pipelines.quality import judge
from pipelines.quality.run_suite import Failed

_MOST_ROWS = 5_000  # above, the rows cost more than the machinery


def keep_answers(patch: Callable[[object, str, object], None]) -> None:
    """Let `judge` take an answer it was given before; `patch` is `setattr` of a MonkeyPatch."""
    ask = judge.failing_rows
    answers: dict[tuple[object, ...], Failed] = {}

    def failing_rows(suite_text: str, frame: pd.DataFrame, of_files: bool = False) -> Failed:
        if len(frame) > _MOST_ROWS:
            return ask(suite_text, frame, of_files)
        asked = (suite_text, of_files, *frame.dtypes.items(), hash_pandas_object(frame).to_numpy().tobytes())
        if asked not in answers:
            answers[asked] = ask(suite_text, frame, of_files)
        return {check: rows.copy() for check, rows in answers[asked].items()}

    patch(judge, "failing_rows", failing_rows)
