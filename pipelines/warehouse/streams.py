"""The streams there are, for the rooms from the warehouse up.

Here: names only. Not here: finding them (office/streams).
Invariant: nothing is added; a stream is listed in one place.
"""

from pipelines.office.streams import contract_path, streams, suite_path

__all__ = ["contract_path", "streams", "suite_path"]
