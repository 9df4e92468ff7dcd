/** The dashboard: joins the list, the map, the panel, the decisions and what arrives from elsewhere. */

import { addBasemap } from "../map/basemap.js";
import { FeatureLayers, makePanes } from "../map/layers.js";
import { fit, followLook, markKeyboard, uncover } from "../map/room.js";
import { ShownLayers } from "../map/shown.js";
import { make, Words } from "../map/words.js";
import { Actions } from "./actions.js";
import * as address from "./address.js";
import { Arrivals } from "./arrivals.js";
import { Dialogs } from "./dialogs.js";
import { Filters } from "./filters.js";
import { keyOf } from "./groups.js";
import { Keys } from "./keys.js";
import { NeedList } from "./list.js";
import { Needs } from "./needs.js";
import { Overview } from "./overview.js";
import { NeedPanel } from "./panel.js";
import { Pins } from "./pins.js";
import { Server } from "./server.js";
import { Then } from "./then.js";
import { Undo } from "./undo.js";

const LOOK_AGAIN = 400; // milliseconds: changes that come together are fetched together
const LOOK_CALM = 5_000; // where very many come at once, the map can wait; the count does not
const MANY = 20;
const MOST_ASKED = 200; // needs asked for by number at once
const AGES_AGAIN = 60_000;

/** Starts the page on a Leaflet map; called once by the script folium writes. */
export function start(map) {
  new Dashboard(map, JSON.parse(document.getElementById("map-config").textContent)).open();
}

const part = (id) => document.getElementById(id);

class Dashboard {
  constructor(map, config) {
    Object.assign(this, { map, config });
    const words = new Words(config.words, config.language);
    const server = new Server(config.urls.api);
    const needs = new Needs();
    const undo = new Undo(part("undo-bar"), words);
    const dialogs = new Dialogs({ words, config });
    Object.assign(this, { words, server, needs, undo, dialogs });
    this.seen = address.read(window.location.search);
    this.building = null; // key of the building the list is narrowed to: private, so never in the address
    this.arrived = new Map(); // needs that came since the list was loaded, by id; null until they are fetched
    this.actions = new Actions({
      server, needs, undo, dialogs, words, config,
      onChanged: (ids) => this.changed(ids),
      onSent: () => this.refreshPanel(),
    });
    this.filters = new Filters(part("filters"), { words, config, onChange: (changes) => this.change(changes) });
    this.list = new NeedList(part("list"), {
      words, config, needs,
      fits: (need) => this.fits(need),
      onOpen: (id) => this.open_(id, { focus: false }),
      onChoose: (id, isRange) => this.choose(id, isRange),
    });
    this.pins = new Pins(map, {
      words, config,
      onOpen: (id) => this.open_(id, { focus: false }),
      onGroup: (group) => this.showBuilding(group),
    });
    this.panel = new NeedPanel(part("need"), {
      map, server, words, config, undo,
      actions: this.actions,
      onClose: () => this.close(),
      onOpen: (id) => this.open_(id),
      onDecided: () => this.refreshPanel(),
    });
    this.then = new Then(map, { words, config, onChange: ({ isStep }) => this.momentChanged(isStep) });
    this.overview = new Overview(part("overview"), { isHeld: () => Boolean(this.then.at) });
    this.arrivals = new Arrivals(server, {
      url: `${config.urls.api}/changes`,
      onChanges: (changes) => this.arrive(changes),
      onState: (isLive) => this.live(isLive),
    });
  }

  open() {
    const { map, config } = this;
    makePanes(map);
    const drawing = new FeatureLayers(map, { catalogue: config.layers, sheet: config.urls.icons, onChoose() {} });
    const all = new Set(config.layers.map(({ name }) => name));
    const now = new Set(config.layers.filter(({ on }) => on).map(({ name }) => name));
    this.shown = new ShownLayers({
      url: config.urls.api,
      names: [...all],
      drawing,
      look: () => ({
        layers: this.then.at ? all : now,
        moment: this.then.at,
        over: this.then.at ? ["cancelled"] : undefined,
        box: this.view(),
        zoom: map.getZoom(),
      }),
      onChange() {},
      onFailure() {}, // the requests are what this page is about; the outlines come with the next move of the map
    });
    if (config.start) fit(map, config.start, part("swap"));
    addBasemap(map, {
      url: config.urls.basemap,
      vendor: config.urls.protomaps,
      language: config.language,
      home: config.start && window.L.latLngBounds(config.start).getCenter(),
    }).then(({ kind }) => {
      part("no-basemap").hidden = kind !== "none";
    });
    this.shown.load();
    map.on("moveend", () => {
      this.shown.load();
      if (this.seen.here) this.load();
    });
    this.wire();
    this.filters.show(this.seen);
    this.load();
    if (this.seen.at) this.then.show(this.seen.at, { isStep: false });
    else if (this.seen.need) this.open_(this.seen.need, { isStep: false });
  }

  wire() {
    markKeyboard();
    followLook(this.map);
    part("more").addEventListener("click", () => this.more());
    part("show-help").addEventListener("click", () => this.dialogs.help.showModal());
    part("swap").addEventListener("click", () => this.swap());
    part("news").addEventListener("click", (event) => event.target.closest("button") && this.bringIn());
    window.addEventListener("popstate", () => this.follow());
    window.addEventListener("offline", () => this.say());
    window.addEventListener("online", () => this.load());
    setInterval(() => this.list.change(this.list.ids()), AGES_AGAIN);
    const decide = (name) => () => this.decide(name);
    const keys = {
      j: () => this.step(1),
      k: () => this.step(-1),
      ArrowDown: ({ target }) => (part("list").contains(target) ? this.step(1) : false),
      ArrowUp: ({ target }) => (part("list").contains(target) ? this.step(-1) : false),
      x: ({ shiftKey }) => this.list.current !== null && this.choose(this.list.current, shiftKey, true),
      a: decide("acknowledge"),
      d: decide("decline"),
      m: decide("merge"),
      g: decide("give"),
      w: decide("message"),
      u: () => this.undo.undo(),
      r: () => this.load(),
      "/": () => part("filters").elements.q.focus(),
      "?": () => this.dialogs.help.showModal(),
      Escape: () => this.escape(),
    };
    // At another moment than now nothing is listed, so nothing is decided by a key.
    const listed = (action) => (event) => (this.then.at ? false : action(event));
    new Keys(part("keys-on"), Object.fromEntries(Object.entries(keys).map(([key, action]) => [key, listed(action)])));
  }

  // ---- what is looked at

  view() {
    const box = this.map.getBounds();
    return { west: box.getWest(), south: box.getSouth(), east: box.getEast(), north: box.getNorth() };
  }

  change(changes) {
    this.seen = { ...this.seen, ...changes };
    this.building = null;
    address.put(this.seen, { isStep: true });
    this.filters.show(this.seen);
    this.load();
  }

  follow() {
    const before = this.seen;
    this.seen = address.read(window.location.search);
    this.filters.show(this.seen);
    if (this.seen.at !== before.at) this.then.show(this.seen.at, { isStep: false });
    if (this.seen.need && this.seen.need !== before.need) this.open_(this.seen.need, { isStep: false });
    if (!this.seen.need) this.panel.hide();
    this.load();
  }

  /** Another moment than before is looked at, or now again: the list and its pins are of now alone. */
  momentChanged(isStep) {
    const { at } = this.then;
    if (at) this.undo.flush();
    if (at && this.panel.id) {
      this.panel.hide();
      part("main").classList.remove("has-need");
    }
    this.seen = { ...this.seen, at, need: at ? null : this.seen.need };
    address.put(this.seen, { isStep });
    this.drawPins();
    this.shown.load();
    if (!at) this.overview.look();
  }

  fits(need) {
    const states = { "": ["reported", "acknowledged", "assigned"], closed: ["met", "confirmed", "duplicate", "declined", "withdrawn"] };
    return (states[this.seen.state] ?? [this.seen.state]).includes(need.state) && !need.isHeld;
  }

  /** Asks for the list anew. */
  async load() {
    this.asking?.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    const waiting = setTimeout(() => !this.needs.order.length && this.say("loading_list"), 300);
    try {
      await this.undo.flush();
      const answer = await this.server.list(address.asked(this.seen, this.config.age_hours, this.view()), signal);
      this.needs.take(answer);
      this.arrived.clear();
      this.isStale = false;
      this.problem = null;
      this.filters.count(answer.counts);
      this.draw();
      this.arrivals.follow(answer.seq);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.problem = error;
    } finally {
      clearTimeout(waiting);
    }
    this.say();
    this.news();
  }

  async more() {
    const answer = await this.actions.try(() =>
      this.server.list({ ...address.asked(this.seen, this.config.age_hours, this.view()), after: this.needs.next }),
    );
    if (!answer) return;
    this.needs.take(answer, { isMore: true });
    this.list.add(this.listed());
    this.drawRest();
  }

  /** Ids in the list: all that were loaded, or those of one building. */
  listed() {
    const all = this.needs.all();
    return (this.building ? all.filter((need) => this.building.has(keyOf(need))) : all).map(({ id }) => id);
  }

  draw() {
    this.list.show(this.listed());
    this.drawRest();
  }

  drawRest() {
    this.drawPins();
    this.say();
    this.batch();
    part("more").hidden = !this.needs.next || Boolean(this.building);
  }

  drawPins() {
    if (this.then.at) {
      this.pins.show([], { current: null, arrived: this.arrived });
      return;
    }
    const fresh = [...this.arrived.values()].filter(Boolean);
    const known = this.needs.all().filter((need) => this.fits(need));
    this.pins.show([...known, ...fresh], { current: this.panel.id, arrived: this.arrived });
  }

  /** Says how many there are, and the state of the list: loading, empty, failed, offline. */
  say(loading = "") {
    const { words, needs } = this;
    const count = needs.loadedAt ? words.count("requests", needs.total) : "";
    const isPart = needs.next && !this.building;
    part("count").textContent = isPart
      ? words.say("first_of", { shown: words.number(needs.order.length), count })
      : count;
    const state = part("list-state");
    const parts = [];
    if (loading) parts.push(make("p", {}, words.say(loading)));
    else if (!navigator.onLine && needs.loadedAt)
      parts.push(make("p", { class: "message" }, words.say("offline_list", { moment: words.short.format(needs.loadedAt) })));
    else if (this.problem) parts.push(...this.failed());
    else if (needs.loadedAt && !needs.order.length) parts.push(...this.empty());
    state.replaceChildren(...parts);
  }

  failed() {
    const { words, problem } = this;
    const reason = problem.status ? problem.message : words.say("failed_network");
    return [
      make("p", { class: "message message-alarm" }, [words.say("failed_list"), reason, words.say("nothing_lost")].join(" ")),
      this.button("try_again", () => this.load()),
    ];
  }

  empty() {
    const { words } = this;
    if (address.isPlain(this.seen))
      return [make("p", { class: "all-clear" }, words.say("all_clear")), make("p", { class: "soft" }, words.say("all_clear_hint"))];
    const nothing = { state: "", service: "", community: "", organization: "", age: "", overdue: "", here: "", q: "" };
    return [make("p", {}, words.say("none_match")), this.button("clear_filters", () => this.change(nothing))];
  }

  button(key, action, values = {}) {
    const made = make("button", { type: "button", class: "button" }, this.words.say(key, values));
    made.addEventListener("click", action);
    return made;
  }

  // ---- one need

  open_(id, { isStep = true, focus = true } = {}) {
    this.seen = { ...this.seen, need: id };
    address.put(this.seen, { isStep: isStep && !this.panel.id });
    this.panel.show(id, this.needs.get(id) ?? this.arrived.get(id));
    part("main").classList.add("has-need");
    if (this.list.rows.has(id)) this.list.go(id, { focus: false });
    const need = this.needs.get(id) ?? this.arrived.get(id);
    if (need) this.bringIntoView(need);
    this.drawPins();
    if (focus) this.panel.focus();
  }

  /** Moves the map only if the need lies outside of it, or under the panel that speaks of it. */
  bringIntoView({ lat, lng }) {
    if (!this.map.getBounds().contains([lat, lng])) this.map.panTo([lat, lng], { animate: false });
    uncover(this.map, [lat, lng], part("need"));
  }

  close() {
    if (!this.panel.id) return;
    const { id } = this.panel;
    this.seen = { ...this.seen, need: null };
    address.put(this.seen, { isStep: true });
    this.panel.hide();
    part("main").classList.remove("has-need");
    this.drawPins();
    if (this.list.rows.has(id)) this.list.go(id);
  }

  escape() {
    if (this.panel.id) this.close();
    else if (this.needs.chosen.size) this.clear();
    else if (this.building) this.leaveBuilding();
    else return false;
    return true;
  }

  refreshPanel() {
    if (this.panel.id) this.panel.show(this.panel.id, this.needs.get(this.panel.id));
  }

  // ---- many needs

  step(by) {
    const id = this.list.step(by);
    if (id === null) return;
    this.list.go(id);
    if (this.panel.id) this.open_(id, { isStep: false, focus: false });
  }

  /** Chooses a need, or gives the choice up; with `isRange` all from the last one chosen to here. */
  choose(id, isRange, isKey = false) {
    const { chosen } = this.needs;
    const isOn = !chosen.has(id);
    const ids = this.list.ids();
    const [from, to] = [ids.indexOf(this.lastChosen ?? id), ids.indexOf(id)].sort((a, b) => a - b);
    const range = isRange && from >= 0 ? ids.slice(from, to + 1) : [id];
    for (const one of range) {
      if (isOn && chosen.size < this.config.most) chosen.add(one);
      else if (!isOn) chosen.delete(one);
    }
    this.lastChosen = id;
    this.list.current = id;
    this.list.mark();
    this.batch();
    if (isKey) this.list.go(id);
  }

  clear() {
    this.needs.chosen.clear();
    this.list.mark();
    this.batch();
  }

  /** The bar that decides about all that is chosen. */
  batch() {
    const needs = this.needs.chosen.size ? this.needs.meant(null) : [];
    const bar = part("batch");
    bar.hidden = !needs.length;
    if (!needs.length) return;
    const buttons = this.actions.for(needs).map(({ name }) => this.button(name, () => this.decide(name)));
    bar.replaceChildren(
      make("p", { role: "status" }, this.words.count("selected", needs.length)),
      ...buttons,
      this.button("clear", () => this.clear()),
    );
  }

  async decide(name) {
    const isOne = !this.needs.chosen.size;
    const { current } = this.list;
    const needs = isOne && this.panel.id ? [this.panel.need].filter(Boolean) : this.needs.meant(current);
    if (!(await this.actions.run(name, needs))) return;
    if (name === "message") return;
    this.clear();
    const ids = this.list.ids();
    if (isOne && current !== null && current === this.list.current && ids.at(-1) !== current) this.step(1);
  }

  showBuilding(group) {
    this.building = new Set(group.map(keyOf));
    const [first] = group;
    const place = first.building?.join(" ") ?? first.community;
    const bar = part("group");
    bar.hidden = false;
    const count = this.words.number(group.length);
    bar.replaceChildren(
      make("span", {}, this.words.say("in_building", { place, count })),
      this.button("select_all", () => this.chooseAll()),
      this.button("show_everything", () => this.leaveBuilding()),
    );
    this.showList();
    this.draw();
    part("scroll").scrollTop = 0;
    this.list.go(this.listed()[0]);
  }

  chooseAll() {
    for (const id of this.listed().slice(0, this.config.most)) this.needs.chosen.add(id);
    this.list.mark();
    this.batch();
  }

  leaveBuilding() {
    this.building = null;
    part("group").hidden = true;
    this.draw();
    if (this.list.rows.has(this.list.current)) this.list.go(this.list.current);
  }

  /** On a phone: the map or the list. */
  swap() {
    const isMap = part("main").classList.toggle("is-map");
    part("swap").setAttribute("aria-pressed", isMap);
    part("swap").textContent = part("swap").dataset[isMap ? "list" : "map"];
    if (isMap) this.map.invalidateSize({ animate: false });
  }

  showList() {
    if (part("main").classList.contains("is-map")) this.swap();
  }

  // ---- what changes elsewhere

  changed(ids) {
    this.list.change(ids);
    this.list.mark();
    this.drawPins();
    this.batch();
    if (ids.includes(this.panel.id)) this.panel.show(this.panel.id, this.needs.get(this.panel.id));
  }

  live(isLive) {
    const text = this.words.say(isLive ? "live" : "not_live");
    const count = part("count");
    count.title = text;
    count.classList.toggle("is-off", !isLive);
  }

  /** Rows of the journal: known needs are fetched and changed where they stand, others are counted as new. */
  arrive(changes) {
    this.overview.changed();
    this.waiting ??= new Set();
    for (const { feature, verb, to } of changes) {
      const isKnown = this.needs.has(feature);
      const isNew = verb === "create" && address.isPlain(this.seen) && !this.arrived.has(feature);
      if (isNew && !isKnown) this.arrived.set(feature, null);
      if (isKnown || this.arrived.has(feature) || to !== null) this.waiting.add(feature);
    }
    this.news();
    if (!this.looking && this.waiting.size)
      this.looking = setTimeout(() => this.look(), this.waiting.size > MANY ? LOOK_CALM : LOOK_AGAIN);
  }

  async look() {
    const ids = [...this.waiting].slice(-MOST_ASKED);
    this.waiting.clear();
    try {
      const query = { ids: ids.join(","), limit: MOST_ASKED };
      const known = ids.filter((id) => this.needs.has(id));
      const others = ids.filter((id) => !this.needs.has(id));
      if (known.length) await this.lookAtKnown({ ...query, ids: known.join(",") });
      if (others.length) await this.lookAtOthers({ ...query, ids: others.join(",") });
    } catch {
      this.isStale = true; // the button that shows the list anew says so; nothing that is on the page is wrong by more
    }
    this.looking = null;
    this.news();
    if (this.waiting.size) this.arrive([]);
  }

  async lookAtKnown(query) {
    const { needs } = await this.server.list({ ...query, state: "open,closed" });
    const fresh = needs.filter((need) => !this.needs.get(need.id)?.isHeld);
    if (fresh.some((need) => !this.fits(need))) this.isStale = true;
    this.changed(this.needs.change(fresh));
  }

  async lookAtOthers(query) {
    const { needs } = await this.server.list({ ...address.asked(this.seen, this.config.age_hours, this.view()), ...query });
    const found = new Set(needs.map(({ id }) => id));
    for (const id of query.ids.split(",").map(Number)) if (!found.has(id)) this.arrived.delete(id);
    for (const need of needs) this.arrived.set(need.id, need);
    this.drawPins();
    return true;
  }

  /** Puts what is new above the list; where nothing is, shows the list anew as others changed it. */
  async bringIn() {
    if (!this.arrived.size) {
      await this.load();
      return;
    }
    const unread = [...this.arrived].filter(([, need]) => !need).map(([id]) => id);
    if (unread.length) {
      const query = { ids: unread.slice(-MOST_ASKED).join(","), limit: MOST_ASKED };
      if (!(await this.actions.try(() => this.lookAtOthers(query)))) return;
    }
    const [first] = this.needs.putFirst([...this.arrived.values()].filter(Boolean));
    this.arrived.clear();
    if (this.building) this.leaveBuilding();
    else this.draw();
    this.news();
    this.showList();
    part("scroll").scrollTop = 0;
    if (first) this.list.go(first);
  }

  /** The line that brings in what is new, on a tap: until then nothing in the list moves. */
  news() {
    const { words } = this;
    const line = part("news");
    const count = this.arrived.size;
    const text = count ? words.count("new", count) : this.isStale ? words.say("changed_elsewhere") : "";
    if (line.textContent === text) return;
    line.replaceChildren(...(text ? [make("button", { type: "button", class: "button" }, text)] : []));
  }
}
