/** Without any base map: lines of longitude and latitude, so that moving and zooming can be seen and places be told. */

import { lookOfPage } from "./basemap_look.js";
import { Sheet } from "./sheet.js";

const STEPS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]; // degrees
const LINE_EVERY = 160; // pixels, at least

const Graticule = Sheet.extend({
  paint(context) {
    const map = this._map;
    const look = lookOfPage();
    const { min, max } = this._bounds;
    const northWest = map.layerPointToLatLng(min);
    const southEast = map.layerPointToLatLng(max);
    const pixels = (max.x - min.x) / (southEast.lng - northWest.lng);
    const step = STEPS.findLast((size) => size * pixels >= LINE_EVERY) ?? STEPS[0];
    const digits = Math.max(0, Math.ceil(-Math.log10(step)));
    context.strokeStyle = look.casing;
    context.fillStyle = look.name;
    context.font = `${look.text} ${look.typeface}`;
    context.lineWidth = 1;
    for (let lng = Math.ceil(northWest.lng / step) * step; lng < southEast.lng; lng += step) {
      const { x } = map.latLngToLayerPoint([0, lng]);
      this.line(context, x, min.y, x, max.y);
      context.fillText(`${lng.toFixed(digits)}°`, x + 4, this.corner().y + 14);
    }
    for (let lat = Math.ceil(southEast.lat / step) * step; lat < northWest.lat; lat += step) {
      const { y } = map.latLngToLayerPoint([lat, 0]);
      this.line(context, min.x, y, max.x, y);
      context.fillText(`${lat.toFixed(digits)}°`, this.corner().x + 60, y - 4);
    }
  },

  corner() {
    return this._map.containerPointToLayerPoint([0, 0]);
  },

  line(context, fromX, fromY, toX, toY) {
    context.beginPath();
    context.moveTo(Math.round(fromX) + 0.5, Math.round(fromY) + 0.5);
    context.lineTo(Math.round(toX) + 0.5, Math.round(toY) + 0.5);
    context.stroke();
  },
});

export function addGraticule(map) {
  new Graticule({ pane: "streets" }).addTo(map);
}
