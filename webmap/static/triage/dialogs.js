/** Asks for what a decision takes: a reason, an organization, which need is kept, words. Null when given up. */

import { make } from "../map/words.js";

export class Dialogs {
  constructor({ words, config }) {
    Object.assign(this, { words, config });
    const part = (name) => document.getElementById(`${name}-dialog`);
    this.decline = part("decline");
    this.give = part("give");
    this.merge = part("merge");
    this.message = part("message");
    this.help = part("help");
    document.getElementById("organizations").append(...config.organizations.map((value) => make("option", { value })));
  }

  async reason(needs) {
    this.offer(this.decline, Object.entries(this.config.reasons), "");
    const form = await this.asked(this.decline, needs);
    return form?.get("choice") ?? null;
  }

  async organization(needs) {
    this.give.querySelector("input").value = "";
    const form = await this.asked(this.give, needs);
    return form?.get("organization").trim() || null;
  }

  /** The id of the need that is kept; offered are all, the oldest first and marked. */
  async kept(needs) {
    const { words, config } = this;
    const sorted = [...needs].sort((a, b) => a.reported_at.localeCompare(b.reported_at) || a.id - b.id);
    const choices = sorted.map((need, at) => {
      const title = `${config.services[need.service] ?? need.service} · ${need.reference} · ${words.ago(new Date(need.reported_at))}`;
      return [String(need.id), at ? title : `${title} (${words.say("kept_oldest")})`];
    });
    this.offer(this.merge, choices, choices[0][0]);
    const form = await this.asked(this.merge, needs);
    return form ? Number(form.get("choice")) : null;
  }

  async text(needs) {
    this.message.querySelector("textarea").value = "";
    const form = await this.asked(this.message, needs);
    return form?.get("text").trim() || null;
  }

  offer(dialog, choices, chosen) {
    dialog.querySelector("[data-choices]").replaceChildren(
      ...choices.map(([value, title]) => {
        const box = make("input", { type: "radio", name: "choice", value, required: true, checked: value === chosen });
        return make("label", { class: "choice" }, box, title);
      }),
    );
  }

  /** Shows a dialog and gives its form's data once it is sent, null once it is closed otherwise. */
  asked(dialog, needs) {
    const about = dialog.querySelector("[data-about]");
    if (about)
      about.textContent =
        needs.length === 1
          ? this.words.say("about_one", { reference: needs[0].reference })
          : this.words.say("about", { count: this.words.number(needs.length) });
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener(
        "close",
        () => resolve(dialog.returnValue === "ok" ? new FormData(dialog.querySelector("form")) : null),
        { once: true },
      );
    });
  }
}
