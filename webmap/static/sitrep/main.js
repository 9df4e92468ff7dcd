/**
 * The map of a report: draws the places, zones and points of one moment after the other on Leaflet's map.
 *
 * It stands in the file itself, after Leaflet and before the lines that make the map and call `start`. Shapes are read
 * from the still picture beside the map, or are told in its words: paths of whole units of one sheet.
 */

const told = JSON.parse(document.getElementById("report").textContent);
const EVERY = 1000; // milliseconds a day stays while it plays
const WIDE_ENOUGH = 42; // pixels of a place from which its figure is printed in it
const MOST_NUMBERS = 400;

/** Latitude and longitude of a point of the sheet. */
function placeOf(x, y) {
  const { west, north, unit } = told.sheet;
  return window.L.Projection.SphericalMercator.unproject(window.L.point(west + x * unit, north - y * unit));
}

/** The rings of a path "M1 2l3 4 5 6z": a first point, then steps. */
function ringsOf(path) {
  return path.split("M").slice(1).map((part) => {
    const steps = part.match(/-?\d+/g).map(Number);
    let [x, y] = [0, 0];
    const ring = [];
    for (let at = 0; at < steps.length; at += 2) {
      x += steps[at];
      y += steps[at + 1];
      ring.push(placeOf(x, y));
    }
    return ring;
  });
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

class Report {
  constructor(map) {
    const { L } = window;
    Object.assign(this, { L, map, step: told.moments.length - 1, measure: "needs" });
    this.places = L.layerGroup().addTo(map);
    this.wide = L.layerGroup().addTo(map);
    this.zones = L.layerGroup().addTo(map);
    this.points = L.layerGroup().addTo(map);
    this.numbers = L.layerGroup().addTo(map);
    this.readColours();
    this.drawGround();
    this.drawPlaces();
    this.makeFeatures();
    map.on("moveend", () => this.drawNumbers());
    this.show(this.step);
  }

  readColours() {
    this.fills = { 0: token("cell-none"), u: token("no-data"), f: token("hatch") };
    for (let at = 1; at <= 5; at += 1) this.fills[at] = token(`class-${at}`);
    this.alpha = Number(token("cell-alpha")) || 0.8;
    this.edge = token("cell-edge");
  }

  drawGround() {
    const ground = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    ground.setAttribute("viewBox", `0 0 20000 ${told.sheet.height}`);
    ground.append(document.getElementById("ground").cloneNode(true));
    ground.firstChild.removeAttribute("id");
    this.L.svgOverlay(ground, [placeOf(0, told.sheet.height), placeOf(20000, 0)], { pane: "tilePane" }).addTo(this.map);
  }

  drawPlaces() {
    this.shapes = [...document.querySelectorAll("#cells path")].map((path, at) => {
      const shape = this.L.polygon(ringsOf(path.getAttribute("d")), { weight: 0.5, color: this.edge });
      shape.on("click", (event) => this.tell(at, event.latlng));
      return shape.addTo(this.places);
    });
  }

  /** Zones and points are made once, and are on the map while they hold. */
  makeFeatures() {
    const { L } = this;
    const lines = L.svg();
    for (const one of told.zones) {
      const rings = ringsOf(one.path);
      const style = (className) => ({ className, renderer: lines, fill: false, interactive: false });
      one.drawn = [L.polygon(rings, style("halo")), L.polygon(rings, style(`zone ${one.level}`))];
      one.drawn.push(this.flag(placeOf(...one.at), one.level, String(one.number)));
    }
    for (const one of told.points) {
      const isDrop = one.kind === "drop";
      const spot = isDrop ? this.diamond(one) : this.dot(one);
      one.drawn = [spot.bindPopup(said([one.name, one.text, one.when]))];
    }
  }

  dot(one) {
    return this.L.circleMarker(placeOf(...one.at), {
      radius: 5, weight: 1, color: "#fff", fillColor: token("checkpoint"), fillOpacity: 1,
    });
  }

  diamond(one) {
    const html = document.createElement("i");
    html.className = "diamond";
    const icon = this.L.divIcon({ className: "", html, iconSize: [14, 14] });
    return this.L.marker(placeOf(...one.at), { icon, keyboard: false });
  }

  flag(place, kind, text) {
    const html = document.createElement("span");
    html.textContent = text;
    const icon = this.L.divIcon({ className: `flag ${kind}`, html, iconSize: null });
    return this.L.marker(place, { icon, interactive: false, keyboard: false });
  }

  /** Shows a moment: 0 is the first. */
  show(step) {
    this.step = step;
    const { letters, wide } = told.shades[this.measure][step];
    this.shapes.forEach((shape, at) => shape.setStyle(this.styleOf(letters[at])));
    this.wide.clearLayers();
    for (const [path] of wide) {
      const style = { fill: false, weight: 1.25, color: token("cell-outline"), interactive: false };
      this.L.polygon(ringsOf(path), style).addTo(this.wide);
    }
    for (const one of told.zones) this.put(one, this.zones);
    for (const one of told.points) this.put(one, this.points);
    this.drawNumbers();
    for (const row of document.querySelectorAll("[data-step]"))
      row.toggleAttribute("data-shown", Number(row.dataset.step) === step);
  }

  put(one, group) {
    for (const layer of one.drawn) {
      if (one.on[this.step]) group.addLayer(layer);
      else group.removeLayer(layer);
    }
  }

  styleOf(letter) {
    const isBlank = letter === "-";
    const isFew = letter === "f";
    return {
      stroke: !isBlank,
      fill: true,
      fillColor: this.fills[letter] ?? "#000",
      fillOpacity: isBlank ? 0 : isFew ? 0.18 : this.alpha,
      dashArray: isFew ? "3 3" : null,
    };
  }

  /** Figures are printed where there is room: colour alone never says how many. */
  drawNumbers() {
    const { letters, figures, wide } = told.shades[this.measure][this.step];
    const covered = new Set(wide.length ? letters : "");
    this.numbers.clearLayers();
    for (const [, x, y, text] of wide) this.flag(placeOf(x, y), "number", text).addTo(this.numbers);
    if (covered.size || !this.shapes.length) return;
    const inView = this.map.getBounds();
    const across = this.shapes[0].getBounds();
    const width = this.map.latLngToLayerPoint(across.getNorthEast()).x - this.map.latLngToLayerPoint(across.getSouthWest()).x;
    if (width < WIDE_ENOUGH) return;
    let left = MOST_NUMBERS;
    this.shapes.forEach((shape, at) => {
      if (!figures[at] || left === 0 || !inView.contains(shape.getBounds().getCenter())) return;
      left -= 1;
      this.flag(shape.getBounds().getCenter(), "number", `${figures[at]}${told.plus}`).addTo(this.numbers);
    });
  }

  /** Says what holds in a place at the moment shown. */
  tell(at, place) {
    const { letters, figures } = told.shades[this.measure][this.step];
    const letter = letters[at];
    const words = { f: told.words.few, u: told.words.unpublished, 0: told.words.none }[letter];
    const title = document.querySelector(`[data-legend="${this.measure}"] b`).textContent;
    const figure = figures[at] ? `${title}: ${figures[at]}${told.plus}` : words;
    if (figure) this.L.popup().setLatLng(place).setContent(said([told.names[told.name_of[at]], figure])).openOn(this.map);
  }
}

/** Lines of text as an element. */
function said(lines) {
  const element = document.createElement("div");
  for (const line of lines.filter(Boolean)) {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    element.append(paragraph);
  }
  return element;
}

/** The slider, the button that plays it, the choice of the measure. */
function control(report) {
  const [step, play, measure] = ["step", "play", "measure"].map((id) => document.getElementById(id));
  const say = () => (document.getElementById("moment").textContent = told.moments[report.step]);
  const go = (to) => {
    report.show(to);
    if (step) step.value = String(to);
    say();
  };
  let playing = null;
  const stop = () => {
    clearInterval(playing);
    playing = null;
    play.setAttribute("aria-pressed", "false");
    play.textContent = told.words.play;
  };
  step?.addEventListener("input", () => go(Number(step.value)));
  play?.addEventListener("click", () => {
    if (playing) return stop();
    if (report.step === told.moments.length - 1) go(0);
    play.setAttribute("aria-pressed", "true");
    play.textContent = told.words.pause;
    playing = setInterval(() => {
      if (report.step === told.moments.length - 1) stop();
      else go(report.step + 1);
    }, EVERY);
  });
  measure?.addEventListener("change", () => {
    report.measure = measure.value;
    for (const legend of document.querySelectorAll("[data-legend]"))
      legend.hidden = legend.dataset.legend !== report.measure;
    report.show(report.step);
  });
  say();
}

function start(map) {
  map.fitBounds([placeOf(0, told.sheet.height), placeOf(20000, 0)]);
  control(new Report(map));
}

/* Room first: Leaflet measures its element when it is made. */
document.documentElement.classList.add("is-live");
for (const part of document.querySelectorAll(".controls, .stage")) part.hidden = false;
