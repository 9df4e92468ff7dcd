/** Puts a need's place right: a tap on the map, its middle, or two numbers. */

import { make } from "../map/words.js";
import { button } from "./story.js";

const { L } = window;

export class PlaceForm {
  /** `onSave({lon, lat})` gives a promise of whether it was taken; `onClose()` when it is done or given up. */
  constructor(map, words, { onSave, onClose }) {
    Object.assign(this, { map, words, onSave, onClose });
    this.tap = ({ latlng }) => this.set(latlng);
  }

  open(root, { lat, lng }) {
    const { words } = this;
    const field = (name) => {
      const input = make("input", { type: "text", inputmode: "decimal", autocomplete: "off" });
      return { input, label: make("label", {}, words.say(name), input) };
    };
    const [latitude, longitude] = [field("latitude"), field("longitude")];
    this.fields = { lat: latitude.input, lng: longitude.input };
    this.problem = make("p", { class: "problem", role: "alert" });
    this.form = make(
      "form",
      { class: "place-form" },
      make("p", { class: "small" }, words.say("place_hint")),
      make("div", { class: "pair" }, latitude.label, longitude.label),
      this.problem,
      button(words.say("middle"), () => this.set(this.map.getCenter())),
      make(
        "div",
        { class: "dialog-buttons" },
        make("button", { class: "button button-main" }, words.say("save")),
        button(words.say("cancel"), () => this.close()),
      ),
    );
    this.form.addEventListener("submit", (event) => this.save(event));
    root.append(this.form);
    this.set(L.latLng(lat, lng));
    this.map.on("click", this.tap);
    this.fields.lat.focus();
  }

  set(at) {
    this.fields.lat.value = at.lat.toFixed(6);
    this.fields.lng.value = at.lng.toFixed(6);
    this.mark ??= L.circleMarker(at, { radius: 9, className: "place-mark", interactive: false }).addTo(this.map);
    this.mark.setLatLng(at);
  }

  async save(event) {
    event.preventDefault();
    const [lat, lon] = [this.fields.lat, this.fields.lng].map((input) => Number(input.value.trim().replace(",", ".")));
    if (!this.fields.lat.value.trim() || !(Math.abs(lat) <= 90) || !(Math.abs(lon) <= 180)) {
      this.problem.textContent = this.words.say("place_bad");
      this.fields.lat.focus();
      return;
    }
    if (await this.onSave({ lat, lon })) this.close();
  }

  close() {
    this.map.off("click", this.tap);
    this.mark?.remove();
    this.mark = null;
    this.form?.remove();
    this.form = null;
    this.onClose();
  }
}
