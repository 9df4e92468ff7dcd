/** The words of the page as the server wrote them, and how numbers, moments and distances are said. */

const MINUTE = 60;
const UNITS = [
  ["minute", MINUTE, 60 * MINUTE],
  ["hour", 60 * MINUTE, 24 * 60 * MINUTE],
  ["day", 24 * 60 * MINUTE, Infinity],
];

export class Words {
  /** `texts`: key to words with {names} in braces; `language`: a tag such as "en" or "zh-Hans". */
  constructor(texts, language) {
    this.texts = texts;
    this.language = language;
    this.plural = new Intl.PluralRules(language);
    this.numbers = new Intl.NumberFormat(language);
    this.relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    this.clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
    this.full = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", hour12: false });
    this.short = new Intl.DateTimeFormat(language, {
      year: "numeric", // the past moments people look at are often of another year
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      hour12: false,
    });
  }

  /** The words of `key` with its {names} filled in; a key the server did not write is a mistake and says so. */
  say(key, values = {}) {
    const text = this.texts[key];
    if (text === undefined) throw new Error(`the server sent no words for "${key}"`);
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** The words of `key` for a number: `key_one` or `key_other`, as the language has it. */
  count(key, number, values = {}) {
    const form = `${key}_${this.plural.select(number)}`;
    return this.say(form in this.texts ? form : `${key}_other`, { count: this.number(number), ...values });
  }

  number(value) {
    return this.numbers.format(value);
  }

  /** "4 minutes ago", "in 2 hours"; within a minute "just now". */
  ago(moment, now = new Date()) {
    const seconds = (moment - now) / 1000;
    const size = Math.abs(seconds);
    if (size < MINUTE) return this.say("just_now");
    const [unit, length] = UNITS.find(([, , limit]) => size < limit);
    return this.relative.format(Math.round(seconds / length), unit);
  }

  /** A list as the language writes it: "A, B and C". */
  list(names) {
    return new Intl.ListFormat(this.language, { type: "conjunction" }).format(names);
  }

  /** Metres to two leading digits, kilometres from 1,000 on. */
  distance(metres) {
    const step = 10 ** Math.max(0, Math.floor(Math.log10(metres)) - 1);
    const rounded = Math.round(metres / step) * step;
    return rounded < 1000
      ? this.say("metres", { count: this.number(rounded) })
      : this.say("kilometres", { count: this.number(rounded / 1000) });
  }
}

/** A <time> that shows the relative moment and holds the exact one. */
export function timeElement(words, moment, format = "ago") {
  const element = document.createElement("time");
  element.dateTime = moment.toISOString();
  element.textContent = format === "ago" ? words.ago(moment) : words[format].format(moment);
  element.title = words.full.format(moment);
  return element;
}

/** An element with attributes and children; text is only ever set as text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A symbol of the icon sheet; decorative unless it is given a name. */
export function icon(sheet, symbol, name = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  if (name) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", name);
  } else {
    svg.setAttribute("aria-hidden", "true");
  }
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sheet}#${symbol}`);
  svg.append(use);
  return svg;
}
