// What only scripts add: keys, the filter that answers while one types, the figures that move by themselves.
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures";

test("keys step through the columns and lead back to the row", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}${sample.tablePath}`);
  const names = await admin.locator('main table.prof tbody a[href*="/columns/"]').allInnerTexts();
  await admin.locator('main table.prof tbody a[href*="/columns/"]').first().click();
  await expect(admin.getByRole("heading", { level: 1 })).toContainText(names[0]);
  await stepTo("j", names[1]);
  await stepTo("j", names[2]);
  await stepTo("k", names[1]);
  await press(admin, "u");
  await expect(admin.locator(":target")).toContainText(names[1]);

  async function stepTo(key: string, column: string): Promise<void> {
    await press(admin, key);
    await expect(admin.getByRole("heading", { level: 1 })).toContainText(column);
  }
});

test("a slash finds, g and a letter goes, a question mark lists the keys", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}/runs`);
  await press(admin, "g", "t");
  await expect(admin).toHaveURL(/\/tables/);
  await press(admin, "/");
  await expect(admin.locator(":focus")).toHaveAttribute("type", "search");
  await admin.keyboard.type("order");
  await admin.keyboard.press("Enter");
  await expect(admin).toHaveURL(/\/find\?q=order/);
  await expect(admin.getByRole("region", { name: "Columns" }).or(admin.locator("#columns")).first()).toBeVisible();
  await admin.getByRole("link", { name: "orders", exact: true }).first().click();
  await expect(admin.getByRole("heading", { level: 1 })).toContainText("orders");
  await press(admin, "g", "a");
  await expect(admin).toHaveURL(/\/alerts/);
  await admin.locator("h1").click();
  await press(admin, "?");
  await expect(admin.getByRole("dialog")).toBeVisible();
  await admin.keyboard.press("Escape");
  await expect(admin.getByRole("dialog")).toBeHidden();
});

/** Presses keys once each, as soon as the page answers them: islands wake when the browser is idle. */
async function press(page: Page, ...keys: string[]): Promise<void> {
  await expect(page.locator("html[data-keys]")).toBeAttached();
  for (const key of keys) await page.keyboard.press(key);
}
