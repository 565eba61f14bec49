/**
 * The real server, on a fresh data directory filled from the example handbook. Knows no browser.
 *
 * LECTERN_BIN names the binary. LECTERN_PROVISIONED names a data directory with the model and the libraries; it is
 * filled by `lectern setup` when it is empty, and shared with the Rust tests unless it is set.
 */

import { execFile, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
export const SEED = join(ROOT, "data/seed");
const BINARY = resolve(ROOT, process.env.LECTERN_BIN || "target/release/lectern");
const PROVISIONED = resolve(ROOT, process.env.LECTERN_PROVISIONED || "target/lectern-test-provision");
const PARTS = ["lib", "models"];
const SETUP_MS = 900_000;
const START_MS = 120_000;
/** One browser asks for many people here. */
const LIMITS = "[limits]\nquestions_per_minute = 6000\nrequests_per_minute = 60000\n";

/** What the person who runs the tests has set for a server of their own is not for this one. */
const ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("LECTERN_")));

export class House {
  /** Made, filled and ready. `settings` are lines of the configuration. */
  static async open(settings = "") {
    const house = new House(settings);
    try {
      await house.#provide();
      house.port = await freePort();
      await house.start();
      return house;
    } catch (error) {
      await house.close();
      throw error;
    }
  }

  constructor(settings) {
    this.folder = mkdtempSync(join(tmpdir(), "lectern-browser-"));
    this.data = join(this.folder, "data");
    this.log = join(this.folder, "log");
    writeFileSync(join(this.folder, "lectern.toml"), `${LIMITS}${settings}`);
    this.port = 0;
    this.child = undefined;
    this.killed = () => this.child?.kill("SIGKILL");
    process.once("exit", this.killed);
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Also after a stop: the same data on the same port. */
  async start() {
    const log = openSync(this.log, "a");
    const listen = ["--listen", `127.0.0.1:${this.port}`, "--seed", SEED];
    const options = { cwd: this.folder, env: ENVIRONMENT, stdio: ["ignore", log, log] };
    this.child = spawn(BINARY, ["serve", "--data-dir", this.data, ...listen], options);
    closeSync(log);
    this.ended = new Promise((done) => {
      this.child.once("exit", done);
      this.child.once("error", done);
    });
    await this.#ready();
  }

  /** With SIGSTOP it freezes and takes connections without answering; with SIGKILL it is gone as if unplugged. */
  async stop(signal = "SIGTERM") {
    this.child?.kill(signal);
    if (signal !== "SIGSTOP") await this.ended;
  }

  /** Through the command line, as the operator would. */
  async ingest(tier, files) {
    await run(["ingest", "--data-dir", this.data, "--tier", tier, "--wait", ...files]);
  }

  /** The link by which somebody joins who reads and does so much. */
  async invite(login, role, tier) {
    const { stdout } = await run(["users", "--data-dir", this.data, "add", login, "--role", role, "--tier", tier]);
    const link = /lnk_[\w-]+/.exec(stdout)?.[0];
    if (!link) throw new Error(`no link for ${login}: ${stdout}`);
    return link;
  }

  async close() {
    await this.stop("SIGKILL");
    process.removeListener("exit", this.killed);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #provide() {
    if (!PARTS.every((part) => existsSync(join(PROVISIONED, part)))) {
      console.error(`browser tests: provisioning ${PROVISIONED}, once`);
      await run(["setup", "--data-dir", PROVISIONED], SETUP_MS);
    }
    mkdirSync(this.data, { mode: 0o700 });
    for (const part of PARTS) symlinkSync(join(PROVISIONED, part), join(this.data, part));
  }

  async #ready() {
    for (const started = Date.now(); Date.now() - started < START_MS; await pause(100)) {
      if (this.child.exitCode !== null || this.child.pid === undefined) break;
      const response = await fetch(`${this.origin}/readyz`).catch(() => undefined);
      if (response?.status === 200) return;
    }
    throw new Error(`${BINARY} did not become ready:\n${readFileSync(this.log, "utf8").slice(-4_000)}`);
  }
}

function run(args, timeout = START_MS) {
  return promisify(execFile)(BINARY, args, { cwd: tmpdir(), env: ENVIRONMENT, timeout });
}

function freePort() {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
