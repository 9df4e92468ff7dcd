/** Says how the map stands: loading, empty, failed or offline, and of which moment its figures are. */

import { make, timeElement } from "./words.js";

const TRY_AGAIN = 15_000; // milliseconds until a question that failed is asked again by itself
const PATIENCE = 400; // milliseconds before "loading" is said: a quick answer needs no word

export class Notices {
  /** `strip`: where something to know is said; `line`: where the moment of the figures stands. */
  constructor(strip, line, { words, onRetry, onNow, onHome }) {
    Object.assign(this, { strip, line, words, onRetry, onNow, onHome });
    this.said = "";
  }

  loading() {
    this.timer ??= setTimeout(() => this.say("loading", this.words.say("loading")), PATIENCE);
  }

  /** `isEmpty`: nothing is known in the view. */
  loaded({ at, isEmpty, moment }) {
    this.stopWaiting();
    this.at = at;
    this.moment = moment;
    if (isEmpty && this.onHome) this.say("empty", this.words.say("empty"), this.button("show_homes", this.onHome));
    else if (isEmpty) this.say("empty", this.words.say("empty_store"));
    else this.say("", "");
    this.tell();
  }

  failed(error) {
    this.stopWaiting();
    const { words } = this;
    const kept = this.at ? ` ${words.say("kept_from", { moment: words.short.format(this.at) })}` : "";
    let text = words.say("failed_network");
    if (!navigator.onLine) text = words.say("failed_offline");
    else if (error.status === 413) text = words.say("failed_too_much");
    else if (error.status === 429 || error.status === 503) text = words.say("failed_busy");
    else if (error.status) text = words.say("failed_server", { status: error.status });
    if (error.status === 413) {
      this.say("failed", text);
      return;
    }
    this.say("failed", text + kept, this.button("retry", this.onRetry));
    this.retry = setTimeout(() => this.onRetry(), (error.waitSeconds ?? 0) * 1000 || TRY_AGAIN);
  }

  stopWaiting() {
    clearTimeout(this.timer);
    clearTimeout(this.retry);
    this.timer = null;
  }

  button(text, action) {
    const button = make("button", { type: "button" }, this.words.say(text));
    button.addEventListener("click", () => action());
    return button;
  }

  say(kind, text, action = null) {
    if (this.said === kind + text) return;
    this.said = kind + text;
    this.strip.dataset.kind = kind;
    this.strip.hidden = !kind;
    this.strip.replaceChildren(make("p", {}, text), ...(action ? [action] : []));
  }

  /** The moment of the figures, said anew as it grows older. */
  tell() {
    if (!this.at) return;
    const { words } = this;
    if (this.moment) {
      const now = make("button", { type: "button", class: "link" }, words.say("back_to_now"));
      now.addEventListener("click", () => this.onNow());
      this.line.replaceChildren(`${words.say("as_of_past")} `, timeElement(words, this.at, "short"), " · ", now);
    } else {
      this.line.replaceChildren(
        `${words.say("as_of")} `,
        timeElement(words, this.at, "clock"),
        " (",
        timeElement(words, this.at),
        ")",
      );
    }
  }
}
