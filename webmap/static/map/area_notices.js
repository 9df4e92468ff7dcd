/** Shows the notices to the area one looks at. Which these are is decided here: the service is not told where one looks. */

import { isInside } from "./shapes.js";

const NEAR_FROM = 13; // zoom; further out the middle of the map is not yet a place somebody looks at
const MOST = 2; // more would cover the map; all are on the page of notices

export class AreaNotices {
  /** `notices`: {id, outline}, the most serious first; each stands in `root` as an element with its id. */
  constructor(root, notices) {
    this.parts = notices.map(({ id, outline }) => ({ outline, element: root.querySelector(`[data-notice="${id}"]`) }));
  }

  /** Shows those whose area holds the chosen place or, close enough, the middle of the map. */
  look(map, place) {
    const points = place ? [place] : [];
    if (map.getZoom() >= NEAR_FROM) points.push(map.getCenter());
    let left = MOST;
    for (const { outline, element } of this.parts) {
      element.hidden = !(left > 0 && points.some(({ lat, lng }) => isInside([lng, lat], outline)));
      if (!element.hidden) left -= 1;
    }
  }
}
