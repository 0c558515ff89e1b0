// From the printed link to a profiled table: one click.
import { expect, test } from "../support/fixtures";
import { becomeAdministrator } from "../support/people";

test("a newcomer looks at a profiled table one click after opening the link", async ({ page, newServer }) => {
  await page.goto(newServer.firstLink);
  await expect(page.locator("main .btn.pri")).toHaveCount(1);
  await page.getByRole("button", { name: "Profile the sample data" }).click();
  await expect(page).toHaveURL(/\/tables\//);
  // The page fills by itself, with scripts and without.
  await expect(page.locator('main table.prof tbody a[href*="/columns/"]').first()).toBeVisible({ timeout: 60_000 });
  expect(await page.locator('main table.prof tbody a[href*="/columns/"]').count()).toBeGreaterThan(3);
});

test("the printed link works once", async ({ page, newServer, watch }) => {
  await becomeAdministrator(page, newServer, "Choose a folder");
  await expect(page).toHaveURL(/\/settings\/connections\/new/);
  await page.context().clearCookies();
  watch.expectStatus(410);
  const second = await page.goto(newServer.firstLink);
  expect(second?.status()).toBe(410);
  await expect(page.locator("form")).toHaveCount(0);
});

test("before sign-in nothing is shown but the door", async ({ page, newServer }) => {
  await page.goto(`${newServer.url}/tables?q=orders`);
  await expect(page).toHaveURL(/\/login\?next=/);
  await expect(page.locator('form[action="/actions/sign-in"]')).toBeVisible();
  await expect(page.getByRole("navigation")).toHaveCount(0);
});
