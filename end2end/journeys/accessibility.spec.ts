// axe-core on every page, in both schemes, wide and narrow. It is itself a script, so it runs in the project with scripts; the pages are the same bytes.
import { expect, test } from "../support/fixtures";
import { accessibilityFindings } from "../support/page_checks";
import { allPages } from "../support/pages";

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe-core finds nothing serious on any page, ${colorScheme}`, async ({ admin, sample, watch }) => {
    watch.expectStatus(410);
    test.setTimeout(240_000);
    await admin.emulateMedia({ colorScheme });
    const findings: string[] = [];
    for (const width of [1440, 390]) {
      await admin.setViewportSize({ width, height: 900 });
      for (const { name, path } of await allPages(admin.request, sample)) {
        await admin.goto(sample.server.url + path);
        for (const finding of await accessibilityFindings(admin)) findings.push(`${name} at ${width}: ${finding}`);
      }
    }
    await admin.context().clearCookies();
    for (const path of ["/login", "/welcome/0000"]) {
      await admin.goto(sample.server.url + path);
      for (const finding of await accessibilityFindings(admin)) findings.push(`${path}: ${finding}`);
    }
    expect(findings).toEqual([]);
  });
}
