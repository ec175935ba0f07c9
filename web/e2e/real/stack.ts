import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What `parlance dev` writes when it is ready. */
export type DevFile = {
  tenant_app: string;
  admin_portal: string;
  webhooks: string;
  sandbox: string;
  sandbox_phone: string;
  mail: string;
  platform_admin: { email: string; password: string };
  tenants: {
    id: string;
    slug: string;
    name: string;
    phone_number_id: string;
    waba_id: string;
    api_key: string;
    users: { email: string; password: string; role: string }[];
  }[];
  sandbox_credentials: { access_token: string };
};

/** A person of a tenant by role. */
export function userOf(dev: DevFile, tenant: number, role: string): { email: string; password: string } {
  const user = dev.tenants[tenant]?.users.find((entry) => entry.role === role);
  if (!user) throw new Error(`no ${role} in tenant ${tenant}`);
  return user;
}

const BINARY = fileURLToPath(new URL("../../../target/debug/parlance", import.meta.url));
const READY_MS = 90_000;
const PORTS_NEEDED = 10;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

async function freePortBase(): Promise<number> {
  for (let base = 18_000 + (process.pid % 400) * 20; base < 32_000; base += PORTS_NEEDED) {
    const free = await Promise.all(Array.from({ length: PORTS_NEEDED }, (_, n) => isFree(base + n)));
    if (free.every(Boolean)) return base;
  }
  throw new Error("no free run of ports");
}

/** The whole program with its own data folder: database, servers, sandbox, demo tenants. */
export class Stack {
  private child: ChildProcess | undefined;
  private output = "";
  private portBase = 0;
  readonly dataDir = mkdtempSync(join(tmpdir(), "plc-e2e-"));
  dev!: DevFile;

  async start(): Promise<void> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: run cargo build first`);
    this.portBase ||= await freePortBase();
    const devFile = join(this.dataDir, "dev.json");
    rmSync(devFile, { force: true });
    const child = spawn(BINARY, ["dev", "--data-dir", this.dataDir, "--port-base", String(this.portBase)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    const keep = (chunk: Buffer) => {
      this.output = (this.output + chunk.toString()).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const until = Date.now() + READY_MS;
    while (!existsSync(devFile)) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`parlance dev did not get ready:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.dev = JSON.parse(readFileSync(devFile, "utf8")) as DevFile;
  }

  /** Stops the program as Ctrl+C does and waits for its end. */
  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
  }

  /** Stops it and removes its data. */
  async discard(): Promise<void> {
    await this.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
