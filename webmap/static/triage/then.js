/** Another moment than now on the dashboard: its cells on the map, its figures and rows beside it, and the way back. */

import { Legend } from "../map/legend.js";
import { make } from "../map/words.js";
import { TimeBar } from "./time_bar.js";

const PAGE = "/dashboard/moment";
const part = (id) => document.getElementById(id);

export class Then {
  /** `onChange()`: another moment is shown, `at`, "" for now. `ready()`: settles once the layers are drawn. */
  constructor(map, { words, config, onChange }) {
    Object.assign(this, { map, words, config, onChange, at: "", cells: null });
    this.bar = new TimeBar(part("time"), { words, time: config.time, onMoment: (at) => this.show(at) });
    this.legend = new Legend(part("then-legend"), { words, k: 1, staff: true });
    this.measure = part("then-measure");
    this.measure.addEventListener("change", () => this.cells?.setMeasure(this.measure.value));
    part("time-banner").addEventListener("click", (event) => {
      if (!event.target.closest("[data-now]")) return;
      event.preventDefault();
      this.bar.stop();
      this.show("").then(() => part("time").querySelector("[data-time=slider]").focus());
    });
    map.on("click", ({ latlng }) => this.at && this.tell(latlng));
    map.on("popupclose", () => this.cells?.choose(null));
  }

  /** Shows a moment, as the API or as a form writes it; settles once it is there. Now is "". */
  async show(asked, { isStep = true } = {}) {
    this.asking?.abort();
    if (!asked) {
      this.leave(isStep);
      return;
    }
    this.asking = new AbortController();
    const { signal } = this.asking;
    try {
      const page = await this.page(asked, signal);
      if (signal.aborted) return;
      this.enter(page, isStep);
      await this.showCells();
    } catch (error) {
      if (error.name !== "AbortError") this.failed(error);
    }
  }

  /** The page of a moment, which says it without scripts, too. Throws where it cannot be had or the moment is none. */
  async page(asked, signal) {
    const answer = await fetch(`${PAGE}?${new URLSearchParams({ at: asked })}`, { headers: { Accept: "text/html" }, signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.status === 400) throw new Error(page.querySelector("[role=alert]").textContent.trim());
    if (!answer.ok || answer.redirected) throw new Error(this.words.say("failed_server", { status: answer.status }));
    return page;
  }

  enter(page, isStep) {
    const told = page.getElementById("moment-told");
    const figures = part("overview");
    if (!this.at) this.live = [...figures.childNodes];
    this.at = told.dataset.at;
    this.bar.show(this.at);
    figures.replaceChildren(...page.getElementById("overview").childNodes);
    for (const link of figures.querySelectorAll("a")) link.href = link.hash;
    part("then").replaceChildren(...page.getElementById("then").childNodes);
    told.removeAttribute("id");
    part("time-banner").replaceChildren(told);
    this.mark();
    this.onChange({ isStep });
  }

  leave(isStep) {
    if (!this.at) {
      part("time-banner").replaceChildren(); // what could not be shown is told no longer
      return;
    }
    this.at = "";
    this.bar.show("");
    part("overview").replaceChildren(...this.live);
    part("time-banner").replaceChildren();
    this.map.closePopup();
    this.cells?.remove();
    this.mark();
    this.onChange({ isStep });
  }

  mark() {
    document.body.classList.toggle("is-then", Boolean(this.at));
    part("then").hidden = !this.at;
    part("then-legend").hidden = !this.at;
  }

  failed(error) {
    const isKnown = error instanceof TypeError ? this.words.say("failed_network") : error.message;
    this.bar.stop();
    this.bar.show(this.at);
    part("time-banner").querySelector(".message-alarm")?.remove();
    part("time-banner").prepend(make("p", { class: "message message-alarm", role: "alert" }, isKnown));
  }

  /** The cells of the moment; the module that draws them is fetched with the first of them. */
  async showCells() {
    const { CellLayer } = await import("../map/cells.js");
    if (!this.at) return;
    const shown = new Promise((resolve) => (this.shown = resolve));
    if (!this.cells) {
      this.cells = new CellLayer({ url: `${this.config.urls.api}/cells`, measure: this.measure.value, staff: true });
      this.cells.options.number = (figure) => this.words.number(figure);
      this.cells.on("cellsload", () => this.cellsLoaded());
      this.cells.on("cellserror", ({ error }) => this.failed(error));
      this.cells.on("cellsload cellserror", () => this.shown());
    }
    this.cells.options.moment = this.at;
    if (this.map.hasLayer(this.cells)) this.cells.load();
    else this.cells.addTo(this.map);
    await shown;
  }

  cellsLoaded() {
    if (this.cells.state) this.legend.show(this.cells);
    if (this.popup?.isOpen()) this.tell(this.popup.getLatLng());
  }

  /** What held in a place, in words: told anew when another moment is shown. */
  tell(point) {
    const { words, cells } = this;
    const cell = cells?.state?.cells.get(cells.choose(point)) ?? {};
    const { needs = 0, urgent = 0, gap = 0, filled = 0, places = 0, households = 0 } = cell;
    const [urgently, uncovered, there, wanted] = [urgent, gap, filled, places].map((figure) => words.number(figure));
    const lines = [
      needs ? `${words.number(needs)} ${words.count("needs_exact", needs)}` : words.say("needs_none"),
      needs || places ? words.say("staffing", { urgent: urgently, gap: uncovered, filled: there, places: wanted }) : "",
      households ? words.count("households", households) : words.say("nobody_known"),
    ].filter(Boolean);
    this.popup ??= window.L.popup();
    this.popup.setLatLng(point).setContent(make("div", {}, ...lines.map((line) => make("p", {}, line))));
    if (!this.popup.isOpen()) this.popup.openOn(this.map);
  }
}
