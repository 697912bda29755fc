"""A module that Great Expectations imports for checks no suite has is loaded only where it is used.

Here: scipy.stats and altair, in a process of its own. Not here: suites (test_quality). Invariant: what is used works.
"""

import subprocess
import sys

_CODE = """
import inspect, sys
from pipelines.quality.run_suite import _load_when_used
_load_when_used("scipy.stats")
from scipy import stats
inspect.stack()  # asks every module for its file, as dbt does when it begins
print("scipy.stats._stats_py" in sys.modules, stats.norm.cdf(0), "scipy.stats._stats_py" in sys.modules)
"""


def test_a_module_of_a_package_is_loaded_at_its_first_use() -> None:
    printed = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "0.5", "True"]


def test_great_expectations_loads_none_of_them() -> None:
    code = "import sys; from pipelines.quality.run_suite import _batch_definition; _batch_definition();"
    code += "print(*{'scipy.stats._stats_py', 'altair.vegalite'} & set(sys.modules))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.split() == []
