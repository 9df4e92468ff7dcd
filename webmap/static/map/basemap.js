/** Puts the ground under the map: a vector base map, the demo's streets, or a graticule; each fetched when needed. */

/**
 * Asks what there is and draws it. Answers {kind}; kind "failed" when it did not arrive, and a graticule is drawn.
 * `home`: where the map opens, {lat, lng} or null. The demo's streets stand in where the base map does not reach.
 */
export async function addBasemap(map, { url, vendor, language, home }) {
  let ground = { kind: "failed" };
  try {
    ground = await described(url);
    await draw(map, ground, { vendor, language, home });
  } catch {
    // Whatever is missing (the answer, a script, the file), people and places are drawn all the same.
    ground = { ...ground, kind: "failed" };
  }
  if (ground.kind === "none" || ground.kind === "failed") await addGraticule(map);
  return ground;
}

async function draw(map, ground, { vendor, language, home }) {
  const isElsewhere = home && ground.bounds && !isWithin(ground.bounds, home);
  if (ground.streets && (ground.kind === "demo" || isElsewhere)) {
    const { addStreets } = await import("./streets.js");
    await addStreets(map, ground.streets);
  }
  if (ground.kind === "pmtiles") {
    const { addVectors } = await import("./vectors.js");
    await addVectors(map, { url: ground.url ?? "/basemap.pmtiles", script: vendor, language });
  }
}

const isWithin = ([west, south, east, north], { lat, lng }) =>
  lng >= west && lng <= east && lat >= south && lat <= north;

async function described(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the service answered ${response.status}`);
  return response.json();
}

async function addGraticule(map) {
  try {
    const graticule = await import("./graticule.js");
    graticule.addGraticule(map);
  } catch {
    // Not even lines arrive: the ground stays blank, and the cells tell of the failure.
  }
}
