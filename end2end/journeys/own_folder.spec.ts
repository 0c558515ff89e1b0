// A folder of one's own: connection, run, column, and back to the row one came from.
import { join } from "node:path";
import { expect, test, untilProfiled } from "../support/fixtures";
import { writeOwnFolder } from "../support/own_folder";
import { becomeAdministrator } from "../support/people";

test("a folder becomes a connection, is profiled, and leads to a column and back to its row", async ({ page, newServer }) => {
  const folder = writeOwnFolder(join(newServer.folder, "own"));
  await becomeAdministrator(page, newServer);
  await page.goto(`${newServer.url}/settings/connections/new`);
  const form = page.locator('form[action="/actions/create-connection"]');
  await page.locator('[name="name"]').first().fill("Own files");
  await page.locator('[name="location"]').first().fill(folder);
  await form.getByRole("button").last().click();
  await expect(page).toHaveURL(/\/settings\/connections/);
  await expect(page.locator("main")).toContainText("Own files");

  await page.locator('form[action="/actions/start-run"]').getByRole("button", { name: "Profile now" }).first().click();
  await untilProfiled(page);
  await page.goto(`${newServer.url}/tables`);
  for (const table of ["people", "payments", "events", "visits"]) await expect(page.getByRole("link", { name: table }).first()).toBeVisible();

  await page.getByRole("link", { name: "people" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("people");
  const tableAddress = page.url();
  await page.locator("main tbody").getByRole("link", { name: "age" }).first().click();
  await expect(page).toHaveURL(/\/columns\/age/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("age");
  await expect(page.locator("main")).toContainText("500");

  // The breadcrumb leads back to the same row of the table's list.
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "people" }).click();
  await expect(page).toHaveURL(new RegExp(`^${escape(tableAddress.split("#")[0])}.*#`));
  const target = page.locator(":target");
  await expect(target).toBeInViewport();
  await expect(target).toContainText("age");
});

test("a column keeps the filter of the list it came from", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}${sample.tablePath}?sort=-nulls`);
  await admin.locator('main tbody a[href*="/columns/"]').first().click();
  await expect(admin).toHaveURL(/sort=-nulls/);
});

test("a folder that does not exist is refused beside its field", async ({ page, newServer }) => {
  await becomeAdministrator(page, newServer);
  await page.goto(`${newServer.url}/settings/connections/new`);
  await page.locator('[name="name"]').first().fill("Nowhere");
  await page.locator('[name="location"]').first().fill(join(newServer.folder, "nowhere"));
  await page.locator('form[action="/actions/create-connection"]').getByRole("button").last().click();
  await expect(page.locator("main")).toContainText(/does not exist|cannot be read|no such/i);
});

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
