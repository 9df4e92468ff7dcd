/** Puts the next code into the page when its minute begins; nothing else of the page moves. */

const AGAIN_MS = 5000;

async function renew() {
  let wait = AGAIN_MS;
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("code");
    const shown = document.getElementById("code");
    if (!answer.ok || !next) {
      window.location.reload(); // over, or signed out: the page itself says which
      return;
    }
    shown.replaceChildren(...next.childNodes);
    wait = Number(next.dataset.again) * 1000;
  } catch {
    // no signal: the code that is shown gets old, and is asked for again
  }
  window.setTimeout(renew, wait);
}

const code = document.getElementById("code");
if (code) window.setTimeout(renew, Number(code.dataset.again) * 1000);
