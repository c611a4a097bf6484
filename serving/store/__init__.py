"""The database: tables, sessions, queries that flush and never commit, migrations; SQLite and PostgreSQL."""
