"""Pure rules: exact, without Django, files, clock or floating point.

Everything here takes what it needs as arguments and answers with values or stable codes.
"""
