"""Where the parts of the project lie beside the package.

Here: folders of the clone. Not here: folders of an office (office/settings).
Invariant: the software runs from a clone; nothing looks for these folders elsewhere.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
REPOSITORY = PACKAGE.parent
DBT_PROJECT = REPOSITORY / "dbt_project"
EXPECTATIONS = REPOSITORY / "expectations"
REPORT_TEMPLATES = REPOSITORY / "report_templates"
