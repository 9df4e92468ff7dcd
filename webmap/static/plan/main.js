/** The planning page: what nobody takes care of as shaded places, and the posts of the plan, on one map. */

import { addBasemap } from "../map/basemap.js";
import { FeatureLayers, makePanes } from "../map/layers.js";
import { fit, followLook } from "../map/room.js";
import { ShownLayers } from "../map/shown.js";
import { make } from "../map/words.js";

const { L, h3 } = window;

const POST_RESOLUTION = 11; // of the place where a post stands

/** Starts the page on a Leaflet map; called once by the script folium writes. */
export function start(map) {
  const config = JSON.parse(document.getElementById("map-config").textContent);
  makePanes(map);
  followLook(map);
  const where = config.posts.length ? boxOf(config.posts) : config.start;
  if (where) fit(map, where, document.getElementById("map-help"));
  addBasemap(map, {
    url: config.urls.basemap,
    vendor: config.urls.protomaps,
    language: config.language,
    home: config.start && L.latLngBounds(config.start).getCenter(),
  }).then(({ kind }) => {
    document.getElementById("no-basemap").hidden = kind !== "none";
  });
  drawOutlines(map, config);
  drawCells(map, config.cells);
  drawPosts(map, config.posts);
  offerWhatIsShown(map);
  if (config.steps) offerSteps(map, config);
}

/** A box around posts, with room for one alone. */
function boxOf(posts) {
  const box = L.latLngBounds(posts.map(({ lat, lng }) => [lat, lng])).pad(0.2);
  const around = box.getCenter().toBounds(1500); // metres: a post and what is within its reach
  const all = box.extend(around);
  return [[all.getSouth(), all.getWest()], [all.getNorth(), all.getEast()]];
}

/** Zones, gates and compounds, fetched for what the map shows. */
function drawOutlines(map, config) {
  const layers = new Set(config.layers.map(({ name }) => name));
  const box = map.getBounds.bind(map);
  const shown = new ShownLayers({
    url: config.urls.api,
    names: [...layers],
    drawing: new FeatureLayers(map, { catalogue: config.layers, sheet: config.urls.icons, onChoose() {} }),
    look: () => ({
      layers,
      moment: "",
      zoom: map.getZoom(),
      box: { west: box().getWest(), south: box().getSouth(), east: box().getEast(), north: box().getNorth() },
    }),
    onChange() {},
    onFailure() {}, // the posts are what this page is about; the outlines come with the next move of the map
  });
  shown.load();
  map.on("moveend", () => shown.load());
}

/** Each place shaded by its class, 1 to 5. */
function drawCells(map, cells) {
  const renderer = L.svg({ pane: "cells" });
  for (const [cell, shade] of cells)
    L.polygon(h3.cellToBoundary(cell), {
      pane: "cells", renderer, interactive: false, className: `plan-cell plan-class-${shade}`,
    }).addTo(map);
}

/** Posts by their number in the list. */
function drawPosts(map, posts) {
  map.createPane("posts").style.zIndex = 650; // above the names of zones
  posts.forEach((post, at) => {
    const { lng, lat, name } = post;
    const html = make("span", { class: "plan-post", role: "img", "aria-label": name, title: name }, String(at + 1));
    const icon = L.divIcon({ html, className: "symbol-place", iconSize: [32, 32] });
    post.marker = L.marker([lat, lng], { icon, keyboard: false, zIndexOffset: 1000 - at, pane: "posts" }).addTo(map); // the list holds the same
  });
}

/** Lets the form be about what the map shows when it is sent. */
function offerWhatIsShown(map) {
  const form = document.getElementById("ask");
  if (!form) return;
  form.elements.area.querySelector("[value=shown]").disabled = false;
  form.addEventListener("submit", () => {
    if (form.elements.area.value !== "shown") return;
    form.elements.bbox.value = map.getBounds().toBBoxString();
  });
}

/** Lets a plan be changed on the map too: a tap on a post, or on a shaded place, offers the steps of the lists. */
function offerSteps(map, { posts, cells, steps: words }) {
  const form = document.getElementById("change");
  let moving = null;
  for (const hint of document.querySelectorAll("[data-on-map]")) hint.hidden = false;

  function take(step) {
    form.append(make("input", { type: "hidden", name: "step", value: step }));
    form.submit();
  }

  function offer(at, title, choices) {
    const buttons = choices.map(([words, act]) => {
      const button = make("button", { type: "button", class: "button" }, words);
      button.addEventListener("click", act);
      return button;
    });
    const content = make("div", { class: "plan-offer" }, make("p", {}, title), ...buttons);
    L.popup({ minWidth: 180 }).setLatLng(at).setContent(content).openOn(map);
  }

  for (const post of posts)
    post.marker.on("click", () =>
      offer([post.lat, post.lng], post.name, [
        post.locked ? [words.unlock, () => take(`unlock:${post.cell}`)] : [words.lock, () => take(`lock:${post.cell}`)],
        [words.move, () => { moving = post; offer([post.lat, post.lng], words.where, []); }],
        [words.out, () => take(`out:${post.cell}`)],
      ]));

  const shaded = new Set(cells.map(([cell]) => cell));
  map.on("click", ({ latlng: { lat, lng } }) => {
    if (moving) return take(`move:${moving.cell}:${h3.latLngToCell(lat, lng, POST_RESOLUTION)}`);
    const cell = cells.length && h3.latLngToCell(lat, lng, h3.getResolution(cells[0][0]));
    if (shaded.has(cell)) offer([lat, lng], words.here, [[words.leave, () => take(`leave:${cell}`)]]);
  });
}
