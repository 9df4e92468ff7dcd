/** What was decided last, said in one line with one way back; what has no way back waits a while before it is sent. */

import { make } from "../map/words.js";

const HOLD = 8_000; // milliseconds in which an acknowledgement can be undone: it has no legal way back once it is sent
const SHOWN = 20_000; // milliseconds the line stands; the key works longer
const KEPT = 20; // decisions that can be undone, one after the other

export class Undo {
  constructor(bar, words) {
    Object.assign(this, { bar, words });
    this.done = [];
    this.held = null;
    const now = () => this.flush({ keepalive: true });
    window.addEventListener("beforeunload", now); // of a page that is gone, Chromium loses requests that pass a worker
    window.addEventListener("pagehide", now);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && now());
  }

  /** A decision that is made: `back()` undoes it. */
  add(text, back) {
    this.done.push({ back });
    this.done.splice(0, this.done.length - KEPT);
    this.say(text, true);
  }

  /** A decision that is not sent yet: `send({keepalive})` makes it, `drop()` forgets it. An older one is sent first. */
  hold(text, { send, drop }) {
    this.flush();
    this.held = { send, drop, timer: setTimeout(() => this.flush(), HOLD) };
    this.say(text, true);
  }

  /** Sends what is held back; gives the promise of it. */
  flush(options = {}) {
    const { held } = this;
    if (!held) return Promise.resolve();
    clearTimeout(held.timer);
    this.held = null;
    if (this.isShown) this.hide();
    return held.send(options);
  }

  /** Undoes the last decision. */
  async undo() {
    const { held } = this;
    if (held) {
      clearTimeout(held.timer);
      this.held = null;
      held.drop();
      this.say(this.words.say("undone"));
      return;
    }
    const last = this.done.pop();
    if (last) await last.back();
    else this.say(this.words.say("nothing_to_undo"));
  }

  /** Says something in the line, with the button if it can be undone. */
  say(text, mayUndo = false, isProblem = false) {
    clearTimeout(this.timer);
    this.isShown = mayUndo;
    this.bar.hidden = false;
    this.bar.classList.toggle("is-problem", isProblem);
    const parts = [make("p", {}, text)];
    if (mayUndo) {
      const button = make("button", { type: "button", class: "button", "aria-keyshortcuts": "u" }, this.words.say("undo"));
      button.addEventListener("click", () => this.undo());
      parts.push(button);
    }
    this.bar.replaceChildren(...parts);
    this.timer = setTimeout(() => this.hide(), SHOWN);
  }

  hide() {
    this.isShown = false;
    this.bar.hidden = true;
  }
}
