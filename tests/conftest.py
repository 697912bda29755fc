"""Set-up of every test.

Here: helpers whose assertions explain themselves when they fail. Not here: fixtures of one folder.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("judged_rows")
