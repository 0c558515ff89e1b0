// Checks that hold for every page: nothing scrolls sideways, axe-core finds nothing serious, the structure is right.
import { expect, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The page itself never scrolls sideways; a table may, inside its own box. */
export async function expectNoSidewaysScroll(page: Page, at: string): Promise<void> {
  const { wide, seen } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, seen: document.documentElement.clientWidth }));
  expect(wide, `${at}: the page is wider than the window`).toBeLessThanOrEqual(seen);
}

/** Serious and critical findings of axe-core, each with the elements it names. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  // Evaluated by the debugger, not by the page: the content policy stays in force.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(async () =>
    (window as any).axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  return violations
    .filter((violation: any) => ["serious", "critical"].includes(violation.impact))
    .map((violation: any) => `${violation.impact} ${violation.id}: ${violation.nodes.slice(0, 4).map((node: any) => `${node.target.join(" ")} (${node.any[0]?.message ?? node.failureSummary})`).join(" | ")}`);
}

export async function expectStructure(page: Page, at: string): Promise<void> {
  expect(await page.locator("h1").count(), `${at}: one h1`).toBe(1);
  expect(await page.locator("main").count(), `${at}: one main`).toBe(1);
  expect(await page.title(), `${at}: a title`).toMatch(/Limn/);
  expect(await page.locator("[style]").count(), `${at}: no style attribute`).toBe(0);
}
