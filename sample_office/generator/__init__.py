"""The generator of the sample office: a world, its dossiers, what systems show of them, faults.

Here: only tools that make the sample. Not here: anything the software uses.
Invariant: nothing of `pipelines` is imported, so the sample can prove it wrong.
"""
