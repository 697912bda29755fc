"""Write docs/delivery-states.md from the table of states.

Here: one file. Not here: the states (pipelines/warehouse/delivery_states). Invariant: a test compares both.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipelines.warehouse.delivery_states import states_page  # noqa: E402

if __name__ == "__main__":
    (ROOT / "docs" / "delivery-states.md").write_text(states_page(), encoding="utf-8")
