// A run while it goes on: seen, cancelled, retried, and alive after the server was killed.
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { connectFolder, expect, hasScript, startRun, statusOf, test, untilRunEnded } from "../support/fixtures";
import { writeLargeFolder } from "../support/own_folder";
import { becomeAdministrator } from "../support/people";
import type { LimnServer } from "../support/server";

/** Connects a folder whose run takes seconds, starts it, and stands on the run's page while it goes on. */
async function startLongRun(page: Page, server: LimnServer): Promise<string> {
  const folder = writeLargeFolder(join(server.folder, "large"), 1_000);
  await becomeAdministrator(page, server, "Choose a folder");
  await connectFolder(page, server, "Large", folder);
  const run = await startRun(page, server);
  await expect.poll(() => statusOf(page, run)).toBe("running");
  return run;
}

test("a run is seen while it goes on, cancelled, and retried", async ({ page, newServer }, testInfo) => {
  test.setTimeout(240_000);
  const run = await startLongRun(page, newServer);
  if (!hasScript(testInfo.project.name)) await page.reload();
  await expect(page.getByRole("progressbar").first()).toBeVisible();
  const read = () => page.locator("main").innerText();
  const before = await read();
  // With scripts the figures move by server events, without by the page's own reload.
  await expect.poll(read, { timeout: 15_000 }).not.toBe(before);

  await page.getByRole("link", { name: /^Cancel/ }).first().click();
  await expect(page).toHaveURL(/\/cancel/);
  await page.locator('main form[action="/actions/cancel-run"]').getByRole("button").click();
  await untilRunEnded(page, run, "cancelled");
  await page.goto(run);
  await expect(page.locator("main")).toContainText(/cancelled/i);

  await page.locator('main form[action="/actions/retry-run"]').getByRole("button").click();
  await expect(page).toHaveURL(/\/runs\/\d+/);
  const retried = page.url().split(/[?#]/)[0];
  expect(retried).not.toBe(run);
  await untilRunEnded(page, retried);
});

test("a run survives the death of the server", async ({ page, newServer }) => {
  test.setTimeout(240_000);
  const run = await startLongRun(page, newServer);
  // Away from the run's page: its event stream is about to break, and that is no fault of the page.
  await page.goto("about:blank");
  await newServer.crashAndRestart();
  const { run: before } = await (await page.request.get(`${run}?format=json`)).json();
  expect(before.status).toBe("running");
  await untilRunEnded(page, run);
  const { run: after } = await (await page.request.get(`${run}?format=json`)).json();
  expect(after.attempt).toBeGreaterThan(before.attempt);
});
