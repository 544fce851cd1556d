from django.db import migrations

# As selectors/search.py asks for it.
CREATE = (
    "CREATE INDEX postmortem_search ON postmortems_postmortem "
    "USING gin (to_tsvector('simple'::regconfig, LEFT(search_text, 200000)))"
)


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX postmortem_search")


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0001_initial")]
    operations = [migrations.RunPython(create, drop, elidable=False)]
