/** The demo neighbourhood's streets, water and parks, in two sheets: ground below the cells, street names above. */

import { lookOfPage } from "./basemap_look.js";
import { Sheet } from "./sheet.js";

const METRES_AROUND = 40_075_017;
/** Width in metres, least pixels, and from which zoom it is drawn and named. */
const WAYS = {
  expressway: { metres: 26, least: 2.5, from: 9, named: 15 },
  railway: { metres: 5, least: 1.2, from: 11, named: 16, dash: [6, 5] },
  arterial: { metres: 22, least: 2, from: 10, named: 14 },
  street: { metres: 12, least: 1, from: 12, named: 15.5 },
  lane: { metres: 6, least: 0.8, from: 14, named: 16.5 },
};
/** What each kind of ground is called in the look of the base map. */
const GROUND = { canal: "water", pond: "water", park: "park", field: "field" };
const ORDER = ["lane", "street", "arterial", "railway", "expressway"];
const NAME_EVERY = 520; // pixels along a street between two of its names

/** Lines and rings of a feature as points of the world at zoom 0. */
function projected(map, { geometry }) {
  const depth = { LineString: 0, MultiLineString: 1, Polygon: 1, MultiPolygon: 2 }[geometry.type];
  if (depth === undefined) return [];
  const lines = depth === 0 ? [geometry.coordinates] : geometry.coordinates.flat(depth - 1);
  return lines.map((line) => line.map(([lng, lat]) => map.project([lat, lng], 0)));
}

/** A sheet in the colours of the base map. */
const Ground = Sheet.extend({
  readColours() {
    this.look = lookOfPage();
    this.draw();
  },

  paint(context) {
    const { scale, origin } = this.frameOfMap();
    const trace = (lines) => {
      context.beginPath();
      for (const line of lines)
        line.forEach((point, at) =>
          context[at ? "lineTo" : "moveTo"](point.x * scale - origin.x, point.y * scale - origin.y),
        );
    };
    for (const { kind, lines } of this.areas) {
      trace(lines);
      context.fillStyle = this.look[GROUND[kind]];
      context.fill("evenodd");
    }
    context.lineCap = context.lineJoin = "round";
    for (const isCasing of [true, false]) {
      for (const { kind, lines } of this.ways) this.way(context, kind, lines, trace, isCasing);
    }
  },

  way(context, kind, lines, trace, isCasing) {
    const zoom = this._map.getZoom();
    const style = WAYS[kind];
    if (zoom < style.from || (style.dash && isCasing)) return;
    const width = Math.max(style.least, style.metres / this.metresPerPixel());
    trace(lines);
    context.setLineDash(style.dash ?? []);
    context.lineWidth = isCasing ? width + 1.5 : width;
    context.strokeStyle = this.colourOf(kind, isCasing);
    context.stroke();
    context.setLineDash([]);
  },

  colourOf(kind, isCasing) {
    const { look } = this;
    if (kind === "expressway") return isCasing ? look["expressway-casing"] : look.expressway;
    if (kind === "railway") return look.railway;
    return isCasing ? look.casing : look.street;
  },

  metresPerPixel() {
    const { lat } = this._map.getCenter();
    return (METRES_AROUND * Math.cos((lat * Math.PI) / 180)) / (256 * 2 ** this._map.getZoom());
  },
});

/** Names along the streets, turned with them, never upside down; one in every stretch. */
const Names = Sheet.extend({
  readColours() {
    this.look = lookOfPage();
    this.draw();
  },

  paint(context) {
    const { scale, origin } = this.frameOfMap();
    const zoom = this._map.getZoom();
    context.font = `${this.look.text} ${this.look.typeface}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = this.look.halo;
    context.fillStyle = this.look.name;
    for (const { name, kind, lines } of this.ways) {
      if (!name || zoom < WAYS[kind].named) continue;
      const points = lines[0].map((point) => ({ x: point.x * scale - origin.x, y: point.y * scale - origin.y }));
      this.along(context, name, points);
    }
  },

  along(context, name, points) {
    let toNext = NAME_EVERY / 4;
    for (let at = 1; at < points.length; at += 1) {
      const [from, to] = [points[at - 1], points[at]];
      const length = Math.hypot(to.x - from.x, to.y - from.y);
      const room = context.measureText(name).width;
      let done = 0;
      while (length - done >= toNext) {
        done += toNext;
        toNext = NAME_EVERY;
        if (length >= room) this.name(context, name, from, to, done / length);
      }
      toNext -= length - done;
    }
  },

  name(context, name, from, to, share) {
    let angle = Math.atan2(to.y - from.y, to.x - from.x);
    if (Math.abs(angle) > Math.PI / 2) angle += Math.PI;
    context.save();
    context.translate(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
    context.rotate(angle);
    context.strokeText(name, 0, 0);
    context.fillText(name, 0, 0);
    context.restore();
  },
});

/** Fetches the streets (GeoJSON with `kind` and `name`) and lays both sheets on the map. */
export async function addStreets(map, url) {
  const response = await fetch(url);
  if (!response.ok) return;
  const { features } = await response.json();
  const all = features.map((feature) => ({ ...feature.properties, lines: projected(map, feature) }));
  const ways = all.filter(({ kind }) => kind in WAYS).sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  const ground = new Ground({ pane: "streets" });
  const names = new Names({ pane: "names" });
  Object.assign(ground, { ways, areas: all.filter(({ kind }) => kind in GROUND) });
  Object.assign(names, { ways });
  ground.addTo(map);
  names.addTo(map);
}
