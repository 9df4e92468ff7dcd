/** Single keys for the list. They rest while somebody types, in dialogs, with a modifier, and when switched off. */

const KEPT = "linli-keys";
const TYPED = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

export class Keys {
  /** `does`: key to function; it gives false if the key should do what it always does. */
  constructor(box, does) {
    this.box = box;
    this.box.checked = kept() !== "off";
    this.box.addEventListener("change", () => keep(this.box.checked ? "on" : "off"));
    document.addEventListener("keydown", (event) => {
      const always = event.key === "Escape";
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]")) return;
      if (!always && (!this.box.checked || event.target.matches(TYPED))) return;
      const action = does[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (action && action(event) !== false) event.preventDefault();
    });
  }
}

/** A browser that keeps nothing has the keys on. */
function kept() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function keep(value) {
  try {
    localStorage.setItem(KEPT, value);
  } catch {
    // It holds until the page is left.
  }
}
