"""QR codes as pictures.

Here: one text as SVG or PNG. Not here: where it is on paper.
Invariant: the same text gives the same bytes.
"""

from __future__ import annotations

from io import BytesIO

import segno


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG element."""
    made = BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="svg", xmldecl=False, svgclass=None, lineclass=None)
    return made.getvalue().decode("ascii").strip()


def qr_png(text: str) -> bytes:
    """Return a QR code as a PNG picture."""
    made = BytesIO()
    segno.make(text, error="m", micro=False).save(made, kind="png", scale=4)
    return made.getvalue()
