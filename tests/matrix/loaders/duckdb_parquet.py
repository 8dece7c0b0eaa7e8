"""DuckDB, from Parquet."""

# snippet
import duckdb


def load(folder, name):
    return duckdb.execute(f"FROM '{folder}/parquet/{name}.parquet'")


# end


def rows(result):
    """Rows as plain values."""
    return result.fetchall()
