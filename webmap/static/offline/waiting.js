/** The page of what waits on this phone: each request with what is kept of it, and what can be done. */

const { linliOutbox } = window;
const list = document.getElementById("outbox");
const empty = document.getElementById("outbox-empty");
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
const services = JSON.parse(list.dataset.services);

document.getElementById("elsewhere").hidden = window.location.pathname === "/waiting";
linliOutbox.onChange(() => show());
show();

async function show() {
  const entries = await linliOutbox.all().catch(() => []);
  list.replaceChildren(...entries.reverse().map(drawn));
  empty.hidden = entries.length > 0;
  for (const entry of entries) if (entry.state === "sent" && !entry.isSeen) linliOutbox.put({ ...entry, isSeen: true });
}

/** An entry as the template of its state has it. */
function drawn(entry) {
  const item = document.getElementById(`outbox-${entry.state}`).content.cloneNode(true);
  const fields = new Map(entry.fields ?? []);
  const put = (name, text) => item.querySelectorAll(`[data-put=${name}]`).forEach((part) => (part.textContent = text));
  put("service", services[entry.service ?? fields.get("service")] ?? "");
  put("written", clock.format(entry.writtenAt));
  put("sent", entry.sentAt ? clock.format(entry.sentAt) : "");
  put("reference", entry.reference ?? "");
  if (entry.problems?.length) put("problems", entry.problems.join(" "));
  put("place", [fields.get("compound"), fields.get("building"), fields.get("unit")].filter(Boolean).join(" "));
  put("words", fields.get("words") || "–");
  put("contact", fields.get("contact") || "–");
  put("photos", (entry.fields ?? []).filter(([, value]) => value instanceof Blob).length);
  item.querySelector("[data-link]")?.setAttribute("href", entry.link);
  item.querySelector("[data-mend]")?.setAttribute("href", `/report?mend=${encodeURIComponent(entry.key)}`);
  item.querySelector("[data-remove]")?.addEventListener("click", () => linliOutbox.remove(entry.key));
  item.querySelector("[data-send]")?.addEventListener("click", () => linliOutbox.flush());
  return item;
}
