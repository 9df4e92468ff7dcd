/** The printed legend: five shades with their figures and how many places have each, and what the rest looks like. */

import { isAboutNeeds } from "./classes.js";
import { widthOf } from "./places.js";
import { make } from "./words.js";

/** "5 to 9", "10", "100+": the figures of a class, in whole numbers; averages may lie below the first. */
export function labelOf(bounds, at, words, isMixed = false) {
  const from = words.number(bounds[at]);
  if (at === 0 && isMixed) return words.say("up_to", { to: words.number(bounds[1] - 1) });
  if (at === bounds.length - 1) return words.say("or_more", { from });
  const to = bounds[at + 1] - 1;
  return to === bounds[at] ? from : words.say("from_to", { from, to: words.number(to) });
}

export class Legend {
  constructor(root, { words, k, staff }) {
    Object.assign(this, { root, words, k, staff });
    this.classes = root.querySelector("[data-classes]");
    this.others = root.querySelector("[data-others]");
    this.unit = root.querySelector("[data-unit]");
    this.note = root.querySelector("[data-note]");
  }

  /** Draws the legend of what the layer has settled: {classBounds, areas, unit, options}. */
  show(layer) {
    const { measure } = layer.options;
    const counts = new Array(layer.classBounds.length).fill(0);
    for (const area of layer.areas) if (area.standing === "figure") counts[area.shade] += 1;
    const across = this.words.distance(widthOf(layer.unit));
    this.unit.textContent = this.words.say("legend_unit", { across });
    this.note.hidden = !layer.isMixed;
    this.classes.replaceChildren(
      ...counts.map((count, at) =>
        this.line(`shade shade-${at + 1}`, labelOf(layer.classBounds, at, this.words, layer.isMixed), count),
      ),
    );
    const standings = this.standingsOf(measure);
    this.others.replaceChildren(...standings.map(([standing, text]) => this.line(`shade shade-${standing}`, text)));
  }

  /** What a place without a figure looks like, for this measure and this reader. */
  standingsOf(measure) {
    const { words, k } = this;
    const unknown = ["unknown", words.say("legend_unknown")];
    if (measure === "households" || measure === "population") return [unknown];
    if (isAboutNeeds(measure) && !this.staff) return [["few", words.say("legend_few", { k })], unknown];
    return [["none", words.say("legend_none")], unknown];
  }

  line(shade, text, count) {
    const places = count === undefined ? null : make("span", { class: "places" }, this.words.count("places", count));
    return make("li", {}, make("span", { class: shade, "aria-hidden": "true" }), make("span", {}, text), places);
  }
}
