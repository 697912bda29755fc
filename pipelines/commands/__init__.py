"""One module a command of `kstt`.

Here: the command line of each command and what it prints. Not here: any work (the rooms below).
Invariant: importing a command imports nothing heavy; the work's modules are imported when the command runs.
"""
