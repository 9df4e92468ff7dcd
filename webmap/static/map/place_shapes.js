/** The outlines of places on the map, kept: worked out once from their ids, then only shifted and scaled. */

const { L, h3 } = window;
const KEPT = 20_000;
const MOST_FINER = 3; // steps: 343 hexagons; the outline of more would not look different

export class PlaceShapes {
  constructor(map) {
    this.map = map;
    this.kept = new Map();
  }

  /**
   * {rings, middle, box} of a place in the world of zoom 0. One wider than the resolution drawn has the outline of the
   * hexagons of that resolution that belong to it, so that it meets its neighbours without overlapping them.
   */
  of(id, drawn) {
    const key = `${id}/${drawn}`;
    let shape = this.kept.get(key);
    if (!shape) {
      if (this.kept.size > KEPT) this.kept.clear();
      shape = this.look(id, drawn);
      this.kept.set(key, shape);
    }
    return shape;
  }

  look(id, drawn) {
    const res = h3.getResolution(id);
    const finer = Math.min(drawn, res + MOST_FINER);
    const rings = finer > res ? h3.cellsToMultiPolygon(h3.cellToChildren(id, finer)).flat() : [h3.cellToBoundary(id)];
    const projected = rings.map((ring) => ring.map((corner) => this.map.project(corner, 0)));
    return { rings: projected, middle: this.map.project(h3.cellToLatLng(id), 0), box: L.bounds(projected.flat()) };
  }

  /** Puts a place's outline into a canvas context at a scale; false, and nothing, if it lies outside of `within`. */
  trace(context, id, drawn, { scale, origin, within: { min, max } }) {
    const { rings, box } = this.of(id, drawn);
    if (box.max.x * scale - origin.x < min.x || box.min.x * scale - origin.x > max.x) return false;
    if (box.max.y * scale - origin.y < min.y || box.min.y * scale - origin.y > max.y) return false;
    context.beginPath();
    for (const ring of rings) {
      ring.forEach((corner, at) =>
        context[at ? "lineTo" : "moveTo"](corner.x * scale - origin.x, corner.y * scale - origin.y),
      );
      context.closePath();
    }
    return true;
  }
}
