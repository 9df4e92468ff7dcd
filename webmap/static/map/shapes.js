/** What lies in a hexagon: small geometry on GeoJSON, good for a screen, never for a decision. Pure. */

/** The rings of a Polygon or MultiPolygon, outer and inner alike. */
const ringsOf = (geometry) => (geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat());

/** Whether [lng, lat] lies inside a Polygon or MultiPolygon (even-odd over all its rings, so holes are outside). */
export function isInside([lng, lat], geometry) {
  let inside = false;
  for (const ring of ringsOf(geometry)) {
    for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
      const [x, y] = ring[at];
      const [fromX, fromY] = ring[before];
      if (y > lat !== fromY > lat && lng < ((fromX - x) * (lat - y)) / (fromY - y) + x) inside = !inside;
    }
  }
  return inside;
}

/** The corners of a polygon's outlines, at most about thirty of them. */
export function cornersOf(geometry) {
  const corners = ringsOf(geometry).flat();
  const step = Math.ceil(corners.length / 30);
  return corners.filter((_, at) => at % step === 0);
}

/** {west, south, east, north} of a GeoJSON geometry; worked out once for each. */
const boxes = new WeakMap();
export function boxOf(geometry) {
  let box = boxes.get(geometry);
  if (!box) {
    box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
    const points = geometry.type === "Point" ? [geometry.coordinates] : ringsOf(geometry).flat();
    for (const [lng, lat] of points) {
      box.west = Math.min(box.west, lng);
      box.east = Math.max(box.east, lng);
      box.south = Math.min(box.south, lat);
      box.north = Math.max(box.north, lat);
    }
    boxes.set(geometry, box);
  }
  return box;
}

export const boxesMeet = (a, b) => a.west < b.east && a.east > b.west && a.south < b.north && a.north > b.south;

/** Corners of a hexagon ([lng, lat]), points between them and its middle: nineteen samples of what lies in it. */
export function samplesOf(corners) {
  const middle = [0, 1].map((axis) => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length);
  const between = (share) =>
    corners.map((corner) => corner.map((value, axis) => middle[axis] + (value - middle[axis]) * share));
  return [middle, ...between(0.35), ...between(0.65), ...between(0.95)];
}

/** How much of a hexagon a polygon covers, 0 to 1, by its samples; more than 0 where a corner of it pokes in. */
export function shareOf(corners, geometry) {
  const hexagon = { type: "Polygon", coordinates: [corners] };
  if (!boxesMeet(boxOf(hexagon), boxOf(geometry))) return 0;
  const samples = samplesOf(corners);
  const share = samples.filter((point) => isInside(point, geometry)).length / samples.length;
  if (share) return share;
  return ringsOf(geometry).some((ring) => ring.some((point) => isInside(point, hexagon))) ? 0.01 : 0;
}

/** The middle of a polygon's box and how far it reaches from there, in degrees. */
export function middleOf(geometry) {
  const { west, south, east, north } = boxOf(geometry);
  return {
    lng: (west + east) / 2,
    lat: (south + north) / 2,
    reachLng: (east - west) / 2,
    reachLat: (north - south) / 2,
  };
}
