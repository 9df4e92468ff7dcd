/** The page at a gate: a press is kept on the phone first, shown at once, and sent when there is signal. */

const { flush, forgetRefused, gate, keepSums, last, press, presses, undo } = self.linliPresses;
const QUARTER = 15 * 60_000; // milliseconds
const SOON = 1_500; // milliseconds after a press; what is pressed in quick succession goes together
const AGAIN = 20_000; // milliseconds between tries while something waits
const OFFLINE_PAGE = "/gates/phone";

const root = document.getElementById("gate");
const words = JSON.parse(root.dataset.words);
const [, kindOfPage, own] = window.location.pathname.split("/"); // "gates/7", or "gate/" and a helper's token
const id = kindOfPage === "gate" ? own : Number(own);
const part = (name) => document.getElementById(`gate-${name}`);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const name = (kind) => document.querySelector(`.gate-${kind} .gate-word`).textContent.trim();

let known = null;
let signIn = false;
let soon;

start();

async function start() {
  try {
    if (root.dataset.gate) await keepSums(id, JSON.parse(root.dataset.sums), root.dataset.name);
    known = await gate(id);
  } catch {
    part("waiting").textContent = words.notKept; // the forms work on as they are
    return;
  }
  if (!known) {
    part("said").textContent = words.noGate;
    for (const button of document.querySelectorAll(".gate-button")) button.disabled = true;
    return;
  }
  part("name").textContent = document.title = known.name;
  part("count").addEventListener("submit", onPress);
  part("undo").addEventListener("submit", onUndo);
  part("over")?.addEventListener("submit", onHandOver);
  part("refused-gone").addEventListener("click", async () => {
    await forgetRefused(id);
    await show();
  });
  addEventListener("online", send);
  addEventListener("pageshow", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(send, AGAIN);
  keepPage();
  await show();
  send();
}

async function onPress(event) {
  event.preventDefault();
  const kind = event.submitter?.value;
  if (!kind) return;
  try {
    await press(id, kind);
  } catch {
    part("said").textContent = fill(words.full, { name: name(kind) });
    return;
  }
  navigator.vibrate?.(30);
  part("said").textContent = fill(words.counted, { name: name(kind) });
  await show();
  clearTimeout(soon);
  soon = setTimeout(send, SOON);
}

async function onUndo(event) {
  event.preventDefault();
  const one = last(await presses(id));
  if (!one) return;
  await undo(one.key);
  part("said").textContent = fill(words.undone, { name: name(one.kind) });
  await show();
  send();
}

/** Hands over only what the service has: what waits on the phone would fall to the next shift. */
async function onHandOver(event) {
  event.preventDefault();
  await send();
  const waits = (await presses(id)).some(({ state }) => state === "waiting");
  if (waits || !navigator.onLine) part("said").textContent = words.sendFirst;
  else event.target.submit();
}

async function send() {
  const waits = (await presses(id)).some(({ state }) => state === "waiting");
  if (waits && navigator.onLine) {
    const answer = await flush(id);
    signIn = Boolean(answer.signIn);
    if (answer.sums) offerWholePage();
  }
  known = await gate(id); // what waited may have been sent by the worker
  await show();
}

/** The page a phone keeps has no hand-over: with signal the whole one can be opened. It does not change by itself. */
function offerWholePage() {
  if (root.dataset.gate) return;
  part("kept").hidden = true;
  part("again").hidden = false;
}

/** Shows what the service has said plus what it does not know yet. */
async function show() {
  const all = await presses(id);
  if (part("since")) part("since").textContent = fill(words.since, known.since);
  const passed = Math.max(0, Math.ceil((Date.now() - known.ends) / QUARTER));
  const begins = known.ends + (passed - 1) * QUARTER;
  for (const number of document.querySelectorAll("[data-quarter]")) {
    const { quarter: kind } = number.dataset;
    const here = all.filter((one) => one.kind === kind && one.state === "waiting" && one.at >= begins);
    const ahead = here.reduce((sum, one) => sum + (one.isUndone ? (one.isCounted ? -1 : 0) : 1), 0);
    number.textContent = (passed ? 0 : known.quarter[kind]) + ahead;
  }
  const waiting = all.filter(({ state }) => state === "waiting").length;
  const line = part("waiting");
  line.textContent = waiting ? fill(signIn ? words.signIn : words.waiting, { count: waiting }) : words.none;
  line.toggleAttribute("data-count", waiting > 0);
  const one = last(all);
  part("undo").hidden = !one;
  part("last").textContent = one ? name(one.kind) : "";
  showRefused(all.filter(({ state }) => state === "refused"));
}

function showRefused(refused) {
  part("refused").hidden = !refused.length;
  const lines = [...new Set(refused.map(({ why }) => why))].map((why) => {
    const own = refused.filter((one) => one.why === why);
    const kinds = [...new Set(own.map(({ kind }) => kind))];
    const names = kinds.map((kind) => `${name(kind)} ${own.filter((one) => one.kind === kind).length}`).join(" · ");
    return fill(words[why] ?? words.other, { count: own.length, names });
  });
  part("refused-words").textContent = lines.join(" ");
}

/** Lets the service worker keep the page of any gate, so that this one opens without signal. */
async function keepPage() {
  if (!navigator.serviceWorker) return;
  const worker = (await navigator.serviceWorker.ready).active;
  const used = [OFFLINE_PAGE, ...performance.getEntriesByType("resource").map((one) => one.name)];
  worker.postMessage({ used: used.map((one) => new URL(one, window.location.href).href) });
}
