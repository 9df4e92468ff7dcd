/** Draws an outline by taps on a small map, into the field that takes GeoJSON. Without this script it is pasted there. */

import { PlaceMap } from "../report/place_map.js";

const LEAST = 3; // corners of an outline

class Outline {
  constructor(part) {
    this.field = document.getElementById("drawn");
    this.said = part.querySelector("[data-said]");
    this.words = JSON.parse(part.querySelector("[data-words]").dataset.words);
    this.corners = read(this.field.value);
    part.querySelector("[data-back]").addEventListener("click", () => this.change(() => this.corners.pop()));
    part.querySelector("[data-clear]").addEventListener("click", () => this.change(() => this.corners.splice(0)));
    this.field.addEventListener("change", () => {
      this.corners = read(this.field.value);
      this.draw();
      this.fit();
    });
  }

  async open(element) {
    this.map = await PlaceMap.in(element, this.words);
    this.map.onTap = (lat, lng) => this.change(() => this.corners.push([round(lng), round(lat)]));
    this.draw();
    this.fit();
  }

  fit() {
    if (this.map && this.corners.length >= LEAST)
      this.map.map.fitBounds(this.shape.getBounds(), { animate: false, padding: [40, 40] });
  }

  change(how) {
    how();
    const closed = [...this.corners, this.corners[0]];
    const isShape = this.corners.length >= LEAST;
    this.field.value = isShape ? JSON.stringify({ type: "Polygon", coordinates: [closed] }) : "";
    this.draw();
  }

  draw() {
    const { L } = window;
    if (!this.map) return;
    this.shape?.remove();
    const color = getComputedStyle(document.documentElement).getPropertyValue("--accent");
    const places = this.corners.map(([lng, lat]) => [lat, lng]);
    this.shape = L.featureGroup().addTo(this.map.map);
    L.polygon(places, { color, weight: 2, interactive: false }).addTo(this.shape);
    for (const place of places)
      L.circleMarker(place, { radius: 5, color, weight: 2, fillColor: "#fff", fillOpacity: 1, interactive: false })
        .addTo(this.shape);
    this.said.textContent = this.words.corners.replace("{count}", String(this.corners.length));
  }
}

const round = (degrees) => Math.round(degrees * 1e6) / 1e6;

/** The corners of a polygon that was drawn or pasted; none of what is no simple polygon. */
function read(text) {
  try {
    const value = JSON.parse(text);
    const { type, coordinates } = value.geometry ?? value;
    return type === "Polygon" && coordinates.length === 1 ? coordinates[0].slice(0, -1) : [];
  } catch {
    return [];
  }
}

const part = document.getElementById("draw");
const outline = new Outline(part);
part.hidden = false;
const folded = part.closest("details");
/** Once, when it is looked for. Without a map the outline is pasted. */
function open() {
  if (!folded.open || outline.asked) return;
  outline.asked = outline.open(part.querySelector("[data-box]")).catch(() => (part.hidden = true));
}
folded.addEventListener("toggle", open);
open();
