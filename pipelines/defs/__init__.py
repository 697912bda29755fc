"""Everything that knows Dagster: thin assets, checks, jobs, schedules.

Here: Dagster objects that call the rooms below. Not here: logic a test would want without Dagster.
Invariant: an asset body reads its config, calls functions of a room, returns metadata.
"""
