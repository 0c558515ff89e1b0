// From the printed link to a profiled table: one form, one click.
import { expect, test, untilProfiled } from "../support/fixtures";
import { becomeAdministrator } from "../support/people";

test("a newcomer meets a profiled table one click after signing in", async ({ page, newServer }) => {
  await becomeAdministrator(page, newServer);
  await expect(page.getByRole("button", { name: "Profile the sample data" })).toBeVisible();
  await expect(page.locator("main .btn.pri")).toHaveCount(1);
  await page.getByRole("button", { name: "Profile the sample data" }).click();
  await untilProfiled(page);
  await expect(page).toHaveURL(/\/tables\//);
  expect(await page.locator("main tbody tr").count()).toBeGreaterThan(3);
});

test("the printed link works once", async ({ page, newServer, browser, watch }) => {
  await becomeAdministrator(page, newServer);
  const stranger = await browser.newContext();
  const second = await stranger.newPage();
  await second.goto(newServer.firstLink);
  await expect(second.locator('form[action="/actions/accept-link"]')).toHaveCount(0);
  await stranger.close();
  expect(watch.findings()).toEqual([]);
});

test("before sign-in nothing is shown but the door", async ({ page, newServer }) => {
  await page.goto(`${newServer.url}/tables`);
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(page.locator('form[action="/actions/sign-in"]')).toBeVisible();
});
