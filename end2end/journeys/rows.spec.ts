// From a value, a bar and an alert to the rows behind them, by plain links; masked for an analyst; every look is in the list.
import type { Page } from "@playwright/test";
import { expect, hasScript, test } from "../support/fixtures";
import { accessibilityFindings, expectNoSidewaysScroll, expectStructure } from "../support/page_checks";
import { acceptLink, addPerson } from "../support/people";

/** The address of a table of the sample beside the one that the fixture profiled. */
function beside(tablePath: string, table: string): string {
  return `${tablePath.split("/").slice(0, -1).join("/")}/${table}`;
}

interface Found {
  path: string;
  column: string;
  kind: string;
}

/** The first finding of a kind in the sample. */
async function findingOf(page: Page, url: string, kinds: string[]): Promise<Found> {
  const { alerts } = await (await page.request.get(`${url}/api/alerts?limit=200`)).json();
  const alert = alerts.find((alert: any) => kinds.includes(alert.kind) && alert.column_name);
  return { path: `/alerts/${alert.alert_id}`, column: alert.column_name, kind: alert.kind };
}

test("a value, a bar and an alert lead to their rows", async ({ admin, sample }, { project }) => {
  const { server, tablePath } = sample;
  const table = await (await admin.request.get(`${server.url}${tablePath}?format=json`)).json();
  const number = table.columns.find((column: any) => column.general_type === "N" && column.histogram.length > 3 && column.distinct_count < 1000 && column.top_values.length > 1);
  await admin.goto(`${server.url}${tablePath}/columns/${encodeURIComponent(number.column_name)}`);

  // A top value.
  const value = admin.locator(".freq li a.v").first();
  const counted = (await admin.locator(".freq li").first().locator(".r").first().textContent())!.replace(/[^0-9]/g, "");
  await value.click();
  await expect(admin).toHaveURL(/\/rows\?value=.*run=1/);
  await expect(admin.locator("h1")).toHaveText("Rows");
  const answer = await (await admin.request.get(`${admin.url()}&format=json`)).json();
  expect(String(answer.figure)).toBe(counted);
  if (answer.ended === null) expect(answer.found).toBe(answer.figure);
  await expect(admin.locator(".rowset tbody tr")).toHaveCount(Math.min(50, answer.figure));
  await expect(admin.locator("#sql-rows")).toContainText("SELECT *");
  await expectStructure(admin, "rows");
  await expectNoSidewaysScroll(admin, "rows");

  // A bar, from the table of the bars.
  await admin.goBack();
  await admin.getByText("Show the bins as a table").first().click();
  const bar = admin.locator(".bins tbody tr:has(th a[href*='from='])").first();
  const rows = (await bar.locator("td").nth(1).textContent())!.replace(/[^0-9]/g, "");
  await bar.locator("a").click();
  await expect(admin).toHaveURL(/\/rows\?from=/);
  const ofBar = await (await admin.request.get(`${admin.url()}&format=json`)).json();
  expect(String(ofBar.figure)).toBe(rows);

  // And by the bar itself, with the pointer.
  await admin.goBack();
  await admin.locator("#chart-distribution .over a").first().click();
  await expect(admin).toHaveURL(/\/rows\?/);

  // An alert.
  const finding = await findingOf(admin, server.url, ["Leading_Spaces", "Non_Standard_Blanks", "Quoted_Values"]);
  await admin.goto(server.url + finding.path);
  await admin.getByRole("link", { name: "See the rows" }).click();
  await expect(admin).toHaveURL(new RegExp(`/rows\\?finding=${finding.kind}`));
  await expect(admin.locator(".rowset tbody tr").first()).toBeVisible();
  if (hasScript(project.name)) {
    for (const width of [1440, 390]) {
      await admin.setViewportSize({ width, height: 900 });
      await expectNoSidewaysScroll(admin, `rows at ${width}`);
      expect(await accessibilityFindings(admin)).toEqual([]);
    }
  }

  // Page by page.
  await admin.goto(`${server.url}${tablePath}/columns/${encodeURIComponent(number.column_name)}/rows?is=filled`);
  await admin.getByRole("link", { name: "Next" }).click();
  await expect(admin).toHaveURL(/page=2/);
  await expect(admin.locator(".pager")).toContainText("51 to 100");

  // Every look is kept.
  await admin.goto(`${server.url}/settings/looks`);
  await expect(admin.locator("main")).toContainText("has a value that is no stand-in");
  await expectStructure(admin, "looks");
});

test("an analyst sees personal values masked and looks up nobody by them", async ({ page, sample, watch }) => {
  watch.expectStatus(403);
  const { server, tablePath } = sample;
  const name = `ann${Math.floor(Math.random() * 1e9)}`;
  await acceptLink(page, addPerson(server, name, "analyst"));
  const customers = beside(tablePath, "customers");
  const { columns } = await (await page.request.get(`${server.url}${customers}?format=json`)).json();
  const email = columns.find((column: any) => column.column_name === "email");
  expect(email.values_masked).toBe(true);
  const other = columns.find((column: any) => !column.values_masked && column.general_type === "A" && column.top_values.length > 1);
  await page.goto(`${server.url}${customers}/columns/${other.column_name}`);
  await page.locator(".freq li a.v").first().click();
  await expect(page.locator(".rowset")).toContainText("•••");
  expect(await page.content()).not.toContain("@");
  await page.goto(`${server.url}${customers}/columns/email`);
  await expect(page.locator(".freq li a.v")).toHaveCount(0);
  const refused = await page.goto(`${server.url}${customers}/columns/email/rows?value=a%40b.example`);
  expect(refused!.status()).toBe(403);
  await expect(page.locator("main")).toContainText("would reveal it");
});
