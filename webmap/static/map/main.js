/** The public map page: joins the map folium made, the cell layer, and the parts of the page around them. */

import * as address from "./address.js";
import { addBasemap } from "./basemap.js";
import { Features } from "./features.js";
import { FeatureLayers, firstZoomOf, layerSwitches, makePanes } from "./layers.js";
import { Legend } from "./legend.js";
import { Notices } from "./notices.js";
import { PlacePanel } from "./panel.js";
import { Places } from "./places.js";
import { PlaceTable } from "./table.js";
import { Words } from "./words.js";

const { L } = window;
const CUT = 0.3; // of a zoom: a little less is seen at first, and that a good deal larger
const DAY = 24 * 3600_000;
const ASK_AGAIN = 60_000; // milliseconds; the public figures are published every ten minutes
const ALWAYS = ["quarantine_zones", "compounds"]; // fetched whatever is switched on: zones are always shown, compounds name places

/** Starts the page on a Leaflet map and its cell layer; called once by the script folium writes. */
export function start(map, cells) {
  const page = new MapPage(map, cells, JSON.parse(document.getElementById("map-config").textContent));
  page.open();
}

class MapPage {
  constructor(map, cells, config) {
    Object.assign(this, { map, cells, config });
    const words = new Words(config.words, config.language);
    this.words = words;
    this.shownAtFirst = new Set(config.layers.filter((layer) => layer.on).map((layer) => layer.name));
    this.state = { measure: config.measure, layers: this.shownAtFirst, place: null, moment: "", table: false };
    this.loaded = new Map();
    this.features = new Features(config.urls.features);
    this.places = new Places(words);
    const part = (id) => document.getElementById(id);
    makePanes(map);
    this.layers = new FeatureLayers(map, { catalogue: config.layers, sheet: config.urls.icons, onChoose: (point) => this.choose(point) });
    this.legend = new Legend(part("legend"), { words, k: config.k, staff: config.staff });
    this.notices = new Notices(part("notice"), part("moment"), { words, onRetry: () => this.ask({ again: true }), onNow: () => this.change({ moment: "" }), onHome: config.start && (() => this.fit()) });
    const panelConfig = { k: config.k, staff: config.staff, sheet: config.urls.icons, reportUrl: config.urls.report, measures: config.measures };
    this.panel = new PlacePanel(part("place"), { words, places: this.places, config: panelConfig, catalogue: config.layers, onClose: () => this.close() });
    const zones = config.layers.find((layer) => layer.name === "quarantine_zones");
    this.table = new PlaceTable(part("table"), {
      words, places: this.places, config: panelConfig,
      zoneTitle: (level) => zones?.legend.find((entry) => entry.value === level)?.title ?? "",
      onChoose: (point) => this.choose(point, { focus: true, leaveTable: true }),
    });
  }

  open() {
    const { map, cells, config } = this;
    this.wire();
    cells.options.number = (figure) => this.words.number(figure);
    cells.on("cellsloading", () => this.notices.loading());
    cells.on("cellserror", ({ error }) => this.notices.failed(error));
    cells.on("cellsload", () => this.cellsLoaded());
    this.follow(address.read(window.location.hash));
    if (!window.location.hash) this.fit();
    this.putAddress(false);
    map.on("moveend", () => {
      this.putAddress(false);
      this.loadFeatures();
    });
    this.loadFeatures();
    addBasemap(map, { url: config.urls.basemap, vendor: config.urls.protomaps, language: config.language, home: config.start && L.latLngBounds(config.start).getCenter() }).then(({ kind }) => {
      document.getElementById("no-basemap").hidden = kind !== "none";
    });
    window.addEventListener("popstate", () => this.follow(address.read(window.location.hash)));
    setInterval(() => document.visibilityState === "visible" && this.ask({ again: true }), ASK_AGAIN);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.ask({ again: true }));
    window.addEventListener("online", () => this.ask({ again: true }));
    window.addEventListener("offline", () => this.notices.failed(new Error("offline")));
  }

  /** Shows where people live, in the part of the map that nothing lies over. */
  fit() {
    const { start } = this.config;
    const isPhone = window.matchMedia("(max-width: 48rem)").matches;
    const below = isPhone ? document.getElementById("side").offsetHeight : 0;
    if (!start) return;
    const { map } = this;
    map.options.zoomSnap = 0;
    const exact = map.getBoundsZoom(start, false, L.point(0, below));
    map.options.zoomSnap = 1;
    map.setView(L.latLngBounds(start).getCenter(), Math.floor(exact + CUT), { animate: false });
    map.panBy([0, below / 2], { animate: false });
  }

  /** The parts of the page that are switched by hand. */
  wire() {
    const { config, state } = this;
    this.measures = document.getElementById("measure");
    this.measures.addEventListener("change", () => this.change({ measure: this.measures.value }));
    layerSwitches(document.getElementById("layers"), {
      catalogue: config.layers, words: this.words, sheet: config.urls.icons,
      isOn: (name) => state.layers.has(name),
      onSwitch: (name, isOn) => this.change({ layers: withName(this.state.layers, name, isOn) }),
    });
    const sheet = document.getElementById("side");
    const grip = document.getElementById("grip");
    new ResizeObserver(() => sheet.parentElement.style.setProperty("--sheet-height", `${sheet.offsetHeight}px`)).observe(sheet);
    const unfold = (isOpen) => grip.setAttribute("aria-expanded", sheet.classList.toggle("is-open", isOpen));
    grip.addEventListener("click", () => unfold());
    document.getElementById("show-table").addEventListener("click", () => {
      unfold(false);
      this.change({ table: !this.state.table });
    });
    for (const leave of document.querySelectorAll("[data-leave-table]")) leave.addEventListener("click", () => this.change({ table: false }));
    document.getElementById("locate").addEventListener("click", () => {
      unfold(false);
      this.locate();
    });
    for (const link of document.querySelectorAll("a[hreflang]")) {
      link.addEventListener("click", () => { link.hash = window.location.hash; });
    }
    this.wireMap();
    this.wireKeyboard();
    // On paper the map has another shape: it is drawn for it, and back for the screen afterwards.
    window.matchMedia("print").addEventListener("change", () => this.map.invalidateSize({ animate: false }));
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.map.fire("tokenschange"));
    new MutationObserver(() => this.map.fire("tokenschange")).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** Marks whether the keyboard or a pointer was used last: the cross in the middle is for keyboards. */
  wireKeyboard() {
    const mark = (isKeyboard) => () => document.body.classList.toggle("is-keyboard", isKeyboard);
    document.addEventListener("keydown", mark(true), true);
    document.addEventListener("pointerdown", mark(false), true);
  }

  /** A tap chooses a place; with the keyboard, Enter chooses what lies under the cross in the middle. */
  wireMap() {
    const { map } = this;
    const box = map.getContainer();
    map.on("click", ({ latlng }) => this.choose(latlng));
    box.addEventListener("keydown", (event) => {
      if (event.target !== box) return;
      if (event.key === "Enter") this.choose(map.getCenter(), { focus: true });
      if (event.key === "Escape") this.close();
    });
  }

  choose(point, { focus = false, leaveTable = false } = {}) {
    this.opener = focus ? document.activeElement : null;
    this.change({ place: { lat: point.lat, lng: point.lng }, ...(leaveTable ? { table: false } : {}) });
    if (leaveTable) this.map.setView(point, Math.max(this.map.getZoom(), 14), { animate: false });
    else this.uncover();
    if (focus) this.panel.focus();
  }

  close() {
    if (!this.state.place) return;
    this.change({ place: null });
    if (this.opener?.isConnected && this.opener.checkVisibility?.() !== false) this.opener.focus();
    else this.map.getContainer().focus({ preventScroll: true });
  }

  /** Moves the map only if the panel lies over the place it speaks of. */
  uncover() {
    const panel = document.getElementById("place").getBoundingClientRect();
    const box = this.map.getContainer().getBoundingClientRect();
    const at = this.map.latLngToContainerPoint(this.state.place);
    const [x, y] = [box.left + at.x, box.top + at.y];
    if (x < panel.left || x > panel.right || y < panel.top || y > panel.bottom) return;
    const isBelow = panel.width > box.width * 0.8;
    this.map.panBy(isBelow ? [0, y - panel.top + 72] : [x - panel.left + 72, 0], { animate: false });
  }

  locate() {
    const { map, words } = this;
    map.once("locationfound", ({ latlng }) => this.choose(latlng));
    map.once("locationerror", () => this.notices.say("failed", words.say("no_location")));
    map.locate({ setView: true, maxZoom: 16, timeout: 10_000 });
  }

  /** Takes over a change of what is looked at, as a step of the address. */
  change(changes) {
    this.apply(changes);
    this.putAddress(true);
  }

  /** Takes over what an address says. */
  follow(seen) {
    if (seen.zoom !== undefined) this.map.setView([seen.lat, seen.lng], seen.zoom, { animate: false });
    const measure = this.config.measures.some(({ name }) => name === seen.measure) ? seen.measure : this.config.measure;
    const layers = seen.layers ?? this.shownAtFirst;
    this.apply({ place: null, table: false, moment: "", ...seen, measure, layers });
  }

  apply(changes) {
    const before = this.state;
    this.state = { ...before, ...changes };
    const { measure, layers, moment, table, place } = this.state;
    this.measures.value = measure;
    for (const box of document.querySelectorAll("#layers input")) box.checked = box.disabled || layers.has(box.value);
    if (moment !== before.moment) {
      this.cells.options.moment = moment;
      if (this.cells._map) this.ask();
    }
    if (measure !== before.measure || !this.cells.state) this.cells.setMeasure(measure);
    if (layers !== before.layers) this.loadFeatures();
    document.getElementById("main").classList.toggle("is-table", table);
    document.getElementById("table").hidden = !table;
    document.getElementById("show-table").setAttribute("aria-pressed", table);
    if (table && !before.table) this.showTable();
    if (place !== before.place) this.showPlace();
  }

  putAddress(isStep) {
    const { lat, lng } = this.map.getCenter();
    address.put({ ...this.state, lat, lng, zoom: this.map.getZoom() }, { isStep });
  }

  /** The moment looked at, in milliseconds. */
  now() {
    return this.state.moment ? Date.parse(this.state.moment) : Date.now();
  }

  view() {
    const box = this.map.getBounds();
    return { west: box.getWest(), south: box.getSouth(), east: box.getEast(), north: box.getNorth() };
  }

  cellsLoaded() {
    const { cells } = this;
    if (!cells.state) return;
    this.notices.loaded({ at: cells.state.at, isEmpty: cells.state.cells.size === 0, moment: this.state.moment });
    this.legend.show(cells);
    this.showPlace();
    this.showTable();
  }

  showTable() {
    if (this.state.table && this.cells.state) this.table.show(this.cells, this.view());
  }

  showPlace() {
    const { place } = this.state;
    const id = this.cells.choose(place);
    document.getElementById("main").classList.toggle("has-place", Boolean(place));
    if (!place) {
      this.panel.hide();
      return;
    }
    const { state } = this.cells;
    if (!state) return;
    const above = this.cells.publishedAbove(id);
    const whole = above && { id: above, cell: this.cells.wholes.get(above) };
    this.panel.show(id, { cell: state.cells.get(id), whole, at: state.at, features: this.loaded });
  }

  /** Asks whether anything shown has changed. */
  ask(options) {
    this.notices.tell();
    this.cells.load(options);
    this.loadFeatures(options);
  }

  /** Fetches the layers once whatever moved the map or switched them is done. */
  loadFeatures({ again = false } = {}) {
    this.isAgain ||= again;
    this.asked ??= Promise.resolve().then(() => {
      const options = { again: this.isAgain };
      this.asked = this.isAgain = null;
      this.loadShown(options);
    });
  }

  /** Fetches the layers switched on, and those the page always needs, as far as the zoom shows them. */
  loadShown(options) {
    const zoom = this.map.getZoom();
    for (const { name } of this.config.layers) {
      const isShown = name === "quarantine_zones" || this.state.layers.has(name);
      if (zoom >= firstZoomOf(name) && (isShown || ALWAYS.includes(name))) this.loadLayer(name, isShown, zoom, options);
      else this.putLayer(name, [], false);
      if (!isShown) this.layers.hide(name);
    }
  }

  async loadLayer(name, isShown, zoom, options) {
    try {
      const { features } = await this.features.load(name, this.view(), zoom, { moment: this.state.moment, ...options });
      this.putLayer(name, features.filter((feature) => isCurrent[name]?.(feature, this.now()) ?? true), isShown && (name === "quarantine_zones" || this.state.layers.has(name)));
    } catch (error) {
      if (error.name !== "AbortError") this.notices.failed(error);
    }
  }

  putLayer(name, features, isShown) {
    const key = `${isShown} ${this.map.getZoom()}`;
    const held = this.loaded.get(name);
    if (held?.key === key && sameFeatures(held, features)) return;
    this.loaded.set(name, Object.assign(features, { key }));
    if (isShown) this.layers.show(name, features);
    else this.layers.hide(name);
    if (name === "compounds") this.places.setCompounds(features);
    if (this.state.place) this.showPlace();
    if (name === "compounds") this.showTable();
  }
}

/** What of a layer the map draws: checkpoints that are open, drops of the next day that were not handed out yet. */
const isCurrent = {
  checkpoints: ({ properties }) => properties.state === "open",
  supply_drops: ({ properties }, now) =>
    !["cancelled", "distributed"].includes(properties.state) &&
    new Date(properties.window_to) > now && new Date(properties.window_from) < now + DAY,
};

const sameFeatures = (held, features) =>
  held.length === features.length && held.every((feature, at) => feature === features[at]);

function withName(names, name, isOn) {
  const changed = new Set(names);
  if (isOn) changed.add(name);
  else changed.delete(name);
  return changed;
}
