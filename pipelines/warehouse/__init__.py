"""The register of deliveries, the question, and building one warehouse by dbt.

Here: what is visible, what is asked, calling dbt. Not here: counting (dbt_project), reading files (ingest).
Invariant: one question builds one fresh DuckDB file; nothing is incremental.
"""
