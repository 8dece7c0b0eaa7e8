"""pandas, from Parquet."""

# snippet
import pandas as pd


def load(folder, name):
    return pd.read_parquet(f"{folder}/parquet/{name}.parquet", dtype_backend="numpy_nullable")


# end


def rows(frame):
    """Rows as plain values."""
    return frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)
