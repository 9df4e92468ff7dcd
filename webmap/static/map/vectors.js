/** The vector base map: one PMTiles file of Linli's own, read in ranges and drawn by protomaps-leaflet. */

import { labelRules, lookOfPage, paintRules } from "./basemap_look.js";

/**
 * Lays the base map on the map: the ground in the pane "streets" below the data, names in the pane "names" above it.
 * `url`: the file; `script`: protomaps-leaflet, fetched only now. Both layers share the tiles they read.
 */
export async function addVectors(map, { url, script, language }) {
  await classic(script);
  const protomaps = window.protomapsL;
  const file = new protomaps.PmtilesSource(new URL(url, document.baseURI).href, true).p;
  const [header, about] = await Promise.all([file.getHeader(), file.getMetadata()]);
  const options = {
    url: file,
    maxDataZoom: header.maxZoom,
    maxZoom: map.getMaxZoom(),
    bounds: [[header.minLat, header.minLon], [header.maxLat, header.maxLon]],
    attribution: about.attribution,
    lang: language,
  };
  const ground = protomaps.leafletLayer({ ...options, pane: pane(map, "streets"), paintRules: [], labelRules: [] });
  const names = protomaps.leafletLayer({ ...options, pane: pane(map, "names"), paintRules: [], labelRules: [] });
  names.views = ground.views;
  const dress = () => {
    const look = lookOfPage();
    ground.paintRules = paintRules(protomaps, look);
    names.labelRules = labelRules(protomaps, look, language);
    names.clearLayout();
  };
  dress();
  ground.addTo(map);
  names.addTo(map);
  onNewLook(map, () => {
    dress();
    ground.rerenderTiles();
    names.rerenderTiles();
  });
}

/** The pane of that name, or Leaflet's own for tiles on a page that has not made it. */
const pane = (map, name) => (map.getPane(name) ? name : "tilePane");

/** Runs a classic script; resolves when it has set its global. */
function classic(url) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = url;
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error("the base map's script did not arrive")));
    document.head.append(element);
  });
}

/** Calls `redraw` when the page changes between light and dark: by the device, or by the reader (data-theme). */
function onNewLook(map, redraw) {
  let before = JSON.stringify(lookOfPage());
  const check = () => {
    const now = JSON.stringify(lookOfPage());
    if (now !== before) redraw();
    before = now;
  };
  const device = matchMedia("(prefers-color-scheme: dark)");
  const page = new MutationObserver(check);
  device.addEventListener("change", check);
  page.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
  map.on("tokenschange", check);
  map.once("unload", () => {
    device.removeEventListener("change", check);
    page.disconnect();
  });
}
