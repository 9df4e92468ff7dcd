/**
 * A form with `data-keep` never loses what was written when the signal goes while it is sent: the words stay in this tab
 * until the service has answered, and are there again when the form is opened anew. #kept says so and can drop them.
 * The page that says that a form was taken carries `data-arrived`.
 */

const form = document.querySelector("form[data-keep]");
const note = document.getElementById("kept");
const key = `kept ${window.location.pathname}`;
const HIDDEN = ["csrf_token", "seen"]; // of one showing of the page only

if (document.querySelector("[data-arrived]")) dropAll();
if (form) wire();

function wire() {
  const answered = form.dataset.keep === "answered"; // the page is the service's answer to what was sent
  if (answered) drop();
  else if (read()) restore(read());
  form.addEventListener("submit", () => {
    const fields = [...new FormData(form)].filter(([name, value]) => !HIDDEN.includes(name) && typeof value === "string");
    try {
      sessionStorage.setItem(key, JSON.stringify(fields));
    } catch {
      // Nothing may be kept in this browser; the form is sent all the same.
    }
  });
  note.querySelector("[data-forget]").addEventListener("click", () => {
    drop();
    window.location.replace(window.location.pathname);
  });
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function drop() {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // It could not be kept either.
  }
}

function dropAll() {
  try {
    const kept = Object.keys(sessionStorage).filter((name) => name.startsWith("kept "));
    for (const name of kept) sessionStorage.removeItem(name);
  } catch {
    // Nothing could be kept in this browser.
  }
}

function restore(fields) {
  const values = new Map();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || HIDDEN.includes(field.name) || field.type === "submit") continue;
    const found = values.get(field.name) ?? [];
    if (field.type === "checkbox" || field.type === "radio") field.checked = found.includes(field.value);
    else if (found.length) [field.value] = found;
    if (field.checked) field.closest("details")?.setAttribute("open", "");
  }
  note.hidden = false;
}
