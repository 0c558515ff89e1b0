// The test object of every journey: a server that is new (`newServer`) or already holds the profiled sample (`sample`), and a watch on each page.
import { type Browser, test as base, expect, type Page } from "@playwright/test";
import { join } from "node:path";
import { becomeAdministrator } from "./people";
import { LimnServer } from "./server";
import { Watch } from "./watch";

export interface Sample {
  server: LimnServer;
  /** Cookies of the administrator. */
  signedIn: string;
  /** Path of a profiled table. */
  tablePath: string;
}

interface TestParts {
  watch: Watch;
  newServer: LimnServer;
  /** A page of the administrator of the sample. */
  admin: Page;
}

export const test = base.extend<TestParts, { sample: Sample }>({
  // One per worker: writing and profiling a million rows is done once.
  sample: [
    async ({ browser }, use) => {
      const server = await LimnServer.start();
      await use(await profileSample(browser, server));
      await server.stop();
    },
    { scope: "worker", timeout: 180_000 },
  ],

  newServer: async ({}, use) => {
    const server = await LimnServer.start();
    await use(server);
    await server.stop();
  },

  watch: [
    async ({ context }, use) => {
      const watch = new Watch(context);
      await use(watch);
      expect(watch.findings(), "errors on pages").toEqual([]);
    },
    { auto: true },
  ],

  admin: async ({ context, page, sample }, use) => {
    const { cookies } = JSON.parse(sample.signedIn);
    await context.addCookies(cookies);
    await use(page);
  },
});

export { expect };

async function profileSample(browser: Browser, server: LimnServer): Promise<Sample> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await becomeAdministrator(page, server);
  await page.getByRole("button", { name: "Profile the sample data" }).click();
  await untilProfiled(page);
  const tablePath = new URL(page.url()).pathname;
  const signedIn = JSON.stringify(await context.storageState());
  await context.close();
  return { server, signedIn, tablePath };
}

/** Waits on the page of a run until it has ended, then opens its first profiled table. */
export async function untilProfiled(page: Page): Promise<void> {
  await expect(page).toHaveURL(/\/(runs\/\d+|tables\/)/, { timeout: 60_000 });
  if (page.url().includes("/runs/")) {
    const run = page.url();
    await expect(async () => {
      const answer = await page.request.get(`${run}?format=json`);
      const { status } = await answer.json();
      expect(["completed", "failed", "cancelled"]).toContain(status);
    }).toPass({ timeout: 120_000, intervals: [100, 250, 500] });
    await page.goto(run);
    await page.locator('main a[href^="/tables/"]').first().click();
  }
  await expect(page.locator("main table")).toBeVisible();
}

/** Whether this project runs the pages' scripts. */
export function hasScript(projectName: string): boolean {
  return projectName === "with-script";
}

export function screenshotFolder(): string {
  return join(import.meta.dirname, "..", "screenshots");
}
