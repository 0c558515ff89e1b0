// `make screenshots`: every page, light and dark, wide and narrow, into screenshots/.
import base from "./playwright.config";
import { defineConfig } from "@playwright/test";

export default defineConfig({ ...base, testDir: ".", testMatch: "screenshots.ts", workers: 1, projects: [{ name: "with-script" }] });
