/** The list of needs: one row each that is opened by its button and chosen by its box, changed where it stands. */

import { icon, make } from "../map/words.js";
import { progressOf } from "./groups.js";

export class NeedList {
  /** `onOpen(id)`, `onChoose(id, isRange)`: by hand. `needs`: what is listed. `fits(need)`: whether it still belongs. */
  constructor(root, { words, config, needs, fits, onOpen, onChoose }) {
    Object.assign(this, { root, words, config, needs, fits, onOpen, onChoose });
    this.rows = new Map();
    this.current = null;
    root.addEventListener("click", (event) => this.clicked(event));
  }

  clicked(event) {
    const row = event.target.closest("li[data-id]");
    if (!row) return;
    const id = Number(row.dataset.id);
    if (event.target.matches("input")) this.onChoose(id, event.shiftKey);
    else if (event.target.closest("button")) this.onOpen(id);
  }

  /** Lists needs anew; `shown`: their ids in order. */
  show(shown) {
    this.rows = new Map(shown.map((id) => [id, this.row(this.needs.get(id))]));
    this.root.replaceChildren(...this.rows.values());
    this.mark();
  }

  add(shown) {
    for (const id of shown) {
      if (this.rows.has(id)) continue;
      this.rows.set(id, this.row(this.needs.get(id)));
      this.root.append(this.rows.get(id));
    }
    this.mark();
  }

  /** Redraws rows where they stand; nothing moves. */
  change(ids) {
    for (const id of ids) if (this.rows.has(id)) this.fill(this.rows.get(id), this.needs.get(id));
  }

  ids() {
    return [...this.rows.keys()];
  }

  row(need) {
    const box = make("input", {
      type: "checkbox",
      "aria-label": this.words.say("select", { reference: need.reference }),
    });
    const row = make(
      "li",
      { "data-id": need.id },
      make("label", { class: "need-box" }, box),
      make("button", { type: "button", class: "need-open" }),
    );
    this.fill(row, need);
    return row;
  }

  fill(row, need) {
    const { words, config } = this;
    const state = config.states[need.state];
    row.className = `need need-${progressOf(need)}`;
    row.classList.toggle("is-done", !this.fits(need));
    const late = need.overdue ? make("span", { class: "tag tag-late" }, words.say("overdue")) : null;
    const fresh = need.isNew ? make("span", { class: "tag tag-new" }, words.say("new")) : null;
    const urgent = need.urgency === "urgent" ? make("span", { class: "tag tag-urgent" }, words.say("urgent")) : null;
    const reopened = need.reopened ? make("span", { class: "tag tag-late" }, words.say("reopened")) : null;
    const sign = make(
      "span",
      { class: `symbol symbol-mid tone-need-${progressOf(need)}`, "aria-hidden": "true" },
      icon(config.urls.icons, iconOf(need)),
    );
    row.querySelector("button").replaceChildren(
      sign,
      make("span", { class: "need-what" }, config.services[need.service] ?? need.service, fresh, urgent, late, reopened),
      make("span", { class: "need-where soft small" }, placeOf(need, words)),
      make(
        "span",
        { class: "need-state small" },
        icon(config.urls.icons, state.icon),
        need.state === "assigned" && need.organization ? need.organization : state.title,
      ),
      make(
        "time",
        { class: "need-when soft small", datetime: need.reported_at, title: words.full.format(new Date(need.reported_at)) },
        words.ago(new Date(need.reported_at)),
      ),
    );
  }

  /** Marks the current row and the chosen ones. */
  mark() {
    for (const [id, row] of this.rows) {
      row.querySelector("input").checked = this.needs.chosen.has(id);
      row.classList.toggle("is-chosen", this.needs.chosen.has(id));
      row.classList.toggle("is-current", id === this.current);
      const open = row.querySelector("button");
      if (id === this.current) open.setAttribute("aria-current", "true");
      else open.removeAttribute("aria-current");
    }
  }

  /** Makes a row the current one and brings the keyboard to it. */
  go(id, { focus = true } = {}) {
    this.current = id;
    this.mark();
    const row = this.rows.get(id);
    if (!row) return;
    if (focus) row.querySelector("button").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  /** The id so many rows further; the first row where there is no current one. */
  step(by) {
    const ids = this.ids();
    if (!ids.length) return null;
    const at = ids.indexOf(this.current);
    return at < 0 ? ids[0] : ids[Math.min(Math.max(at + by, 0), ids.length - 1)];
  }
}

/** Services with a symbol of their own on the icon sheet; an administrator may add others to the table. */
const DRAWN = new Set([
  "food", "medicine", "supplies", "elder_care", "child_care", "counselling", "medical_transport", "repairs",
]);

/** The symbol of a need's service; a dot for a service without one. */
export const iconOf = ({ service }) => (DRAWN.has(service) ? `service-${service}` : "dot");

/** Where a need is, in words: the building for those who answer for it, else the community. */
export function placeOf(need, words) {
  const community = need.community === "unknown" ? words.say("unknown_community") : need.community;
  if (need.building) return need.building.join(" ");
  return need.mine ? community : `${community} · ${words.say("not_yours")}`;
}
