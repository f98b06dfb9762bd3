import duckdb
from hypothesis import given
from hypothesis import strategies as st

from xinnong.analytics.keyed import hash63, hash63_sql, hash_uuid, hash_uuid_sql, purpose_key

KEY = purpose_key(b"k" * 32, "test")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=20))
def test_python_and_duckdb_give_the_same_hashes(texts: list[str]) -> None:
    with duckdb.connect() as duck:
        rows = duck.execute(
            f"SELECT {hash63_sql(KEY, 't')}, {hash_uuid_sql(KEY, 't')} "
            "FROM (SELECT unnest(?::VARCHAR[]) AS t)",
            [texts],
        ).fetchall()
    assert sorted(rows) == sorted((hash63(KEY, text), hash_uuid(KEY, text)) for text in texts)


def test_purposes_have_different_keys() -> None:
    assert purpose_key(b"k" * 32, "rid") != purpose_key(b"k" * 32, "phone")
    assert hash63(purpose_key(b"k" * 32, "rid"), "1234") != hash63(
        purpose_key(b"k" * 32, "phone"), "1234"
    )
