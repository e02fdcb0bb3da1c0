// A browser walks the product: first run, Today, People, a person, Train; then every page in both
// schemes and four widths; then the same with scripts off.
//
//   node tests/browser/walk.mjs PROGRAM [--partial] [--demo]
//
// --partial passes by pages and controls that do not exist yet, and says so.
// --demo loads the demo by command before the start, instead of by the button of the first page.
import { resolve } from "node:path";
import { Report, WAIT_MS, breaches, browse, overflow, shot, start, tab } from "./harness.mjs";

const program = process.argv[2];
const partial = process.argv.includes("--partial");
const loaded = process.argv.includes("--demo");
if (!program || program.startsWith("--")) {
  console.error("usage: node walk.mjs PROGRAM [--partial] [--demo]");
  process.exit(2);
}

const WIDTHS = [1440, 820, 420, 320];
/** Where people read for long; the accessibility rules are checked there. */
const AXE_WIDTHS = [1440, 420];
const DEMO_MS = 60_000;
const HTML_BYTES_MAX = 60 * 1024;
/** The product must have these, whatever else the navigation lists. */
const MUST = ["/", "/people", "/hiring", "/plan", "/turnover", "/model", "/train", "/data", "/metrics", "/help"];

const report = new Report();
const late = setTimeout(() => { report.fail("the walk", "not finished after 12 minutes"); process.exit(report.end()); }, 12 * 60_000);

const house = await start(resolve(program), loaded);
const browser = await browse();
try {
  await walk();
} finally {
  clearTimeout(late);
  await browser.close();
  if (!house.alive()) report.fail("the program", `it ended by itself; it said:\n${house.said().slice(-2000)}`);
  await house.stop();
}
process.exit(report.end());

async function walk() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const page = await tab(context, house.origin);
  const seen = new Map(MUST.map((path) => [path, path]));
  await report.part("the link", () => link(page, context));
  if (!loaded) {
    for (const path of MUST) await report.part(`before any data: ${path}`, () => oneLook(page, path));
    await report.part("first run: the demo office", () => firstRun(page));
  }
  await report.part("Today", () => today(page));
  await report.part("People: filter, sort", () => people(page));
  await report.part("Hiring: filter, sort", () => hiring(page));
  await report.part("a person: the receipt", () => person(page, seen));
  await report.part("what if: a slider", () => whatIf(page, seen.get("what if")));
  await report.part("Plan: a scenario", () => plan(page, seen));
  await report.part("Train: start, watch, stop", () => train(page, seen));
  await report.part("a metric", () => metric(page, seen));
  await report.part("keys", () => keys(page));
  await report.part("the navigation", () => navigation(page, seen));
  for (const path of seen.values()) await report.part(`page ${path}`, () => everyLook(page, path));
  await report.part("addresses that lead nowhere", () => nowhere(page));
  const state = await context.storageState();
  await context.close();
  const plain = await browser.newContext({ viewport: { width: 1440, height: 900 }, javaScriptEnabled: false, storageState: state });
  const quiet = await tab(plain, house.origin);
  for (const path of seen.values()) await report.part(`scripts off: ${path}`, () => reads(quiet, path));
  await report.part("scripts off: filter", () => filterPlainly(quiet));
  await report.part("scripts off: submit", () => submitPlainly(quiet));
  await plain.close();
}

async function link(page, context) {
  const answer = await page.goto(house.link);
  report.check("the printed link opens the product", answer.ok(), `status ${answer.status()} at ${page.url()}`);
  const policy = answer.headers()["content-security-policy"] ?? "";
  report.check("the content policy is sent", policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
  const stranger = await browser.newContext();
  const again = await stranger.request.get(house.link, { maxRedirects: 0 });
  report.check("the link works once", again.status() === 401, `status ${again.status()}`);
  await stranger.close();
  const cookie = (await context.cookies()).at(0);
  report.check("the session is a strict, http-only cookie", cookie?.httpOnly && cookie.sameSite === "Strict", JSON.stringify(cookie ?? null));
  clean(page, "the first page");
}

async function firstRun(page) {
  await page.goto(house.origin);
  const demo = page.locator("main form button", { hasText: /demo/i }).first();
  if (!(await there(demo, "a button that loads the demo"))) return;
  await shot(page, "first-run");
  await demo.click();
  await page.waitForURL(/\/tasks\//);
  await ended(page, "the demo is loaded", DEMO_MS, /done/i);
  clean(page, "the demo task");
}

async function today(page) {
  if (!(await open(page, "/"))) return;
  report.check("it speaks of people, not of setting up", (await page.locator("a[href^='/people']").count()) > 0, "no link to People");
  clean(page, "Today");
}

async function people(page) {
  if (!(await open(page, "/people"))) return;
  const rows = page.locator("main table tbody tr");
  const all = await rows.count();
  if (!report.check("it lists people", all > 1, `${all} rows`)) return;
  const name = (await rows.nth(0).locator("a[href^='/people/']").first().innerText()).trim().split(/\s+/).at(-1);
  const field = page.locator("main form input[type=search], main form input[name=q]").first();
  await field.fill(name);
  await page.waitForURL(/[?&]q=/);
  await page.waitForFunction((count) => document.querySelectorAll("main table tbody tr").length < count, all);
  const left = await rows.allInnerTexts();
  report.check("the filter keeps who matches", left.length > 0 && left.every((it) => it.includes(name)), left.slice(0, 3).join("\n"));
  await page.reload();
  report.check("the address keeps the filter", (await rows.count()) === left.length, `${await rows.count()} rows after a reload, ${left.length} before`);
  await open(page, "/people");
  const head = page.locator("main thead th a").first();
  await head.click();
  await page.waitForURL(/sort=|by=|order=/);
  report.check("a sorted column says so", (await page.locator("main thead th[aria-sort]").count()) === 1, "no aria-sort, or more than one");
  await shot(page, "people-sorted");
  clean(page, "People");
}

async function hiring(page) {
  if (!(await open(page, "/hiring"))) return;
  const head = await page.locator("main h1").innerText();
  report.check("it says what is open and what is slow", /open/.test(head) && /slowest stage/i.test(head), head);
  const meta = page.locator("#openings .meta"), all = await meta.innerText();
  const count = await page.locator("aside nav a[href='/hiring'] .count").innerText();
  report.check("the navigation counts the same positions", all.startsWith(`${count} position`), `${count}; ${all}`);
  await page.locator("#period").selectOption("24");
  await page.waitForURL(/period=24/);
  report.check("the period stays chosen", (await page.locator("#period").inputValue()) === "24", page.url());
  await page.locator("#funnel th a", { hasText: "Source" }).click();
  await page.waitForURL(/sort=source/);
  const names = await page.locator("#funnel tbody th").allInnerTexts();
  report.check("the sources are sorted", names.slice(1).every((it, at, list) => !at || list[at - 1].toLowerCase() <= it.toLowerCase()), names.join(", "));
  report.check("and the period is kept", new URL(page.url()).searchParams.get("period") === "24", page.url());
  const file = await page.request.get(house.origin + (await page.locator("a[download]").first().getAttribute("href")));
  report.check("the file holds the funnel", (await file.text()).includes("funnel_hired"), `status ${file.status()}`);
  clean(page, "Hiring");
}

async function person(page, seen) {
  if (!(await open(page, "/people"))) return;
  const names = page.locator("main table tbody a[href^='/people/']");
  if (!(await there(names.first(), "a link to a person"))) return;
  await names.first().click();
  await page.waitForURL(/\/people\/[0-9a-f-]{36}/);
  const path = new URL(page.url()).pathname;
  seen.set("a person", path);
  seen.set("what if", `${path}/what-if`);
  const receipt = page.locator("main .receipt");
  const lines = await receipt.locator("li").count();
  report.check("the receipt has a base, reasons and a total", lines >= 3, `${lines} lines`);
  const points = await receipt.locator("li:not(.rh) .v").allInnerTexts();
  const values = points.map((it) => Math.round(100 * Number(it.replaceAll("\u2212", "-").replace("+", "").split(/[^\d.-]/)[0])));
  const total = values.pop(), sum = values.reduce((a, b) => a + b, 0);
  report.check("the printed points add up", values.length > 0 && sum === total, `${points.join(" ")}: sum ${sum / 100}`);
  const left = await page.locator("body").innerText();
  report.check("it says may, not will", !/\bwill leave\b|flight risk/i.test(left), "unkind words");
  clean(page, "a person");
}

async function whatIf(page, path) {
  if (!path || !(await open(page, path))) return;
  const lever = page.locator("main .lever").filter({ has: page.locator("input[type=range]") }).first();
  if (!(await there(lever, "a slider"))) return;
  const before = await page.locator("#result [role=status]").innerText();
  const number = lever.locator("input[type=number]");
  const to = (await number.inputValue()) === (await number.getAttribute("min")) ? "End" : "Home";
  await lever.locator("input[type=range]").press(to);
  report.check("the number follows the slider", (await number.inputValue()) === (await lever.locator("input[type=range]").inputValue()), await number.inputValue());
  await page.waitForFunction((text) => document.querySelector("#result [role=status]").innerText !== text, before);
  report.check("the address keeps the values", new URL(page.url()).searchParams.size > 1, page.url());
  const after = await page.locator("#result [role=status]").innerText();
  await page.reload();
  report.check("and gives the same answer", (await page.locator("#result [role=status]").innerText()) === after, after);
  report.check("it says association, not proof", /association, not proof/i.test(await page.locator("main").innerText()), "no caution");
  clean(page, "what if");
}

async function train(page, seen) {
  if (!(await open(page, "/train"))) return;
  const button = page.locator("main form[method=post] button", { hasText: /train/i }).first();
  if (!(await there(button, "a button that trains"))) return;
  await button.click();
  await page.waitForURL(/\/tasks\//);
  seen.set("a task", new URL(page.url()).pathname);
  report.check("progress is a progress bar", await page.locator("main progress").first().isVisible(), "no <progress>");
  const before = await page.locator("main").innerText();
  await page.waitForFunction((text) => document.querySelector("main").innerText !== text, before);
  report.ok("it moves without a reload");
  await shot(page, "training");
  const stop = page.locator("main form[action$='/stop'] button").first();
  if (await stop.isVisible().catch(() => false)) {
    await stop.click().catch(() => {});
    await ended(page, "a stopped training ends", WAIT_MS * 2, /cancelled|stopped|done/i);
  } else {
    report.ok("the training was done before it could be stopped");
  }
  clean(page, "Train");
}

async function metric(page, seen) {
  if (!(await open(page, "/metrics"))) return;
  const first = page.locator("main a[href^='/metrics/']").first();
  if (!(await there(first, "a link to a metric"))) return;
  await first.click();
  await page.waitForURL(/\/metrics\/\w/);
  seen.set("a metric", new URL(page.url()).pathname);
  clean(page, "a metric");
}

async function plan(page, seen) {
  seen.set("a series", "/plan/series?series=headcount");
  seen.set("scenarios", "/plan/compare");
  if (!(await open(page, "/plan/compare"))) return;
  const form = page.locator("form[action='/plan/scenarios']");
  await form.locator("button[type=submit]").click();
  await page.waitForSelector(".err-summary");
  report.check("a scenario without a name comes back with words", (await page.title()).startsWith("Error:"), await page.title());
  page.wrong(); // The browser reports the 422 as an error of the console.
  await form.locator("[name=name]").fill("More work");
  await form.locator("[name=demand]").fill("10");
  await Promise.all([page.waitForURL(/compare\?a=/), form.locator("button[type=submit]").click()]);
  const columns = page.locator("#figures thead th", { hasText: "More work" });
  report.check("it stands beside things as they are", (await columns.count()) === 1, `${await columns.count()} columns`);
  await page.locator("#saved a", { hasText: "More work" }).click();
  await page.waitForURL(/scenario=/);
  report.check("its plan says what is different", (await page.locator("main .note.warn").innerText()).includes("10% more demand"), "it does not");
  await page.goBack();
  await page.locator("#saved button", { hasText: "Delete" }).first().click();
  await page.locator("[popover]:popover-open form button").click();
  await page.waitForURL(/\/plan\/compare$/);
  report.check("it is gone", (await page.locator("#saved .rows li").count()) === 0, "it is still there");
  clean(page, "scenarios");
}

async function keys(page) {
  if (!(await open(page, "/train"))) return;
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.className);
  report.check("the first stop is the skip link", first.includes("skip"), `focus on .${first}`);
  await page.keyboard.press("Control+k");
  report.check("Ctrl K opens the palette", await page.locator("#palette").isVisible(), "it stays closed");
  await page.keyboard.press("Escape");
  report.check("Esc closes it", !(await page.locator("#palette").isVisible()), "it stays open");
  await page.locator("body").click({ position: { x: 900, y: 700 } });
  await page.keyboard.press("?");
  report.check("? lists the keys", await page.locator("#keys").isVisible(), "it stays closed");
  await page.keyboard.press("Escape");
  await page.emulateMedia({ media: "print" });
  report.check("paper carries no navigation", !(await page.locator("aside nav").isVisible()), "it is printed");
  await page.emulateMedia({ media: "screen" });
  clean(page, "keys");
}

async function navigation(page, seen) {
  await page.goto(`${house.origin}/help`); // The first page of an empty office has no navigation.
  const paths = await page.locator("aside nav a").evaluateAll((links) => links.map((it) => it.getAttribute("href")));
  report.check("there is a navigation", paths.length > 0, "no aside nav a");
  for (const path of paths) seen.set(path, path);
  for (const [name, path] of [...seen]) {
    const answer = await page.request.get(house.origin + path);
    if (answer.status() === 404 && partial) {
      report.skip(path, "not there yet");
      seen.delete(name);
    } else {
      report.check(`${path} answers`, answer.ok(), `status ${answer.status()}`);
    }
  }
}

async function everyLook(page, path) {
  if (!(await open(page, path))) return;
  const bytes = (await (await page.request.get(house.origin + path)).body()).length;
  report.check("the page is light", bytes <= HTML_BYTES_MAX, `${bytes} bytes, ${HTML_BYTES_MAX} at most`);
  const name = path.replace(/[0-9a-f-]{36}/, "one").replaceAll("/", "_").slice(1) || "today";
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const wide = await overflow(page);
      if (wide) report.fail(`no sideways scroll at ${width}, ${colorScheme}`, wide);
      if (!AXE_WIDTHS.includes(width)) continue;
      const found = await breaches(page);
      report.check(`accessible at ${width}, ${colorScheme}`, found.length === 0, found.join("\n"));
      await shot(page, `${name}-${width}-${colorScheme}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
  clean(page, path);
}

async function oneLook(page, path) {
  if (!(await open(page, path))) return;
  const found = await breaches(page);
  report.check("accessible", found.length === 0, found.join("\n"));
  await shot(page, `empty${path.replaceAll("/", "_")}`);
  clean(page, path);
}

async function nowhere(page) {
  for (const path of ["/nowhere", "/people/00000000-0000-7000-8000-000000000000", "/tasks/x"]) {
    const answer = await page.goto(house.origin + path);
    const words = await page.locator("body").innerText();
    const kind = answer.status() === 404 && words.trim().length > 20;
    report.check(`${path} is explained`, kind, `status ${answer.status()}: ${words.slice(0, 200)}`);
  }
  page.wrong(); // The browser reports each 404 as an error of the console.
}

async function reads(page, path) {
  const answer = await page.goto(house.origin + path);
  const words = await page.locator("main").innerText();
  report.check("it reads", answer.ok() && words.trim().length > 10, `status ${answer.status()}, ${words.length} characters`);
  report.check("it has one heading of the first level", (await page.locator("h1").count()) === 1, `${await page.locator("h1").count()}`);
  const wrong = page.wrong();
  report.check("nothing went wrong", wrong.length === 0, wrong.join("\n"));
}

async function filterPlainly(page) {
  const answer = await page.goto(`${house.origin}/people`);
  if (answer.status() === 404 && partial) return report.skip("/people", "not there yet");
  const rows = page.locator("main table tbody tr"), all = await rows.count();
  const name = (await rows.nth(0).locator("a[href^='/people/']").first().innerText()).trim().split(/\s+/).at(-1);
  const field = page.locator("main form input[type=search], main form input[name=q]").first();
  await field.fill(name);
  await Promise.all([page.waitForURL(/[?&]q=/), field.press("Enter")]);
  const left = await rows.count();
  report.check("the form filters", 0 < left && left < all, `${left} of ${all} rows`);
}

async function submitPlainly(page) {
  await page.goto(`${house.origin}/train`);
  const button = page.locator("main form[method=post] button", { hasText: /train/i }).first();
  if (!(await there(button, "a button that trains"))) return;
  await Promise.all([page.waitForURL(/\/tasks\//), button.click()]);
  report.ok("the form starts a training");
  const stop = page.locator("main form[action$='/stop'] button").first();
  for (const until = Date.now() + WAIT_MS * 2; Date.now() < until; await page.waitForTimeout(500)) {
    if (!(await stop.isVisible().catch(() => false))) break;
    await stop.click().catch(() => {});
    await page.reload();
  }
  report.check("and stops it", !(await stop.isVisible()), "it still runs");
}

/** Goes to a page; false when it is not there (yet). */
async function open(page, path) {
  const answer = await page.goto(house.origin + path);
  if (answer.status() === 404 && partial) {
    report.skip(path, "not there yet");
    page.wrong();
    return false;
  }
  return report.check(`${path} opens with a heading`, answer.ok() && (await page.locator("h1").count()) === 1, `status ${answer.status()}, ${await page.locator("h1").count()} h1`);
}

async function there(locator, what) {
  const found = (await locator.count()) > 0;
  if (!found && partial) report.skip(what, "not there yet");
  else report.check(`there is ${what}`, found, "nothing like it on the page");
  return found;
}

/** Waits until the task on this page ends, by what the page itself shows. */
async function ended(page, name, within, state) {
  // The page may be on its way to the next one: look until the words are there and the button is gone.
  const over = ([source, flags]) =>
    new RegExp(source, flags).test(document.querySelector("main")?.innerText ?? "") &&
    !document.querySelector("main form[action$='/stop']");
  await page.waitForFunction(over, [state.source, state.flags], { timeout: within }).catch(() => {});
  const words = await page.locator("main").innerText();
  report.check(name, state.test(words), words.slice(0, 300));
}

/** Nothing went wrong on this tab since last asked. */
function clean(page, where) {
  const wrong = page.wrong();
  report.check(`${where}: no console error, no policy breach, no request elsewhere`, wrong.length === 0, [...new Set(wrong)].join("\n"));
}
