/** The row of filters: chips for states with their counts, lists for the rest. What is chosen lives in the address. */

import { make } from "../map/words.js";

const STATES = ["open", "reported", "acknowledged", "assigned", "closed"];

export class Filters {
  /** `onChange(changes)`: a filter was changed by hand. */
  constructor(form, { words, config, onChange }) {
    Object.assign(this, { form, words, config, onChange });
    this.fill("service", Object.entries(config.services));
    this.fill("community", config.communities.map((name) => [name, this.communityName(name)]));
    this.fill("organization", config.organizations.map((name) => [name, name]));
    this.fill("age", Object.entries(config.ages));
    this.states = form.querySelector("[data-states]");
    for (const state of STATES) {
      const box = make("input", { type: "radio", name: "state", value: state });
      const count = make("b", { "data-count": state });
      this.states.append(make("label", { class: "chip" }, box, make("span", {}, this.stateName(state), " ", count)));
    }
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", () => this.changed());
    form.elements.q.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.changed(), 250); // a search a keystroke would be five too many
    });
  }

  /** Leaving the search field says "change" once more: a list that was then asked anew took the row from under the click. */
  changed() {
    clearTimeout(this.typing);
    const wanted = this.read();
    if (Object.entries(wanted).some(([name, value]) => value !== (this.seen[name] ?? ""))) this.onChange(wanted);
  }

  communityName(name) {
    return name === "unknown" ? this.words.say("unknown_community") : name;
  }

  stateName(state) {
    return this.config.states[state]?.title ?? this.words.say(`state_${state}`);
  }

  fill(name, entries) {
    this.form.elements[name].append(...entries.map(([value, title]) => make("option", { value }, title)));
  }

  read() {
    const data = new FormData(this.form);
    const value = (name) => data.get(name) ?? "";
    const state = value("state") === "open" ? "" : value("state");
    return {
      ...Object.fromEntries(
        ["service", "community", "organization", "age", "overdue", "here", "q"].map((name) => [name, value(name).trim()]),
      ),
      state,
    };
  }

  /** Shows the filters of an address; a value nobody offered (an older link) is added to its list. */
  show(seen) {
    this.seen = seen;
    const { elements } = this.form;
    for (const name of ["service", "community", "organization", "age"]) {
      if (seen[name] && ![...elements[name].options].some(({ value }) => value === seen[name]))
        this.fill(name, [[seen[name], seen[name]]]);
      elements[name].value = seen[name];
      elements[name].classList.toggle("is-set", Boolean(seen[name]));
    }
    elements.overdue.checked = Boolean(seen.overdue);
    elements.here.checked = Boolean(seen.here);
    if (document.activeElement !== elements.q) elements.q.value = seen.q;
    for (const box of this.states.querySelectorAll("input")) box.checked = box.value === (seen.state || "open");
  }

  /** Writes how many there are behind each chip and service; `counts` of the API, null where they are not told. */
  count(counts) {
    if (!counts) return;
    const number = (value) => this.words.number(value);
    const open = ["reported", "acknowledged", "assigned"];
    for (const place of this.states.querySelectorAll("[data-count]")) {
      const names = place.dataset.count === "open" ? open : [place.dataset.count];
      const isKnown = place.dataset.count !== "closed";
      place.textContent = isKnown ? number(names.reduce((sum, name) => sum + (counts.state[name] ?? 0), 0)) : "";
    }
    this.form.querySelector("[data-overdue]").textContent = number(counts.overdue.yes);
    for (const option of this.form.elements.service.options) {
      if (option.value)
        option.textContent = `${this.config.services[option.value] ?? option.value} (${number(counts.service[option.value] ?? 0)})`;
    }
  }
}
