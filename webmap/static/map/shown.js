/** Keeps the layers on the map in step with what is looked at: fetches them, draws them, and has them at hand. */

import { Features } from "./features.js";
import { firstZoomOf } from "./layers.js";

const DAY = 24 * 3600_000;

/** Fetched whatever is switched on: zones are always shown, compounds give places their names. */
const ALWAYS = ["quarantine_zones", "compounds"];

/** States of drops that are over. */
const OVER = ["cancelled", "distributed"];

/**
 * What of a layer the map draws: checkpoints that are open, drops of the next day that are not over yet, what was
 * decided. Only staff are told the states of zones and shifts; everybody else is sent those in force alone.
 */
const isCurrent = {
  checkpoints: ({ properties }) => properties.state === "open",
  quarantine_zones: ({ properties }) => !["drafted", "proposed"].includes(properties.state),
  volunteer_shifts: ({ properties }) => properties.state !== "cancelled",
  supply_drops: ({ properties }, now, over) =>
    !over.includes(properties.state) &&
    new Date(properties.window_to) > now &&
    new Date(properties.window_from) < now + DAY,
};

const isSame = (held, features) =>
  held.length === features.length && held.every((feature, at) => feature === features[at]);

export class ShownLayers {
  /**
   * `names`: the layers there are. `drawing`: what draws them. `look()`: {box, zoom, layers, moment} as looked at now, and
   * `over`, the states of drops that are not drawn, where they are others than OVER.
   * `onChange(name)` is called when what is at hand of a layer changed, `onFailure(error)` when it could not be had.
   */
  constructor({ url, names, drawing, look, onChange, onFailure }) {
    Object.assign(this, { names, drawing, look, onChange, onFailure });
    this.source = new Features(url);
    this.atHand = new Map();
  }

  /** The features of a layer that are on the map, or would be if it were switched on. */
  get(name) {
    return this.atHand.get(name) ?? [];
  }

  /** Fetches the layers once whatever moved the map or switched them is done; `again`: also whether they changed. */
  load({ again = false } = {}) {
    this.isAgain ||= again;
    this.asked ??= Promise.resolve().then(() => {
      const isAgain = this.isAgain;
      this.asked = this.isAgain = null;
      for (const name of this.names) this.loadLayer(name, isAgain);
    });
  }

  isShown(name) {
    return name === "quarantine_zones" || this.look().layers.has(name);
  }

  async loadLayer(name, again) {
    const { box, zoom, moment, over = OVER } = this.look();
    if (zoom < firstZoomOf(name) || !(this.isShown(name) || ALWAYS.includes(name))) {
      this.put(name, []);
      return;
    }
    try {
      const { features } = await this.source.load(name, box, zoom, { moment, again });
      const now = moment ? Date.parse(moment) : Date.now();
      this.put(
        name,
        features.filter((feature) => isCurrent[name]?.(feature, now, over) ?? true),
      );
    } catch (error) {
      if (error.name !== "AbortError") this.onFailure(error);
    }
  }

  put(name, features) {
    const key = `${this.isShown(name)} ${this.look().zoom}`;
    const held = this.atHand.get(name);
    if (held?.key === key && isSame(held, features)) return;
    this.atHand.set(name, Object.assign(features, { key }));
    if (this.isShown(name)) this.drawing.show(name, features);
    else this.drawing.hide(name);
    this.onChange(name);
  }
}
