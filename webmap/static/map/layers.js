/** Draws the named things of the map (compounds, zones with labels, checkpoints, drops) and what switches them. */

import { boxOf, cornersOf, isInside } from "./shapes.js";
import { icon, make } from "./words.js";

const { L } = window;
const SYMBOLS_FROM = 15; // zoom; below it points are dots, round or square
const LARGE_FROM = 16; // zoom from which symbols have their full size
const DOTS_FROM = 11;
const COMPOUNDS_FROM = 13;
const LABEL_TALL = 26; // pixels
const STRICTNESS = { precaution: 1, control: 2, lockdown: 3 };

/** From which zoom a layer is fetched and drawn. Zones: always. */
export const firstZoomOf = (layer) =>
  ({ quarantine_zones: 0, compounds: COMPOUNDS_FROM, volunteer_shifts: COMPOUNDS_FROM })[layer] ?? DOTS_FROM;

/** Panes from below to above; Leaflet's own are at 200 (tiles) and 400 (shapes). Zones lie above all that is drawn. */
const PANES = { streets: 210, cells: 350, compounds: 410, shifts: 420, names: 450, zones: 630, "zone-labels": 640 };

export function makePanes(map) {
  for (const [name, height] of Object.entries(PANES)) {
    const pane = map.getPane(name) ?? map.createPane(name);
    pane.style.zIndex = height;
    if (name !== "compounds") pane.style.pointerEvents = "none";
  }
}

export class FeatureLayers {
  /** `catalogue`: layers by name as the server describes them, with titles and legend. */
  constructor(map, { catalogue, words, sheet, onChoose }) {
    Object.assign(this, { map, words, sheet, onChoose });
    this.legends = new Map(catalogue.map((layer) => [layer.name, layer]));
    this.drawn = new Map();
    this.spots = new Map();
    map.on("moveend", this.labelZones, this);
  }

  /** Draws the features of a layer in place of those drawn before; none of a layer switched off. */
  show(name, features) {
    this.hide(name);
    const draw =
      { compounds: this.outlines, quarantine_zones: this.zones, volunteer_shifts: this.shifts }[name] ?? this.points;
    this.drawn.set(name, draw.call(this, features, name).addTo(this.map));
  }

  hide(name) {
    this.drawn.get(name)?.remove();
    this.drawn.delete(name);
  }

  legendOf(name, feature) {
    const { legend, legend_field: field } = this.legends.get(name);
    return legend.find((entry) => entry.value === feature.properties[field]);
  }

  outlines(features) {
    return L.geoJSON(features, {
      pane: "compounds",
      renderer: this.svg("compounds"),
      interactive: false,
      style: ({ properties }) => ({ className: `compound compound-${properties.status ?? "open"}` }),
    });
  }

  shifts(features) {
    return L.geoJSON(features, {
      pane: "shifts",
      renderer: this.svg("shifts"),
      interactive: false,
      style: ({ properties }) => ({ className: `shift shift-${properties.role}` }),
    });
  }

  /** Each zone twice, a light line under a dashed one, so that it reads on any shade; the strictest above. */
  zones(features) {
    const renderer = this.svg("zones");
    const group = L.layerGroup();
    const style = (className) => ({
      pane: "zones",
      renderer,
      interactive: false,
      style: () => ({ className, fill: false }),
    });
    const strictestLast = [...features].sort((a, b) => STRICTNESS[a.properties.level] - STRICTNESS[b.properties.level]);
    for (const feature of strictestLast) {
      L.geoJSON(feature, style("zone-halo")).addTo(group);
      L.geoJSON(feature, style(`zone zone-${feature.properties.level}`)).addTo(group);
    }
    this.strictest = strictestLast.reverse();
    this.flags = L.layerGroup().addTo(group);
    this.labelZones();
    return group;
  }

  /** Labels the zones in view, the strictest first; one that can still be read where it stands is left there. */
  labelZones() {
    if (!this.flags) return;
    this.flags.clearLayers();
    const taken = [];
    for (const feature of this.strictest) this.zoneLabel(feature, taken)?.addTo(this.flags);
  }

  /** A label on the outline, where no stricter zone's label stands; with the name where there is room for it. */
  zoneLabel(feature, taken) {
    const { level, name } = feature.properties;
    const title = this.legendOf("quarantine_zones", feature)?.title ?? level;
    const full = !name || name.includes(title) ? (name ?? title) : `${title} ${name}`;
    const { west, east } = boxOf(feature.geometry);
    const across = ((east - west) / 360) * 256 * 2 ** this.map.getZoom();
    const fitting = [full, title].find((text) => across > textWidth(text) * 0.9) ?? title;
    const text = across < textWidth(title) / 2 ? title.slice(0, 1) : fitting;
    const at = this.spotFor(feature, textWidth(text) + 20, taken);
    if (!at) return null;
    const html = make("span", { class: `zone-label zone-label-${level}`, title: full }, text);
    return L.marker(at, {
      pane: "zone-labels",
      interactive: false,
      keyboard: false,
      icon: L.divIcon({ html, className: "zone-flag", iconSize: null }),
    });
  }

  /** Where a label of this width stands: where it stood before, else at a free corner of the outline in view. */
  spotFor(feature, width, taken) {
    const { map } = this;
    const key = `${feature.id}/${map.getZoom()}`;
    const size = map.getSize();
    const room = L.bounds([
      [width / 2, LABEL_TALL],
      [size.x - width / 2, size.y - LABEL_TALL],
    ]);
    const before = this.spots.get(key);
    const corners = cornersOf(feature.geometry)
      .map(([lng, lat]) => L.latLng(lat, lng))
      .sort((a, b) => b.lat - a.lat);
    const seen = [...(before ? [before] : []), ...corners].filter((at) =>
      room.contains(map.latLngToContainerPoint(at)),
    );
    const { lng, lat } = map.getCenter();
    if (!seen.length && isInside([lng, lat], feature.geometry))
      seen.push(map.containerPointToLatLng([size.x / 2, LABEL_TALL * 3]));
    const boxAt = (at) => {
      const { x, y } = map.latLngToLayerPoint(at);
      return L.bounds([
        [x - width / 2, y - LABEL_TALL / 2],
        [x + width / 2, y + LABEL_TALL / 2],
      ]);
    };
    const spot = seen.find((at) => !taken.some((box) => box.overlaps(boxAt(at)))) ?? seen[0];
    if (!spot) return null;
    taken.push(boxAt(spot));
    this.spots.set(key, spot);
    return spot;
  }

  points(features, name) {
    return L.layerGroup(features.map((feature) => this.symbol(feature, name)));
  }

  /** A symbol named for those who cannot see it; small where many stand close together. */
  symbol(feature, layer) {
    const [lng, lat] = feature.geometry.coordinates;
    const entry = this.legendOf(layer, feature);
    const tone = `tone-${entry?.colour ?? layer}`;
    const name = [entry?.title, feature.properties.name].filter(Boolean).join(" · ");
    const zoom = this.map.getZoom();
    const [size, form] =
      zoom >= LARGE_FROM ? [32, "symbol"] : zoom >= SYMBOLS_FROM ? [22, "symbol symbol-mid"] : [10, "dot"];
    const html = make("span", { class: `${form} ${tone}`, role: "img", "aria-label": name, title: name });
    if (form !== "dot") html.append(icon(this.sheet, entry?.icon || "dot"));
    const mark = L.marker([lat, lng], {
      keyboard: false,
      icon: L.divIcon({ html, className: "symbol-place", iconSize: [size, size] }),
    });
    mark.on("click", () => this.onChoose({ lat, lng }));
    return mark;
  }

  /** One drawing surface for each pane. */
  svg(pane) {
    this.surfaces ??= new Map();
    if (!this.surfaces.has(pane)) this.surfaces.set(pane, L.svg({ pane, padding: 0.3 }));
    return this.surfaces.get(pane);
  }
}

const pen = document.createElement("canvas").getContext("2d");

/** Pixels a label's text takes, about. */
function textWidth(text) {
  pen.font = `600 ${document.documentElement.dataset.type === "large" ? 18 : 13}px system-ui, sans-serif`;
  return pen.measureText(text).width;
}

/** The boxes that switch layers; zones cannot be switched off. Calls `onSwitch(name, isOn)`. */
export function layerSwitches(list, { catalogue, words, sheet, isOn, onSwitch }) {
  for (const layer of catalogue) {
    const always = layer.name === "quarantine_zones";
    const box = make("input", {
      type: "checkbox",
      name: "layers",
      value: layer.name,
      checked: always || isOn(layer.name),
      disabled: always,
    });
    box.addEventListener("change", () => onSwitch(layer.name, box.checked));
    const title = make("span", {}, layer.title);
    if (always) title.append(make("small", {}, ` ${words.say("always_shown")}`));
    const item = make("li", {}, make("label", { class: "switch" }, box, title));
    item.append(legendOf(layer, sheet));
    list.append(item);
  }
}

/** How each kind of a layer is drawn. */
function legendOf(layer, sheet) {
  const entries = layer.legend.map((entry) => {
    const sign = entry.dash
      ? make("span", { class: `line line-${entry.value}`, "aria-hidden": "true" })
      : make(
          "span",
          { class: `symbol symbol-small tone-${entry.colour}`, "aria-hidden": "true" },
          entry.icon ? icon(sheet, entry.icon) : null,
        );
    return make("li", {}, sign, entry.title);
  });
  return make("ul", { class: "layer-legend" }, ...entries);
}
