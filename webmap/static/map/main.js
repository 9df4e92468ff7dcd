/** The public map page: joins the map folium made, the cell layer, and the parts of the page around them. */

import * as address from "./address.js";
import { AreaNotices } from "./area_notices.js";
import { addBasemap } from "./basemap.js";
import { FeatureLayers, layerSwitches, makePanes } from "./layers.js";
import { Legend } from "./legend.js";
import { Notices } from "./notices.js";
import { PlacePanel } from "./panel.js";
import { Places } from "./places.js";
import { fit, followLook, markKeyboard, uncover, wireSheet } from "./room.js";
import { ShownLayers } from "./shown.js";
import { PlaceTable } from "./table.js";
import { Words } from "./words.js";

const { L } = window;
const SIGNAL_SETTLES = 2_000; // milliseconds; the first moment of a new signal often carries nothing yet
const ASK_AGAIN = 60_000; // milliseconds; the public figures are published every ten minutes

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
    this.places = new Places(words);
    const part = (id) => document.getElementById(id);
    makePanes(map);
    this.layers = new FeatureLayers(map, {
      catalogue: config.layers,
      sheet: config.urls.icons,
      onChoose: (point) => this.choose(point),
    });
    this.shown = new ShownLayers({
      url: config.urls.features,
      names: config.layers.map((layer) => layer.name),
      drawing: this.layers,
      look: () => ({ ...this.state, box: this.view(), zoom: map.getZoom() }),
      onChange: (name) => this.layerChanged(name),
      onFailure: (error) => this.notices.failed(error),
    });
    this.areaNotices = new AreaNotices(part("area-notices"), config.notices);
    this.legend = new Legend(part("legend"), { words, k: config.k, staff: config.staff });
    this.notices = new Notices(part("notice"), part("moment"), {
      words,
      onRetry: () => this.ask({ again: true }),
      onNow: () => this.change({ moment: "" }),
      onHome: config.start && (() => this.fit()),
    });
    const panelConfig = {
      k: config.k,
      staff: config.staff,
      sheet: config.urls.icons,
      reportUrl: config.urls.report,
      rulesUrl: config.urls.rules,
      measures: config.measures,
    };
    this.panel = new PlacePanel(part("place"), {
      words,
      places: this.places,
      config: panelConfig,
      catalogue: config.layers,
      onClose: () => this.close(),
    });
    const zones = config.layers.find((layer) => layer.name === "quarantine_zones");
    this.table = new PlaceTable(part("table"), {
      words,
      places: this.places,
      config: panelConfig,
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
      this.areaNotices.look(map, this.state.place);
      this.putAddress(false);
      this.shown.load();
    });
    this.shown.load();
    addBasemap(map, {
      url: config.urls.basemap,
      vendor: config.urls.protomaps,
      language: config.language,
      home: config.start && L.latLngBounds(config.start).getCenter(),
    }).then(({ kind }) => {
      document.getElementById("no-basemap").hidden = kind !== "none";
      document.getElementById("lost-basemap").hidden = kind !== "failed";
    });
    window.addEventListener("popstate", () => this.follow(address.read(window.location.hash)));
    setInterval(() => document.visibilityState === "visible" && this.ask({ again: true }), ASK_AGAIN);
    document.addEventListener(
      "visibilitychange",
      () => document.visibilityState === "visible" && this.ask({ again: true }),
    );
    window.addEventListener("online", () => {
      this.ask({ again: true });
      setTimeout(() => this.ask({ again: true }), SIGNAL_SETTLES);
    });
    window.addEventListener("offline", () => this.notices.failed(new Error("offline")));
  }

  /** Shows where people live. */
  fit() {
    if (this.config.start) fit(this.map, this.config.start, document.getElementById("side"));
  }

  /** The parts of the page that are switched by hand. */
  wire() {
    const { config, state } = this;
    this.measures = document.getElementById("measure");
    this.measures.addEventListener("change", () => this.change({ measure: this.measures.value }));
    layerSwitches(document.getElementById("layers"), {
      catalogue: config.layers,
      words: this.words,
      sheet: config.urls.icons,
      isOn: (name) => state.layers.has(name),
      onSwitch: (name, isOn) => this.change({ layers: withName(this.state.layers, name, isOn) }),
    });
    const unfold = wireSheet(document.getElementById("side"), document.getElementById("grip"));
    document.getElementById("show-table").addEventListener("click", () => {
      unfold(false);
      this.change({ table: !this.state.table });
    });
    for (const leave of document.querySelectorAll("[data-leave-table]"))
      leave.addEventListener("click", () => this.change({ table: false }));
    document.getElementById("locate").addEventListener("click", () => {
      unfold(false);
      this.locate();
    });
    for (const link of document.querySelectorAll("a[hreflang]")) {
      link.addEventListener("click", () => {
        link.hash = window.location.hash;
      });
    }
    this.wireMap();
    markKeyboard();
    followLook(this.map);
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
    else uncover(this.map, point, document.getElementById("place"));
    if (focus) this.panel.focus();
  }

  close() {
    if (!this.state.place) return;
    this.change({ place: null });
    if (this.opener?.isConnected && this.opener.checkVisibility?.() !== false) this.opener.focus();
    else this.map.getContainer().focus({ preventScroll: true });
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
    if (layers !== before.layers) this.shown.load();
    document.getElementById("main").classList.toggle("is-table", table);
    document.getElementById("table").hidden = !table;
    document.getElementById("show-table").setAttribute("aria-pressed", table);
    if (table && !before.table) this.showTable();
    if (place !== before.place) this.showPlace();
    this.areaNotices.look(this.map, place);
  }

  putAddress(isStep) {
    const { lat, lng } = this.map.getCenter();
    address.put({ ...this.state, lat, lng, zoom: this.map.getZoom() }, { isStep });
  }

  view() {
    const box = this.map.getBounds();
    return { west: box.getWest(), south: box.getSouth(), east: box.getEast(), north: box.getNorth() };
  }

  cellsLoaded() {
    const { cells } = this;
    if (!cells.state) return;
    this.notices.loaded({ at: cells.state.at, isEmpty: cells.state.cells.size === 0, moment: this.state.moment });
    if (cells.state.isKept) this.notices.failed(new Error("offline"));
    this.legend.show(cells);
    this.showPlace();
    this.showTable();
  }

  layerChanged(name) {
    if (name === "compounds") this.places.setCompounds(this.shown.get(name));
    if (this.state.place) this.showPlace();
    if (name === "compounds") this.showTable();
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
    const { at, published } = state;
    this.panel.show(id, { cell: state.cells.get(id), whole, at, published, features: this.shown });
  }

  /** Asks whether anything shown has changed. */
  ask(options) {
    this.notices.tell();
    this.cells.load(options);
    this.shown.load(options);
  }
}

function withName(names, name, isOn) {
  const changed = new Set(names);
  if (isOn) changed.add(name);
  else changed.delete(name);
  return changed;
}
