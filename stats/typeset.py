"""Powers in labels as they are printed: 10⁹/L for 10^9/L."""

import re

_POWER = re.compile(r"(?<=\w)\^\(?([1-9]+)\)?")
_WITH_ZERO = re.compile(r"\^\(?[1-9]*0")
_TIMES_TEN = re.compile(r"(?<![A-Za-z])[x*]\s*(?=10[\^¹-⁹])")
_RAISED = str.maketrans("123456789", "¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """A text with its powers raised, as far as the font of figures has the signs: not 0 and not minus.

    >>> typeset("x 10^9/L"), typeset("10^6 cells/kg"), typeset("m^2"), typeset("10^10"), typeset("10^-3")
    ('×10⁹/L', '10⁶ cells/kg', 'm²', '10^10', '10^-3')
    """
    if "^" not in text:
        return text
    if _WITH_ZERO.search(text):
        return text
    return _TIMES_TEN.sub("×", _POWER.sub(lambda found: found[1].translate(_RAISED), text))
