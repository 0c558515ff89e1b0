// What no page may do: write an error to the console, break the content policy, throw, or answer with a server error.
import type { BrowserContext, Page } from "@playwright/test";

export class Watch {
  private readonly seen: string[] = [];
  private readonly expected: number[] = [];

  constructor(context: BrowserContext) {
    context.on("page", (page) => this.follow(page));
    context.on("console", (message) => {
      const text = message.text();
      const refused = text.match(/status of (\d{3})/)?.[1];
      if (refused && this.expected.includes(Number(refused))) return;
      // Islands wake when the browser is idle: never without scripts, late on a busy machine.
      if (text.includes("was preloaded using link preload but not used")) return;
      if (message.type() === "error" || message.type() === "warning") this.seen.push(`${message.type()} on ${message.page()?.url()}: ${text}`);
    });
    context.on("weberror", (error) => this.seen.push(`thrown on ${error.page()?.url()}: ${error.error()}`));
    context.on("response", (answer) => {
      if (answer.status() >= 500) this.seen.push(`${answer.status()} from ${answer.url()}`);
    });
  }

  /** A refusal that the test asks for on purpose. */
  expectStatus(status: number): void {
    this.expected.push(status);
  }

  findings(): string[] {
    return this.seen;
  }

  private follow(page: Page): void {
    page.on("crash", () => this.seen.push(`crashed: ${page.url()}`));
  }
}
