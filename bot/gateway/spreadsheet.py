"""CSV that is safe to open in a spreadsheet, whatever a patient typed."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

#: What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"), and the wide
#: forms of the same characters, which some turn into them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

#: Where a semicolon separates cells, what stands behind one begins a cell.
_SPLIT = re.compile(r";[\s\"']*(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV. Behind a byte order mark spreadsheets know that it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: what looks like one gets an apostrophe."""
    # A null byte ends the file for some readers.
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    text = _SPLIT.sub(lambda found: f"{found[0]}'", text)
    return f"'{text}" if text.startswith(_FORMULA) else text
