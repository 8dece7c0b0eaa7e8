"""Tables that are written bit by bit, in one file or several, and hashed on the way."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..tables import Table

if TYPE_CHECKING:
    import polars as pl


class CsvFile:
    """A CSV file in the dialect of this package."""

    def __init__(self, path: Path) -> None:
        """Begin the file."""
        self.stream, self.hash, self.bytes = path.open("wb"), hashlib.sha256(), 0

    def add(self, frame: "pl.DataFrame") -> None:
        """Add rows; the header comes with the first."""
        buffer = io.BytesIO()
        frame.write_csv(buffer, include_header=not self.bytes)
        content = buffer.getbuffer()
        self.stream.write(content)
        self.hash.update(content)
        self.bytes += len(content)

    def closed(self) -> dict[str, Any]:
        """End the file; returns its hash and bytes."""
        self.stream.close()
        return {"hash": f"sha256:{self.hash.hexdigest()}", "bytes": self.bytes}


class ParquetFile:
    """A Parquet file with the types of its Table Schema; each addition is a row group of its own."""

    def __init__(self, path: Path, schema: dict[str, Any]) -> None:
        """Begin the file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        from ..forms.parquet import arrow_field

        table = Table(schema["name"], path.name, schema)
        self.path, self.schema = path, pa.schema([arrow_field(f, table) for f in schema["fields"]])
        self.writer = pq.ParquetWriter(path, self.schema, compression="zstd")

    def add(self, frame: "pl.DataFrame") -> None:
        """Add rows."""
        if len(frame):
            self.writer.write_table(frame.to_arrow().cast(self.schema))

    def closed(self) -> dict[str, Any]:
        """End the file; returns its hash and bytes."""
        self.writer.close()
        with self.path.open("rb") as stream:
            hash_ = hashlib.file_digest(stream, "sha256").hexdigest()
        return {"hash": f"sha256:{hash_}", "bytes": self.path.stat().st_size}


class Sheet:
    """A table that is written in as many parts as it has ``ends``: the numbers of rows after which each part is full."""

    def __init__(self, root: Path, name: str, schema: dict[str, Any], ends: list[int], form: str) -> None:
        """Begin the table; the folder data/ of ``root`` is there."""
        self.root, self.name, self.schema, self.ends, self.form = root, name, schema, ends, form
        self.rows, self.parts = 0, list[dict[str, Any]]()
        self.file = self.opened()

    @property
    def path(self) -> str:
        """Path of the part that is being written."""
        number = f"-{len(self.parts) + 1:0{len(str(len(self.ends)))}d}" if len(self.ends) > 1 else ""
        return f"data/{self.name}{number}.{self.form}"

    def opened(self) -> CsvFile | ParquetFile:
        """The next file."""
        path = self.root / self.path
        return ParquetFile(path, self.schema) if self.form == "parquet" else CsvFile(path)

    def add(self, frame: "pl.DataFrame") -> None:
        """Add rows to the part that is not yet full, and go on to the next when it is."""
        while len(frame) > (room := self.ends[len(self.parts)] - self.rows):
            self.put(frame.head(room))
            frame = frame.slice(room)
            self.end()
            self.file = self.opened()
        self.put(frame)

    def put(self, frame: "pl.DataFrame") -> None:
        """Add rows for which the part has room."""
        self.file.add(frame)
        self.rows += len(frame)

    def end(self) -> None:
        """Note what the part that is full holds."""
        above = self.ends[len(self.parts) - 1] if self.parts else 0
        self.parts.append({"path": self.path, **self.file.closed(), "rows": self.rows - above})

    def closed(self) -> "Sheet":
        """End the last part."""
        self.end()
        return self

    def described(self, resource: dict[str, Any]) -> dict[str, Any]:
        """A resource of a descriptor as the files are: facts of one, or of each part."""
        kept = {name: value for name, value in resource.items() if name not in ("hash", "bytes", "rows")}
        if self.form == "parquet":
            kept = {name: value for name, value in kept.items() if name != "encoding"}
            kept |= {"format": "parquet", "mediatype": "application/vnd.apache.parquet"}
        if len(self.parts) == 1:
            return {**kept, **self.parts[0]}
        return {**kept, "path": [part["path"] for part in self.parts], "parts": self.parts}
