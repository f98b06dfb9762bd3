"""Words."""


def register() -> None:
    """Called when the app starts."""
