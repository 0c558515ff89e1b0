// A folder of one's own: connection, run, column, and back to the row one came from.
import { join } from "node:path";
import { connectFolder, expect, startRun, test, untilRunEnded } from "../support/fixtures";
import { writeOwnFolder } from "../support/own_folder";
import { becomeAdministrator } from "../support/people";

test("a folder becomes a connection, is profiled, and leads to a column and back to its row", async ({ page, newServer }) => {
  const folder = writeOwnFolder(join(newServer.folder, "own"), (parquet) => newServer.command("demo", parquet));
  await becomeAdministrator(page, newServer, "Choose a folder");
  await connectFolder(page, newServer, "Own files", folder);
  const run = await startRun(page, newServer);
  await untilRunEnded(page, run);

  await page.goto(`${newServer.url}/tables`);
  for (const table of ["people", "payments", "events", "visits", "products"]) await expect(page.getByRole("link", { name: table, exact: true })).toBeVisible();
  await page.getByRole("link", { name: "people", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("people");
  const tableAddress = page.url().split(/[?#]/)[0];
  await page.locator("main table.prof tbody").getByRole("link", { name: "age", exact: true }).click();
  await expect(page).toHaveURL(/\/columns\/age/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("age");
  await expect(page.locator("main")).toContainText("500");

  // The breadcrumb leads back to the same row of the table's list.
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "people" }).click();
  expect(page.url().split(/[?#]/)[0]).toBe(tableAddress);
  const row = page.locator(":target");
  await expect(row).toBeInViewport();
  await expect(row).toContainText("age");
});

test("a column keeps the order of the list it came from, and the way back", async ({ admin, sample }) => {
  await admin.goto(`${sample.server.url}${sample.tablePath}?sort=null`);
  await admin.locator('main table.prof tbody a[href*="/columns/"]').nth(2).click();
  await expect(admin).toHaveURL(/\/columns\/.*sort=null/);
  await admin.goBack();
  await expect(admin).toHaveURL(/sort=null/);
});

test("a folder that does not exist is refused beside its field", async ({ page, newServer }) => {
  await becomeAdministrator(page, newServer, "Choose a folder");
  await page.getByLabel("Folder on the server").fill(join(newServer.folder, "nowhere"));
  await page.getByLabel("Name", { exact: true }).fill("Nowhere");
  await page.getByRole("button", { name: "Test the folder" }).click();
  await expect(page.getByLabel("Folder on the server")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("button", { name: /^Connect/ })).toHaveCount(0);
});
