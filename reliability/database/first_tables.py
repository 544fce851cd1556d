"""The first migration of a room: `class Migration(FirstTables)` instead of `migrations.Migration`.

Django computes the models of all rooms anew after each operation, as a later one may ask for them. With some two
hundred tables this takes most of the first start. The tables of a room that has none yet are as well made all at once.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.state import ProjectState

_OF_TABLES = (CreateModel, AddField, AddIndex, AddConstraint)


class FirstTables(migrations.Migration):
    """Operations that describe the tables of this room come first; whatever follows them is done as Django does it."""

    initial = True

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        """The state with the tables, which exist then. Raises TypeError for an operation it cannot do at once."""
        first = [operation for operation in self.operations if isinstance(operation, _OF_TABLES)]
        after = project_state.clone()
        after.__dict__.pop("apps", None)  # computed anew when it is asked for, which is once
        for operation in first:
            operation.state_forwards(self.app_label, after)
        for operation in first:
            if isinstance(operation, CreateModel):
                if collect_sql:
                    _collect(schema_editor, f"--\n-- {operation.describe()}\n--")
                operation.database_forwards(self.app_label, schema_editor, project_state, after)
        rest: Any = migrations.Migration(self.name, self.app_label)
        rest.operations = self.operations[len(first) :]
        if self.operations[: len(first)] != first:
            raise TypeError(f"{self}: what is done to the tables has to come before everything else")
        state: ProjectState = rest.apply(after, schema_editor, collect_sql)
        return state


def _collect(schema_editor: Any, text: str) -> None:
    schema_editor.collected_sql += text.splitlines()
