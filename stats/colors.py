"""Colours as numbers: mixing two of them, and how well one reads on the other.

Invariants: colours are ``#RRGGBB`` in sRGB; contrast is that of the Web Content Accessibility Guidelines 2.1, from 1
to 21 and the same both ways round.
"""


def channels(color: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#RRGGBB``, each from 0 to 255; ValueError for anything else.

    >>> channels("#0B6E75")
    (11, 110, 117)
    """
    if len(color) != 7 or color[0] != "#":
        raise ValueError(f"{color} is no colour of the form #RRGGBB")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def linear(channel: float) -> float:
    """A channel of sRGB (0 to 1) as light (IEC 61966-2-1).

    >>> linear(0.0), round(linear(0.5), 4), linear(1.0)
    (0.0, 0.214, 1.0)
    """
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    """Relative luminance, 0 for black and 1 for white.

    >>> luminance("#000000"), round(luminance("#FFFFFF"), 6)
    (0.0, 1.0)
    """
    red, green, blue = (linear(channel / 255) for channel in channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str = "#FFFFFF") -> float:
    """Contrast ratio of two colours, of one on white paper where no other is named; text needs 4.5, lines 3.

    >>> round(contrast("#000000", "#FFFFFF"), 6), contrast("#123456", "#123456")
    (21.0, 1.0)
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """The colour at ``share`` (0 to 1) of the way from ``one`` to ``other``, channel by channel.

    >>> mixed("#000000", "#FFFFFF", 0.5), mixed("#102030", "#FFFFFF", 0)
    ('#808080', '#102030')
    """
    parts = (round(a + (b - a) * share) for a, b in zip(channels(one), channels(other), strict=True))
    return "#" + "".join(f"{part:02X}" for part in parts)
