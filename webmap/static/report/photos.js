/** Makes photos small on the phone, before a weak signal has to carry them. */

const LONGEST_SIDE = 1600; // pixels, as the service keeps them
const QUALITY = 0.8;
const SMALL_ENOUGH = 300_000; // bytes

export class PhotoField {
  constructor(form, words) {
    Object.assign(this, { field: form.elements.photos, words, most: words.mostPhotos });
    this.said = document.getElementById("photos-said");
    this.field.addEventListener("change", () => this.take());
  }

  /** Puts small photos in the place of those that were chosen; one that the phone cannot read stays as it is. */
  async take() {
    const chosen = [...this.field.files];
    if (!chosen.length) {
      this.said.textContent = "";
      return;
    }
    const photos = await Promise.all(chosen.slice(0, this.most).map(small));
    const kept = new DataTransfer();
    for (const photo of photos) kept.items.add(photo);
    this.field.files = kept.files;
    const size = Math.ceil(photos.reduce((sum, photo) => sum + photo.size, 0) / 1000);
    const told = this.words.photos.replace("{count}", photos.length).replace("{size}", size);
    this.said.textContent = chosen.length > this.most ? `${this.words.tooManyPhotos} ${told}` : told;
  }
}

async function small(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size <= SMALL_ENOUGH && file.type === "image/jpeg") return file;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return new File([blob], "photo.jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
}
