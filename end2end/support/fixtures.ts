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
  await becomeAdministrator(page, server, "Profile the sample data");
  await untilRunEnded(page, `${server.url}/runs/1`);
  const tablePath = new URL(page.url()).pathname;
  const signedIn = JSON.stringify(await context.storageState());
  await context.close();
  return { server, signedIn, tablePath };
}

/** Waits until a run has ended, by asking for its data. */
export async function untilRunEnded(page: Page, run: string, status = "completed"): Promise<void> {
  await expect.poll(() => statusOf(page, run), { timeout: 120_000, intervals: [100, 250, 500] }).toMatch(/completed|failed|cancelled/);
  expect(await statusOf(page, run)).toBe(status);
}

export async function statusOf(page: Page, run: string): Promise<string> {
  const { run: found } = await (await page.request.get(`${run}?format=json`)).json();
  return found.status;
}

/** Connects a folder by the form: test, then connect. */
export async function connectFolder(page: Page, server: LimnServer, name: string, folder: string): Promise<void> {
  await page.goto(`${server.url}/settings/connections/new`);
  await page.getByLabel("Folder on the server").fill(folder);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Test the folder" }).click();
  // Its first run is started by whoever calls this.
  await page.getByLabel("Profile its tables at once, if no run has").uncheck();
  await page.getByRole("button", { name: /^Connect \d+ tables?$/ }).click();
  await expect(page.locator("main")).toContainText(`${name} is connected`);
}

/** Starts a run of the only connection and gives the run's address. */
export async function startRun(page: Page, server: LimnServer): Promise<string> {
  await page.goto(`${server.url}/settings/connections`);
  await page.getByRole("button", { name: "Profile now" }).click();
  await expect(page).toHaveURL(/\/runs\/\d+/);
  return page.url().split(/[?#]/)[0];
}

/** Whether this project runs the pages' scripts. */
export function hasScript(projectName: string): boolean {
  return projectName === "with-script";
}

export function screenshotFolder(): string {
  return join(import.meta.dirname, "..", "screenshots");
}
