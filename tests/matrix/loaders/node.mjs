// Node with csv-parse, from the CSV bundle.

// snippet
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";

const READ = {
  string: (text) => text,
  date: (text) => text,
  integer: Number,
  number: Number,
  boolean: (text) => text === "true",
};

function load(folder, name) {
  const { fields } = JSON.parse(readFileSync(`${folder}/schemas/${name}.json`, "utf8"));
  const [, ...rows] = parse(readFileSync(`${folder}/data/${name}.csv`));
  return rows.map((row) => row.map((text, i) => (text === "" ? null : READ[fields[i].type](text))));
}
// end

// Prints rows and the checksum of typed values of each table named after the folder.
import { createHash } from "node:crypto";

function bits(value) {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return buffer.toString("hex");
}

const [folder, ...names] = process.argv.slice(2);
for (const name of names) {
  const { fields } = JSON.parse(readFileSync(`${folder}/schemas/${name}.json`, "utf8"));
  const rows = load(folder, name);
  const plain = (value, i) => (value === null ? "" : fields[i].type === "number" ? bits(value) : String(value));
  const text = rows.map((row) => row.map(plain).join("\x1f")).join("\x1e");
  console.log(name, rows.length, createHash("sha256").update(text, "utf8").digest("hex"));
}
