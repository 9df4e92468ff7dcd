/** Three ways to say where an outline is: by compounds, by drawing, by hexagons. Each is switched on and off. */

const { L, h3 } = window;
const MOST = 1000; // compounds asked for at once
const RESOLUTIONS = [8, 11]; // of hexagons that are picked: some 900 m and 50 m across

/** Adds a layer and shows it whole. */
export function show(map, layer) {
  layer.addTo(map);
  const bounds = layer.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.2), { maxZoom: 17, animate: false });
}

/** The compounds of the list as outlines, always to be seen; while it is on, a tap ticks one and another unticks it. */
export class Compounds {
  constructor(map, form) {
    Object.assign(this, { map, form, outlines: new Map(), group: L.featureGroup() });
    this.group.addTo(map);
    map.on("moveend", () => this.fetch());
    this.fetch();
    form.addEventListener("change", ({ target }) => target.name === "compound" && this.mark());
  }

  on() {
    this.isOn = true;
    this.mark();
  }

  off() {
    this.isOn = false;
    this.mark();
  }

  value() {
    return null;
  }

  async fetch() {
    const bounds = this.map.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((one) => one.toFixed(5));
    const answer = await fetch(`/api/v1/compounds?bbox=${box}&limit=${MOST}`).catch(() => null);
    if (!answer?.ok) return; // the list below says the same
    for (const feature of (await answer.json()).features) {
      const { name } = feature.properties;
      const tick = this.tickOf(name);
      if (!tick || this.outlines.has(name)) continue;
      const outline = L.geoJSON(feature, { pmIgnore: true });
      outline.bindTooltip(document.createTextNode(name)); // as text: Leaflet reads a string as HTML
      outline.on("click", () => {
        if (!this.isOn) return;
        tick.checked = !tick.checked;
        tick.closest("details").open = true;
        this.mark();
      });
      this.outlines.set(name, outline.addTo(this.group));
    }
    this.mark();
  }

  tickOf(name) {
    this.ticks ??= new Map([...this.form.querySelectorAll("input[name=compound]")].map((tick) => [tick.value, tick]));
    return this.ticks.get(name);
  }

  mark() {
    for (const [name, outline] of this.outlines) outline.setStyle(look(this.isOn && this.tickOf(name).checked));
  }
}

/** Polygons that are drawn, changed and cut. */
export class Drawing {
  constructor(map, language, kept, onChange) {
    Object.assign(this, { map, language, onChange, group: L.featureGroup() });
    if (kept) L.geoJSON(kept).eachLayer((layer) => this.take(layer));
    map.on("pm:create", ({ layer }) => {
      this.take(layer); // Geoman put it into the group
      this.onChange();
    });
  }

  on() {
    const { pm } = this.map;
    pm.setLang(this.language);
    pm.setGlobalOptions({ layerGroup: this.group, pathOptions: look(true), templineStyle: look(true), hintlineStyle: look(false) });
    pm.addControls({
      position: "topleft", drawMarker: false, drawCircleMarker: false, drawPolyline: false, drawCircle: false,
      drawText: false, rotateMode: false, dragMode: false, cutPolygon: false,
    });
    this.name();
    show(this.map, this.group);
  }

  /** Gives the tools, which say what they are in a title only, a name for those who do not see it. */
  name() {
    for (const tool of this.map.getContainer().querySelectorAll(".button-container"))
      tool.querySelector(".leaflet-buttons-control-button")?.setAttribute("aria-label", tool.title);
  }

  off() {
    this.map.pm.disableDraw();
    this.map.pm.disableGlobalEditMode();
    this.map.pm.removeControls();
    this.group.remove();
  }

  take(layer) {
    layer.setStyle(look(true));
    layer.on("pm:edit", () => this.onChange());
    layer.on("pm:remove", () => {
      this.group.removeLayer(layer);
      this.onChange();
    });
    this.group.addLayer(layer);
  }

  /** A GeoJSON MultiPolygon of all that was drawn; null for nothing. */
  value() {
    const polygons = this.group.getLayers().flatMap((layer) => {
      const { type, coordinates } = layer.toGeoJSON().geometry;
      return type === "MultiPolygon" ? coordinates : [coordinates];
    });
    return polygons.length ? { type: "MultiPolygon", coordinates: polygons } : null;
  }
}

/** Hexagons picked one by one; how large they are follows the zoom. */
export class Hexagons {
  constructor(map, kept, onChange) {
    Object.assign(this, { map, onChange, chosen: new Map(), group: L.featureGroup() });
    for (const cell of kept) this.add(cell);
    this.tap = ({ latlng }) => this.toggle(latlng);
    this.key = (event) => {
      if (event.key !== "Enter" || event.target !== map.getContainer()) return;
      event.preventDefault();
      this.toggle(map.getCenter());
    };
  }

  on() {
    this.map.on("click", this.tap);
    this.map.getContainer().addEventListener("keydown", this.key);
    show(this.map, this.group);
  }

  off() {
    this.map.off("click", this.tap);
    this.map.getContainer().removeEventListener("keydown", this.key);
    this.group.remove();
  }

  toggle({ lat, lng }) {
    const held = [...this.chosen.keys()].find((cell) => h3.latLngToCell(lat, lng, h3.getResolution(cell)) === cell);
    const [coarsest, finest] = RESOLUTIONS;
    if (held) {
      this.chosen.get(held).remove();
      this.group.removeLayer(this.chosen.get(held));
      this.chosen.delete(held);
    } else this.add(h3.latLngToCell(lat, lng, Math.min(finest, Math.max(coarsest, this.map.getZoom() - 6))));
    this.onChange();
  }

  add(cell) {
    const corners = h3.cellToBoundary(cell);
    this.chosen.set(cell, L.polygon(corners, { ...look(true), interactive: false, pmIgnore: true }).addTo(this.group));
  }

  /** The hexagons by their names; null for none. */
  value() {
    return this.chosen.size ? [...this.chosen.keys()] : null;
  }
}

/** How a shape is drawn that is part of the outline, and one that is not. */
function look(isChosen) {
  const style = getComputedStyle(document.documentElement);
  const colour = style.getPropertyValue(isChosen ? "--accent" : "--ink-soft").trim();
  return { color: colour, fillColor: colour, weight: isChosen ? 3 : 1, fillOpacity: isChosen ? 0.25 : 0.05 };
}
