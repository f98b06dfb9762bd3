"""What a throwaway database server is told before tests use it."""

from __future__ import annotations

import psycopg

from xinnong.config import postgres


def prepare(server: postgres.Server) -> None:
    """Let the owner make databases, and write nothing through to the disk."""
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as administrator:
        administrator.execute("ALTER ROLE xinnong_owner CREATEDB")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            administrator.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        administrator.execute("SELECT pg_reload_conf()")
