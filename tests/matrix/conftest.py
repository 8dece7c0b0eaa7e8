"""The shipped files that the matrix reads: of a package full of hazards, and of this repository once it has data."""

import io
import zipfile

import pytest
from editions import described, edition_of, hazardous
from kratom_claims import forms
from kratom_claims.edition import edition
from kratom_claims.package import HOME, read_package
from shipping_case import Shipped


@pytest.fixture(scope="session", params=["hazards", "repository"])
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """The files of one package as a user gets them."""
    folder = tmp_path_factory.mktemp(request.param)
    made = (
        edition(read_package(HOME / "datapackage.json"))
        if request.param == "repository"
        else edition_of(hazardous(described(folder / "source")))
    )
    files = forms.build(made)
    for name, content in files.items():
        path = folder / "shipped" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    zipfile.ZipFile(io.BytesIO(files[f"{made.stem}.zip"])).extractall(folder / "bundle")
    return Shipped(made, folder / "shipped", folder / "bundle")
