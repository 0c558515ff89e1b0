// What holds for each page: width, structure, accessibility, no error on the way.
import { expect, test } from "../support/fixtures";
import { expectNoSidewaysScroll, expectStructure } from "../support/page_checks";
import { allPages } from "../support/pages";

const WIDTHS = [320, 390, 640, 899, 900, 1179, 1180, 1440, 1920];

test("no page scrolls sideways between 320 and 1920 pixels", async ({ admin, sample }) => {
  test.setTimeout(180_000);
  for (const { name, path } of await allPages(admin.request, sample)) {
    await admin.goto(sample.server.url + path);
    await expectStructure(admin, name);
    for (const width of WIDTHS) {
      await admin.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScroll(admin, `${name} at ${width}`);
    }
  }
});

test("the door is sound: sign-in, spent link, and what does not exist", async ({ page, admin, sample, watch }) => {
  watch.expectStatus(404);
  watch.expectStatus(410);
  const missing = await admin.goto(`${sample.server.url}/no/such/page`);
  expect(missing?.status()).toBe(404);
  await expectStructure(admin, "not found");
  await page.context().clearCookies();
  for (const path of ["/login", "/login?next=%2Ftables", "/welcome/0000"]) {
    await page.goto(sample.server.url + path);
    await expectStructure(page, path);
    for (const width of [320, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      await expectNoSidewaysScroll(page, `${path} at ${width}`);
    }
  }
});

test("every page is complete as data too", async ({ admin, sample }) => {
  for (const path of ["/tables", sample.tablePath, "/runs"]) {
    const json = await admin.request.get(`${sample.server.url}${path}?format=json`);
    expect(json.headers()["content-type"]).toContain("application/json");
    await json.json();
    const csv = await admin.request.get(`${sample.server.url}${path}?format=csv`);
    expect(csv.headers()["content-type"]).toContain("text/csv");
    expect((await csv.text()).trim().split("\n").length).toBeGreaterThan(1);
  }
});
