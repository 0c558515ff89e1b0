// Who may come in, and what each role meets.
import { expect, test } from "../support/fixtures";
import { acceptLink, addPerson, PASSWORD, recoveryLink, signIn } from "../support/people";

let people = 0;
/** Names are unique for each test: the sample's installation is shared. */
function newName(role: string): string {
  people += 1;
  return `${role}-${process.pid}-${people}`;
}

test("after signing in one stands where one wanted to be", async ({ page, sample }) => {
  await page.goto(`${sample.server.url}${sample.tablePath}`);
  await expect(page).toHaveURL(/\/login\?next=/);
  await signIn(page, "admin");
  await expect(page).toHaveURL(new RegExp(`${sample.tablePath}$`));
});

test("a wrong password is refused in words that tell nothing", async ({ page, sample }) => {
  await page.goto(`${sample.server.url}/login`);
  await signIn(page, "nobody-of-this-name", "wrong wrong wrong");
  await expect(page.locator("main")).toContainText("Name or password is wrong");
  await expect(page).toHaveURL(/\/login/);
});

test("signing out closes the door", async ({ page, sample }) => {
  await page.goto(`${sample.server.url}/login`);
  await signIn(page, "admin");
  await expect(page).not.toHaveURL(/login/);
  const signOut = page.locator('form[action="/actions/sign-out"]').getByRole("button").first();
  if (!(await signOut.isVisible())) await page.goto(`${sample.server.url}/account`);
  await signOut.click();
  await page.goto(`${sample.server.url}/tables`);
  await expect(page).toHaveURL(/\/login/);
});

test("an analyst who opens the settings is told that they are not his", async ({ page, sample, watch }) => {
  await acceptLink(page, addPerson(sample.server, newName("analyst"), "analyst"));
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Settings" })).toHaveCount(0);
  watch.expectStatus(403);
  const answer = await page.goto(`${sample.server.url}/settings/connections`);
  expect(answer?.status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator('form[action="/actions/create-connection"]')).toHaveCount(0);
});

test("a report owner reads profiles and cannot start a run", async ({ page, sample }) => {
  await acceptLink(page, addPerson(sample.server, newName("owner"), "report_owner"));
  await page.goto(`${sample.server.url}${sample.tablePath}`);
  await expect(page.locator("main table").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Profile now" })).toHaveCount(0);
  const { summary } = await (await page.request.get(`${sample.server.url}${sample.tablePath}?format=json`)).json();
  const group = summary.table_group_id;
  const refused = await page.request.post(`${sample.server.url}/actions/start-run`, {
    form: { table_group_id: group, back: "/" },
    headers: { origin: sample.server.url, accept: "text/html" },
    maxRedirects: 0,
  });
  expect(refused.status()).toBe(303);
  expect(refused.headers()["location"]).not.toContain("/runs/");
  const runs = await (await page.request.get(`${sample.server.url}/runs?format=json`)).json();
  expect(runs.runs.total).toBe(1);
});

test("a one-time link is the way back in, and works once", async ({ page, sample, browser }) => {
  const name = newName("steward");
  await acceptLink(page, addPerson(sample.server, name, "steward"));
  const link = recoveryLink(sample.server, name);
  const elsewhere = await browser.newContext();
  const other = await elsewhere.newPage();
  await acceptLink(other, link);
  await other.goto(`${sample.server.url}/account`);
  await expect(other.locator("main")).toContainText(name);
  await other.goto(link);
  await expect(other.locator('form[action="/actions/accept-link"]')).toHaveCount(0);
  await elsewhere.close();
});

test("a password is changed by who knows the old one", async ({ page, sample }) => {
  const name = newName("tester");
  await acceptLink(page, addPerson(sample.server, name, "tester"));
  await page.goto(`${sample.server.url}/account`);
  const form = page.locator('form[action="/actions/change-password"]');
  await form.locator('[name="current"]').fill(PASSWORD);
  await form.locator('[name="password"]').fill("another long passphrase");
  await form.getByRole("button").click();
  await page.context().clearCookies();
  await page.goto(`${sample.server.url}/login`);
  await signIn(page, name, "another long passphrase");
  await expect(page).not.toHaveURL(/login/);
});
