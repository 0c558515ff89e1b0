// Shoots every page of the sample's installation for looking at.
import { join } from "node:path";
import { screenshotFolder, test } from "./support/fixtures";
import { allPages } from "./support/pages";

test("shoot every page", async ({ admin, sample, browser }) => {
  test.setTimeout(300_000);
  const pages = await allPages(admin.request, sample);
  const stranger = await browser.newPage();
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      for (const page of [admin, stranger]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
      }
      const name = (page: string) => join(screenshotFolder(), `${page.replaceAll(/[^a-z]+/g, "-")}--${width}-${colorScheme}.png`);
      for (const { name: title, path } of pages) {
        await admin.goto(sample.server.url + path);
        await admin.screenshot({ path: name(title), fullPage: true });
      }
      await stranger.goto(`${sample.server.url}/login`);
      await stranger.screenshot({ path: name("login"), fullPage: true });
    }
  }
});
