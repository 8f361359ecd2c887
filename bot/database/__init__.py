"""Our own tables: engine, schema and migrations, for SQLite and PostgreSQL."""
