// What only scripts add: keys, the filter that answers while one types, the figures that move by themselves.
import { expect, test } from "../support/fixtures";

test("keys step through the columns and lead back to the row", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}${sample.tablePath}`);
  const names = await admin.locator('main tbody a[href*="/columns/"]').allInnerTexts();
  await admin.locator('main tbody a[href*="/columns/"]').first().click();
  await expect(admin.getByRole("heading", { level: 1 })).toContainText(names[0]);
  await admin.keyboard.press("j");
  await expect(admin.getByRole("heading", { level: 1 })).toContainText(names[1]);
  await admin.keyboard.press("j");
  await expect(admin.getByRole("heading", { level: 1 })).toContainText(names[2]);
  await admin.keyboard.press("k");
  await expect(admin.getByRole("heading", { level: 1 })).toContainText(names[1]);
  await admin.keyboard.press("u");
  await expect(admin.locator(":target")).toContainText(names[1]);
});

test("a slash finds, g and a letter goes, a question mark lists the keys", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}/runs`);
  await admin.keyboard.press("g");
  await admin.keyboard.press("t");
  await expect(admin).toHaveURL(/\/tables/);
  await admin.keyboard.press("/");
  await expect(admin.locator(":focus")).toHaveAttribute("type", "search");
  await admin.keyboard.type("order");
  await admin.keyboard.press("Enter");
  await expect(admin).toHaveURL(/q=order/);
  await admin.locator("h1").click();
  await admin.keyboard.press("?");
  await expect(admin.getByRole("dialog")).toBeVisible();
  await admin.keyboard.press("Escape");
  await expect(admin.getByRole("dialog")).toBeHidden();
});
