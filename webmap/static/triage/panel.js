/** One need's whole story beside the map, with one main action. */

import { icon, make } from "../map/words.js";
import { progressOf } from "./groups.js";
import { iconOf } from "./list.js";
import { PlaceForm } from "./place_form.js";
import { button, eventsOf, factsOf, othersOf, privateOf } from "./story.js";

const WAIT = 120; // milliseconds before a story is asked for: somebody who steps through the list reads only the last

const CLICK_COMES = 100; // milliseconds: on a touch screen the click comes a moment after the finger has left

/** What a need in a state most likely waits for; the others stand beside it. */
const MAIN = {
  reported: "acknowledge",
  acknowledged: "give",
  assigned: "message",
  duplicate: "unmerge",
  declined: "take_back",
  withdrawn: "take_back",
};

export class NeedPanel {
  /** `onClose()`, `onOpen(id)`: by hand. `actions`: what can be decided. `onDecided(id)`: a decision was made here. */
  constructor(root, { map, server, words, config, actions, undo, onClose, onOpen, onDecided }) {
    Object.assign(this, { root, map, server, words, config, actions, undo, onClose, onOpen, onDecided });
    this.id = null;
    this.isPressed = this.isBehind = false;
    root.addEventListener("pointerdown", () => {
      clearTimeout(this.releasing);
      this.isPressed = true;
    });
    for (const over of ["pointerup", "pointercancel"])
      document.addEventListener(over, () => this.isPressed && this.release(CLICK_COMES));
    root.addEventListener(
      "click",
      () => {
        this.isPressed = false; // what the click does is drawn at once
        this.release(0);
      },
      { capture: true },
    );
  }

  /** What came while a button was pressed is drawn once the press has done its work. */
  release(wait) {
    clearTimeout(this.releasing);
    this.releasing = setTimeout(() => {
      this.isPressed = false;
      if (this.isBehind) this.draw();
    }, wait);
  }

  /** Shows a need; `known` is its row in the list, where it has one. */
  show(id, known) {
    const isSame = this.id === id;
    this.id = id;
    if (!isSame) {
      this.placing?.close();
      this.told = this.opened = null;
      this.root.hidden = false;
      this.root.scrollTop = 0;
    }
    this.need = known ?? this.told?.need ?? null;
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(id), isSame ? 0 : WAIT);
  }

  async load(id) {
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const told = await this.server.story(id, this.asking.signal);
      if (this.id !== id) return;
      this.told = told;
      this.need = { ...told.need, ...(this.need?.isHeld ? this.need : {}) };
      this.problem = "";
    } catch (error) {
      if (error.name === "AbortError" || this.id !== id) return;
      this.problem = error.message || this.words.say("failed_story");
    }
    this.draw();
  }

  hide() {
    clearTimeout(this.timer);
    this.placing?.close();
    this.id = this.told = this.opened = null;
    this.isBehind = false;
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  focus() {
    this.root.querySelector("h2")?.focus({ preventScroll: true });
  }

  draw() {
    if (this.placing) return; // what somebody is filling in is not redrawn under their hands
    this.isBehind = this.isPressed && this.id !== null;
    if (this.isBehind) return; // a button that is put anew under a press loses it
    const hadFocus = this.root.contains(document.activeElement) && document.activeElement.dataset.part;
    this.root.replaceChildren(this.head(), ...this.body());
    if (hadFocus) this.root.querySelector(`[data-part="${hadFocus}"]`)?.focus({ preventScroll: true });
  }

  head() {
    const { words, config, need } = this;
    const title = need ? (config.services[need.service] ?? need.service) : words.say("loading_story");
    const close = make("button", { type: "button", class: "icon-button", "aria-label": words.say("close") }, icon(config.urls.icons, "cross"));
    close.addEventListener("click", () => this.onClose());
    const head = make("header", {}, make("h2", { id: "need-title", tabindex: "-1", "data-part": "title" }, title), close);
    if (!need) return head;
    const state = config.states[need.state];
    head.prepend(make("span", { class: `symbol tone-need-${progressOf(need)}`, "aria-hidden": "true" }, icon(config.urls.icons, iconOf(need))));
    head.append(
      make(
        "p",
        { class: "need-line" },
        make("span", { class: "need-state" }, icon(config.urls.icons, state.icon), state.title),
        need.urgency === "urgent" ? make("span", { class: "tag tag-urgent" }, words.say("urgent")) : null,
        need.overdue ? make("span", { class: "tag tag-late" }, words.say("overdue")) : null,
        make("span", { class: "reference soft" }, need.reference),
      ),
    );
    return head;
  }

  body() {
    const { words, need, told } = this;
    if (this.problem && !told)
      return [make("p", { class: "message message-alarm", role: "alert" }, this.problem), button(words.say("try_again"), () => this.load(this.id))];
    if (!need) return [];
    const parts = [this.buttons(), factsOf(need, this)];
    if (need.voices) parts.push(make("p", { class: "small" }, words.count("voices", need.voices)));
    parts.push(this.privatePart());
    if (told?.likely_same.length) parts.push(...this.likely());
    if (told?.merged.length) parts.push(...this.merged());
    if (told) parts.push(make("h3", {}, words.say("story")), eventsOf(told.story, this), this.storyLink());
    return parts;
  }

  /** The page of the story, where a last step can be taken back. */
  storyLink() {
    return make("p", {}, make("a", { href: `/history/needs/${this.need.id}` }, this.words.say("whole_story")));
  }

  /** The main action first, as the one that stands out; the others beside it. */
  buttons() {
    const { need, words } = this;
    const possible = this.actions.for([need]).filter(({ name }) => name !== "merge");
    if (!possible.length) {
      const said = { met: "waits_for_resident", confirmed: "came" }[need.state] ?? (need.mine ? "" : "not_yours");
      return make("p", { class: "soft" }, said ? words.say(said) : "");
    }
    const row = make("div", { class: "need-actions" });
    const main = possible.find(({ name }) => name === MAIN[need.state]);
    const inOrder = main ? [main, ...possible.filter((one) => one !== main)] : possible;
    inOrder.forEach(({ name, key }) => {
      const classes = name === main?.name ? "button button-main" : "button";
      const made = button(words.say(name), () => this.decide(name), { class: classes, "data-part": name, "aria-keyshortcuts": key || null });
      row.append(made);
    });
    return row;
  }

  async decide(name) {
    const { id } = this;
    if (await this.actions.run(name, [this.need])) this.onDecided(id);
  }

  privatePart() {
    const { words, config, need, opened } = this;
    const root = make("section", { class: "need-private" }, make("h3", {}, words.say("private_title")));
    if (!need.mine) {
      root.append(make("p", { class: "soft small" }, words.say("not_yours")));
      return root;
    }
    if (!opened) {
      root.append(
        button(words.say("open_private"), () => this.openPrivate(), { "data-part": "private", "aria-describedby": "private-note" }),
        make("p", { id: "private-note", class: "soft small" }, words.say("open_private_note")),
      );
      return root;
    }
    root.append(privateOf(opened, { words, photo: (photo) => this.server.photo(need.id, photo) }));
    if (config.decides) {
      const isHidden = opened.words_hidden;
      root.append(
        make(
          "div",
          { class: "need-actions" },
          opened.words ? button(words.say(isHidden ? "show_words" : "hide_words"), () => this.hideWords(!isHidden), { "data-part": "hide" }) : null,
          button(words.say("place"), () => this.openPlace(root), { "data-part": "place" }),
        ),
      );
    }
    return root;
  }

  async openPrivate() {
    const { id } = this;
    const found = await this.actions.try(() => this.server.openPrivate(id));
    if (!found || this.id !== id) return;
    this.opened = found;
    this.draw();
    this.load(id); // the reading is a line of the story
  }

  async hideWords(isHidden) {
    const answer = await this.actions.try(() => this.server.hideWords(this.id, isHidden));
    if (!answer) return;
    this.opened.words_hidden = isHidden;
    this.load(this.id);
  }

  openPlace(root) {
    const { need } = this;
    this.placing = new PlaceForm(this.map, this.words, {
      onSave: async (place) => {
        const answer = await this.actions.try(() => this.server.place(need.id, { ...place, from: need.state }));
        if (answer) {
          this.undo.say(this.words.say("place_done"));
          this.onDecided(need.id);
        }
        return Boolean(answer);
      },
      onClose: () => {
        this.placing = null;
        if (this.id === need.id) this.openPrivate();
      },
    });
    this.placing.open(root, this.opened);
  }

  likely() {
    const { words, need } = this;
    const mayMerge = (other) => this.config.decides && need.mine && other.mine && ["reported", "acknowledged", "assigned"].includes(need.state);
    const act = (other) =>
      mayMerge(other)
        ? button(words.say("merge_into_this"), () => this.merge(other), { "data-part": `same-${other.id}` })
        : null;
    return [make("h3", {}, words.say("same_title")), othersOf(this.told.likely_same, { ...this, act })];
  }

  async merge(other) {
    const { id } = this;
    if (await this.actions.mergeInto(id, [other])) this.onDecided(id);
  }

  merged() {
    const { words } = this;
    const act = (other) =>
      this.config.decides && other.mine
        ? button(words.say("unmerge"), () => this.unmerge(other), { "data-part": `merged-${other.id}` })
        : null;
    return [make("h3", {}, words.say("merged_title")), othersOf(this.told.merged, { ...this, act })];
  }

  async unmerge(other) {
    const { id } = this;
    if (await this.actions.run("unmerge", [other])) this.onDecided(id);
  }
}
