// Every page of the sample's installation, found by walking from its tables and runs, so that no address is guessed.
import type { APIRequestContext } from "@playwright/test";
import type { Sample } from "./fixtures";

export interface NamedPage {
  name: string;
  path: string;
}

/** Pages of a signed-in administrator; of the columns, one of each kind that the sample has. */
export async function allPages(request: APIRequestContext, sample: Sample): Promise<NamedPage[]> {
  const { server, tablePath } = sample;
  const table = await (await request.get(`${server.url}${tablePath}?format=json`)).json();
  const columns = firstOfEachKind(table.columns);
  const runs = await (await request.get(`${server.url}/runs?format=json`)).json();
  const run = runs.runs.items[0].number;
  return [
    { name: "overview", path: "/" },
    { name: "start", path: "/start" },
    { name: "tables", path: "/tables" },
    { name: "tables, nothing matches", path: "/tables?q=no-such-name" },
    { name: "table", path: tablePath },
    { name: "table, runs", path: `${tablePath}?tab=runs` },
    { name: "table, definition", path: `${tablePath}?tab=definition` },
    ...columns.map(({ kind, name }) => ({ name: `column, ${kind}`, path: `${tablePath}/columns/${encodeURIComponent(name)}` })),
    { name: "runs", path: "/runs" },
    { name: "run", path: `/runs/${run}` },
    { name: "connections", path: "/settings/connections" },
    { name: "new connection", path: "/settings/connections/new" },
    { name: "new connection, PostgreSQL", path: "/settings/connections/new?kind=postgresql" },
    { name: "new connection, SQLite", path: "/settings/connections/new?kind=sqlite" },
    { name: "new table group", path: `/settings/connections/${tablePath.split("/")[2]}/new-group` },
    { name: "table group", path: `/settings/groups/${table.summary.table_group_id}` },
    { name: "schema", path: "/settings/schema" },
    { name: "retention", path: "/settings/retention" },
    { name: "retention, preview", path: "/settings/retention?days=1" },
    { name: "account", path: "/account" },
    { name: "API tokens", path: "/account/tokens" },
  ];
}

/** Letters of the general types that have a page of their own kind. */
const KINDS: Record<string, string> = { N: "number", A: "text", D: "date", B: "boolean", X: "other" };

function firstOfEachKind(columns: { column_name: string; general_type: string }[]): { kind: string; name: string }[] {
  const first = new Map<string, string>();
  for (const column of columns) {
    const kind = KINDS[column.general_type];
    if (!kind) throw new Error(`a general type without a name: ${column.general_type}`);
    if (!first.has(kind)) first.set(kind, column.column_name);
  }
  return [...first].map(([kind, name]) => ({ kind, name }));
}
