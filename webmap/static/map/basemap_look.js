/**
 * How the vector base map looks: quiet ground for the data that lies on it. Colours come from the page's tokens
 * (--map-land, --map-water, …); where a token is not defined, the values here stand in, one set for each scheme.
 */

const LIGHT = {
  land: "#f3f2ee", residential: "#edebe6", commerce: "#eeeae5", works: "#e9e8e6", field: "#f0f0e4",
  school: "#efebe0", hospital: "#f3e9e7", park: "#e0ead9", wood: "#d9e5d2", grass: "#e7eddf", bare: "#e9e6df",
  ice: "#eef3f6", pitch: "#d9e6d5", square: "#ebe8e2", water: "#c6dbe7", stream: "#b4cfdf",
  building: "#e0dcd5", "building-edge": "#cfcac1", street: "#ffffff", casing: "#d0cbc2",
  expressway: "#f1e6cf", "expressway-casing": "#c2b492", path: "#c3b9aa", railway: "#b5b0a8", border: "#a79fb3",
  name: "#5f5c55", "name-strong": "#45443f", "name-water": "#3a647d", halo: "#f8f7f4",
};

const DARK = {
  land: "#1c1f22", residential: "#212528", commerce: "#24272a", works: "#232629", field: "#20241f",
  school: "#27282a", hospital: "#2b2628", park: "#1f2c24", wood: "#1c2a20", grass: "#212a23", bare: "#28282a",
  ice: "#2a3136", pitch: "#24332a", square: "#26292c", water: "#16303e", stream: "#1d3c4d",
  building: "#2a2f33", "building-edge": "#383e43", street: "#3b4147", casing: "#15171a",
  expressway: "#55503f", "expressway-casing": "#15171a", path: "#4a4d50", railway: "#4f5357", border: "#6f6880",
  name: "#a7acb0", "name-strong": "#d5d7d8", "name-water": "#86b4cd", halo: "#1a1d20",
};

/** Whether the page is shown dark: by how light its text is, whoever decided that (the system or the reader). */
function isDark(colour) {
  const rgb = colour.match(/^rgba?\((\d+), (\d+), (\d+)/);
  if (!rgb) return matchMedia("(prefers-color-scheme: dark)").matches;
  return 0.3 * rgb[1] + 0.59 * rgb[2] + 0.11 * rgb[3] > 140;
}

const USUAL_TEXT = 12; // pixels

/** The colours in force on the page, its typeface, and the size of text on the map, also as a multiple of the usual. */
export function lookOfPage() {
  const style = getComputedStyle(document.body);
  const look = { typeface: style.fontFamily };
  for (const [name, colour] of Object.entries(isDark(style.color) ? DARK : LIGHT)) {
    look[name] = style.getPropertyValue(`--map-${name}`).trim() || colour;
  }
  look.text = style.getPropertyValue("--map-text").trim() || `${USUAL_TEXT}px`;
  look.scale = Number.parseFloat(look.text) / USUAL_TEXT;
  return look;
}

/** A width at a map zoom from [zoom, width] pairs: between two of them it grows by the same factor each zoom. */
function widthAt(zoom, pairs) {
  const next = pairs.findIndex(([at]) => at > zoom);
  if (next === 0) return pairs[0][1];
  if (next < 0) return pairs.at(-1)[1];
  const [[low, from], [high, to]] = [pairs[next - 1], pairs[next]];
  return from * (to / from) ** ((zoom - low) / (high - low));
}

/** Names in the reader's language first: Chinese for a Chinese page, English for every other, then the local one. */
const namesIn = (language) => [language.startsWith("zh") ? "name:zh" : "name:en", "name"];

const GROUND = ["field", "residential", "commerce", "works", "school", "hospital"];
const GREEN = ["wood", "grass", "bare", "ice", "park"];
const DETAIL = ["square", "pitch"];

/** Width in pixels at map zooms: [zoom, width] pairs, growing between them as streets do. */
const ROAD_WIDTHS = {
  motorway: [[6, 0.6], [10, 1.6], [13, 4], [16, 11], [19, 30]],
  major: [[8, 0.5], [11, 1.4], [13, 3.2], [16, 10], [19, 28]],
  medium: [[10, 0.5], [12, 1.2], [14, 3], [16, 8], [19, 24]],
  link: [[12, 0.8], [14, 2], [16, 6], [19, 16]],
  minor: [[12, 0.5], [14, 1.8], [16, 6], [19, 20]],
  pedestrian: [[13, 0.6], [15, 2], [17, 6], [19, 12]],
  service: [[14, 0.6], [16, 2.4], [19, 10]],
};
const CASED = ["service", "pedestrian", "minor", "link", "medium", "major", "motorway"];

/** Paint rules, from the ground up. `p` is protomaps-leaflet. */
export function paintRules(p, look) {
  return [...groundRules(p, look), ...waterRules(p, look), ...buildingRules(p, look), ...roadRules(p, look),
    ...borderRules(p, look)];
}

function groundRules(p, look) {
  const fill = (zoom, feature) => look[feature.props.kind];
  return [GROUND, GREEN, DETAIL].map((kinds) => ({
    dataLayer: "land",
    filter: (zoom, feature) => kinds.includes(feature.props.kind),
    symbolizer: new p.PolygonSymbolizer({ fill, perFeature: true }),
  }));
}

function waterRules(p, look) {
  const line = (kind, widths) => ({
    dataLayer: "water",
    filter: (zoom, feature) => feature.props.kind === kind,
    symbolizer: new p.LineSymbolizer({
      color: look.stream, width: (zoom) => widthAt(zoom, widths), lineCap: "round", lineJoin: "round",
    }),
  });
  return [
    line("stream", [[12, 0.5], [15, 1.2], [18, 4]]),
    line("river", [[8, 0.6], [12, 1.4], [15, 3], [18, 8]]),
    {
      dataLayer: "water",
      filter: (zoom, feature) => feature.props.kind === "area",
      symbolizer: new p.PolygonSymbolizer({ fill: look.water }),
    },
  ];
}

function buildingRules(p, look) {
  return [{
    dataLayer: "buildings",
    minzoom: 14,
    symbolizer: new p.PolygonSymbolizer({
      fill: look.building, stroke: look["building-edge"], width: (zoom) => (zoom >= 16 ? 1 : 0),
    }),
  }];
}

function roadRules(p, look) {
  const roads = (kind, symbolizer, more = {}) => ({
    dataLayer: "roads",
    filter: (zoom, feature) => feature.props.kind === kind && !(feature.props.level === "tunnel" && more.open),
    symbolizer,
    minzoom: more.minzoom,
  });
  const round = { lineCap: "round", lineJoin: "round" };
  const width = (kind, extra) => (zoom) => widthAt(zoom, ROAD_WIDTHS[kind]) + extra;
  const edges = CASED.map((kind) => roads(kind, new p.LineSymbolizer({
    color: kind === "motorway" ? look["expressway-casing"] : look.casing, width: width(kind, 1.4), ...round,
  }), { minzoom: kind === "motorway" || kind === "major" ? 9 : 13, open: true }));
  const fills = CASED.map((kind) => roads(kind, new p.LineSymbolizer({
    color: kind === "motorway" ? look.expressway : look.street,
    width: width(kind, 0),
    opacity: (zoom, feature) => (feature.props.level === "tunnel" ? 0.45 : 1),
    perFeature: true,
    ...round,
  })));
  const path = roads("path", new p.LineSymbolizer({
    color: look.path, width: (zoom) => widthAt(zoom, [[14, 0.6], [17, 1.4], [19, 3]]), dash: [3, 2],
  }));
  const rail = roads("rail", new p.LineSymbolizer({
    color: look.railway, width: (zoom) => widthAt(zoom, [[9, 0.5], [13, 1.2], [17, 3]]),
  }), { open: true });
  const subway = roads("subway", new p.LineSymbolizer({
    color: look.railway, opacity: 0.6, width: (zoom) => widthAt(zoom, [[12, 0.6], [17, 2]]), dash: [6, 4],
  }), { minzoom: 13 });
  return [path, subway, ...edges, ...fills, rail]; // what runs under a street is not drawn over it
}

function borderRules(p, look) {
  const wide = ["country", "province", "city"];
  return [true, false].map((isWide) => ({
    dataLayer: "boundaries",
    filter: (zoom, feature) => wide.includes(feature.props.kind) === isWide,
    symbolizer: new p.LineSymbolizer({
      color: look.border, opacity: isWide ? 0.8 : 0.5, width: isWide ? 1.4 : 0.9,
    }),
  }));
}

/** Label rules, the ones that win a place first. */
export function labelRules(p, look, language) {
  const labelProps = namesIn(language);
  const base = { labelProps, fontFamily: look.typeface, stroke: look.halo, width: 1.6 };
  const byRank = (a, b) => Number(a.rank) - Number(b.rank);
  const places = (kinds, minzoom, symbolizer) => ({
    dataLayer: "places", minzoom, sort: byRank, symbolizer,
    filter: (zoom, feature) => kinds.includes(feature.props.kind),
  });
  const area = (size, more = {}) => new p.CenteredTextSymbolizer({
    ...base, fill: look["name-strong"], fontSize: size * look.scale, lineHeight: 1.35, ...more,
  });
  const landmark = (more = {}) => new p.GroupSymbolizer([
    new p.CircleSymbolizer({ radius: 2, fill: look.name, stroke: look.halo, width: 1 }),
    new p.OffsetTextSymbolizer({
      ...base, fill: look.name, fontSize: 11 * look.scale, lineHeight: 1.3, offsetY: 6, maxLineChars: 16,
      placements: [p.TextPlacements.S], justify: p.Justify.Center, ...more,
    }),
  ]);
  const along = (kinds, minzoom, size, more = {}) => ({
    dataLayer: "roads",
    minzoom,
    filter: (zoom, feature) => kinds.includes(feature.props.kind),
    symbolizer: new p.LineLabelSymbolizer({
      ...base, fill: look.name, fontSize: size * look.scale, position: p.LineLabelPlacement.Center,
      repeatDistance: 320, ...more,
    }),
  });
  const quiet = { fill: look.name };
  const wet = { fill: look["name-water"], fontStyle: "italic" };
  return [
    places(["city"], 4, area(16, { fontWeight: 600 })),
    places(["town", "district"], 9, area(14, { fontWeight: 600 })),
    places(["village"], 11, area(13)),
    places(["station"], 13, landmark({ fill: look["name-strong"] })),
    along(["motorway", "major"], 12, 11.5),
    along(["medium", "pedestrian"], 14, 11),
    places(["hospital"], 13, landmark({ fill: look["name-strong"] })),
    places(["quarter"], 13, area(12, quiet)),
    places(["compound"], 15, area(12)),
    along(["minor"], 15, 11),
    places(["water"], 12, area(11.5, wet)),
    {
      dataLayer: "water",
      minzoom: 12,
      filter: (zoom, feature) => feature.props.kind !== "area",
      symbolizer: new p.LineLabelSymbolizer({
        ...base, ...wet, fontSize: 11 * look.scale, position: p.LineLabelPlacement.Center, repeatDistance: 400,
      }),
    },
    places(["park"], 14, area(11, quiet)),
    places(["school"], 15, landmark()),
    places(["market", "pharmacy", "public", "peak"], 16, landmark()),
    along(["service", "path"], 17, 10.5),
    places(["building"], 17, area(10.5, quiet)),
  ];
}
