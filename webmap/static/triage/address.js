/** Keeps what is looked at in the address: filters, the part of the map, the open need, the moment. Never anything private. */

const PAGE = 500; // needs asked for at once: so many stand in the list and on the map before "show more"

const NAMES = ["state", "service", "community", "organization", "age", "overdue", "here", "q", "need", "at"];

/** {state, service, community, organization, age, overdue, here, q, need, at} of a query string; "" where not said. */
export function read(search) {
  const query = new URLSearchParams(search);
  const seen = Object.fromEntries(NAMES.map((name) => [name, (query.get(name) ?? "").slice(0, 200)]));
  return { ...seen, need: /^\d{1,18}$/.test(seen.need) ? Number(seen.need) : null };
}

/** Puts it there: as a step the back button undoes, or in place. Other arguments (the language) stay. */
export function put(seen, { isStep }) {
  const query = new URLSearchParams(window.location.search);
  for (const name of NAMES) {
    if (seen[name]) query.set(name, seen[name]);
    else query.delete(name);
  }
  const text = query.toString();
  const address = `${window.location.pathname}${text ? `?${text}` : ""}${window.location.hash}`;
  if (address === `${window.location.pathname}${window.location.search}${window.location.hash}`) return;
  window.history[isStep ? "pushState" : "replaceState"](null, "", address);
  for (const link of document.querySelectorAll("a[hreflang]")) {
    const other = new URLSearchParams(query);
    other.set("lang", link.hreflang);
    link.search = other.toString();
  }
}

/** What the API is asked for the filters of an address; `view` is the box on the screen. */
export function asked(seen, ageHours, view) {
  const query = { limit: PAGE };
  for (const name of ["state", "service", "community", "organization", "q"]) if (seen[name]) query[name] = seen[name];
  if (seen.overdue) query.overdue = "true";
  if (seen.here && view) query.bbox = [view.west, view.south, view.east, view.north].map((x) => x.toFixed(6)).join(",");
  return { ...query, ...(ageHours[seen.age] ?? {}) };
}

/** Whether nothing is filtered: every open need is in the list. */
export const isPlain = (seen) => NAMES.every((name) => ["need", "at"].includes(name) || !seen[name] || seen[name] === "open");
