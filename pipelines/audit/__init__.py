"""The auditor's room: trace, evidence, control.

Here: reading finished reports. Not here: anything that writes to a finished report, landing or issued.
Invariant: only reads; every query is the same for every form.
"""
