/** Gives a page its button that prints; without scripts the browser's own menu does the same. */

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
