"""Set-up of every test.

Here: helpers whose assertions explain themselves when they fail. Not here: fixtures of one folder.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("judged_rows")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests that read the sample's reports one group, and every other module its own: with `--dist loadgroup`
    the sample's two quarters are built once, not once a worker."""
    for item in items:
        reads_sample = {"sample_office", "q1", "q2"} & set(getattr(item, "fixturenames", ()))
        item.add_marker(pytest.mark.xdist_group("sample" if reads_sample else item.nodeid.partition("::")[0]))
