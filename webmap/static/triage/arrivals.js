/** What changes elsewhere, as it happens: a stream of events, or asking again where every stream is taken. */

const ASK_EVERY = 700; // milliseconds: a change is here within a second; 100 pages then ask 140 times a second
const ASK_HIDDEN = 15_000; // a page nobody looks at
const STREAM_AGAIN = 60_000; // until a stream is tried again after all were taken
const FAILED_AGAIN = 5_000;

export class Arrivals {
  /** `onChanges(changes)`: rows of the journal about needs, in order, each once. `onState(isLive)`. */
  constructor(server, { url, onChanges, onState }) {
    Object.assign(this, { server, url, onChanges, onState });
    this.seq = 0;
  }

  /** Follows from a number on; what came before is in the list already. */
  follow(seq) {
    this.seq = Math.max(this.seq, seq);
    if (this.isFollowing) return;
    this.isFollowing = true;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.look());
    window.addEventListener("online", () => this.look());
    this.stream();
  }

  stream() {
    clearTimeout(this.timer);
    this.source = new EventSource(this.url);
    this.source.addEventListener("open", () => {
      this.onState(true);
      this.ask(); // what happened before the stream was open
    });
    this.source.addEventListener("change", ({ data }) => this.take([JSON.parse(data)]));
    this.source.addEventListener("error", () => {
      if (this.source.readyState !== EventSource.CLOSED) return; // the browser opens it again by itself
      this.source = null;
      this.poll();
      setTimeout(() => this.stream(), STREAM_AGAIN);
    });
  }

  /** Asks, and goes on asking while there is no stream. */
  async poll() {
    clearTimeout(this.timer);
    if (this.source?.readyState === EventSource.OPEN) return;
    const isFine = await this.ask();
    const pause = document.visibilityState === "visible" ? ASK_EVERY : ASK_HIDDEN;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poll(), isFine ? pause : FAILED_AGAIN);
  }

  look() {
    if (this.source?.readyState === EventSource.OPEN) this.ask();
    else this.poll();
  }

  async ask() {
    try {
      let answer;
      do {
        answer = await this.server.changes(this.seq);
        this.take(answer.changes);
      } while (answer.changes.length && answer.seq < answer.last);
      this.onState(true);
      return true;
    } catch {
      this.onState(false);
      return false;
    }
  }

  take(changes) {
    const unknown = changes.filter(({ seq }) => seq > this.seq);
    if (!unknown.length) return;
    this.seq = unknown.at(-1).seq;
    const ours = unknown.filter(({ layer }) => layer === "needs");
    if (ours.length) this.onChanges(ours);
  }
}
