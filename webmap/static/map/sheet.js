/** A canvas that lies on the map like a sheet of paper: follows moves and zooms, is drawn anew when the map rests. */

const { L } = window;

export const Sheet = L.Renderer.extend({
  options: { padding: 0.3 },

  onAdd(map) {
    this.readColours();
    L.Renderer.prototype.onAdd.call(this, map);
  },

  getEvents() {
    return { ...L.Renderer.prototype.getEvents.call(this), tokenschange: this.readColours };
  },

  /** Takes the colours of the page's tokens, so that light, dark and print agree with the legend; draws anew. */
  readColours() {
    const tokens = getComputedStyle(document.documentElement);
    this.token = (name) => tokens.getPropertyValue(`--${name}`).trim();
    this.draw();
  },

  /** Draws at the next frame, once however often it is asked. */
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this._map && this._bounds) this._redraw();
    });
  },

  /** Where a point of the world at zoom 0 lies on the canvas: x and y times `scale` less `origin`. */
  frameOfMap() {
    return { scale: 2 ** this._map.getZoom(), origin: this._map.getPixelOrigin() };
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    this._container.remove();
    this._container = null;
  },

  /** Leaflet calls this when the map came to rest somewhere else. */
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    this.ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = size.x * this.ratio;
    this._container.height = size.y * this.ratio;
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this._redraw();
  },

  _updatePaths() {},

  /** Clears the canvas and sets it to the map's own pixels; what extends this draws in `paint(context)`. */
  _redraw() {
    const context = this._context;
    const { min } = this._bounds;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this._container.width, this._container.height);
    context.setTransform(this.ratio, 0, 0, this.ratio, -min.x * this.ratio, -min.y * this.ratio);
    this.paint(context);
  },
});
