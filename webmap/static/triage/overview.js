/** The figures at the top: shown anew every while, and soon after something changed. Nothing moves but the numbers. */

const ADDRESS = "/dashboard/figures";
const AGAIN = 60_000; // milliseconds
const SOON = 12_000; // a little longer than the service gives the same answer

export class Overview {
  /** `isHeld()`: whether figures of another moment than now stand there. */
  constructor(root, { isHeld }) {
    Object.assign(this, { root, isHeld });
    setInterval(() => this.look(), AGAIN);
  }

  /** Something changed: the figures will follow. */
  changed() {
    this.soon ??= setTimeout(() => this.look(), SOON);
  }

  async look() {
    clearTimeout(this.soon);
    this.soon = null;
    if (this.isHeld() || document.visibilityState !== "visible" || this.root.contains(document.activeElement)) return;
    const answer = await fetch(ADDRESS, { headers: { Accept: "text/html" } }).catch(() => null);
    const text = answer?.ok && !answer.redirected && (await answer.text());
    if (text && !this.isHeld()) this.root.innerHTML = text;
  }
}
