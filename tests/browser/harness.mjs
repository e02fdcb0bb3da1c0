// The program, the browser and the report of a walk. What is walked stands in walk.mjs.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SHOTS = fileURLToPath(new URL("shots/", import.meta.url));
/** Scripts off means no readiness to wait for but the page itself. */
export const WAIT_MS = 15_000;

/** Counts what held and what did not; says so as it goes. */
export class Report {
  passed = 0; failed = 0; skipped = 0;
  ok(name) { this.passed += 1; console.log(`  ok    ${name}`); }
  fail(name, detail) { this.failed += 1; console.log(`  FAIL  ${name}\n        ${String(detail).trim().replaceAll("\n", "\n        ")}`); }
  skip(name, why) { this.skipped += 1; console.log(`  skip  ${name}: ${why}`); }
  check(name, held, detail = "") { if (held) this.ok(name); else this.fail(name, detail); return Boolean(held); }

  /** Runs a part of the walk; an exception is a failure of that part, not the end of the walk. */
  async part(name, work) {
    console.log(`${name}`);
    const began = Date.now();
    try { await work(); } catch (error) { this.fail(name, error.message ?? error); }
    console.log(`  (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  }

  /** Prints the sum; the exit code says whether everything held. */
  end() {
    const skipped = this.skipped ? `, ${this.skipped} skipped` : "";
    console.log(`${this.passed} passed, ${this.failed} failed${skipped}`);
    return this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

/** Starts the program on a data folder of its own and reads the link it prints. */
export async function start(binary, demo) {
  const dir = mkdtempSync(join(tmpdir(), "crewkeep-walk-"));
  const flags = ["serve", "--no-browser", "--port", "0", "--data-dir", dir];
  // Variables of that name are settings of the program: the caller's must not change the walk.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CREWKEEP_")));
  if (demo) {
    const made = spawnSync(binary, ["demo", "--data-dir", dir], { env, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`no demo: ${made.stderr}`);
    // There may be too little to train on, which the pages must bear as well.
    spawnSync(binary, ["train", "--data-dir", dir], { env });
  }
  const child = spawn(binary, flags, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const link = await new Promise((found, lost) => {
    const late = setTimeout(() => lost(new Error(`no link within 30 s; it said:\n${said}`)), 30_000);
    const read = (bytes) => {
      said += bytes;
      const match = said.match(/http:\/\/127\.0\.0\.1:\d+\/open\?token=\S+/);
      if (match) { clearTimeout(late); found(match[0]); }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", lost);
    child.on("exit", (code) => { clearTimeout(late); lost(new Error(`it ended with ${code}; it said:\n${said}`)); });
  });
  const stop = async () => {
    if (child.exitCode === null) {
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGINT");
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(late);
    }
    rmSync(dir, { recursive: true, force: true });
  };
  return { link, origin: new URL(link).origin, stop, said: () => said, alive: () => child.exitCode === null };
}

/** A headless browser that talks to nobody by itself. */
export function browse() {
  const known = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = known.find((it) => it && existsSync(it));
  if (!executablePath) throw new Error("no Chromium: install the package `chromium`, or name it in CHROMIUM");
  const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args: [...root, ...quiet] });
}

/** A tab that remembers everything that went wrong on it. */
export async function tab(context, origin) {
  const wrong = [];
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.on("console", (it) => { if (it.type() === "error") wrong.push(`console: ${it.text()} (${it.location().url})`); });
  page.on("pageerror", (it) => wrong.push(`script: ${it.message}`));
  page.on("request", (it) => { if (!it.url().startsWith(origin) && !it.url().startsWith("about:")) wrong.push(`request to another host: ${it.url()}`); });
  page.on("response", (it) => { if (it.status() >= 500) wrong.push(`answer ${it.status()}: ${it.url()}`); });
  await page.exposeBinding("policyBroken", (_, what) => wrong.push(`content policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (it) => window.policyBroken(`${it.violatedDirective} ${it.blockedURI}`));
  });
  /** What went wrong since the last call. */
  page.wrong = () => wrong.splice(0);
  return page;
}

/** Breaches of the accessibility rules, one line each. */
export async function breaches(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), RULES);
  return found.violations.map((it) => `${it.id}: ${it.help}: ${it.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

/** How many pixels the page scrolls sideways, and what sticks out. */
export function overflow(page) {
  return page.evaluate(() => {
    const root = document.documentElement, over = root.scrollWidth - root.clientWidth;
    if (over <= 0) return null;
    const out = [...document.body.querySelectorAll("*")].filter((it) => it.getBoundingClientRect().right > root.clientWidth + 1);
    const names = out.slice(0, 4).map((it) => `${it.tagName.toLowerCase()}.${[...it.classList].join(".")}`);
    return `${over} px too wide: ${names.join(", ")}`;
  });
}

export async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}
