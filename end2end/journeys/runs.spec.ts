// A run while it goes on: seen, cancelled, retried, and alive after the server was killed.
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, hasScript, test } from "../support/fixtures";
import { writeLargeFolder } from "../support/own_folder";
import { becomeAdministrator } from "../support/people";
import type { LimnServer } from "../support/server";

/** Connects a folder whose run takes seconds, starts it, and stands on the run's page. */
async function startLongRun(page: Page, server: LimnServer): Promise<string> {
  const folder = writeLargeFolder(join(server.folder, "large"), 400);
  await becomeAdministrator(page, server);
  await page.goto(`${server.url}/settings/connections/new`);
  await page.locator('[name="name"]').first().fill("Large");
  await page.locator('[name="location"]').first().fill(folder);
  await page.locator('form[action="/actions/create-connection"]').getByRole("button").last().click();
  await page.locator('form[action="/actions/start-run"]').getByRole("button", { name: "Profile now" }).first().click();
  if (!page.url().includes("/runs/")) await page.locator('a[href^="/runs/"]').first().click();
  await expect(page).toHaveURL(/\/runs\/\d+/);
  return page.url().split(/[?#]/)[0];
}

async function statusOf(page: Page, run: string): Promise<string> {
  return (await (await page.request.get(`${run}?format=json`)).json()).status;
}

test("a run is seen while it goes on, cancelled, and retried", async ({ page, newServer }, testInfo) => {
  const run = await startLongRun(page, newServer);
  await expect.poll(() => statusOf(page, run)).toBe("running");
  if (hasScript(testInfo.project.name)) {
    // Progress moves by server events, without a reload.
    const progress = page.locator("progress, [role=progressbar]").first();
    await expect(progress).toBeVisible();
    const before = await page.locator("main").innerText();
    await expect.poll(() => page.locator("main").innerText()).not.toBe(before);
  } else {
    await page.reload();
    await expect(page.locator("main")).toContainText(/running/i);
  }
  await page.goto(`${run}/cancel`);
  await page.locator('main form[action="/actions/cancel-run"]').getByRole("button").click();
  await expect.poll(() => statusOf(page, run), { timeout: 20_000 }).toBe("cancelled");
  await page.goto(run);
  await expect(page.locator("main")).toContainText(/cancelled/i);

  await page.locator('main form[action="/actions/retry-run"]').getByRole("button").click();
  await expect(page).toHaveURL(/\/runs\/\d+/);
  const retried = page.url().split(/[?#]/)[0];
  expect(retried).not.toBe(run);
  await expect.poll(() => statusOf(page, retried), { timeout: 60_000 }).toBe("completed");
});

test("a run survives the death of the server", async ({ page, newServer }, testInfo) => {
  test.setTimeout(150_000);
  const run = await startLongRun(page, newServer);
  await expect.poll(() => statusOf(page, run)).toBe("running");
  // Away from the run's page: its event stream is about to break, and that is no fault of the page.
  await page.goto("about:blank");
  await newServer.crashAndRestart();
  await expect.poll(() => statusOf(page, run), { timeout: 120_000, intervals: [500] }).toBe("completed");
});
