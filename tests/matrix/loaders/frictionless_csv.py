"""Frictionless, from the CSV bundle."""

# snippet
from frictionless import Package


def load(folder, name):
    return Package(f"{folder}/datapackage.json").get_resource(name).read_rows()


# end


def rows(found):
    """Rows as plain values."""
    return [tuple(row.to_dict().values()) for row in found]
