"""Number and date formats, because intcomma prints 17000 in zh-hans otherwise."""
