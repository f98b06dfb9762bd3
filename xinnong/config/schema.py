"""Migrations applied with little rendering, and a refusal of a database that knows other ones.

Django renders a model again, with everything related to it, after every step of a migration. Here
all tables hang together, so that each step rendered the whole house: 15 of the 20 seconds of an
empty database, more with the square of the tables. Steps that look at one table alone get that one
rendered; any other migration is left to Django's own way with everything rendered. The statements
are the same: `xinnong manage migrate` remains the slow, obvious way to the same tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import DEFAULT_DB_ALIAS, connection, migrations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from xinnong.config.databases import ServerFault

NAMED: Final = 5
OF_ONE_TABLE: Final = (
    migrations.AddConstraint,
    migrations.AddField,
    migrations.AddIndex,
    migrations.AlterModelManagers,
    migrations.AlterModelOptions,
    migrations.AlterUniqueTogether,
    migrations.CreateModel,
    migrations.DeleteModel,
    migrations.RemoveConstraint,
    migrations.RemoveField,
    migrations.RemoveIndex,
    migrations.RunSQL,
)


class OneTableState(ProjectState):
    """Renders the table that changed, not those that point at it."""

    def reload_model(  # Django's signature; `delay` asks for less than everything, and here it is less
        self,
        app_label: str,
        model_name: str,
        delay: bool = False,  # noqa: ARG002, FBT001, FBT002
    ) -> None:
        """Render one model again, where any was rendered."""
        if "apps" in self.__dict__:
            self.apps.unregister_model(app_label, model_name)
            self.apps.render_multiple([self.models[app_label, model_name]])


def silent(_name: str) -> None:
    """Tell nobody of a migration."""


def bring_up_to_date(say: Callable[[str], object] = silent) -> None:
    """Apply what is missing, and tell `say` its name first.

    Raises ServerFault, with nothing changed, where the database has migrations unknown here.
    """
    executor = MigrationExecutor(connection)
    refuse_unknown(executor.loader)
    executor.loader.check_consistent_history(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    applied = [
        key for key in executor.loader.applied_migrations if key in executor.loader.graph.nodes
    ]
    state = executor.loader.project_state(applied) if applied else ProjectState()
    told: dict[str, Any] = {
        "verbosity": 0,
        "interactive": False,
        "db": DEFAULT_DB_ALIAS,
        "plan": plan,
    }
    emit_pre_migrate_signal(**told, apps=state.apps)
    if plan:
        executor.recorder.ensure_schema()
    for migration, _ in plan:
        say(str(migration))
        state = executor.apply_migration(rendered_for(migration, state), migration)
    everything = ProjectState(state.models, state.real_apps).apps
    emit_post_migrate_signal(**told, apps=everything)


def rendered_for(migration: Migration, state: ProjectState) -> ProjectState:
    """The state as the migration needs it rendered; what was rendered of one table goes no further."""
    kind = OneTableState if all(map(_is_of_one_table, migration.operations)) else ProjectState
    return state if type(state) is kind else kind(state.models, state.real_apps)


def _is_of_one_table(step: Operation) -> bool:
    """Whether a step needs no table rendered that points at its own."""
    if isinstance(step, migrations.AlterField):  # of a column that none can point at
        return not (step.field.is_relation or step.field.primary_key or step.field.unique)
    return isinstance(step, OF_ONE_TABLE)


def refuse_unknown(loader: MigrationLoader) -> None:
    """Raise ServerFault where somebody else's, or a later, Xinnong made the tables."""
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("xinnong.")}
    unknown = sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in ours and (app, name) not in loader.disk_migrations
    )
    if not unknown:
        return
    more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
    raise ServerFault(
        f"this database was made by another version of Xinnong: it has {', '.join(unknown[:NAMED])}"
        f"{more}, unknown here. Nothing was changed. Start the version that made it, or restore a"
        " backup of this one; a demo is made again after `python3 run.py stop --purge`"
    )
