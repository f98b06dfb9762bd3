"""Files in the formats departments send, written part by part with bounded memory."""

from xinnong.analytics.county.writing.form import Form, Layout, layout
from xinnong.analytics.county.writing.sinks import Sink, open_sink, zip_together

__all__ = ["Form", "Layout", "Sink", "layout", "open_sink", "zip_together"]
