// What only scripts add: keys, the filter that answers while one types, the figures that move by themselves.
import { expect, test } from "../support/fixtures";

test("keys step through the columns and lead back to the row", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}${sample.tablePath}`);
  const names = await admin.locator('main table.prof tbody a[href*="/columns/"]').allInnerTexts();
  await admin.locator('main table.prof tbody a[href*="/columns/"]').first().click();
  await expect(admin.getByRole("heading", { level: 1 })).toContainText(names[0]);
  await pressUntil("j", names[1]);
  await pressUntil("j", names[2]);
  await pressUntil("k", names[1]);
  await pressUntilGone("u");
  await expect(admin.locator(":target")).toContainText(names[1]);

  async function pressUntil(key: string, column: string): Promise<void> {
    await pressUntilGone(key);
    await expect(admin.getByRole("heading", { level: 1 })).toContainText(column);
  }

  /** Presses a key until it has led away: the island wakes when the browser is idle. Never pressed on the page it leads to. */
  async function pressUntilGone(key: string): Promise<void> {
    const address = admin.url();
    await expect(async () => {
      if (admin.url() === address) await admin.keyboard.press(key);
      await expect(admin).not.toHaveURL(address, { timeout: 3_000 });
    }).toPass();
  }
});

test("a slash finds, g and a letter goes, a question mark lists the keys", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}/runs`);
  // Pressed again until the island is awake: it wakes when the browser is idle.
  await expect(async () => {
    await admin.keyboard.press("g");
    await admin.keyboard.press("t");
    await expect(admin).toHaveURL(/\/tables/, { timeout: 1_000 });
  }).toPass();
  await expect(async () => {
    await admin.keyboard.press("/");
    await expect(admin.locator(":focus")).toHaveAttribute("type", "search", { timeout: 1_000 });
  }).toPass();
  await admin.keyboard.type("order");
  await admin.keyboard.press("Enter");
  await expect(admin).toHaveURL(/q=order/);
  await admin.locator("h1").click();
  await expect(async () => {
    await admin.keyboard.press("?");
    await expect(admin.getByRole("dialog")).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await admin.keyboard.press("Escape");
  await expect(admin.getByRole("dialog")).toBeHidden();
});
