"""SQLite, from the SQLite file."""

# snippet
import sqlite3


def load(path, name):
    return sqlite3.connect(path).execute(f'SELECT * FROM "{name}" ORDER BY rowid')


# end


def rows(cursor):
    """Rows as plain values."""
    return cursor.fetchall()
