from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Iterator

import psycopg
import pytest

from xinnong.config import databases, postgres

pytestmark = pytest.mark.slow


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[postgres.Server]:
    """A server of this test's own, in the data folder so that its account can reach it."""
    server = postgres.embedded(f"try-{os.getpid()}")
    yield server
    postgres.stop(server)
    postgres.remove(server)


def question(server: postgres.Server, sql: str, role: str = "xinnong_app") -> object:
    with psycopg.connect(server.url(role)) as connection:
        row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]


def test_it_runs_while_somebody_uses_it(server: postgres.Server) -> None:
    first = postgres.join(server)
    second = postgres.join(server)
    postgres.leave(server, first)
    assert postgres.is_running(server)
    postgres.leave(server, second)
    assert not postgres.is_running(server)


def test_it_is_what_search_needs(server: postgres.Server) -> None:
    with postgres.running(server):
        assert question(server, "SHOW server_encoding") == "UTF8"
        assert question(server, "SHOW fsync") == "on"
        assert question(server, "SELECT '王' ~ '[[:alpha:]]'") is True
        with psycopg.connect(server.url("xinnong_app")) as connection:
            assert databases.faults(connection) == []
            assert databases.role_faults(connection) == []
        with psycopg.connect(server.url("postgres")) as connection:
            assert "superuser" in databases.role_faults(connection)[0]


def test_nobody_else_gets_in(server: postgres.Server) -> None:
    with postgres.running(server):
        assert question(server, "SHOW listen_addresses") == ""
        for folder in (server.home, server.socket, server.data):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with pytest.raises(psycopg.OperationalError, match=r"does not exist|Peer authentication"):
            psycopg.connect(server.url("somebody"))


def test_it_comes_back_after_a_kill(server: postgres.Server) -> None:
    with postgres.running(server):
        with psycopg.connect(server.url("xinnong_owner"), autocommit=True) as owner:
            owner.execute("CREATE TABLE kept (x int)")
            owner.execute("INSERT INTO kept VALUES (7)")
        pid = int((server.data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0])
        os.kill(pid, signal.SIGKILL)
        with postgres.running(server):
            assert question(server, "SELECT x FROM kept", "xinnong_owner") == 7


def test_a_pid_file_of_somebody_else_is_no_server(server: postgres.Server) -> None:
    with postgres.running(server):
        pass
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n", encoding="utf-8")
    assert not postgres.is_running(server)
    with postgres.running(server):
        assert question(server, "SELECT 1") == 1


def test_it_restarts_quickly(server: postgres.Server) -> None:
    with postgres.running(server):
        pass
    began = time.monotonic()
    with postgres.running(server):
        assert time.monotonic() - began < 3


def test_a_path_too_long_for_a_socket_gets_a_private_temporary_folder(
    server: postgres.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "SOCKET_PATH_LIMIT", 1)
    with postgres.running(server):
        assert question(server, "SELECT current_user") == "xinnong_app"
        assert not server.socket.is_relative_to(server.home)
        assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700


def test_a_socket_folder_that_others_can_enter_is_refused(server: postgres.Server) -> None:
    server.home.mkdir()
    server.socket.mkdir(mode=0o755)
    with pytest.raises(databases.ServerFault, match="closed to everybody else"):
        postgres.join(server)


def test_a_killed_server_is_started_again_for_those_who_use_it(server: postgres.Server) -> None:
    with postgres.running(server):
        assert not postgres.revive(server)
        os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        while postgres.is_running(server):  # until the system has buried it
            time.sleep(0.02)
        assert postgres.revive(server)
        assert question(server, "SELECT 1") == 1
    assert not postgres.is_running(server)
