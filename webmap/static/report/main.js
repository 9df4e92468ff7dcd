/** The form that asks for help. All of this is comfort: the form works without it, and before it has arrived. */

import { PhotoField } from "./photos.js";
import { PlaceField } from "./place.js";

const form = document.getElementById("report");
const box = document.getElementById("place-map");
const words = JSON.parse(box.dataset.words);

const place = new PlaceField(form, words);
new PhotoField(form, words);
form.addEventListener("submit", (event) => {
  // What is pressed is clicked by a thumb that waits: say at once that it was heard.
  if (event.submitter?.name !== "voice") document.getElementById("sending").textContent = words.sending;
});
// Coming back with the back button, the page is as it was left: nothing is being sent any more.
addEventListener("pageshow", () => (document.getElementById("sending").textContent = ""));

/** The map comes when the form is there and the line is free; without it everything else goes on. */
async function bringMap() {
  try {
    const { PlaceMap } = await import("./place_map.js");
    place.useMap(await PlaceMap.in(box, words));
  } catch {
    box.textContent = words.noMap;
  }
}
const whenQuiet = window.requestIdleCallback ?? ((job) => setTimeout(job, 200));
const soon = () => whenQuiet(bringMap);
if (document.readyState === "complete") soon();
else addEventListener("load", soon, { once: true });
