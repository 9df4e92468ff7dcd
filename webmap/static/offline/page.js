/** On every page: installs the service worker, sends what waits on this phone, and says so; keeps the form's words. */

const { linliOutbox } = window;
const AGAIN = 60_000; // milliseconds between tries while a page is open; "online" is not always told
const SETTLES = 2_000; // milliseconds; the first moment of a new signal often carries nothing yet

const notice = document.getElementById("outbox-notice");
const look = () => {
  const { lang, dataset } = document.documentElement;
  return new URLSearchParams({ lang, type: dataset.type });
};

linliOutbox.onChange(() => say());
for (const heard of ["online", "pageshow"]) addEventListener(heard, () => sendOut());
addEventListener("online", () => setTimeout(sendOut, SETTLES));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sendOut());
setInterval(() => sendOut(), AGAIN);
say().then(sendOut);
wireForm(document.querySelector('form[action="/report"]'));
if (document.readyState === "complete") install();
else addEventListener("load", () => install(), { once: true });

async function sendOut() {
  const entries = await linliOutbox.all().catch(() => []);
  if (navigator.onLine && entries.some(({ state }) => state === "waiting")) await linliOutbox.flush();
}

/** One line under the header while something waits, was refused, or was sent and nobody has looked yet. */
async function say() {
  const entries = await linliOutbox.all().catch(() => []); // a browser may forbid to keep anything
  const news = entries.filter((entry) => !entry.isSeen);
  const state = ["refused", "waiting", "sent"].find((one) => news.some((entry) => entry.state === one));
  notice.hidden = !state;
  for (const line of notice.children) line.hidden = line.dataset.state !== state;
  if (window.location.pathname === "/waiting") notice.hidden = true; // the page says it itself
}

/** The worker is fetched when the page is there and the line is free. */
async function install() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(`/worker.js?${look()}`);
  const tellUsed = async () => {
    const used = [window.location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)];
    (await navigator.serviceWorker.ready).active.postMessage({ used });
  };
  await tellUsed();
  navigator.serviceWorker.addEventListener("controllerchange", tellUsed);
  setTimeout(tellUsed, 5_000); // what the page fetched after it had loaded
}

/** Without signal the form's words stay on the phone; with it the form is sent as any form is. */
function wireForm(form) {
  if (!form || !window.indexedDB) return;
  const { key, compound, lat, pin_lat: pin } = form.elements;
  // A kept page is opened many times: the key is made by the phone each time, not by the page.
  if (!document.getElementById("problems")) key.value = linliOutbox.newKey();
  fillFromLink(form);
  form.addEventListener("submit", async (event) => {
    if (navigator.onLine || event.submitter?.name) return;
    event.preventDefault();
    compound.setCustomValidity(compound.value || lat.value || pin.value ? "" : notice.dataset.noPlace);
    if (!form.reportValidity()) return;
    const address = `${new URL(form.action).pathname}?lang=${document.documentElement.lang}`;
    try {
      await linliOutbox.keep([...new FormData(form)], address);
    } catch {
      form.submit(); // nothing may be kept here: the browser says itself that there is no signal
      return;
    }
    window.location.assign("/waiting?kept=1");
  });
  compound.addEventListener("input", () => compound.setCustomValidity(""));
}

/** Fills what the link says where the page came from this phone: a poster's compound, or a request to be mended. */
async function fillFromLink(form) {
  const link = new URLSearchParams(window.location.search);
  if (!form.elements.compound.value && link.get("compound")) form.elements.compound.value = link.get("compound");
  const entry = link.get("mend") && (await linliOutbox.get(link.get("mend")));
  if (!entry?.fields) return;
  for (const name of new Set(entry.fields.map(([one]) => one))) {
    const values = entry.fields.filter(([one]) => one === name).map(([, value]) => value);
    fill(form.elements[name], values);
  }
  form.addEventListener("submit", () => linliOutbox.remove(entry.key));
}

function fill(field, values) {
  if (field instanceof RadioNodeList) field.value = values[0];
  else if (field?.type === "file") {
    const files = new DataTransfer();
    for (const file of values) files.items.add(file);
    field.files = files.files;
  } else if (field?.type === "checkbox") field.checked = true;
  else if (field) field.value = values[0];
}
