// A Limn of its own for a test: the release binary, an empty data folder, a free port.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const BINARY = resolve(process.env.LIMN_BINARY ?? join(import.meta.dirname, "..", "..", "dist", "limn"));

/** Whatever ends this process ends its servers too. */
const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

export class LimnServer {
  private constructor(
    private child: ChildProcess,
    readonly url: string,
    /** The one-time link of an installation without users. */
    readonly firstLink: string,
    readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly port: number,
  ) {}

  static async start(): Promise<LimnServer> {
    const folder = mkdtempSync(join(tmpdir(), "limn-end2end-"));
    const port = await freePort();
    const environment = {
      PATH: process.env.PATH,
      HOME: folder,
      LIMN_LISTEN: `127.0.0.1:${port}`,
      LIMN_DATA_DIR: join(folder, "data"),
      LIMN_ENGINE_THREADS: "1",
      RUST_LOG: "warn",
    };
    const { child, printed } = await launch(folder, environment);
    const link = printed.match(/https?:\/\/\S*\/welcome\/\S+/)?.[0];
    if (!link) throw new Error(`no one-time link was printed:\n${printed}`);
    return new LimnServer(child, new URL(link).origin, link, folder, environment, port);
  }

  /** Stops without a farewell, as a crash would, and starts on the same data. */
  async crashAndRestart(): Promise<void> {
    await ended(this.child, "SIGKILL");
    this.child = (await launch(this.folder, this.environment)).child;
  }

  async stop(): Promise<void> {
    try {
      await ended(this.child, "SIGTERM");
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  /** Runs a command of the same binary on the same data and gives what it prints. */
  command(...parameters: string[]): string {
    return execFileSync(BINARY, parameters, { cwd: this.folder, env: this.environment, encoding: "utf8" });
  }
}

/** Starts the server and waits until it answers. */
async function launch(folder: string, environment: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; printed: string }> {
  const child = spawn(BINARY, ["serve"], { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let printed = "";
  child.stdout!.on("data", (bytes) => (printed += bytes));
  child.stderr!.on("data", (bytes) => (printed += bytes));
  const ready = `http://${environment.LIMN_LISTEN}/readyz`;
  for (const began = Date.now(); Date.now() - began < 20_000; ) {
    if (child.exitCode !== null) break;
    // What it printed may reach this process after its first answer does.
    if (printed.includes("Limn is ready") && (await fetch(ready).then((answer) => answer.ok, () => false))) return { child, printed };
    await new Promise((wake) => setTimeout(wake, 25));
  }
  child.kill("SIGKILL");
  throw new Error(`limn serve did not become ready:\n${printed}`);
}

/** Ends the process; one that is asked to end and does not within 20 s is a fault of the server. */
function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done, failed) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      failed(new Error(`limn serve did not end within 20 s of ${signal}`));
    }, 20_000);
    child.once("exit", () => {
      clearTimeout(late);
      done();
    });
    child.kill(signal);
  });
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? found(address.port) : failed(new Error("no port"))));
    });
  });
}
