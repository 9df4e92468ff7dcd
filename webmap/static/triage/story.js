/** The parts of one need's story as elements: facts, what happened, likely the same, words and contact. */

import { make, timeElement } from "../map/words.js";
import { placeOf } from "./list.js";

/** Names and values; empty values are left out. */
export function facts(pairs) {
  const list = make("dl", { class: "facts" });
  for (const [name, value] of pairs) if (value) list.append(make("dt", {}, name), make("dd", {}, value));
  return list;
}

export function factsOf(need, { words, config }) {
  const say = (key) => (key in words.texts ? words.say(key) : "");
  const due = need.due && make("span", { class: need.overdue ? "is-late" : null }, timeElement(words, new Date(need.due)));
  return facts([
    [words.say("where"), placeOf(need, words)],
    [words.say("reported_when"), timeElement(words, new Date(need.reported_at))],
    [words.say("by_when"), due],
    [words.say("for_whom"), words.count("people", need.people)],
    [words.say("came_by"), say(`channel_${need.channel}`) || need.channel],
    [words.say("speaks"), say(`language_${need.language}`) || need.language],
    [words.say("taken_until"), need.claim_until && timeElement(words, new Date(need.claim_until), "clock")],
    [words.say("given_to"), [need.organization, need.taken_by].filter(Boolean).join(" · ")],
  ]);
}

/** What happened, the latest first. */
export function eventsOf(events, { words }) {
  const language = words.language.startsWith("zh") ? "zh" : "en";
  const list = make("ol", { class: "story" });
  for (const event of [...events].reverse()) {
    const who = event.by ? words.say("by", { role: event.role[language], name: event.by }) : event.role[language];
    list.append(
      make(
        "li",
        {},
        make("span", {}, event.words[language]),
        event.reason ? make("span", { class: "small" }, words.say("reason", { reason: event.reason[language] })) : null,
        make("span", { class: "soft small" }, timeElement(words, new Date(event.at), "short"), ` · ${who}`),
      ),
    );
  }
  return list;
}

/** A button with words. */
export function button(text, onClick, attributes = {}) {
  const made = make("button", { type: "button", class: "button", ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}

/** Other needs, each with what can be done: `act` gives a button, or null. */
export function othersOf(others, { words, config, onOpen, act }) {
  const list = make("ul", { class: "others" });
  for (const other of others) {
    const why = other.why === "near" ? words.say("same_near", { distance: words.distance(Math.max(other.metres, 1)) }) : other.why && words.say(`same_${other.why}`);
    const parts = [config.states[other.state].title, words.ago(new Date(other.reported_at)), why].filter(Boolean);
    const open = button(other.reference, () => onOpen(other.id), {
      class: "link",
      "aria-label": words.say("open_other", { reference: other.reference }),
    });
    list.append(make("li", {}, open, make("span", { class: "small" }, ` ${parts.join(" · ")}`), act(other)));
  }
  return list;
}

/** Words, contact, messages and photos, once they were opened. */
export function privateOf(found, { words, photo }) {
  const root = make("div", { class: "private" });
  const hidden = found.words_hidden ? make("p", { class: "small soft" }, words.say("words_are_hidden")) : null;
  const said = found.words ? make("blockquote", {}, found.words) : make("p", { class: "soft" }, words.say("no_words"));
  const contact = found.contact
    ? make("a", { href: `tel:${found.contact.replace(/[^\d+]/g, "")}` }, found.contact)
    : words.say("no_contact");
  const knows = { true: "proxy_knows", false: "proxy_knows_not" }[String(found.consent)];
  root.append(
    ...[hidden, said].filter(Boolean),
    facts([
      [words.say("contact"), contact],
      [words.say("where"), [found.compound, found.building, found.unit].filter(Boolean).join(" ")],
    ]),
  );
  if (knows) root.append(make("p", { class: "small" }, words.say(knows)));
  if (found.photos.length) {
    const links = found.photos.map(({ id, width, height }, at) => {
      const name = words.say("photo", { number: words.number(at + 1) });
      return make("a", { href: photo(id), target: "_blank", rel: "noopener" }, make("img", { src: photo(id), alt: name, width, height, loading: "lazy" }));
    });
    root.append(make("div", { class: "photos" }, ...links));
  }
  if (found.messages.length) {
    const list = make("ul", { class: "messages" });
    for (const message of found.messages)
      list.append(
        make("li", { class: `from-${message.sender}` }, make("p", {}, message.text), make("span", { class: "soft small" }, timeElement(words, new Date(message.at), "short"), message.signed ? ` · ${message.signed}` : "")),
      );
    root.append(make("h3", {}, words.say("messages")), list);
  }
  return root;
}
