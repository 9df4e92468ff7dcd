/** How a figure is read and which of the five printed classes it falls into. Pure: no page, no map, no network. */

export const CLASSES = 5;
const NICE = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80];
const ENOUGH = 15; // figures seen before the bounds are settled for good

/** The figure of a measure in a place, or undefined. Measures are called "needs", "households", "services.food"… */
export function figureOf(cell, measure) {
  return measure.startsWith("services.") ? cell.services?.[measure.slice(9)] : cell[measure];
}

export const isAboutNeeds = (measure) => measure === "needs" || measure.startsWith("services.");

/**
 * What a place says of a measure: "figure" (there is one), "few" (people live here and the figure is kept back as
 * fewer than k), "none" (people live here and there is nothing), "unknown" (nobody known to live here).
 */
export function standing(cell, measure, isStaff) {
  if (figureOf(cell, measure) > 0) return "figure";
  const lived = cell.households > 0 || cell.needs > 0;
  if (!lived || measure === "households" || measure === "population") return "unknown";
  return isAboutNeeds(measure) && !isStaff ? "few" : "none";
}

/** The next round number above `value` that is a multiple of `step`. */
function nextNice(value, step) {
  for (let power = 1; ; power *= 100) {
    for (const nice of NICE) {
      if (nice * power > value && (nice * power) % step === 0) return nice * power;
    }
  }
}

/** The largest round number not above `value` that is a multiple of `step`; at least `step`. */
function niceBelow(value, step) {
  let below = step;
  for (let next = step; next <= value; next = nextNice(next, step)) below = next;
  return below;
}

/** Lower bounds of five classes about equally filled by the figures, round and rising; the fifth is open above. */
export function boundsOf(figures, step = 1) {
  const sorted = figures.filter((figure) => figure > 0).sort((a, b) => a - b);
  const bounds = [step];
  for (let at = 1; at < CLASSES; at += 1) {
    const share = sorted.length ? niceBelow(sorted[Math.floor((sorted.length * at) / CLASSES)], step) : 0;
    const last = bounds[at - 1];
    bounds.push(share > last ? share : nextNice(last, step));
  }
  return bounds;
}

/** 0 to 4: the class of a figure. */
export function classOf(figure, bounds) {
  let found = 0;
  while (found + 1 < bounds.length && figure >= bounds[found + 1]) found += 1;
  return found;
}

/** How many places of one resolution make up one of the resolution above it. */
const CHILDREN = 7;

/** A figure of an area of resolution `res`, as its average over areas of resolution `unit`. */
export const perUnit = (figure, res, unit) => figure * CHILDREN ** (res - unit);

/** The resolution most of the figures have: the size of area the shades are told for. */
function commonest(figures, otherwise) {
  const counts = new Map();
  for (const { res } of figures) counts.set(res, (counts.get(res) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? otherwise;
}

/**
 * Bounds for each measure at each resolution, and the size of area they are told for. Published areas differ in size,
 * so shades compare averages over areas of one size, not totals: else the widest area would always be the darkest.
 *
 * Settled once enough was seen: nothing changes colour while the map is moved. The fifth class takes whatever is
 * larger than what was seen then.
 */
export class Bounds {
  constructor(step) {
    this.step = step;
    this.settled = new Map();
  }

  /** `figures`: {figure, res} of the places in view, complete. Gives {bounds, unit}, unit a resolution. */
  of(measure, res, figures, isStaff) {
    const key = `${measure}/${res}`;
    const held = this.settled.get(key);
    if (held && (held.seen >= ENOUGH || figures.length <= held.seen)) return held;
    const unit = commonest(figures, res);
    const step = isAboutNeeds(measure) && !isStaff ? this.step : 1;
    const found = {
      unit,
      seen: figures.length,
      bounds: boundsOf(
        figures.map((one) => perUnit(one.figure, one.res, unit)),
        step,
      ),
    };
    this.settled.set(key, found);
    return found;
  }
}
