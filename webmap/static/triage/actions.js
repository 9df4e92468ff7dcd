/** Decisions about needs, one or many: what they ask for, how they are sent, told and undone. */

const CLOSED = ["duplicate", "declined", "withdrawn"];
const OPEN = ["reported", "acknowledged", "assigned"];

/** What a move that was undone says as its reason, in the story of the need. */
const TAKEN_BACK = "taken back at once";

/** The state a move is undone to, null where there is no legal way back. */
const wayBack = (from, to) => {
  if (CLOSED.includes(to)) return from;
  if (to === "assigned" && from === "acknowledged") return from;
  return null;
};

export class Actions {
  /** `onChanged(ids)`: rows changed; `onSent()`: the server has decided something. */
  constructor({ server, needs, undo, dialogs, words, config, onChanged, onSent }) {
    Object.assign(this, { server, needs, undo, dialogs, words, config, onChanged, onSent });
  }

  /** Decisions in the order of their buttons: name, key, words, and which needs they can be made of. */
  all() {
    const { decides, claims } = this.config;
    const isTaken = (need) => claims && need.mine && need.state === "assigned" && need.taken_by;
    return [
      {
        name: "take",
        key: "t",
        isFor: (need) => claims && (need.state === "acknowledged" || (need.mine && need.state === "assigned" && !need.taken_by)),
      },
      { name: "met", key: "", isFor: isTaken },
      { name: "extend", key: "", isFor: isTaken },
      { name: "to_round", key: "", isFor: (need) => claims && need.mine && need.state === "assigned" },
      { name: "acknowledge", key: "a", isFor: (need) => decides && need.mine && need.state === "reported" },
      { name: "give", key: "g", isFor: (need) => decides && need.mine && ["reported", "acknowledged"].includes(need.state) },
      { name: "decline", key: "d", isFor: (need) => decides && need.mine && OPEN.includes(need.state) },
      { name: "merge", key: "m", isFor: (need) => decides && need.mine && OPEN.includes(need.state) },
      { name: "message", key: "w", isFor: (need) => need.mine },
      { name: "hand_back", key: "", isFor: (need) => decides && need.mine && need.state === "assigned" },
      { name: "take_back", key: "", isFor: (need) => decides && need.mine && ["declined", "withdrawn"].includes(need.state) },
      { name: "unmerge", key: "", isFor: (need) => decides && need.mine && need.state === "duplicate" },
    ];
  }

  /** The decisions that can be made of at least one of these needs. */
  for(needs) {
    return this.all().filter(({ name, isFor }) => needs.some(isFor) && (name !== "merge" || needs.length > 1));
  }

  /** Makes a decision of those of the needs it can be made of; true if it was made. */
  async run(name, needs) {
    if (!needs.length) return this.problem("choose_first");
    const { isFor } = this.all().find((one) => one.name === name);
    const fitting = needs.filter(isFor);
    if (!fitting.length) return this.problem("cannot_here");
    return this[name](fitting);
  }

  problem(key) {
    this.undo.say(this.words.say(key), false, true);
    return false;
  }

  /** Has no legal way back, so it waits some seconds before it is sent; the rows show it at once. */
  acknowledge(needs) {
    const ids = needs.map(({ id }) => id);
    this.change(ids.map((id) => ({ id, state: "acknowledged", isHeld: true })));
    this.undo.hold(this.words.count("did_acknowledged", ids.length), {
      send: (options) => this.send(needs, { to: "acknowledged" }, { ...options, held: needs }),
      drop: () => this.change(needs.map(({ id, state }) => ({ id, state, isHeld: false }))),
    });
    return true;
  }

  async decline(needs) {
    const reason = await this.dialogs.reason(needs);
    return reason !== null && this.make(needs, { to: "declined", reason });
  }

  async give(needs) {
    const organization = await this.dialogs.organization(needs);
    if (organization === null) return false;
    // Only what was acknowledged can be given; whoever gives it has looked at it.
    const reported = needs.filter(({ state }) => state === "reported");
    if (reported.length && !(await this.send(reported, { to: "acknowledged" }))) return false;
    const now = needs.map(({ id }) => this.needs.get(id)).filter(({ state }) => state === "acknowledged");
    return now.length > 0 && this.make(now, { to: "assigned", organization });
  }

  async merge(needs) {
    if (needs.length < 2) return this.problem("two_to_merge");
    const kept = await this.dialogs.kept(needs);
    return kept !== null && this.mergeInto(kept, needs.filter(({ id }) => id !== kept));
  }

  mergeInto(kept, needs) {
    return this.make(needs, { to: "duplicate", duplicate_of: kept });
  }

  async message(needs) {
    const text = await this.dialogs.text(needs);
    if (text === null) return false;
    const answer = await this.try(() => this.server.tell(needs.map(({ id }) => id), text));
    if (!answer) return false;
    this.undo.say(this.words.count("told", answer.told.length));
    this.onSent();
    return true;
  }

  /** For one's own organization, with an end: as one round where there are several. */
  take(needs) {
    return this.claim("", needs, "did_take");
  }

  extend(needs) {
    return this.claim("/extend", needs, "did_extend");
  }

  met(needs) {
    return this.make(needs, { to: "met" });
  }

  /** Handing on, over and back, and what was given, are asked for on the page of the round. */
  to_round() {
    window.location.assign(this.config.urls.round);
    return false;
  }

  async claim(path, needs, said) {
    const answer = await this.try(() => this.server.claim(path, needs.map(({ id }) => id)));
    if (!answer) return false;
    const standing = answer.left.filter(({ state }) => state).map(({ why, ...row }) => row);
    const mine = answer.done.map((row) => ({ ...row, mine: true }));
    this.change([...mine, ...standing]);
    const told = answer.done.length ? [this.words.count(said, answer.done.length)] : [];
    this.undo.say([...told, ...answer.left.map((one) => this.takenWords(one))].join(" "), false, !told.length);
    this.onSent();
    return answer.done.length > 0;
  }

  /** Why a need was not the organization's to take, and who has it. */
  takenWords({ why, reference, organization, taken_by, claim_until }) {
    const { words } = this;
    const who = taken_by ? `${taken_by} (${organization})` : organization;
    if (why === "taken" && claim_until) return words.say("left_taken_until", { reference, who, time: words.clock.format(new Date(claim_until)) });
    return words.say(`left_${why}`, { reference, who, count: 1 });
  }

  hand_back(needs) {
    return this.make(needs, { to: "acknowledged", reason: this.words.say("hand_back") }, "did_back");
  }

  take_back(needs) {
    return this.back(needs);
  }

  unmerge(needs) {
    return this.back(needs);
  }

  /** Takes closed needs back to where they were before, those of one state together. */
  async back(needs) {
    let isMade = false;
    for (const state of new Set(needs.map((need) => need.state_before))) {
      const those = needs.filter((need) => need.state_before === state);
      isMade = (await this.make(those, { to: state, reason: this.words.say("take_back") }, "did_back")) || isMade;
    }
    return isMade;
  }

  /**
   * Sends a decision and says it with its undo. It is made on the needs as they stood when it was begun: what came
   * since, under an open dialog, nobody has seen.
   */
  async make(needs, decision, said = `did_${decision.to}`) {
    await this.undo.flush(); // a need acknowledged a moment ago must be so for the server, too
    const before = needs.map((need) => (need.isHeld && this.needs.get(need.id)) || need);
    const answer = await this.send(before, decision);
    if (!answer?.moved.length) return false;
    const text = this.words.count(said, answer.moved.length, { organization: decision.organization ?? "" });
    const moved = before.filter(({ id }) => answer.moved.some((row) => row.id === id));
    const ways = moved.map((need) => ({ need, to: wayBack(need.state, decision.to) })).filter(({ to }) => to);
    const more = this.leftWords(answer.left);
    if (ways.length) this.undo.add([text, ...more].join(" "), () => this.reverse(ways, decision.to));
    else this.undo.say([text, ...more].join(" "));
    return true;
  }

  async reverse(ways, from) {
    let isMade = false;
    for (const state of new Set(ways.map(({ to }) => to))) {
      const needs = ways.filter(({ to }) => to === state).map(({ need }) => ({ id: need.id, state: from }));
      isMade = Boolean(await this.send(needs, { to: state, reason: TAKEN_BACK })) || isMade;
    }
    if (isMade) this.undo.say(this.words.say("undone"));
  }

  /** Sends; rows follow the answer. Null, and told, if it was refused as a whole. `held`: rows to put back then. */
  async send(needs, decision, { keepalive = false, held = null } = {}) {
    const seen = needs.map(({ id, state }) => ({ id, from: state }));
    const answer = await this.try(() => this.server.move({ ...decision, needs: seen }, { keepalive }));
    if (!answer) {
      if (held) this.change(held.map(({ id, state }) => ({ id, state, isHeld: false })));
      return null;
    }
    const standing = answer.left.filter(({ state }) => state).map(({ why, last, ...row }) => row);
    const undone = held
      ? answer.left.filter(({ state }) => !state).map(({ id }) => held.find((need) => need.id === id))
      : [];
    this.change([...undone, ...answer.moved, ...standing].map((row) => ({ ...row, isHeld: false })));
    if (!answer.moved.length || held) {
      const words = this.leftWords(answer.left);
      if (words.length) this.undo.say(words.join(" "), false, true);
    }
    this.onSent();
    return answer;
  }

  change(rows) {
    this.onChanged(this.needs.change(rows));
  }

  async try(job) {
    try {
      return await job();
    } catch (error) {
      const reason = error.status ? error.message : this.words.say(navigator.onLine ? "failed_network" : "failed_offline");
      this.undo.say(this.words.say("not_sent", { reason }), false, true);
      return null;
    }
  }

  /** Why needs were left: by name where somebody else was first, else how many. */
  leftWords(left) {
    const { words, config } = this;
    const language = words.language.startsWith("zh") ? "zh" : "en";
    const told = left
      .filter(({ why }) => why === "changed")
      .map(({ reference, last, state }) =>
        last
          ? words.say("left_changed", {
              reference,
              who: `${last.role[language]} ${last.by}`.trim(),
              what: config.states[state].title,
              time: words.ago(new Date(last.at)),
            })
          : words.say("left_changed_unknown", { reference }),
      );
    for (const why of ["outside", "not_possible", "gone"]) {
      const count = left.filter((one) => one.why === why).length;
      if (count) told.push(words.say(`left_${why}`, { count: words.number(count) }));
    }
    return told;
  }
}
