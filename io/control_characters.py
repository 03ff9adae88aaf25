"""Control characters, which a table in text form may hold and neither XML nor a workbook can: they become spaces.

Invariant: line breaks and tabs stay.
"""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def without_control(text: str) -> str:
    """The text as it can be written.

    >>> without_control("A\\x07 1"), without_control("two\\nlines")
    ('A  1', 'two\\nlines')
    """
    return _CONTROL.sub(" ", text)
