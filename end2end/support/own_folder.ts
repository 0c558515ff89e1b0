// A folder of small files of every kind that Limn reads, and one that takes a while.
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** CSV, compressed CSV, JSON lines, Parquet (of the sample that `writeSample` writes), and a folder of equal files that is one table. */
export function writeOwnFolder(folder: string, writeSample: (into: string) => void): string {
  mkdirSync(join(folder, "visits"), { recursive: true });
  const people = Array.from({ length: 500 }, (_, i) => `${i + 1},person ${i % 97},${(i * 7) % 90},${i % 3 ? "true" : "false"},20${10 + (i % 15)}-0${1 + (i % 9)}-1${i % 10}`);
  writeFileSync(join(folder, "people.csv"), `id,name,age,active,joined\n${people.join("\n")}\n`);
  const payments = Array.from({ length: 2_000 }, (_, i) => `${i + 1},${i % 11 ? ((i * 37) % 10_000) / 100 : ""},${["EUR", "USD", "SEK"][i % 3]}`);
  writeFileSync(join(folder, "payments.csv.gz"), gzipSync(`id,amount,currency\n${payments.join("\n")}\n`));
  const events = Array.from({ length: 800 }, (_, i) => JSON.stringify({ id: i, kind: i % 4 ? "click" : null, seconds: i / 8 }));
  writeFileSync(join(folder, "events.jsonl"), `${events.join("\n")}\n`);
  for (const day of [1, 2, 3]) {
    const rows = Array.from({ length: 100 }, (_, i) => `${day},${i},${(i * day) % 13}`);
    writeFileSync(join(folder, "visits", `day-${day}.csv`), `day,visitor,pages\n${rows.join("\n")}\n`);
  }
  const sample = `${folder}-sample`;
  writeSample(sample);
  const parquet = join(sample, "products.parquet");
  if (!existsSync(parquet)) throw new Error("the sample has no products.parquet");
  copyFileSync(parquet, join(folder, "products.parquet"));
  rmSync(sample, { recursive: true });
  return folder;
}

/** One large table: enough work for a run to be met while it goes on. */
export function writeLargeFolder(folder: string, megabytes: number): string {
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${(i * 7919) % 100_003},${(i % 1_000) / 8},word ${i % 4_001}`);
  const block = Buffer.from(`${rows.join("\n")}\n`);
  const file = openSync(join(folder, "measurements.csv"), "w");
  writeSync(file, "id,code,value,label\n");
  for (let written = 0; written < megabytes * 1_000_000; written += block.length) writeSync(file, block);
  closeSync(file);
  return folder;
}
