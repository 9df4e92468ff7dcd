/** The form of a gate: a tap on the map is its place. All of this is comfort; the form works without it. */

import { PlaceMap } from "../report/place_map.js";

const box = document.getElementById("place-map");
const words = JSON.parse(box.dataset.words);
const { lat, lng, datum, side } = document.getElementById("gate-form").elements;
const hours = document.getElementById("gate-hours");

for (const option of document.querySelectorAll("input[name=when]"))
  option.addEventListener("change", () => (hours.open = option.value === "week"));

PlaceMap.in(box, words).then(
  (map) => {
    map.onTap = (north, east) => {
      [lat.value, lng.value, datum.value, side.value] = [north.toFixed(6), east.toFixed(6), "wgs84", ""];
      map.show(north, east);
    };
  },
  () => (box.textContent = words.noMap),
);
