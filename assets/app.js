/* Palette, keys, toast, focus after a swap, one event stream a browser. */
(() => {
"use strict";
const doc = document, none = new DocumentFragment(), one = (s, r = doc) => r.querySelector(s), all = (s, r = doc) => [...r.querySelectorAll(s)];
const isOpen = el => el?.matches(":popover-open");

/* Palette filters links. Slider and number agree. */
const links = () => all("#palette li:not([hidden]) a");
const filter = () => {
  const words = one("#palette-q").value.toLowerCase().split(/\s+/);
  all("#palette-list li").forEach(li => { const t = (li.textContent + " " + li.dataset.words).toLowerCase(); li.hidden = !words.every(w => t.includes(w)); });
  one("#palette-none").hidden = links().length > 0;
};
doc.addEventListener("input", ({ target: t }) => { if (t.id === "palette-q") filter(); all("input", t.closest(".lever") || none).forEach(o => o === t || (o.value = t.value)); });
doc.addEventListener("toggle", e => { if (e.target.id === "palette" && e.newState === "open") { one("#palette-q").value = ""; filter(); one("#palette-q").focus(); } }, true);
const inPalette = e => {
  const list = links(), at = list.indexOf(doc.activeElement), by = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (by) { e.preventDefault(); (list[at + by] || one("#palette-q")).focus(); }
  else if (e.key === "Enter" && at < 0 && list[0]) { e.preventDefault(); list[0].click(); }
};

/* No letters in fields. */
let going = 0;
const step = by => {
  const rows = all("main .table tbody tr, main .rows > li").filter(r => r.checkVisibility() && one("a, button", r)), at = rows.findIndex(r => r.contains(doc.activeElement));
  const row = rows[at < 0 ? 0 : at + by];
  if (row) one("th a, .who a, a, button", row).focus();
};
const keys = { g: () => { going = Date.now(); }, j: () => step(1), k: () => step(-1), "?": () => one("#keys")?.togglePopover(), "/": () => one("main input[type=search]")?.focus(),
  x: () => one("input[type=checkbox]", doc.activeElement.closest("tr, .rows > li") || none)?.click() };
doc.addEventListener("keydown", e => {
  const box = one("#palette"), command = e.ctrlKey || e.metaKey;
  if (isOpen(box)) return inPalette(e);
  if (box && command && e.key === "k") { e.preventDefault(); return box.showPopover(); }
  if (e.key === "Escape") return one("[data-cancel]", e.target.closest("form") || none)?.click();
  if (command || e.altKey || one("html[data-keys=off]") || e.target.closest("input, select, textarea")) return;
  const went = Date.now() - going < 1200; going = 0;
  const link = went && one(`#palette [data-g="${CSS.escape(e.key)}"]`), act = link ? link.click.bind(link) : keys[e.key];
  if (act) { e.preventDefault(); act(); }
});

let timer;
const arm = () => { clearTimeout(timer); const box = one("#toast"); if (box.firstElementChild) timer = setTimeout(() => box.matches(":hover, :focus-within") ? arm() : box.replaceChildren(), 8000); };

/* After a change: focus. */
const problem = () => { const box = one(".err-summary[tabindex]"); box?.focus(); return box; };
doc.addEventListener("htmx:afterSettle", e => {
  arm();
  if (e.detail.target === doc.body || e.detail.requestConfig?.boosted) { if (!problem()) one("#main").focus({ preventScroll: true }); one("#live").textContent = doc.title; }
  else if (e.detail.xhr?.status === 422) problem();
});
doc.addEventListener("htmx:oobAfterSwap", arm);
arm(); problem();

/* One EventSource a browser, shared. */
if (!window.htmx || !navigator.locks) return;
const bus = new BroadcastChannel("crewkeep"), tab = String(Math.random()), mine = new Set(), wants = new Map();
let lead = false, stream, url = "", names, heard = Date.now(), later, born = 0;
const deliver = m => { heard = Date.now(); mine.forEach(s => m.name ? s.on.get(m.name)?.forEach(f => f({ type: m.name, data: m.data, lastEventId: m.id })) : s.open()); };
const send = m => { deliver(m); bus.postMessage({ event: m }); };
const connect = again => {
  const asked = [...wants.values()], topics = [...new Set(asked.flatMap(w => w.topics))].sort(), next = topics.length ? "/events?topics=" + topics.map(encodeURIComponent) : "";
  if (again || next !== url) {
    stream?.close(); url = next; names = new Set();
    const own = stream = next ? new EventSource(next) : null;
    if (own) { own.onopen = () => send({}); own.onerror = () => { if (own === stream && own.readyState === 2) { url = ""; setTimeout(connect, 3e3); } }; }
  }
  if (stream) asked.flatMap(w => w.names).forEach(name => { if (!names.has(name)) { names.add(name); stream.addEventListener(name, e => send({ name, data: e.data, id: e.lastEventId })); } });
};
const want = w => { const old = wants.get(w.tab); w.topics.length ? wants.set(w.tab, w) : wants.delete(w.tab); connect(old?.born !== w.born || w.names.some(n => !old.names.includes(n))); };
const tell = () => { clearTimeout(later); later = setTimeout(() => { const list = [...mine], w = { tab, born, topics: list.flatMap(s => s.topics), names: list.flatMap(s => [...s.on.keys()]) }; lead ? want(w) : bus.postMessage({ want: w }); }, 30); };
class Shared {
  constructor(at) { this.topics = new URL(at, location).searchParams.get("topics").split(","); this.on = new Map(); this.readyState = 0; mine.add(this); born++; tell(); }
  open() { this.readyState = 1; this.onopen?.({}); }
  addEventListener(n, f) { this.on.set(n, (this.on.get(n) || new Set()).add(f)); tell(); }
  removeEventListener(n, f) { this.on.get(n)?.delete(f); }
  close() { this.readyState = 2; mine.delete(this); tell(); }
}
bus.onmessage = ({ data }) => { if (data.event) deliver(data.event); if (data.hello) tell(); if (data.want && lead) want(data.want); };
navigator.locks.request("crewkeep-events", () => new Promise(() => { lead = true; bus.postMessage({ hello: 1 }); tell(); }));
addEventListener("pagehide", () => bus.postMessage({ want: { tab, topics: [], names: [] } }));
addEventListener("pageshow", e => { if (e.persisted) tell(); });
htmx.createEventSource = at => new Shared(at);
setInterval(() => all("[data-heard]").forEach(el => { const s = Math.round((Date.now() - heard) / 1000); el.textContent = s < 10 ? `Last message ${s} s ago.` : `Silent for ${s} s; reload.`; }), 1000);
})();
