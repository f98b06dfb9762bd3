"""Raw SQL in the hands of a stranger: what the application role can do without a scope.

Everything here speaks to the database as `xinnong_app` directly, as an injected statement or a
stolen connection would. Thirty households, their identities and scores are really there.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests import database
from tests.factories import LENDER, Sample, sample_county
from tests.people import LOTUS_VILLAGE, TOWN, People
from xinnong.accounts.scope import Scope
from xinnong.privacy.declarations import OPERATORS, declared_tables

Denied = (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)
Rows = list[tuple[object, ...]]
TAKE_OVER = [
    "SET ROLE xinnong_owner",
    "SET ROLE xinnong_batch",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION xinnong_owner",
    "ALTER ROLE xinnong_app BYPASSRLS",
    "GRANT xinnong_batch TO xinnong_app",
    "ALTER TABLE registry_person DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE registry_person NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE registry_person OWNER TO xinnong_app",
    "DROP POLICY own ON registry_person",
    "CREATE POLICY mine ON registry_person TO xinnong_app USING (true)",
    "CREATE OR REPLACE FUNCTION scope.sees_persons() RETURNS boolean LANGUAGE sql RETURN true",
    "CREATE FUNCTION scope.mine() RETURNS boolean LANGUAGE sql RETURN true",
    "CREATE FUNCTION public.mine() RETURNS boolean LANGUAGE sql RETURN true",
    "CREATE TABLE public.mine (n int)",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION dblink",
    "CREATE RULE mine AS ON SELECT TO audit_entry DO INSTEAD NOTHING",
    "CREATE TRIGGER mine AFTER INSERT ON audit_entry EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "ALTER SYSTEM SET row_security = off",
]
READ_FILES = [
    "COPY registry_person TO '/tmp/persons.csv'",
    "COPY registry_person TO PROGRAM 'cat'",
    "COPY audit_entry FROM '/etc/passwd'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_hba_file_rules",
]
NOT_FOR_THE_APPLICATION = [
    "INSERT INTO registry_household (id) VALUES (9)",
    "UPDATE registry_person SET name = ''",
    "DELETE FROM registry_identity",
    "UPDATE registry_run SET state = 'current'",
    "INSERT INTO registry_pendinglink (person_id) VALUES (1)",
    "DELETE FROM profiles_profile",
    "UPDATE scoring_score SET points = 1000",
    "UPDATE scoring_publishedscorecard SET version = '0'",
    "UPDATE credit_line SET line_minor = 0",
    "DELETE FROM credit_publishedpolicy",
    "UPDATE audit_entry SET action = 'a.b'",
    "DELETE FROM audit_entry",
    "UPDATE privacy_read SET fields = '{}'",
    "DELETE FROM privacy_listing",
    "DELETE FROM django_migrations",
    "COPY audit_entry FROM STDIN",
    "SELECT * FROM registry_person FOR UPDATE",
    "SELECT last_value FROM registry_person_id_seq",
    "SELECT nextval('audit_entry_id_seq')",
    "SELECT setval('privacy_read_id_seq', 1)",
]
LEAK = """
CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS
$$ BEGIN RAISE NOTICE 'leaked %', $1; RETURN true; END $$
"""
SHADOW = """
CREATE FUNCTION pg_temp.sees_persons() RETURNS boolean LANGUAGE sql RETURN true;
CREATE FUNCTION pg_temp.holds(text) RETURNS boolean LANGUAGE sql RETURN true;
CREATE FUNCTION pg_temp.always(text, text) RETURNS boolean LANGUAGE sql RETURN true;
CREATE OPERATOR pg_temp.>= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.always);
CREATE OPERATOR pg_temp.< (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.always);
CREATE OPERATOR pg_temp.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.always);
SET search_path = pg_temp, scope, public, pg_catalog;
"""
WAYS_AROUND = [
    "TABLE registry_person",
    "SELECT * FROM registry_person WHERE 1 / (length(name) - length(name)) > 0",
    "SELECT * FROM registry_person WHERE (name || 'x')::int > 0",
    "SELECT * FROM registry_identity WHERE pg_temp.leak(rid_hash::text)",
    "SELECT * FROM registry_person p JOIN scoring_score s ON pg_temp.leak(p.name)",
    "SELECT * FROM (SELECT * FROM registry_person OFFSET 0) AS p WHERE pg_temp.leak(p.name)",
    "SELECT * FROM registry_person TABLESAMPLE BERNOULLI (100)",
    "SELECT s.* FROM pg_stats s JOIN pg_class c ON c.relname = s.tablename AND c.relrowsecurity",
    "SELECT * FROM pg_sequences WHERE sequencename LIKE 'registry%' AND last_value IS NOT NULL",
    "SELECT query FROM pg_stat_activity WHERE query NOT IN ('', '<insufficient privilege>')",
]


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, database_server: str
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        with django_db_blocker.unblock():
            name = connection.settings_dict["NAME"]
        with psycopg.connect(database.address(database_server, name), autocommit=True) as owner:
            owner.execute("ANALYZE")  # so that there are statistics which could tell
        yield made


@pytest.fixture
def stranger(
    county: object, django_db_blocker: DjangoDbBlocker, database_server: str
) -> Iterator[psycopg.Connection]:
    """A connection of the application role of which nobody set the scope."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
    address = database.address(database_server, name).replace("xinnong_owner", "xinnong_app")
    with psycopg.connect(address, autocommit=True) as link:
        yield link


def rows(link: psycopg.Connection, statement: str) -> Rows:
    return link.execute(statement.encode()).fetchall()


def counted(link: psycopg.Connection, table: str, scope: Scope) -> int:
    """Rows that somebody with this scope sees."""
    with link.transaction():
        link.execute("SELECT set_config('xinnong.scope', %s, true)", [scope.document()])
        return int(str(rows(link, f"SELECT count(*) FROM {table}")[0][0]))


@pytest.mark.parametrize("statement", TAKE_OVER + READ_FILES + NOT_FOR_THE_APPLICATION)
def test_it_refuses(stranger: psycopg.Connection, statement: str) -> None:
    with pytest.raises(Denied):
        stranger.execute(statement.encode())


@pytest.mark.parametrize("statement", WAYS_AROUND)
def test_it_shows_nothing_around_the_policies(stranger: psycopg.Connection, statement: str) -> None:
    heard: list[str] = []
    stranger.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))
    stranger.execute(LEAK.encode())
    assert rows(stranger, statement) == []
    assert heard == []


def test_it_is_not_fooled_by_names_of_our_own(stranger: psycopg.Connection) -> None:
    stranger.execute(SHADOW.encode())
    assert rows(stranger, "SELECT * FROM public.registry_person") == []


def test_it_shows_nothing_through_views_copies_and_switches(stranger: psycopg.Connection) -> None:
    stranger.execute("CREATE TEMP VIEW mine AS SELECT * FROM registry_person")
    assert rows(stranger, "SELECT * FROM mine") == []
    with stranger.cursor() as cursor, cursor.copy("COPY registry_person TO STDOUT") as copied:
        assert list(copied) == []
    stranger.execute("SET row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        rows(stranger, "SELECT * FROM registry_person")


def test_it_forgets_the_scope_in_a_prepared_statement(stranger: psycopg.Connection) -> None:
    stranger.execute("SET plan_cache_mode = force_generic_plan")
    stranger.execute("PREPARE everybody AS SELECT count(*) FROM registry_person")
    everything = Scope(actor=None, kinds=("a",), persons=True, areas=("",))
    with stranger.transaction():
        stranger.execute("SELECT set_config('xinnong.scope', %s, true)", [everything.document()])
        assert rows(stranger, "EXECUTE everybody") == [(90,)]
    assert rows(stranger, "EXECUTE everybody") == [(0,)]


@pytest.mark.parametrize("text", ["{", "[]", "7", '"a"', '{"kinds": "a"}', '{"areas": [null]}', ""])
def test_it_shows_nothing_under_a_scope_that_is_none(
    stranger: psycopg.Connection, text: str
) -> None:
    with stranger.transaction(force_rollback=True):
        stranger.execute("SELECT set_config('xinnong.scope', %s, true)", [text])
        try:
            assert rows(stranger, "SELECT * FROM registry_person") == []
        except psycopg.DataError:
            return


def test_it_owns_nothing_and_belongs_to_nobody(stranger: psycopg.Connection) -> None:
    assert rows(stranger, "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb"
                " FROM pg_roles WHERE rolname = current_user") == [(False,) * 4]  # fmt: skip
    me = "(SELECT oid FROM pg_roles WHERE rolname = current_user)"
    for what, owner in (("pg_class", "relowner"), ("pg_proc", "proowner"),
                        ("pg_namespace", "nspowner"), ("pg_auth_members", "member")):  # fmt: skip
        assert rows(stranger, f"SELECT * FROM {what} WHERE {owner} = {me}") == [], what
    elevated = (
        "SELECT oid::regprocedure::text FROM pg_proc"
        " WHERE prosecdef AND has_function_privilege(oid, 'EXECUTE')"
    )
    assert {str(name).partition("(")[0] for (name,) in rows(stranger, elevated)} <= {"ledger.post"}


def test_it_cannot_ask_through_foreign_keys_who_exists(stranger: psycopg.Connection) -> None:
    """A foreign key is checked past the policies, so none leads from writable rows to persons.

    A key that includes the lender leads nowhere that the policy of the writing row does not open.
    """
    leads = rows(
        stranger,
        "SELECT conrelid::regclass, confrelid::regclass::text FROM pg_constraint"
        " JOIN pg_class ON pg_class.oid = confrelid AND relrowsecurity"
        " WHERE contype = 'f' AND cardinality(conkey) = 1"
        " AND NOT conrelid::regclass::text ^@ 'guard_'"  # the police see every row of these or none
        " AND (has_any_column_privilege(conrelid, 'INSERT')"
        " OR has_any_column_privilege(conrelid, 'UPDATE'))",
    )
    read_by_everybody = {
        "lending_publishedproduct",
        "audit_logcheckpoint",
        "audit_notesigner",
        "outreach_badgekey",
    }
    assert {str(target) for _source, target in leads} - read_by_everybody <= {
        "sources_batch",
        "sources_delivery",
    }


def test_it_shows_no_personal_row_to_a_scope_without_persons(
    stranger: psycopg.Connection,
) -> None:
    """As of a regulator, a steward or an operator of the whole county."""
    aggregates = Scope(actor=None, kinds=("a",), areas=("",), institutions=("GOV-339981",))
    personal = [t for t in declared_tables().values() if t.owner == "a" and t.is_about_persons]
    about_staff_or_public = {
        "sources_delivery", "sources_batch", "registry_organisation", "privacy_canary",
        "guard_insiderstate", "guard_insiderevent", "guard_insiderrulebook",
    }  # fmt: skip
    shown = {t.name: counted(stranger, t.name, aggregates) for t in personal}
    assert {name for name, count in shown.items() if count} == set()
    guarded = rows(
        stranger,
        "SELECT tablename FROM pg_policies WHERE policyname = 'own' AND qual ~ 'sees_persons'",
    )
    assert set(shown) - {name for (name,) in guarded} == about_staff_or_public


def test_it_keeps_lenders_apart_whatever_their_kind(stranger: psycopg.Connection) -> None:
    """Twenty of the thirty households gave BANK-01 their consent; all thirty have a pre score."""

    def lender(code: str) -> Scope:
        return Scope(actor=None, kinds=("b",), areas=("",), institutions=(code,), persons=True)

    for table in ("scoring_score", "credit_line", "profiles_profile"):
        assert counted(stranger, table, lender(LENDER)) == 2 * 50
        for rival in ("SLC-01", "BANK-02", "FUND-01", "BANK-0", "BANK-01-01", "", "%"):
            assert counted(stranger, table, lender(rival)) == 2 * 30, (table, rival)


def test_it_keeps_town_and_village_to_themselves(stranger: psycopg.Connection) -> None:
    def county_staff(area: str) -> Scope:
        return Scope(actor=None, kinds=("a",), areas=(area,), persons=True)

    seen = {area: counted(stranger, "registry_household", county_staff(area))
            for area in (LOTUS_VILLAGE, TOWN[:9], "339981", "339982")}  # fmt: skip
    assert seen == {LOTUS_VILLAGE: 14, TOWN[:9]: 26, "339981": 30, "339982": 0}


@pytest.mark.parametrize("kind", ["c", "d", "ab"])
def test_it_shows_health_bureau_and_police_nothing_of_the_county(
    stranger: psycopg.Connection, kind: str
) -> None:
    theirs = Scope(actor=None, kinds=(kind,), areas=("",), institutions=("PSB-339981",),
                   persons=True, oversight=True)  # fmt: skip
    ours = {
        table.name + (f" WHERE owner_kind <> '{kind}'" if table.owner == "by-row" else "")
        for table in declared_tables().values()
        if table.owner in OPERATORS
    }
    assert {rows: counted(stranger, rows, theirs) for rows in ours} == dict.fromkeys(ours, 0)
