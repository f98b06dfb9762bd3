"""Xinnong: rural credit files, from department files to credit lines."""

__version__ = "0.1.0"

if not __debug__:
    raise SystemExit("Xinnong does not run under python -O: assertions are part of its design.")
