from django.db import migrations

# What a policy asks of the scope, as functions that PostgreSQL calls instead of unfolding into the
# statement: a statement over five tables of loans took 50 ms to plan, nearly all of it spent on
# unfolding the same dozen questions again for each policy of each table. Answers are the same.
ANSWERS = {
    "document() RETURNS jsonb": "nullif(current_setting('xinnong.scope', true), '')::jsonb",
    "texts(field text) RETURNS text[]": (
        "ARRAY(SELECT jsonb_array_elements_text(coalesce(scope.document() -> field, '[]')))"
    ),
    "holds(kind text) RETURNS boolean": "coalesce(scope.document() -> 'kinds' ? kind, false)",
    "kinds() RETURNS text[]": "scope.texts('kinds')",
    "flag(field text) RETURNS boolean": "coalesce((scope.document() ->> field)::boolean, false)",
    "sees_persons() RETURNS boolean": "scope.flag('persons')",
    "sees_books() RETURNS boolean": "scope.flag('books')",
    "oversees() RETURNS boolean": "scope.flag('oversight')",
    "areas() RETURNS text[]": "scope.texts('areas')",
    "area_from() RETURNS text": "(SELECT min(area) FROM unnest(scope.areas()) AS area)",
    "area_until() RETURNS text": "(SELECT max(area || '~') FROM unnest(scope.areas()) AS area)",
    "is_one_area() RETURNS boolean": "cardinality(scope.areas()) = 1",
    "institutions() RETURNS text[]": "scope.texts('institutions')",
    "is_system() RETURNS boolean": "coalesce(scope.document() -> 'institutions' ? '*', false)",
    "households() RETURNS bigint[]": "scope.texts('households')::bigint[]",
    "subject() RETURNS uuid": "(scope.document() ->> 'subject')::uuid",
    "actor() RETURNS uuid": "(scope.document() ->> 'actor')::uuid",
}


def called(head: str, answer: str) -> migrations.RunSQL:
    """The same function, called; unfolded again on the way back."""
    declared = f"CREATE OR REPLACE FUNCTION scope.{head} LANGUAGE"
    return migrations.RunSQL(
        f"{declared} plpgsql STABLE PARALLEL SAFE AS $$ BEGIN RETURN {answer}; END $$",
        f"{declared} sql STABLE PARALLEL SAFE RETURN {answer}",
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_books")]

    operations = [called(head, answer) for head, answer in ANSWERS.items()]
