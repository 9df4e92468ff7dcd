/** Puts the ground under the map: a vector base map, the demo's streets, or a graticule; each fetched when needed. */

/**
 * Asks what there is and draws it. Answers {kind}; kind "none" also when the service cannot say.
 * `home`: where the map opens, {lat, lng} or null. The demo's streets stand in where the base map does not reach.
 */
export async function addBasemap(map, { url, vendor, language, home }) {
  const ground = await described(url);
  const isElsewhere = home && ground.bounds && !isWithin(ground.bounds, home);
  if (ground.kind === "pmtiles") {
    const { addVectors } = await import("./vectors.js");
    await addVectors(map, { url: ground.url ?? "/basemap.pmtiles", script: vendor, language });
  }
  if (ground.streets && (ground.kind === "demo" || isElsewhere)) {
    const { addStreets } = await import("./streets.js");
    await addStreets(map, ground.streets);
  }
  if (ground.kind === "none") {
    const { addGraticule } = await import("./graticule.js");
    addGraticule(map);
  }
  return ground;
}

const isWithin = ([west, south, east, north], { lat, lng }) =>
  lng >= west && lng <= east && lat >= south && lat <= north;

async function described(url) {
  try {
    const response = await fetch(url);
    if (response.ok) return await response.json();
  } catch {
    // Without the answer the map is drawn as if there were no base map; the cells tell of the failure.
  }
  return { kind: "none" };
}
