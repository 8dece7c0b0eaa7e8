"""polars, from Parquet."""

# snippet
import polars as pl


def load(folder, name):
    return pl.read_parquet(f"{folder}/parquet/{name}.parquet")


# end


def rows(frame):
    """Rows as plain values."""
    return frame.iter_rows()
