"""The tests' database: copied from what an earlier run has migrated, and emptied after each test that commits.

Only where the server is the shop's own: on others, databases may be somebody's, and not every user may do this.
"""

import hashlib
import importlib
import inspect
import re
from functools import cache
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

PREFIX = "migrated_"
MADE_BY_MIGRATE = {"django_content_type", "auth_permission"}
IMPORTED = re.compile(r"^(?:from|import) ((?:accounts|bookstore|catalog|orders|reviews)\.[\w.]+)", re.MULTILINE)


def source(module: str) -> str:
    return Path(inspect.getfile(importlib.import_module(module))).read_text()


@cache
def template() -> str:
    """Its name, made of all migrations, and of the shop's own modules that they use."""
    migrations = {migration.__module__ for migration in MigrationLoader(None).disk_migrations.values()}
    used = {module for migration in migrations for module in IMPORTED.findall(source(migration))}
    sources = [(module, source(module)) for module in sorted(migrations | used)]
    return PREFIX + hashlib.sha256(repr((django.VERSION, sources)).encode()).hexdigest()[:32]


def copy_what_is_there() -> None:
    """Have the test database copied from the template, if there is one."""
    with psycopg.connect(settings.DATABASE_URL) as server:
        known = server.execute("SELECT FROM pg_database WHERE datname = %s", [template()]).rowcount
    if known:
        connection.settings_dict["TEST"]["TEMPLATE"] = template()


def keep_for_the_next_run() -> None:
    """Make the test database, as it is now, the only template, unless it is a copy of it."""
    if connection.settings_dict["TEST"].get("TEMPLATE") == template():
        return
    migrated = connection.settings_dict["NAME"]
    connection.close()
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        known = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        for (old,) in known.fetchall():
            server.execute(f'DROP DATABASE "{old}"')
        server.execute(f'CREATE DATABASE "{template()}" TEMPLATE "{migrated}"')


def empty_the_database() -> None:
    """Delete what a test has committed; only what `migrate` makes of the models stays: content types and permissions.

    Django's own `flush` truncates every table and makes those two again, which takes a hundred times as long.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    mortal = [connection.ops.quote_name(table) for table in tables if table not in MADE_BY_MIGRATE]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(mortal)}")  # wait for what a thread still writes
        cursor.execute("SET LOCAL session_replication_role = replica")  # neither foreign keys nor triggers have a say
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in mortal))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")
