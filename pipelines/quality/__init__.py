"""Judging one delivered file: expectations are about their data, never about our logic.

Here: running a suite on one file's frame. Not here: reading cells (ingest), counting rules (dbt).
Invariant: a fault in one file refuses that file, sends rows back or flags them; it stops no other file.
"""
