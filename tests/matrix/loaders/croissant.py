"""mlcroissant, from croissant.json and the Parquet files beside it."""

# snippet
import mlcroissant


def load(folder, name):
    return mlcroissant.Dataset(jsonld=f"{folder}/croissant.json").records(name)


# end


def rows(records):
    """Rows as plain values; text comes as bytes."""
    return [tuple(plain(value) for value in record.values()) for record in records]


def plain(value):
    """A value without mlcroissant's bytes and pandas' missing values."""
    if isinstance(value, bytes):
        return value.decode()
    return None if value is None or value != value else value
