/** Puts the ground under the map: a vector base map, the demo's own streets, or a graticule; each fetched when needed. */

/** Asks what there is and draws it. Answers {kind, bounds}; kind "none" also when the service cannot say. */
export async function addBasemap(map, { url, vendor, language }) {
  const ground = await described(url);
  if (ground.kind === "pmtiles") {
    const { addVectors } = await import("./vectors.js");
    await addVectors(map, { url: ground.url ?? "/basemap.pmtiles", script: vendor, language });
  } else if (ground.kind === "demo" && ground.streets) {
    const { addStreets } = await import("./streets.js");
    await addStreets(map, ground.streets);
  } else {
    const { addGraticule } = await import("./graticule.js");
    addGraticule(map);
  }
  return ground;
}

async function described(url) {
  try {
    const response = await fetch(url);
    if (response.ok) return await response.json();
  } catch {
    // Without the answer the map is drawn as if there were no base map; the cells tell of the failure.
  }
  return { kind: "none" };
}
