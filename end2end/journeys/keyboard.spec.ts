// The whole way by keyboard: skip link, navigation, a table, a column.
import { expect, test } from "../support/fixtures";

test("a column is reached without a mouse", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}/tables`);
  await admin.keyboard.press("Tab");
  await expect(admin.locator(":focus")).toHaveText("Skip to content");
  await admin.keyboard.press("Enter");
  await tabTo(admin, (href) => href.startsWith("/tables/"));
  await admin.keyboard.press("Enter");
  await expect(admin).toHaveURL(/\/tables\/.+/);
  await tabTo(admin, (href) => href.includes("/columns/"));
  await admin.keyboard.press("Enter");
  await expect(admin).toHaveURL(/\/columns\//);
});

test("what has the focus shows it", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}/tables`);
  for (let step = 0; step < 25; step += 1) {
    await admin.keyboard.press("Tab");
    const shown = await admin.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return true;
      const { outlineStyle, boxShadow } = getComputedStyle(focused);
      return outlineStyle !== "none" || boxShadow !== "none";
    });
    expect(shown, `no focus ring on ${await admin.evaluate(() => document.activeElement?.outerHTML.slice(0, 120))}`).toBe(true);
  }
});

/** Presses Tab until a link fits. */
async function tabTo(page: import("@playwright/test").Page, fits: (href: string) => boolean): Promise<void> {
  for (let step = 0; step < 120; step += 1) {
    await page.keyboard.press("Tab");
    const href = await page.evaluate(() => document.activeElement?.getAttribute("href") ?? "");
    if (fits(href)) return;
  }
  throw new Error("the link is out of the keyboard's reach");
}
