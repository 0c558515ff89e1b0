// Browser journeys, each twice: with the pages' scripts and without. Debian's Chromium; no browser is ever downloaded.
import { defineConfig } from "@playwright/test";

export const launchOptions = {
  executablePath: process.env.LIMN_CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
  ],
};

export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: { launchOptions, viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "UTC", trace: "off" },
  projects: [
    { name: "with-script", use: { javaScriptEnabled: true } },
    // axe-core is a script itself; shortcuts are what scripts add.
    { name: "without-script", use: { javaScriptEnabled: false }, testIgnore: ["accessibility.spec.ts", "shortcuts.spec.ts"] },
  ],
});
