"""How a person without a picture is shown: two letters on one of twelve hues."""

import unicodedata

HUES = 12


def initials(name: str) -> str:
    """The first letters of the first and the last word that begin with a letter or digit; "?" where there is none."""
    letters = [word[0] for word in name.split() if unicodedata.category(word[0])[0] in "LN"]
    return (letters[0] + letters[-1] if len(letters) > 1 else "".join(letters) or "?").upper()


def hue(number: int) -> int:
    return number * 7 % HUES
