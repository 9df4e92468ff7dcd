/** The map as a table: the same places, the same figures; sorted, searched and taken along as a file. */

import { figureOf, standing } from "./classes.js";
import { make } from "./words.js";

const ROWS = 200; // more are not read; the reader is told to search or zoom in
const RANK = { lockdown: 3, control: 2, precaution: 1 };
const WIDE = ["needs", "households", "population", "drops", "checkpoints"];

export class PlaceTable {
  constructor(root, { words, places, config, zoneTitle, onChoose }) {
    Object.assign(this, { root, words, places, config, zoneTitle, onChoose });
    this.table = root.querySelector("table");
    this.count = root.querySelector("[data-count]");
    this.search = root.querySelector("[data-search]");
    this.order = { by: null, isDown: true };
    this.search.addEventListener("input", () => this.draw());
    root.querySelector("[data-save]").addEventListener("click", () => this.save());
  }

  /** Takes over what the layer has drawn in the view (`box`), unless nobody looks. */
  show(layer, box) {
    this.measure = layer.options.measure;
    this.rows = this.rowsOf(layer, box);
    if (!this.root.hidden) this.draw();
  }

  rowsOf(layer, { west, south, east, north }) {
    const rows = [];
    for (const [id, cell] of layer.state.cells) {
      const place = this.places.of(id);
      const { lat, lng } = place.point;
      const whole = layer.wholes.has(id);
      if (!whole && !(lng >= west && lng < east && lat >= south && lat < north)) continue;
      const wider = whole ? null : layer.publishedAbove(id);
      rows.push({ id, cell, place, whole, title: this.places.title(id), wider: wider && layer.wholes.get(wider) });
    }
    return rows;
  }

  columns() {
    const names = WIDE.includes(this.measure) ? WIDE : [this.measure, ...WIDE];
    const staff = this.config.staff ? ["urgent", "gap"].filter((name) => !names.includes(name)) : [];
    const title = (name) => this.config.measures.find((measure) => measure.name === name)?.title ?? name;
    return [
      { name: "place", title: this.words.say("column_place"), value: (row) => row.title },
      {
        name: "zone",
        title: this.words.say("column_zone"),
        value: (row) => RANK[row.cell.zone] ?? 0,
        text: (row) => (row.whole ? "–" : this.zoneTitle(row.cell.zone)),
      },
      ...[...names, ...staff].map((name) => ({
        name,
        title: title(name),
        isNumber: true,
        value: (row) => figureOf(row.cell, name) ?? 0,
        text: (row) => this.figure(row, name),
      })),
    ];
  }

  /** The figure of a row as the map shows it: kept back, none and unknown are three different words. */
  figure(row, name) {
    const { words, config } = this;
    const figure = figureOf(row.cell, name);
    const aboutNeeds = name === "needs" || name.startsWith("services.");
    if (figure > 0) return aboutNeeds && !config.staff ? `${words.number(figure)}+` : words.number(figure);
    if (row.whole && !aboutNeeds) return "–";
    if (row.wider && aboutNeeds) return words.say("in_wider");
    const said = standing(row.cell, name, config.staff);
    if (said === "few") return words.say("fewer", { k: config.k });
    return said === "none" ? words.number(0) : words.say("unknown");
  }

  draw() {
    const columns = this.columns();
    const wanted = this.search.value.trim().toLowerCase();
    const by = columns.find((column) => column.name === (this.order.by ?? this.measure)) ?? columns[0];
    const compare = (a, b) =>
      by.isNumber || by.name === "zone"
        ? by.value(a) - by.value(b)
        : by.value(a).localeCompare(by.value(b), this.words.language);
    const found = this.rows.filter((row) => !wanted || row.title.toLowerCase().includes(wanted));
    found.sort(
      (a, b) =>
        (this.order.isDown ? compare(b, a) : compare(a, b)) || a.title.localeCompare(b.title, this.words.language),
    );
    const body = make("tbody", {}, ...found.slice(0, ROWS).map((row) => this.row(row, columns)));
    this.table
      .querySelector("thead")
      .replaceChildren(make("tr", {}, ...columns.map((column) => this.heading(column, by))));
    this.table.querySelector("tbody").replaceWith(body);
    this.found = found;
    this.count.textContent =
      found.length > ROWS
        ? this.words.say("rows_some", { shown: this.words.number(ROWS), count: this.words.number(found.length) })
        : this.words.count("rows", found.length);
  }

  heading(column, by) {
    const isSorted = column.name === by.name;
    const button = make("button", { type: "button" }, column.title);
    button.addEventListener("click", () => {
      this.order = {
        by: column.name,
        isDown: isSorted ? !this.order.isDown : column.isNumber || column.name === "zone",
      };
      this.draw();
      this.table.querySelector(`th[data-column="${column.name}"] button`).focus();
    });
    const sort = isSorted ? (this.order.isDown ? "descending" : "ascending") : null;
    return make(
      "th",
      { scope: "col", "data-column": column.name, "aria-sort": sort, class: column.isNumber ? "number" : null },
      button,
    );
  }

  row(row, columns) {
    const [first, ...rest] = columns;
    const button = make("button", { type: "button", class: "link" }, first.value(row));
    button.addEventListener("click", () => this.onChoose(row.place.point));
    const head = make("th", { scope: "row" }, button);
    if (row.whole)
      head.append(make("small", {}, this.words.say("about_across", { across: this.words.distance(row.place.across) })));
    return make(
      "tr",
      {},
      head,
      ...rest.map((column) => make("td", { class: column.isNumber ? "number" : null }, column.text(row))),
    );
  }

  /** The rows as a file a spreadsheet opens: UTF-8 with its mark, headings in the reader's language. */
  save() {
    const columns = this.columns();
    // A name that begins like a formula is not one: spreadsheets would run it.
    const quoted = (text) =>
      `"${String(text)
        .replace(/^[=+@-]/, "'$&")
        .replaceAll('"', '""')}"`;
    const lines = [[...columns.map((column) => column.title), "lat", "lng"]];
    for (const row of this.found) {
      const { lat, lng } = row.place.point;
      lines.push([...columns.map((column) => (column.text ?? column.value)(row)), lat.toFixed(5), lng.toFixed(5)]);
    }
    const text = `\ufeff${lines.map((line) => line.map(quoted).join(",")).join("\r\n")}\r\n`;
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    make("a", { href: address, download: "linli.csv" }).click();
    URL.revokeObjectURL(address);
  }
}
