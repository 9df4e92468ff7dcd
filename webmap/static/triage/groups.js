/** Which needs share a pin: those of one building, else those on the same spot; zoomed out, those that would touch. Pure. */

const TOUCH = 40; // pixels between two pins

/** The key of a need's building, or of its spot where the building is not known. */
export const keyOf = (need) => (need.building ? `b/${need.building.join("/")}` : `s/${need.lng}/${need.lat}`);

/** Needs by building: [{key, needs, lng, lat}], the place of each the mean of its needs. */
export function buildings(needs) {
  const found = new Map();
  for (const need of needs) {
    const key = keyOf(need);
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(need);
  }
  return [...found].map(([key, members]) => ({ key, needs: members, ...middle(members) }));
}

function middle(needs) {
  const mean = (name) => needs.reduce((sum, need) => sum + need[name], 0) / needs.length;
  return { lng: mean("lng"), lat: mean("lat") };
}

/**
 * Joins groups whose pins would touch. `pixel(lng, lat)`: where a place lies on the screen, {x, y}.
 * A joined group has `isMany`: it stands for more than one building.
 */
export function clusters(groups, pixel) {
  const made = [];
  for (const group of groups) {
    const at = pixel(group.lng, group.lat);
    const near = made.find((one) => Math.abs(one.at.x - at.x) < TOUCH && Math.abs(one.at.y - at.y) < TOUCH);
    if (near) {
      near.needs = [...near.needs, ...group.needs];
      near.isMany = true;
    } else made.push({ ...group, at, isMany: false });
  }
  return made;
}

/** How far a need has come, as its colour: "unmet", "taken", "progress", "met" or "closed". */
export function progressOf(need) {
  if (need.state === "reported" || need.state === "acknowledged") return "unmet";
  if (need.state === "assigned") return need.taken_by ? "progress" : "taken";
  return need.state === "met" || need.state === "confirmed" ? "met" : "closed";
}

const ORDER = ["unmet", "taken", "progress", "met", "closed"];

/** The least advanced of several needs' colours: what a shared pin shows. */
export const leastOf = (needs) =>
  ORDER[Math.min(...needs.map((need) => ORDER.indexOf(progressOf(need))))];
