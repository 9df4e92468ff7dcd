/** The needs in the list, in the order they were loaded, and what is known to have changed since. */

export class Needs {
  constructor() {
    this.byId = new Map();
    this.order = [];
    this.chosen = new Set();
    this.total = 0;
    this.next = null;
    this.counts = null;
    this.seq = 0;
    this.loadedAt = null;
  }

  /** Takes over a whole answer, or adds the following page of it. Chosen needs stay chosen if they are still there. */
  take(answer, { isMore = false } = {}) {
    if (!isMore) {
      this.byId.clear();
      this.order = [];
      this.counts = answer.counts;
      this.total = answer.count;
      this.seq = answer.seq;
    }
    for (const need of answer.needs) {
      if (!this.byId.has(need.id)) this.order.push(need.id);
      this.byId.set(need.id, need);
    }
    this.next = answer.next ?? null;
    this.loadedAt = new Date();
    this.chosen = new Set([...this.chosen].filter((id) => this.byId.has(id)));
  }

  /** Puts needs that came since above all others, the newest first; gives their ids. */
  putFirst(rows) {
    const fresh = rows.filter(({ id }) => !this.byId.has(id)).sort((a, b) => b.id - a.id);
    for (const need of fresh) this.byId.set(need.id, { ...need, isNew: true });
    const ids = fresh.map(({ id }) => id);
    this.order = [...ids, ...this.order];
    this.total += ids.length;
    return ids;
  }

  /** Changes what is known of needs in the list, each by `changes` over what it was; the others are ignored. */
  change(rows) {
    const known = rows.filter(({ id }) => this.byId.has(id));
    for (const row of known) this.byId.set(row.id, { ...this.byId.get(row.id), ...row });
    return known.map(({ id }) => id);
  }

  has(id) {
    return this.byId.has(id);
  }

  get(id) {
    return this.byId.get(id);
  }

  all() {
    return this.order.map((id) => this.byId.get(id));
  }

  /** What a decision is about: the chosen needs, else the one given. */
  meant(current) {
    if (this.chosen.size) return [...this.chosen].map((id) => this.byId.get(id));
    return current === null || !this.has(current) ? [] : [this.byId.get(current)];
  }
}
