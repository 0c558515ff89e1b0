// Light and dark: chosen by a form, kept in a cookie, drawn by the server.
import { expect, test } from "../support/fixtures";

test("the chosen scheme stands in the first bytes of every page", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}/tables`);
  await admin.locator('form[action="/actions/set-scheme"] button[value="dark"]').first().click();
  await expect(admin).toHaveURL(/\/tables/);
  await expect(admin.locator("html")).toHaveAttribute("data-theme", "dark");
  const dark = await admin.evaluate(() => getComputedStyle(document.body).backgroundColor);

  // The server writes it: no script, no flash, and it survives a new start of the browser.
  const source = await (await admin.request.get(`${sample.server.url}/`, { headers: { accept: "text/html" } })).text();
  expect(source.slice(0, 400)).toContain('data-theme="dark"');

  await admin.locator('form[action="/actions/set-scheme"] button[value="light"]').first().click();
  await expect(admin.locator("html")).toHaveAttribute("data-theme", "light");
  const light = await admin.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(light).not.toBe(dark);
});

test("without a choice the system's scheme holds", async ({ admin, sample }) => {
  await admin.emulateMedia({ colorScheme: "dark" });
  await admin.goto(`${sample.server.url}/tables`);
  const dark = await admin.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await admin.emulateMedia({ colorScheme: "light" });
  expect(await admin.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(dark);
});
