"""Printable: text from outside, made safe to show on a terminal."""


def printable(text: str) -> str:
    """This shows control characters as escapes, so that nobody's words can move the cursor."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
