"""What of an office's `data/` is kept; every other folder and file there is made again from it.

Here: the names. Not here: what they hold (docs/backup.md), copying them (package/backup).
Invariant: a name that is not here may be deleted at any time.
"""

from __future__ import annotations

# What a killed writer leaves beside them; never read by anything, removed by the next run (leftovers).
PASSING = (".receiving-", ".writing-", ".typing-")
SIGNATURES = "signatures"
FOLDERS = ("landing", "receipts", "kept", "issued", SIGNATURES)
FILES = ("journal.jsonl", "journal.head", "masking.key", "looks.jsonl", "inbox-marks.json")
