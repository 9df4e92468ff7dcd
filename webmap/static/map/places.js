/** Says a place by names people use: the compound in it or near it, its community, how wide it is. Never by its id. */

import { isInside, middleOf, shareOf } from "./shapes.js";

const { h3 } = window;
const NEAR_DEGREES = 0.003; // about 300 m: a compound this far away still tells where one is
const MANY = 3; // compounds named one by one
const FLATS = Math.sqrt(3); // a hexagon's width over its edge
const LEAF = 13; // the resolution by which the service counts a point into a place
const PARTS = ["east", "north_east", "north", "north_west", "west", "south_west", "south", "south_east"];

/** Metres across a place of a resolution, from flat side to flat side, on average. */
export const widthOf = (res) => h3.getHexagonEdgeLengthAvg(res, "m") * FLATS;

export class Places {
  constructor(words) {
    this.words = words;
    this.compounds = [];
    this.known = new Map();
  }

  /** `features`: the compounds in reach, by whose names places are called from now on. */
  setCompounds(features) {
    this.compounds = features;
    this.known.clear();
  }

  /** {name, part, communities, across, point, compounds} of a place; `compounds` in it, the largest share first. */
  of(id) {
    let place = this.known.get(id);
    if (!place) {
      place = this.look(id);
      this.known.set(id, place);
    }
    return place;
  }

  look(id) {
    const [lat, lng] = h3.cellToLatLng(id);
    const corners = h3.cellToBoundary(id, true);
    const compounds = this.compounds
      .map((feature) => ({ feature, share: shareOf(corners, feature.geometry) }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share)
      .map(({ feature }) => feature);
    const across = widthOf(h3.getResolution(id));
    const communities = [...new Set(compounds.map((feature) => feature.properties.community).filter(Boolean))];
    return { point: { lat, lng }, across, compounds, communities, ...this.named(compounds, communities, { lat, lng }) };
  }

  named(compounds, communities, point) {
    const { words } = this;
    const names = compounds.map((feature) => feature.properties.name);
    if (names.length === 1) return { name: names[0], part: this.partOf(compounds[0], point) };
    if (names.length > MANY) {
      const wide = communities.length && communities.length <= MANY ? communities : null;
      if (wide) return { name: words.list(wide), part: "" };
      return {
        name: words.count("and_more", names.length - 2, { names: names.slice(0, 2).join(words.say("comma")) }),
        part: "",
      };
    }
    if (names.length) return { name: words.list(names), part: "" };
    const near = this.nearest(point);
    return { name: near ? words.say("near", { name: near.properties.name }) : "", part: "" };
  }

  /** "north part" of a compound that is wider than one place; empty in its middle. */
  partOf(compound, { lat, lng }) {
    const middle = middleOf(compound.geometry);
    const east = (lng - middle.lng) / (middle.reachLng || 1);
    const north = (lat - middle.lat) / (middle.reachLat || 1);
    if (Math.hypot(east, north) < 0.35) return "";
    const eighth = Math.round((Math.atan2(north, east) / (2 * Math.PI)) * 8 + 8) % 8;
    return this.words.say(`part_${PARTS[eighth]}`);
  }

  nearest({ lat, lng }) {
    let best = null;
    let least = NEAR_DEGREES;
    for (const feature of this.compounds) {
      const middle = middleOf(feature.geometry);
      const off = Math.hypot(
        Math.max(0, Math.abs(lng - middle.lng) - middle.reachLng),
        Math.max(0, Math.abs(lat - middle.lat) - middle.reachLat),
      );
      if (off < least) [best, least] = [feature, off];
    }
    return best;
  }

  /** The name in full, for headings and lists: "Riverside, north part" or "A place about 350 m across". */
  title(id) {
    const { name, part, across } = this.of(id);
    if (!name) return this.words.say("place_across", { across: this.words.distance(across) });
    return part ? this.words.say("name_and_part", { name, part }) : name;
  }

  /** The id by which the service counts a point: through its leaf, not by the hexagon drawn around it. */
  idOf({ lat, lng }, res) {
    return h3.cellToParent(h3.latLngToCell(lat, lng, LEAF), res);
  }

  /** Whether an area holds a place only in part. */
  isPart(id, feature) {
    return shareOf(h3.cellToBoundary(id, true), feature.geometry) < 1;
  }

  /** The features of a layer that are in a place: points by id, areas where they share ground. */
  inside(id, features) {
    const res = h3.getResolution(id);
    const corners = h3.cellToBoundary(id, true);
    return features.filter(({ geometry }) => {
      if (geometry.type !== "Point") return shareOf(corners, geometry) > 0 || isInside(corners[0], geometry);
      const [lng, lat] = geometry.coordinates;
      return this.idOf({ lat, lng }, res) === id;
    });
  }
}
