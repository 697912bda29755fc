"""The office: settings, reference tables, profiles, text, the clock.

Here: what an officer may change, validated. Not here: any rule of reading or counting.
Invariant: nothing below this floor; a wrong setting is a sentence, never a stack trace.
"""
