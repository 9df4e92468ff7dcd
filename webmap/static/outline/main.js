/** The map of a form that asks for an outline: joins what is ticked, drawn and picked with the fields that are sent. */

import { addBasemap } from "../map/basemap.js";
import { Compounds, Drawing, Hexagons, show } from "./tools.js";

const { L } = window;
const part = (selector) => document.querySelector(selector);

/** Starts the form's map; called once by the script folium writes. */
export function start(map) {
  const box = part("#outline-map");
  const form = box.closest("form");
  for (const choice of form.querySelectorAll("[data-on-map]"))
    for (const name of ["hidden", "disabled"]) choice.removeAttribute(name);
  box.hidden = false;
  map.invalidateSize(); // it was hidden when it was made
  const [west, south, east, north] = box.dataset.box.split(",").map(Number);
  map.fitBounds([[south, west], [north, east]], { animate: false });
  for (const [name, height] of Object.entries({ streets: 150, names: 350 }))
    Object.assign(map.createPane(name).style, { zIndex: height, pointerEvents: "none" });
  const { lat, lng } = map.getCenter();
  addBasemap(map, {
    url: "/basemap.json", vendor: box.dataset.protomaps, language: box.dataset.language, home: { lat, lng },
  });
  new OutlineForm(map, form, box);
}

class OutlineForm {
  constructor(map, form, box) {
    Object.assign(this, { map, form, box, sent: form.elements.drawn, picked: part("#picked") });
    const choice = form.elements[box.dataset.choice];
    const language = box.dataset.language.startsWith("zh") ? "zh" : "en";
    const kept = parsed(this.sent.value);
    this.tools = {
      compounds: new Compounds(map, form),
      drawn: new Drawing(map, language, Array.isArray(kept) ? null : kept, () => this.changed()),
      cells: new Hexagons(map, Array.isArray(kept) ? kept : [], () => this.changed()),
      same: { value: () => null, on: () => this.showSame(true), off: () => this.showSame(false) },
    };
    form.addEventListener("change", ({ target }) => target.name === box.dataset.choice && this.choose(target.value));
    form.addEventListener("submit", () => this.write());
    this.choose(choice.value, true);
  }

  /** how: one of the tools; anything else is said outside of the map, beside which compounds can be ticked. */
  choose(how, isFirst = false) {
    const name = how in this.tools ? how : "compounds";
    this.tools[this.chosen]?.off();
    this.chosen = name;
    this.tools[name].on();
    for (const help of this.box.querySelectorAll("[data-help]")) help.hidden = help.dataset.help !== name;
    part("[data-compounds]").hidden = name !== "compounds";
    if (!isFirst) this.changed();
    else this.say();
  }

  changed() {
    this.write();
    this.say();
  }

  write() {
    const value = this.tools[this.chosen].value();
    this.sent.value = value ? JSON.stringify(value) : "";
  }

  say() {
    const count = this.chosen === "cells" ? this.tools.cells.chosen.size : 0;
    const { one, many } = this.picked.dataset;
    this.picked.textContent = count ? (count === 1 ? one : many.replace("{n}", count)) : "";
  }

  showSame(isOn) {
    this.same ??= L.geoJSON(parsed(this.box.dataset.same), { className: "zone-same", interactive: false });
    if (isOn) show(this.map, this.same);
    else this.same.remove();
  }
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
