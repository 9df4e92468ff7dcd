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

/** Layers of which the map also shows what is still to come; of the others only what holds is asked for. */
const ALSO_COMING = ["supply_drops"];

/** Milliseconds an answer is good for, where that is long: outlines of compounds are many and change with the years. */
const GOOD_FOR = { compounds: 600_000 };

/** Now, told in steps of five minutes: readers who ask at about the same time ask the same question. */
const lately = () => new Date(Math.floor(Date.now() / 300_000) * 300_000).toISOString().replace(".000", "");

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
    else if (!ALSO_COMING.includes(layer) && !(layer in GOOD_FOR)) query.set("at", lately());
    return this.questions.get(layer).run(async (signal) => {
      const features = [];
      let address = `${this.url}/${layer}?${query}`;
      for (let page = 0; address && page < PAGES; page += 1) {
        const mayKeep = !again || layer in GOOD_FOR;
        const kept = mayKeep && this.answers.recent(address, GOOD_FOR[layer]);
        const body = kept || (await this.answers.ask(address, signal));
        features.push(...body.features);
        address = body.links?.find((link) => link.rel === "next")?.href;
      }
      return { features, isWhole: !address };
    });
  }
}
