/** The slider through time: from the first record into what is planned, by hand, by keys, or playing. */

const HOUR = 3_600_000; // milliseconds
const EVERY = 1_000; // milliseconds a moment stays at least while it plays
const SETTLES = 200; // milliseconds the slider rests before its moment is asked for
const ENOUGH = 200; // steps on a slider: more cannot be told apart by a thumb

/** A moment as the API takes it. */
const written = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

export class TimeBar {
  /** `time`: {first, last, zone} of the record. `onMoment(at)`: shows a moment, "" for now; gives a promise. */
  constructor(root, { words, time, onMoment }) {
    Object.assign(this, { root, words, onMoment });
    const part = (name) => root.querySelector(`[data-time=${name}]`);
    [this.slider, this.label, this.playing, this.step, this.exact, this.compare] = ["slider", "label", "play", "step", "exact", "compare"].map(part);
    this.first = Date.parse(time.first);
    this.last = Date.parse(time.last);
    this.short = new Intl.DateTimeFormat(words.language, {
      weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: time.zone,
    });
    this.written = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: time.zone });
    this.at = "";
    const hours = Math.ceil((this.last - this.first) / HOUR);
    this.slider.max = hours;
    const choices = [...this.step.options].map(({ value }) => Number(value));
    this.step.value = String(choices.find((one) => one >= 6 && hours / one <= ENOUGH) ?? choices.at(-1));
    this.setStep();
    this.slider.addEventListener("input", () => this.slid());
    this.step.addEventListener("change", () => this.setStep());
    this.playing.addEventListener("click", () => (this.isPlaying ? this.stop() : this.play()));
    this.exact.addEventListener("change", () => this.exact.value && this.go(this.exact.value));
    this.show("");
    setInterval(() => this.at || this.show(""), 60_000);
  }

  setStep() {
    this.slider.step = this.step.value;
    this.show(this.at);
  }

  slid() {
    this.stop();
    this.label.textContent = this.said(written(this.chosen()));
    this.slider.setAttribute("aria-valuetext", this.label.textContent);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.go(written(this.chosen())), SETTLES);
  }

  chosen() {
    return this.first + Number(this.slider.value) * HOUR;
  }

  go(at) {
    clearTimeout(this.settling);
    return this.onMoment(at);
  }

  /** Puts the bar at a moment, "" for now. */
  show(at) {
    this.at = at;
    const now = (Date.now() - this.first) / HOUR;
    const hours = at ? (Date.parse(at) - this.first) / HOUR : now;
    this.slider.value = hours;
    this.slider.parentElement.style.setProperty("--now", Math.min(1, now / this.slider.max));
    this.label.textContent = this.said(at);
    this.slider.setAttribute("aria-valuetext", this.label.textContent);
    if (!at || this.exact !== document.activeElement) this.exact.value = at && this.inBox(at);
    const query = at ? (at < written(Date.now()) ? { from: at, to: written(Date.now()) } : { from: written(Date.now()), to: at }) : {};
    this.compare.href = `/dashboard/compare?${new URLSearchParams(query)}`;
  }

  /** A moment as the box of a form holds it: Swedish writes dates that way. */
  inBox(at) {
    return this.written.format(new Date(at)).replace(" ", "T");
  }

  said(at) {
    return at ? this.short.format(new Date(at)) : this.words.say("now");
  }

  /** Shows one moment after the other, from the beginning where none is shown; each as long as it needs. */
  async play() {
    const mine = {};
    this.isPlaying = mine;
    this.playing.setAttribute("aria-pressed", "true");
    this.playing.querySelector("span").textContent = this.words.say("pause");
    const step = Number(this.step.value);
    let hours = this.at ? Number(this.slider.value) : -step;
    if (hours + step > Number(this.slider.max)) hours = -step;
    while (this.isPlaying === mine && hours + step <= Number(this.slider.max)) {
      hours += step;
      const rests = new Promise((resolve) => setTimeout(resolve, EVERY));
      await this.go(written(this.first + hours * HOUR));
      await rests;
    }
    if (this.isPlaying === mine) this.stop();
  }

  stop() {
    this.isPlaying = null;
    this.playing.setAttribute("aria-pressed", "false");
    this.playing.querySelector("span").textContent = this.words.say("play");
  }
}
