"""This app's pages in the header."""


def register() -> None:
    """Called when the app starts."""
