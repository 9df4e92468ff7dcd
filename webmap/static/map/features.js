/** Fetches the features of layers around what the map shows, and asks again only whether they changed. */

import { Answers, OneAtATime } from "./tiles.js";

const PAGE = 1000; // features an answer
const PAGES = 5; // more is said, not drawn: the reader is asked to zoom in
const BLOCKS_KEPT = 24;

/** The box around a view on a fixed grid that depends on the zoom alone, so that panning a little asks nothing new. */
export function blockOf({ west, south, east, north }, zoom) {
  const step = 360 / 2 ** Math.min(Math.max(Math.floor(zoom) - 1, 0), 14);
  const down = (value) => Math.floor(value / step) * step;
  const up = (value) => Math.ceil(value / step) * step;
  const numbers = [
    Math.max(down(west), -180),
    Math.max(down(south), -90),
    Math.min(up(east), 180),
    Math.min(up(north), 90),
  ];
  return numbers.map((value) => Number(value.toFixed(6))).join(",");
}

/** Milliseconds an answer is good for, where that is long: outlines of compounds are many and change with the years. */
const GOOD_FOR = { compounds: 600_000 };

/** Now, told to the minute: readers who ask at about the same time ask for the same address. */
const thisMinute = () => new Date(Math.floor(Date.now() / 60_000) * 60_000).toISOString().replace(".000", "");

export class Features {
  /** `url`: where layers are asked, ending before "/layer". */
  constructor(url) {
    this.url = url;
    this.answers = new Answers(BLOCKS_KEPT);
    this.questions = new Map();
  }

  /**
   * The features of a layer in a box: {features, isWhole}; isWhole is false if there were more than are drawn.
   * A newer call for the same layer gives up an older one. Throws as CellTiles.load does.
   */
  async load(layer, box, zoom, { moment = "", again = false } = {}) {
    if (!this.questions.has(layer)) this.questions.set(layer, new OneAtATime());
    const query = new URLSearchParams({ bbox: blockOf(box, zoom), limit: PAGE });
    if (moment) query.set("at", moment);
    // An answer is kept under the question without "now": what has not changed since is told by its ETag.
    const question = `${layer}?${query}`;
    if (!moment && !(layer in GOOD_FOR)) query.set("at", thisMinute());
    return this.questions.get(layer).run(async (signal) => {
      const features = [];
      let address = `${this.url}/${layer}?${query}`;
      for (let page = 0; address && page < PAGES; page += 1) {
        const mayKeep = !again || layer in GOOD_FOR;
        const key = `${question} ${page}`;
        const kept = mayKeep && this.answers.recent(key, GOOD_FOR[layer]);
        const body = kept || (await this.answers.ask(address, signal, key));
        features.push(...body.features);
        address = body.links?.find((link) => link.rel === "next")?.href;
      }
      return { features, isWhole: !address };
    });
  }
}
