// The catalogue by hand: a project, a connection moved to it, what people say of a table, and how much of it is profiled.
import { join } from "node:path";
import { connectFolder, expect, startRun, test, untilRunEnded } from "../support/fixtures";
import { writeOwnFolder } from "../support/own_folder";
import { becomeAdministrator } from "../support/people";

test("a project gets a connection, a table is described, and only a part of it is profiled", async ({ page, newServer }) => {
  const folder = writeOwnFolder(join(newServer.folder, "own"), (parquet) => newServer.command("demo", parquet));
  await becomeAdministrator(page, newServer, "Choose a folder");
  await connectFolder(page, newServer, "Own files", folder);

  await page.goto(`${newServer.url}/settings/projects`);
  await page.getByLabel("Name", { exact: true }).fill("Staging");
  await page.getByRole("button", { name: "Make the project" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Staging");

  await page.goto(`${newServer.url}/settings/connections`);
  await page.getByRole("link", { name: "Edit" }).first().click();
  await page.getByLabel("Project").selectOption({ label: "Staging" });
  await page.getByRole("button", { name: "Save the connection" }).click();
  await expect(page.locator("main")).toContainText("The connection is changed");

  const table = `${newServer.url}/tables/own-files/-/people`;
  await page.goto(`${table}?tab=definition`);
  await page.getByText("Describe the table").click();
  await page.getByLabel("What is in it").fill("Everybody");
  await page.getByLabel("Tags").fill("gold, people");
  await page.getByRole("button", { name: "Keep the description" }).click();
  await expect(page.locator("main")).toContainText("Everybody");
  await page.getByText("Change what is profiled").click();
  await page.getByLabel("Only rows where").fill("age >= 40");
  await page.getByRole("button", { name: "Keep it so" }).click();
  await expect(page.locator("main")).toContainText("Rows where age >= 40");

  const run = await startRun(page, newServer);
  await untilRunEnded(page, run);
  await page.goto(table);
  await expect(page.locator("main")).toContainText("rows where age >= 40");
  await page.goto(`${newServer.url}/tables?tag=gold`);
  await expect(page.getByRole("link", { name: "people", exact: true })).toBeVisible();
});

test("a connection goes when its name is typed", async ({ page, newServer }) => {
  const folder = writeOwnFolder(join(newServer.folder, "own"), (parquet) => newServer.command("demo", parquet));
  await becomeAdministrator(page, newServer, "Choose a folder");
  await connectFolder(page, newServer, "Own files", folder);
  await page.goto(`${newServer.url}/settings/connections/own-files`);
  await page.getByLabel("Name of the connection").fill("Own files");
  await page.getByRole("button", { name: "Remove the connection" }).click();
  await expect(page.locator("main")).toContainText("The connection is removed");
});
