/** How the map shares the screen: what lies over it, what the keyboard is at, light and dark, screen and paper. */

const { L } = window;
const CUT = 0.3; // of a zoom: a little less is seen at first, and that a good deal larger
const CLEAR = 72; // pixels between a chosen place and the panel that speaks of it

/** Shows a box [[south, west], [north, east]] in the part of the map that the phone's sheet leaves free. */
export function fit(map, box, sheet) {
  const isPhone = window.matchMedia("(max-width: 48rem)").matches;
  const below = isPhone ? sheet.offsetHeight : 0;
  map.options.zoomSnap = 0;
  const exact = map.getBoundsZoom(box, false, L.point(0, below));
  map.options.zoomSnap = 1;
  map.setView(L.latLngBounds(box).getCenter(), Math.floor(exact + CUT), { animate: false });
  map.panBy([0, below / 2], { animate: false });
}

/** Moves the map only if the panel lies over the place it speaks of. */
export function uncover(map, place, panel) {
  const over = panel.getBoundingClientRect();
  const box = map.getContainer().getBoundingClientRect();
  const at = map.latLngToContainerPoint(place);
  const [x, y] = [box.left + at.x, box.top + at.y];
  if (x < over.left || x > over.right || y < over.top || y > over.bottom) return;
  const isBelow = over.width > box.width * 0.8;
  map.panBy(isBelow ? [0, y - over.top + CLEAR] : [x - over.left + CLEAR, 0], { animate: false });
}

/** Makes the phone's sheet fold and unfold. Gives a function that does it: `unfold(isOpen)`. */
export function wireSheet(sheet, grip) {
  const room = () => sheet.parentElement.style.setProperty("--sheet-height", `${sheet.offsetHeight}px`);
  new ResizeObserver(room).observe(sheet);
  const unfold = (isOpen) => grip.setAttribute("aria-expanded", sheet.classList.toggle("is-open", isOpen));
  grip.addEventListener("click", () => unfold());
  return unfold;
}

/** Marks whether the keyboard or a pointer was used last: the cross in the middle of the map is for keyboards. */
export function markKeyboard() {
  const mark = (isKeyboard) => () => document.body.classList.toggle("is-keyboard", isKeyboard);
  document.addEventListener("keydown", mark(true), true);
  document.addEventListener("pointerdown", mark(false), true);
}

/** Draws the map anew when the page changes between light and dark, or is printed: on paper it has another shape. */
export function followLook(map) {
  const anew = () => map.fire("tokenschange");
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
  new MutationObserver(anew).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  window.matchMedia("print").addEventListener("change", () => map.invalidateSize({ animate: false }));
}
