/** The small map of the form: a tap is the place, a circle says how well the phone knows it. */

import { addBasemap } from "../map/basemap.js";

const CLOSE = 17; // zoom at which buildings are told apart
const CLOSEST = 19;
/** Where the ground and the names of streets lie, between Leaflet's own panes; taps go through them. */
const PANES = { streets: 150, names: 350 };

export class PlaceMap {
  /** Fetches Leaflet and draws the map in the element; rejects when it does not arrive. */
  static async in(element, words) {
    const { look, leaflet, leafletCss } = element.dataset; // the look: of a page that does without until there is a map
    await Promise.all([style(leafletCss), script(leaflet)]);
    if (look) await style(look); // after Leaflet's own, which it changes
    return new PlaceMap(element, words);
  }

  constructor(element, words) {
    const { L } = window;
    element.textContent = "";
    this.onTap = () => {};
    const [west, south, east, north] = element.dataset.box.split(",").map(Number);
    this.map = L.map(element, { zoomControl: false, maxZoom: CLOSEST, scrollWheelZoom: false, fadeAnimation: false });
    for (const [name, height] of Object.entries(PANES))
      Object.assign(this.map.createPane(name).style, { zIndex: height, pointerEvents: "none" });
    this.map.attributionControl.setPrefix(false);
    L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(this.map);
    this.map.fitBounds([[south, west], [north, east]]);
    const { lat, lng, language, protomaps } = element.dataset;
    if (lat) this.show(Number(lat), Number(lng));
    this.map.on("click", ({ latlng }) => this.onTap(latlng.lat, latlng.lng));
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.target !== element) return;
      event.preventDefault();
      const middle = this.map.getCenter();
      this.onTap(middle.lat, middle.lng);
    });
    const home = { lat: (south + north) / 2, lng: (west + east) / 2 };
    addBasemap(this.map, { url: "/basemap.json", vendor: protomaps, language, home });
  }

  /** Marks the place and comes close to it; `accuracy` in metres, 0 where somebody pointed at it. */
  show(lat, lng, accuracy = 0) {
    const { L } = window;
    const colour = getComputedStyle(document.documentElement).getPropertyValue("--accent");
    this.marks?.remove();
    this.marks = L.layerGroup().addTo(this.map);
    if (accuracy) L.circle([lat, lng], { radius: accuracy, color: colour, weight: 1, interactive: false }).addTo(this.marks);
    L.circleMarker([lat, lng], { radius: 9, color: "#fff", weight: 3, fillColor: colour, fillOpacity: 1, interactive: false })
      .addTo(this.marks);
    if (accuracy) this.map.fitBounds(L.latLng(lat, lng).toBounds(accuracy * 2), { maxZoom: CLOSE, animate: false });
    else this.map.setView([lat, lng], Math.max(this.map.getZoom(), CLOSE), { animate: false });
  }
}

const style = (url) => arrived(Object.assign(document.createElement("link"), { rel: "stylesheet", href: url }));
const script = (url) => arrived(Object.assign(document.createElement("script"), { src: url }));

/** Resolves when the element's file has arrived. */
function arrived(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", () => reject(new Error("a file of the map did not arrive")));
    document.head.append(element);
  });
}
