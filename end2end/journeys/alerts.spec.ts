// The inbox: five hundred open alerts cleared by keyboard alone, and again without scripts; what was done is taken back.
import type { Page } from "@playwright/test";
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectFolder, expect, hasScript, startRun, test, untilRunEnded } from "../support/fixtures";
import { becomeAdministrator } from "../support/people";
import type { LimnServer } from "../support/server";

const COLUMNS = 500;

/** A table of so many columns, each with six nulls in ten rows. */
function writeSparseTable(): string {
  const folder = join(mkdtempSync(join(tmpdir(), "limn-alerts-")), "sparse");
  mkdirSync(folder);
  const names = Array.from({ length: COLUMNS }, (_, column) => `c${column}`);
  const rows = Array.from({ length: 40 }, (_, row) => names.map((_, column) => (row % 10 < 6 ? "" : `v${(row * 7 + column) % 11}`)).join(","));
  writeFileSync(join(folder, "sparse.csv"), `${names.join(",")}\n${rows.join("\n")}\n`);
  return folder;
}

async function fiveHundredAlerts(page: Page, server: LimnServer): Promise<void> {
  await becomeAdministrator(page, server, "Choose a folder");
  await connectFolder(page, server, "Sparse", writeSparseTable());
  await untilRunEnded(page, await startRun(page, server));
  expect(await openAlerts(page, server)).toBe(COLUMNS);
}

async function openAlerts(page: Page, server: LimnServer): Promise<number> {
  const found = await (await page.request.get(`${server.url}/api/alerts?limit=1`)).json();
  return found.total;
}

test("five hundred alerts are cleared", async ({ page, newServer }, { project }) => {
  test.setTimeout(180_000);
  await fiveHundredAlerts(page, newServer);
  await page.goto(`${newServer.url}/alerts`);
  if (hasScript(project.name)) {
    // Fifty on a page: all of them, then acknowledge, and the next fifty are there.
    for (let step = 0; step < COLUMNS / 50; step += 1) {
      await page.waitForSelector("html[data-keys]");
      await expect(page.locator("[data-chosen]")).toHaveText("0 selected");
      await page.keyboard.press("*");
      await expect(page.locator("[data-chosen]")).toContainText("50 selected");
      await page.keyboard.press("e");
      await expect(page.getByText("50 alerts acknowledged")).toBeVisible();
    }
  } else {
    await page.getByLabel(`all ${COLUMNS} of this list`).check();
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await expect(page.getByText(`${COLUMNS} alerts acknowledged`)).toBeVisible();
  }
  expect(await openAlerts(page, newServer)).toBe(0);
  await expect(page.getByText("No open alert", { exact: true })).toBeVisible();
  // The last act is taken back where it was said.
  if (hasScript(project.name)) {
    await page.waitForSelector("html[data-keys]");
    await page.keyboard.press("z");
  } else {
    await page.getByRole("button", { name: /^Undo/ }).click();
  }
  await expect(page.getByText("as before")).toBeVisible();
  expect(await openAlerts(page, newServer)).toBe(hasScript(project.name) ? 50 : COLUMNS);
});

test("one alert is looked at, commented, snoozed, and says so in its trail", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}/alerts?by=severity`);
  await admin.locator("table.alerts th a").first().click();
  const pane = admin.locator("aside.peek");
  await expect(pane.getByText("What to do")).toBeVisible();
  await pane.getByLabel("Comment").fill("asked the supplier");
  await pane.getByRole("button", { name: "Comment" }).click();
  await expect(admin.getByText("1 alert commented")).toBeVisible();
  const path = new URL(admin.url()).searchParams.get("alert");
  await admin.goto(`${sample.server.url}/alerts/${path}`);
  await expect(admin.locator(".trail")).toContainText("asked the supplier");
  await admin.getByRole("combobox", { name: "Until when" }).selectOption("7d");
  await admin.getByRole("button", { name: "Snooze" }).click();
  await expect(admin.getByText("1 alert snoozed")).toBeVisible();
  await expect(admin.locator(".trail")).toContainText("snoozed");
  await admin.getByRole("button", { name: "Open again" }).click();
  await expect(admin.getByText("1 alert opened again")).toBeVisible();
});

test("the findings of a table stand on a tab of its own", async ({ admin, sample }) => {
  await admin.goto(sample.server.url + sample.tablePath);
  await admin.getByRole("navigation", { name: "Table" }).getByRole("link", { name: /^Alerts/ }).click();
  await expect(admin).toHaveURL(/tab=alerts/);
  await expect(admin.locator("main")).not.toContainText("was ignored");
});
