"""Writes the signed forms of the published sources and the page tables about them.

Run it after a source changed: `python -m tests.core.publish`.
"""

from __future__ import annotations

from pathlib import Path

from xinnong.core.policy_file import compile_policy
from xinnong.core.product_file import compile_product
from xinnong.core.scorecard_source import compile_source

ROOT = Path(__file__).parents[2] / "xinnong"
COMPILERS = {
    ROOT / "scoring" / "published": compile_source,
    ROOT / "credit" / "published": compile_policy,
    ROOT / "lending" / "published" / "products": compile_product,
}


def publish() -> None:
    """Compile every source into the canonical bytes beside it."""
    for folder, compiler in COMPILERS.items():
        for source in folder.glob("*.toml"):
            source.with_suffix(".json").write_bytes(compiler(source.read_text("utf-8")))


if __name__ == "__main__":
    publish()
    from tests.core.pages import rewrite_all  # reads what was just published

    rewrite_all()
