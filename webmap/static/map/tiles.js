/**
 * Fetches the state of places tile by tile, keeps it, and asks again only whether it changed.
 *
 * A tile of the map is asked two zooms higher than drawn, with the resolution named: a screen needs four answers
 * instead of twenty. Of each answer the ETag is kept; asked again, an unchanged tile costs one empty 304.
 */

const TILES_KEPT = 96; // about twenty screens; more would fill a cheap phone's memory
const ZOOMS_ABOVE = 2; // a tile this much higher is 1,024 pixels wide
const DEEPEST_TILE = 14; // zoomed in further, the same tiles serve
const COARSEST = 5;
const FINEST = 11;
const RECENT = 60_000; // milliseconds in which an answer is not asked for again
const PATIENCE = 15_000; // milliseconds until an answer is given up

/** The resolution drawn at a zoom, as the server has it. */
export const resolutionOfZoom = (zoom) => Math.min(Math.max(Math.floor(zoom) - 5, COARSEST), FINEST);

/** The tiles ("z/x/y") that hold a box {west, south, east, north} at a zoom, row by row. */
export function tilesOf({ west, south, east, north }, zoom) {
  const z = Math.min(Math.max(Math.floor(zoom) - ZOOMS_ABOVE, 0), DEEPEST_TILE);
  const across = 2 ** z;
  const column = (lng) => Math.floor(((lng + 180) / 360) * across);
  const row = (lat) => {
    const sine = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
    const y = Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * across);
    return Math.min(Math.max(y, 0), across - 1);
  };
  const found = [];
  for (let y = row(north); y <= row(south); y += 1) {
    for (let x = column(west); x <= column(east); x += 1) {
      found.push(`${z}/${((x % across) + across) % across}/${y}`);
    }
  }
  return [...new Set(found)];
}

/** What the service answered instead of data: `status`, and seconds to wait where it said so. */
export class Refused extends Error {
  constructor(status, waitSeconds = 0) {
    super(`the service answered ${status}`);
    this.status = status;
    this.waitSeconds = waitSeconds;
  }
}

/** Answers by address, or by another key, with their ETag, the least recently used dropped first. */
export class Answers {
  constructor(most = TILES_KEPT) {
    this.most = most;
    this.kept = new Map();
  }

  get(key) {
    const held = this.kept.get(key);
    if (held) {
      this.kept.delete(key);
      this.kept.set(key, held);
    }
    return held;
  }

  /** The JSON kept under a key, if it was asked for less than a minute (or `since` milliseconds) ago. */
  recent(key, since = RECENT) {
    const held = this.get(key);
    return held && Date.now() - held.asked < since ? held.body : undefined;
  }

  /** The JSON of an address: from the network, or as kept if it did not change. Throws Refused or a network error. */
  async ask(address, signal, key = address) {
    const held = this.get(key);
    const response = await fetch(address, { headers: held?.etag ? { "If-None-Match": held.etag } : {}, signal });
    if (response.status === 304 && held) {
      held.asked = Date.now();
      held.body.isKept = false;
      // Unchanged means true until now, not only until it was first told.
      const told = Date.parse(response.headers.get("Date") ?? "");
      if (held.body.at && !address.includes("at=")) held.body.at = new Date(told || held.asked).toISOString();
      return held.body;
    }
    if (!response.ok) throw new Refused(response.status, Number(response.headers.get("Retry-After")) || 0);
    const body = await response.json();
    body.isKept = response.headers.has("Linli-Kept"); // by the service worker: there is no signal
    this.kept.set(key, { etag: response.headers.get("ETag"), body, asked: Date.now() });
    while (this.kept.size > this.most) this.kept.delete(this.kept.keys().next().value);
    return body;
  }
}

/** Asks one thing at a time: a newer question gives up the older, and no answer is waited for without end. */
export class OneAtATime {
  /** The result of `question(signal)`. Rejects with an AbortError if a newer question came. */
  async run(question) {
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      mine.abort();
    }, PATIENCE);
    try {
      const result = await question(mine.signal);
      if (mine.signal.aborted) throw new DOMException("a newer question came", "AbortError");
      return result;
    } catch (error) {
      throw late ? new Refused(504) : error;
    } finally {
      clearTimeout(timer);
    }
  }
}

export class CellTiles {
  /** `url`: where tiles are asked, ending before "/z/x/y". */
  constructor(url) {
    this.url = url;
    this.answers = new Answers();
    this.questions = new OneAtATime();
  }

  /**
   * The state of every place in a box: {res, at, seq, published, cells}, cells a Map of id to figures; published is
   * when the figures of needs were (null: not yet), in public alone.
   *
   * With `again`, tiles kept are asked whether they changed. A newer call gives up an older one, which rejects with
   * an AbortError. Throws Refused or a network error if any tile failed.
   */
  async load(box, zoom, { moment = "", again = false } = {}) {
    const res = resolutionOfZoom(zoom);
    const query = moment ? `?res=${res}&at=${encodeURIComponent(moment)}` : `?res=${res}`;
    const addresses = tilesOf(box, zoom).map((tile) => `${this.url}/${tile}${query}`);
    const bodies = await this.questions.run((signal) =>
      Promise.all(
        addresses.map((address) => (!again && this.answers.recent(address)) || this.answers.ask(address, signal)),
      ),
    );
    return { res, ...merged(bodies) };
  }
}

/** Answers of tiles as one: the oldest moment, the newest sequence; a place named by several tiles is held once. */
function merged(bodies) {
  const cells = new Map();
  let at = null;
  let seq = 0;
  let published;
  let isKept = false;
  for (const body of bodies) {
    if (at === null || new Date(body.at) < new Date(at)) at = body.at;
    seq = Math.max(seq, body.seq);
    isKept ||= body.isKept;
    if ("published" in body) published = earlier(published, body.published);
    for (const part of [body.covering ?? {}, body.cells]) {
      for (const [id, figures] of Object.entries(part)) cells.set(id, { ...cells.get(id), ...figures });
    }
  }
  return { at: at === null ? null : new Date(at), seq, isKept, published: published && new Date(published), cells };
}

/** The earlier of two moments as text, not yet (null) before all. */
function earlier(one, other) {
  if (one === undefined || other === null) return other;
  return one === null || new Date(one) < new Date(other) ? one : other;
}
