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
  const alerts = await (await request.get(`${server.url}/api/alerts?limit=1`)).json();
  const alert = alerts.alerts[0].alert_id;
  return [
    { name: "overview", path: "/" },
    { name: "alerts", path: "/alerts" },
    { name: "find", path: "/find?q=order" },
    { name: "find, nothing", path: "/find?q=zzzz" },
    { name: "alerts, one looked at", path: `/alerts?alert=${alert}` },
    { name: "alerts, nothing matches", path: "/alerts?q=no-such-name" },
    { name: "alerts, none resolved", path: "/alerts?state=resolved&by=time" },
    { name: "alert", path: `/alerts/${alert}` },
    { name: "start", path: "/start" },
    { name: "tables", path: "/tables" },
    { name: "tables, nothing matches", path: "/tables?q=no-such-name" },
    { name: "table", path: tablePath },
    { name: "table, alerts", path: `${tablePath}?tab=alerts` },
    { name: "table, runs", path: `${tablePath}?tab=runs` },
    { name: "table, definition", path: `${tablePath}?tab=definition` },
    ...columns.map(({ kind, name }) => ({ name: `column, ${kind}`, path: `${tablePath}/columns/${encodeURIComponent(name)}` })),
    { name: "rows", path: `${tablePath}/columns/${encodeURIComponent(columns[0].name)}/rows?is=filled` },
    { name: "rows, none", path: `${tablePath}/columns/${encodeURIComponent(columns[0].name)}/rows?value=no-such-value` },
    { name: "runs", path: "/runs" },
    { name: "run", path: `/runs/${run}` },
    { name: "projects", path: "/settings/projects" },
    { name: "project", path: "/settings/projects/default" },
    { name: "datasets", path: "/settings/datasets" },
    { name: "connections", path: "/settings/connections" },
    { name: "connection", path: `/settings/connections/${tablePath.split("/")[2]}` },
    { name: "new connection", path: "/settings/connections/new" },
    { name: "new connection, PostgreSQL", path: "/settings/connections/new?kind=postgresql" },
    { name: "new connection, SQLite", path: "/settings/connections/new?kind=sqlite" },
    { name: "new table group", path: `/settings/connections/${tablePath.split("/")[2]}/new-group` },
    { name: "table group", path: `/settings/groups/${table.summary.table_group_id}` },
    { name: "people", path: "/settings/people" },
    { name: "person", path: "/settings/people/admin" },
    { name: "schema", path: "/settings/schema" },
    { name: "quality", path: "/settings/quality" },
    { name: "retention", path: "/settings/retention" },
    { name: "retention, preview", path: "/settings/retention?days=1" },
    { name: "looks", path: "/settings/looks" },
    { name: "account", path: "/account" },
    { name: "API tokens", path: "/account/tokens" },
    { name: "API", path: "/api/docs" },
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
