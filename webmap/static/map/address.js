/** Keeps what the reader looks at in the address, so that it can be linked to and the back button goes back. */

const NUMBER = /^-?\d+(\.\d+)?$/;

/** The parts of a hash such as "#map=15/30.3/120.1&show=food&place=30.3,120.1"; unreadable parts are left out. */
export function read(hash) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const seen = {};
  const [zoom, lat, lng] = numbers(parts.get("map"), "/", 3) ?? [];
  if (zoom !== undefined && Math.abs(lat) <= 90 && Math.abs(lng) <= 180) Object.assign(seen, { zoom, lat, lng });
  const [placeLat, placeLng] = numbers(parts.get("place"), ",", 2) ?? [];
  if (placeLat !== undefined && Math.abs(placeLat) <= 90 && Math.abs(placeLng) <= 180) {
    seen.place = { lat: placeLat, lng: placeLng };
  }
  if (parts.has("show")) seen.measure = parts.get("show");
  if (parts.has("layers")) seen.layers = new Set(parts.get("layers").split(",").filter(Boolean));
  if (parts.get("view") === "table") seen.table = true;
  const at = parts.get("at");
  if (at && !Number.isNaN(Date.parse(at))) seen.moment = new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  return seen;
}

function numbers(text, separator, count) {
  const parts = (text ?? "").split(separator);
  return parts.length === count && parts.every((part) => NUMBER.test(part)) ? parts.map(Number) : null;
}

/** The hash that `read` reads back. Places are written to five decimals, about one metre. */
export function write({ zoom, lat, lng, measure, layers, place, moment, table }) {
  const parts = [
    `map=${zoom}/${lat.toFixed(5)}/${lng.toFixed(5)}`,
    `show=${measure}`,
    `layers=${[...layers].join(",")}`,
  ];
  if (place) parts.push(`place=${place.lat.toFixed(5)},${place.lng.toFixed(5)}`);
  if (moment) parts.push(`at=${moment}`);
  if (table) parts.push("view=table");
  return `#${parts.join("&")}`;
}

/** Puts a state into the address: as a step the back button undoes, or in place (panning makes no steps). */
export function put(state, { isStep }) {
  const hash = write(state);
  if (hash === window.location.hash) return;
  if (isStep) window.history.pushState(null, "", hash);
  else window.history.replaceState(null, "", hash);
}
