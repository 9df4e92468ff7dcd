/** Where help is needed: a tap, the phone's own position, or a name; and what neighbours asked for there. */

const QUIET = 400; // milliseconds without a key before the service is asked
const COARSE = 250; // metres; a position known no better does not tell one compound from the next

export class PlaceField {
  constructor(form, words) {
    Object.assign(this, { form, words, map: null, typed: "", asking: null });
    this.said = document.getElementById("on-map-said");
    this.nearby = document.getElementById("nearby");
    const { compound, lat, lng, datum } = form.elements;
    for (const field of [compound, lat, lng]) field.addEventListener("input", () => this.askSoon());
    for (const field of [compound, lat, lng, datum]) field.addEventListener("change", () => this.askSoon(0));
    compound.addEventListener("focus", () => this.bringNames(), { once: true });
    document.getElementById("locate").addEventListener("click", () => this.locate());
  }

  /** Takes the map once it has arrived: a tap on it is the place. */
  useMap(map) {
    this.map = map;
    map.onTap = (lat, lng) => this.pin(lat, lng);
    if (this.form.elements.compound.value) this.askSoon(0);
  }

  /**
   * Makes this the place, in WGS 84 degrees; `accuracy` in metres where a phone found it. What was named before gives
   * way to the compound that is there, and comes back where none is known.
   */
  pin(lat, lng, accuracy = 0) {
    const { pin_lat: pinLat, pin_lng: pinLng, compound } = this.form.elements;
    [pinLat.value, pinLng.value] = [lat.toFixed(6), lng.toFixed(6)];
    this.typed ||= compound.value;
    compound.value = "";
    this.accuracy = Math.ceil(accuracy);
    this.form.elements.lat.value = this.form.elements.lng.value = "";
    document.getElementById("pin")?.remove();
    this.map?.show(lat, lng, accuracy);
    this.ask();
  }

  /** Asks the phone where it is; only ever after a tap on the button. */
  locate() {
    this.said.textContent = this.words.locating;
    if (!navigator.geolocation) {
      this.said.textContent = this.words.noPosition;
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.pin(coords.latitude, coords.longitude, coords.accuracy),
      () => (this.said.textContent = this.words.noPosition),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    );
  }

  askSoon(wait = QUIET) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), wait);
  }

  /** Asks what is at the place; what no answer comes for is left as it is. */
  async ask() {
    clearTimeout(this.waiting);
    this.asking?.abort();
    this.asking = new AbortController();
    const sent = new FormData();
    for (const name of ["pin_lat", "pin_lng", "compound", "building", "lat", "lng", "datum", "csrf_token"])
      if (this.form.elements[name]?.value) sent.set(name, this.form.elements[name].value);
    const asked = JSON.stringify([...sent]);
    if (asked === this.asked) return;
    try {
      const answer = await fetch(this.form.dataset.nearby, { method: "POST", body: sent, signal: this.asking.signal });
      if (!answer.ok) return;
      this.asked = asked;
      this.tell(await answer.json());
    } catch {
      // No signal, or asked anew meanwhile: the form is sent all the same.
    }
  }

  tell({ place, nearby }) {
    this.nearby.innerHTML = nearby;
    const { compound, pin_lat: pinLat } = this.form.elements;
    if (pinLat.value && !compound.value) compound.value = place?.compound || this.typed;
    this.typed = "";
    if (place) this.map?.show(place.lat, place.lng, this.accuracy);
    this.said.textContent = place ? this.found(place) : "";
  }

  found(place) {
    const name = place.compound || this.words.noCompound;
    const told = this.words.place.replace("{name}", name);
    if (!this.accuracy) return told;
    const how = this.accuracy > COARSE ? this.words.coarse : this.words.accurate;
    return `${told} ${how.replace("{metres}", this.accuracy)}`;
  }

  /** Fetches the list of names where the page does not carry it. */
  async bringNames() {
    const { compounds } = this.form.dataset;
    if (!compounds) return;
    try {
      const names = await (await fetch(compounds)).json();
      document.getElementById("compounds").replaceChildren(...names.map((name) => new Option(name, name)));
    } catch {
      // A name that is typed is found without the list.
    }
  }
}
