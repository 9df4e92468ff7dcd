/**
 * The cell layer: draws the state of places as hexagons on one canvas, under everything that has a name.
 *
 * It is a Leaflet layer of its own and knows nothing of the page around it: it says "cellsloading", "cellsload" and
 * "cellserror", and is told which measure to shade, which moment to ask for and which place is chosen.
 */

import { Bounds, classOf, CLASSES, figureOf, isAboutNeeds, perUnit, standing } from "./classes.js";
import { PlaceShapes } from "./place_shapes.js";
import { Sheet } from "./sheet.js";
import { CellTiles } from "./tiles.js";

const { L, h3 } = window;
const ROOM_BESIDE_NUMBER = 9; // pixels of a hexagon's width that its printed number leaves free

export const CellLayer = Sheet.extend({
  options: {
    pane: "cells",
    padding: 0.3,
    url: "/api/v1/cells",
    measure: "needs",
    moment: "",
    step: 5,
    staff: false,
  },

  initialize(options) {
    L.Renderer.prototype.initialize.call(this, options);
    this.tiles = new CellTiles(this.options.url);
    this.bounds = new Bounds(this.options.step);
    this.state = null; // {res, at, seq, published, cells} as last loaded
    this.chosen = null; // id of the chosen place
    this.middles = new Map();
  },

  onAdd(map) {
    const pane = map.getPane(this.options.pane) ?? map.createPane(this.options.pane);
    pane.classList.add("map-cells");
    this.shapes ??= new PlaceShapes(map);
    Sheet.prototype.onAdd.call(this, map);
    map.on("moveend", this.load, this);
    this.load();
    return this;
  },

  onRemove(map) {
    map.off("moveend", this.load, this);
    Sheet.prototype.onRemove.call(this, map);
  },

  /** Asks for what the map shows once the script that moved it is done; `again`: also whether what is kept changed. */
  load({ again = false } = {}) {
    this.isAgain ||= again;
    this.asked ??= Promise.resolve().then(() => {
      const options = { again: this.isAgain };
      this.asked = this.isAgain = null;
      if (this._map) this._ask(options);
    });
  },

  async _ask({ again }) {
    const zoom = this._map.getZoom();
    const box = this._map.getBounds();
    this.fire("cellsloading");
    let state;
    try {
      state = await this.tiles.load(
        { west: box.getWest(), south: box.getSouth(), east: box.getEast(), north: box.getNorth() },
        zoom,
        { moment: this.options.moment, again },
      );
    } catch (error) {
      if (error.name !== "AbortError") this.fire("cellserror", { error });
      return;
    }
    this.state = state;
    this.settle();
    this.fire("cellsload");
  },

  setMeasure(measure) {
    this.options.measure = measure;
    this.settle();
    this.fire("cellsload");
  },

  setMoment(moment) {
    this.options.moment = moment;
    this.load();
  },

  /** Marks the place under a point and gives its id; with none, no place is marked. */
  choose(point) {
    this.chosen = point ? h3.latLngToCell(point.lat, point.lng, this.res()) : null;
    this.draw();
    return this.chosen;
  },

  /** The resolution that is drawn. */
  res() {
    return this.state?.res ?? Math.min(Math.max(Math.floor(this._map.getZoom()) - 5, 5), 11);
  },

  /** The coarser ids above a place for which figures were published as a whole. */
  publishedAbove(id) {
    if (!this.wholes?.size) return null;
    for (const res of this.wholesRes) {
      const above = h3.cellToParent(id, res);
      if (this.wholes.has(above)) return above;
    }
    return null;
  },

  /**
   * Settles what is drawn how, once for each answer or measure: `drawn` are the hexagons of the map's own size,
   * `areas` what carries a figure: a hexagon by itself, or a wider area published as a whole.
   */
  settle() {
    const { res, cells } = this.state ?? {};
    if (!cells) return;
    const { measure } = this.options;
    this.wholes = new Map();
    for (const [id, cell] of cells) if (h3.getResolution(id) < res) this.wholes.set(id, cell);
    this.wholesRes = [...new Set([...this.wholes.keys()].map((id) => h3.getResolution(id)))];
    const areas = new Map();
    this.drawn = [];
    for (const [id, cell] of cells) {
      if (this.wholes.has(id)) continue;
      const above = isAboutNeeds(measure) ? this.publishedAbove(id) : null;
      this.drawn.push({
        id,
        area: this._area(areas, above ?? id, above ? this.wholes.get(above) : cell),
        lived: cell.households > 0,
        cell,
      });
    }
    if (isAboutNeeds(measure)) for (const [id, cell] of this.wholes) this._area(areas, id, cell);
    this.areas = [...areas.values()];
    this._shade(measure, res);
    this.draw();
  },

  _area(areas, id, cell) {
    if (!areas.has(id)) {
      const { measure, staff } = this.options;
      areas.set(id, {
        id,
        res: h3.getResolution(id),
        isWide: this.wholes.has(id),
        standing: standing(cell, measure, staff),
        figure: figureOf(cell, measure),
      });
    }
    return areas.get(id);
  },

  /** Gives every area its class. A wide area colours only where people live; its number stands among them. */
  _shade(measure, res) {
    const figures = this.areas.filter((one) => one.standing === "figure");
    const { bounds, unit } = this.bounds.of(measure, res, figures, this.options.staff);
    for (const one of figures) one.shade = classOf(perUnit(one.figure, one.res, unit), bounds);
    Object.assign(this, { classBounds: bounds, unit, isMixed: figures.some((one) => one.res !== unit) });
    for (const area of figures) if (area.isWide) area.middle = this._middleOf(area, res);
  },

  /** Where the number of a wide area stands: in the middle of the homes seen when it first came into view, for good. */
  _middleOf(area, res) {
    const key = `${area.id}/${res}`;
    if (!this.middles.has(key)) {
      const lived = this.drawn
        .filter((one) => one.area === area && one.lived)
        .map((one) => this.shapes.of(one.id, res).middle);
      if (!lived.length) return this.shapes.of(area.id, res).middle;
      const mean = lived.reduce((sum, point) => sum.add(point), L.point(0, 0)).divideBy(lived.length);
      const nearest = lived.reduce((best, point) => (point.distanceTo(mean) < best.distanceTo(mean) ? point : best));
      this.middles.set(key, nearest);
    }
    return this.middles.get(key);
  },

  readColours() {
    Sheet.prototype.readColours.call(this);
    const { token } = this;
    this.colours = {
      fills: Array.from({ length: CLASSES }, (_, at) => token(`class-${at + 1}`)),
      inks: Array.from({ length: CLASSES }, (_, at) => token(`class-ink-${at + 1}`)),
      none: token("cell-none"),
      edge: token("cell-edge"),
      outline: token("cell-outline"),
      hatch: token("hatch"),
      chosen: token("cell-chosen"),
      halo: token("cell-chosen-halo"),
      alpha: Number(token("cell-alpha")) || 0.8,
      text: Number.parseFloat(token("map-text")),
    };
    this.hatching = null;
  },

  paint(context) {
    if (!this.drawn) return;
    const { scale, origin } = this.frameOfMap();
    for (const one of this.drawn) this._drawPlace(context, one, scale, origin);
    for (const area of this.areas) if (area.isWide) this._drawOutline(context, area, scale, origin);
    for (const area of this.areas) if (area.standing === "figure") this._drawNumber(context, area, scale, origin);
    if (this.chosen) this._drawChosen(context, scale, origin);
  },

  /** Puts the outline of a place into the context; false if it lies outside the canvas. */
  _trace(context, id, scale, origin) {
    return this.shapes.trace(context, id, this.state.res, { scale, origin, within: this._bounds });
  },

  _drawPlace(context, { id, area, lived }, scale, origin) {
    const { fills, none, edge, alpha } = this.colours;
    const isBlank = area.standing === "unknown" || (area.isWide && !lived);
    if (isBlank || !this._trace(context, id, scale, origin)) return;
    if (area.standing === "few") {
      context.fillStyle = this._hatch(context);
    } else {
      context.globalAlpha = alpha;
      context.fillStyle = area.standing === "none" ? none : fills[area.shade];
    }
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = area.isWide || area.standing === "few" ? 0.5 : 1;
    context.strokeStyle = edge;
    context.stroke();
  },

  _drawOutline(context, area, scale, origin) {
    if (!this._trace(context, area.id, scale, origin)) return;
    context.lineWidth = 1.25;
    context.strokeStyle = this.colours.outline;
    context.stroke();
  },

  /** Figures are printed where there is room: colour alone never says how many. */
  _drawNumber(context, area, scale, origin) {
    const { middle, box } = this.shapes.of(area.id, this.state.res);
    const across = (box.max.x - box.min.x) * scale;
    const rounded = isAboutNeeds(this.options.measure) && !this.options.staff;
    const figure = `${this.options.number?.(area.figure) ?? area.figure}${rounded ? "+" : ""}`;
    const { text: least } = this.colours;
    context.font = `600 ${Math.min(1.5 * least, Math.max(least, across / 9))}px system-ui, sans-serif`;
    if (context.measureText(figure).width + ROOM_BESIDE_NUMBER > across) return;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = this.colours.inks[area.shade];
    const at = area.middle ?? middle;
    context.fillText(figure, at.x * scale - origin.x, at.y * scale - origin.y);
  },

  _drawChosen(context, scale, origin) {
    if (!this._trace(context, this.chosen, scale, origin)) return;
    context.lineJoin = "round";
    context.lineWidth = 7;
    context.strokeStyle = this.colours.halo;
    context.stroke();
    context.lineWidth = 3;
    context.strokeStyle = this.colours.chosen;
    context.stroke();
  },

  /** Diagonal lines, fixed to the ground: they do not swim when the map is dragged. */
  _hatch(context) {
    if (!this.hatching) {
      const size = 8;
      const tile = document.createElement("canvas");
      tile.width = tile.height = size * this.ratio;
      const pen = tile.getContext("2d");
      pen.scale(this.ratio, this.ratio);
      pen.strokeStyle = this.colours.hatch;
      pen.lineWidth = 1.25;
      pen.beginPath();
      for (const shift of [-size, 0, size]) {
        pen.moveTo(shift, size);
        pen.lineTo(shift + size, 0);
      }
      pen.stroke();
      this.hatching = context.createPattern(tile, "repeat");
      this.hatching.setTransform(new DOMMatrix().scale(1 / this.ratio));
    }
    return this.hatching;
  },
});
