/** Needs on the map: one pin a building, its number how many, its symbol what, its colour and corner how far. */

import { icon, make } from "../map/words.js";
import { buildings, clusters, leastOf, progressOf } from "./groups.js";
import { iconOf } from "./list.js";

const { L } = window;
const CLOSE = 17; // zoom from which needs that still share a pin are in one building, or next door

/** The symbol in a pin's corner: how far, for those who do not see the colour. */
const SIGNS = { unmet: "dot", taken: "hand", progress: "truck", met: "check", closed: "cross" };

export class Pins {
  /** `onOpen(id)`: a pin of one need was tapped; `onGroup(needs)`: one of several that cannot be told apart. */
  constructor(map, { words, config, onOpen, onGroup }) {
    Object.assign(this, { map, words, config, onOpen, onGroup });
    this.layer = L.layerGroup().addTo(map);
    this.groups = [];
    map.on("zoomend", () => this.draw());
  }

  /** `current`: id of the open need; `arrived`: ids that came since the list was loaded. */
  show(needs, { current, arrived }) {
    this.groups = buildings(needs);
    Object.assign(this, { current, arrived });
    this.draw();
  }

  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.layer.clearLayers();
      const zoom = this.map.getZoom();
      const pixel = (lng, lat) => this.map.project([lat, lng], zoom);
      for (const group of clusters(this.groups, pixel)) this.pin(group).addTo(this.layer);
    });
  }

  pin(group) {
    const { needs } = group;
    const progress = leastOf(needs);
    const classes = ["symbol", "pin", `tone-need-${progress}`];
    if (needs.some(({ id }) => id === this.current)) classes.push("is-current");
    if (needs.some(({ id }) => this.arrived.has(id))) classes.push("is-new");
    if (needs.some((need) => need.overdue)) classes.push("pin-late");
    const name = this.nameOf(needs);
    const html = make("span", { class: classes.join(" "), role: "img", "aria-label": name, title: name });
    if (needs.length > 1) html.append(make("b", { class: "pin-count" }, this.words.number(needs.length)));
    else html.append(icon(this.config.urls.icons, iconOf(needs[0])));
    html.append(make("span", { class: "pin-sign" }, icon(this.config.urls.icons, SIGNS[progress])));
    const mark = L.marker([group.lat, group.lng], {
      keyboard: false, // the list holds the same needs, in an order a keyboard can follow
      zIndexOffset: classes.includes("is-current") ? 1000 : needs.length,
      icon: L.divIcon({ html, className: "symbol-place", iconSize: [34, 34] }),
    });
    mark.on("click", () => this.tapped(group));
    return mark;
  }

  nameOf(needs) {
    const { words, config } = this;
    if (needs.length > 1) {
      const unmet = needs.filter((need) => progressOf(need) === "unmet").length;
      return words.say("pin_many", { count: words.number(needs.length), unmet: words.number(unmet) });
    }
    const [need] = needs;
    return words.say("pin_one", {
      what: config.services[need.service] ?? need.service,
      state: config.states[need.state].title,
    });
  }

  tapped(group) {
    if (group.needs.length === 1) this.onOpen(group.needs[0].id);
    else if (group.isMany && this.map.getZoom() < CLOSE)
      this.map.setView([group.lat, group.lng], Math.min(this.map.getZoom() + 2, this.map.getMaxZoom()));
    else this.onGroup(group.needs);
  }
}
