// Signing in: the first person by the printed link, others by links that the administrator makes.
import { expect, type Page } from "@playwright/test";
import type { LimnServer } from "./server";

export const PASSWORD = "a long enough passphrase";

/** Opens the printed link and becomes the administrator by one of its two ways on: the sample data, or a folder of one's own. */
export async function becomeAdministrator(page: Page, server: LimnServer, way: "Profile the sample data" | "Choose a folder"): Promise<void> {
  await page.goto(server.firstLink);
  await page.locator('[name="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: way }).click();
  await expect(page).not.toHaveURL(/welcome/);
}

/** Makes a person with a role and gives his one-time link. */
export function addPerson(server: LimnServer, name: string, role: string): string {
  const printed = server.command("user", "create", name, "--role", role);
  return linkIn(printed, server);
}

/** A fresh one-time link of a person who exists already. */
export function recoveryLink(server: LimnServer, name: string): string {
  return linkIn(server.command("user", "link", name), server);
}

function linkIn(printed: string, server: LimnServer): string {
  const path = printed.match(/\/welcome\/\S+/)?.[0];
  if (!path) throw new Error(`no link in: ${printed}`);
  return server.url + path;
}

/** Uses a one-time link of a person who exists already, and sets a password on the way. */
export async function acceptLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  const form = page.locator('form[action="/actions/accept-link"]');
  await form.locator('[name="password"]').fill(PASSWORD);
  await form.getByRole("button").click();
  await expect(page).not.toHaveURL(/welcome/);
}

export async function signIn(page: Page, name: string, password = PASSWORD): Promise<void> {
  const form = page.locator('form[action="/actions/sign-in"]');
  await form.locator('[name="name"]').fill(name);
  await form.locator('[name="password"]').fill(password);
  await form.getByRole("button", { name: "Sign in" }).click();
}
