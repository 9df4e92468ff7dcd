/** The panel of what is true in the place tapped: in words, with unit, moment and source. */

import { figureOf } from "./classes.js";
import { icon, make, timeElement } from "./words.js";

export class PlacePanel {
  /** `config`: what the server says of this reader: {k, staff, sheet, reportUrl, rulesUrl, measures}. */
  constructor(root, { words, places, config, catalogue, onClose }) {
    Object.assign(this, { root, words, places, config, onClose });
    this.legends = new Map(catalogue.map((layer) => [layer.name, layer]));
    this.title = root.querySelector("[data-title]");
    this.subtitle = root.querySelector("[data-subtitle]");
    this.body = root.querySelector("[data-body]");
    this.report = root.querySelector("[data-report]");
    root.querySelector("[data-close]").addEventListener("click", () => onClose());
    root.addEventListener("keydown", (event) => event.key === "Escape" && onClose());
  }

  /**
   * Shows a place. `whole`: {id, cell} of the wider area whose figures were published together, or null.
   * `published`: when the figures of needs were, null for not yet; undefined for staff, who see them as they are.
   * `features.get(layer)`: the features at hand.
   */
  show(id, { cell, whole, at, published, features }) {
    const { words } = this;
    const place = this.places.of(id);
    this.title.textContent = this.places.title(id);
    const across = words.say("about_across", { across: words.distance(place.across) });
    const communities =
      place.communities.length <= 2 && place.communities.join() !== place.name ? place.communities : [];
    this.subtitle.textContent = [...communities, across].join(" · ");
    const inside = (layer) => this.places.inside(id, features.get(layer));
    this.body.replaceChildren(
      ...this.zones(id, inside("quarantine_zones"), cell?.zone),
      this.needs(cell ?? {}, { whole, at, published }),
      this.people(cell ?? {}, place.compounds),
      ...this.points("supply_drops", "drops_here", inside("supply_drops"), (one) => this.drop(one)),
      ...this.points("checkpoints", "checkpoints_here", inside("checkpoints"), (one) => this.checkpoint(one)),
    );
    const { lat, lng } = place.point;
    this.report.href = `${this.config.reportUrl}?lat=${lat.toFixed(5)}&lng=${lng.toFixed(5)}`;
    this.root.hidden = false;
  }

  hide() {
    this.root.hidden = true;
  }

  focus() {
    this.title.focus();
  }

  zones(id, zones, level) {
    const { words } = this;
    const rank = { lockdown: 3, control: 2, precaution: 1 };
    const lines = zones
      .sort((a, b) => rank[b.properties.level] - rank[a.properties.level])
      .map((zone) => this.zone(zone.properties, this.places.isPart(id, zone)));
    if (!lines.length && level)
      lines.push(
        make("p", { class: `zone-line line-${level}` }, make("b", {}, this.titleOf("quarantine_zones", level))),
      );
    if (!lines.length) return [];
    const [compound] = this.places.of(id).compounds;
    const query = compound ? `?${new URLSearchParams({ compound: compound.properties.name })}` : "";
    const link = make("a", { href: `${this.config.rulesUrl}${query}` }, words.say("zone_rules"));
    return [make("section", {}, make("h3", {}, words.say("zones_here")), ...lines, make("p", {}, link))];
  }

  zone({ level, name, order_reference: order, valid_to: until }, isPart) {
    const { words } = this;
    const line = make(
      "p",
      { class: `zone-line line-${level}` },
      make("b", {}, this.titleOf("quarantine_zones", level)),
      ` ${name}`,
    );
    if (isPart) line.append(make("small", {}, words.say("in_part")));
    if (until) line.append(make("small", {}, `${words.say("until")} `, timeElement(words, new Date(until), "short")));
    if (order) line.append(make("small", {}, words.say("order", { order })));
    return line;
  }

  needs(cell, { whole, at, published }) {
    const { words } = this;
    const source = whole?.cell ?? cell;
    const section = make("section", {}, make("h3", {}, words.say("needs_here")));
    if (published === null) {
      section.append(make("p", {}, words.say("needs_unpublished")));
      return section;
    }
    const total = source.needs ?? 0;
    if (total) section.append(...this.needFigures(source, total, whole));
    else if (!this.config.staff && cell.households > 0)
      section.append(make("p", {}, words.say("needs_few", { k: this.config.k })));
    else if (cell.households > 0) section.append(make("p", {}, words.say("needs_none")));
    else section.append(make("p", {}, words.say("nobody_known")));
    section.append(
      published ? this.sourceOf("source_needs_public", published) : this.sourceOf("source_needs_staff", at),
    );
    return section;
  }

  needFigures(cell, total, whole) {
    const { words, config } = this;
    const exact = config.staff ? "needs_exact" : "needs_at_least";
    const lines = [
      make(
        "p",
        { class: "figure" },
        make("b", {}, config.staff ? words.number(total) : `${words.number(total)}+`),
        ` ${words.count(exact, total)}`,
      ),
    ];
    if (whole)
      lines.push(make("p", {}, words.say("needs_wider", { across: words.distance(this.places.of(whole.id).across) })));
    const services = config.measures
      .filter((measure) => measure.name.startsWith("services."))
      .map((measure) => [measure.title, figureOf(cell, measure.name)])
      .filter(([, figure]) => figure > 0)
      .sort((a, b) => b[1] - a[1]);
    if (services.length) lines.push(this.bars(services));
    if (config.staff) lines.push(this.staffing(cell));
    return lines;
  }

  /** Services as bars of one length scale, each with its figure. */
  bars(services) {
    const most = services[0][1];
    return make(
      "ul",
      { class: "bars" },
      ...services.map(([title, figure]) => {
        const text = this.config.staff ? this.words.number(figure) : `${this.words.number(figure)}+`;
        const bar = make("meter", { min: 0, max: most, value: figure, "aria-hidden": "true" });
        return make("li", {}, make("span", {}, title), bar, make("b", {}, text));
      }),
    );
  }

  staffing({ urgent = 0, gap = 0, places = 0, filled = 0 }) {
    const { words } = this;
    const number = (value) => words.number(value);
    return make(
      "p",
      {},
      words.say("staffing", {
        urgent: number(urgent),
        gap: number(gap),
        places: number(places),
        filled: number(filled),
      }),
    );
  }

  people({ households = 0, population = 0 }, compounds) {
    const { words } = this;
    const section = make("section", {}, make("h3", {}, words.say("people_here")));
    if (!households) {
      section.append(make("p", {}, words.say("nobody_known")));
      return section;
    }
    section.append(
      make(
        "p",
        {},
        make("b", {}, words.count("households", households)),
        words.say("comma"),
        make("b", {}, words.count("residents", population)),
      ),
    );
    if (compounds.length) {
      const shown = compounds.slice(0, 6).map(({ properties }) => {
        const isOpen = !properties.status || properties.status === "open";
        return make(
          "li",
          {},
          isOpen ? properties.name : `${properties.name} · ${this.titleOf("compounds", properties.status)}`,
        );
      });
      section.append(make("ul", { class: "names" }, ...shown));
      if (compounds.length > 6) section.append(make("p", {}, words.count("more_compounds", compounds.length - 6)));
      const [{ id, properties }] = compounds;
      const nearest = words.say("nearest_drop", { name: properties.name });
      section.append(make("p", {}, make("a", { href: `/drops/near/${id}` }, nearest)));
    }
    section.append(make("p", { class: "source" }, words.say("source_households")));
    return section;
  }

  points(layer, heading, features, line) {
    if (!features.length) return [];
    return [
      make(
        "section",
        {},
        make("h3", {}, this.words.say(heading)),
        make("ul", { class: "things" }, ...features.map(line)),
      ),
    ];
  }

  drop({ properties }) {
    const { words } = this;
    const entry = this.entryOf("supply_drops", properties.state);
    const goods = (properties.items ?? []).map(({ item, quantity, unit }) =>
      [item, ...(quantity ? [words.number(Number(quantity)), unit] : [])].filter(Boolean).join(" "),
    );
    const item = make("li", {}, this.sign(entry), make("b", {}, properties.name));
    item.append(
      make(
        "span",
        {},
        `${entry?.title ?? properties.state} · `,
        this.window(properties.window_from, properties.window_to),
      ),
    );
    if (goods.length) item.append(make("span", {}, goods.join(words.say("comma"))));
    if (properties.compounds_served?.length) {
      item.append(
        make("span", {}, words.say("for_compounds", { names: properties.compounds_served.join(words.say("comma")) })),
      );
    }
    if (properties.organization)
      item.append(make("span", {}, words.say("by_organization", { name: properties.organization })));
    return item;
  }

  checkpoint({ properties }) {
    const entry = this.entryOf("checkpoints", properties.kind);
    return make(
      "li",
      {},
      this.sign(entry),
      make("b", {}, properties.name),
      make("span", {}, `${entry?.title ?? properties.kind} · ${this.hours(properties.hours)}`),
    );
  }

  /** Opening hours in words where they are the usual ones, as written where not. */
  hours(text) {
    if (!text || text === "24/7") return this.words.say("always_open");
    const daily = /^(?:Mo-Su )?(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text);
    return daily ? this.words.say("every_day", { from: daily[1], to: daily[2] }) : text;
  }

  window(from, to) {
    const span = make("span", {}, timeElement(this.words, new Date(from), "short"));
    const sameDay = new Date(from).toDateString() === new Date(to).toDateString();
    span.append(" – ", timeElement(this.words, new Date(to), sameDay ? "clock" : "short"));
    return span;
  }

  sourceOf(key, at) {
    const line = make("p", { class: "source" }, this.words.say(key, { k: this.config.k }));
    if (at) line.append(" ", timeElement(this.words, at, "full"), " (", timeElement(this.words, at), ")");
    return line;
  }

  entryOf(layer, value) {
    return this.legends.get(layer)?.legend.find((entry) => entry.value === value);
  }

  titleOf(layer, value) {
    return this.entryOf(layer, value)?.title ?? value;
  }

  sign(entry) {
    return make(
      "span",
      { class: `symbol symbol-small tone-${entry?.colour ?? "plain"}` },
      icon(this.config.sheet, entry?.icon || "dot"),
    );
  }
}
