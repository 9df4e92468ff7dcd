/*
 * Requests that wait on this phone, and their way out. Pages and the service worker share this file, so it is a
 * classic script: it sets `linliOutbox`.
 *
 * An entry is kept under the key its phone made (the form's `key`), which the service knows again for 30 days: sent
 * twice, it is one request. Entries: {key, state: "waiting", fields, address, writtenAt} until they are sent, with
 * `problems` and state "refused" where the service will not take them, and {key, state: "sent", service, reference,
 * link, sentAt, isSeen} afterwards: what was written is deleted with the answer.
 */

"use strict";

self.linliOutbox = (() => {
  const STORE = "outbox";
  const PATIENCE = 60_000; // milliseconds until an answer is given up; photos go slowly on a weak line
  const TOO_LARGE = 413;
  const REFUSALS = [400, 409, TOO_LARGE, 415, 422]; // sent again as it is, it would be refused again
  const changes = "BroadcastChannel" in self ? new BroadcastChannel("linli-outbox") : null;
  const listeners = new Set();
  let opened = null;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("linli", 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    opened.catch(() => (opened = null));
    return opened;
  }

  /** Runs one step on the store and resolves with its result once it is written. */
  async function step(mode, job) {
    const transaction = (await open()).transaction(STORE, mode);
    const request = job(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  function tell() {
    changes?.postMessage("changed");
    for (const listener of listeners) listener();
  }
  if (changes) changes.onmessage = () => listeners.forEach((listener) => listener());

  const all = async () => (await step("readonly", (store) => store.getAll())).sort((a, b) => a.writtenAt - b.writtenAt);
  const get = (key) => step("readonly", (store) => store.get(key));

  async function put(entry) {
    await step("readwrite", (store) => store.put(entry));
    tell();
  }

  async function remove(key) {
    await step("readwrite", (store) => store.delete(key));
    tell();
  }

  /** Keeps what a form would send (pairs of name and text or file), to be sent to `address` in the form's language. */
  async function keep(pairs, address) {
    const fields = [];
    for (const [name, value] of pairs) {
      if (name === "csrf_token" || name === "key" || (value instanceof Blob && !value.size)) continue;
      fields.push([name, value]);
    }
    const key = new Map(pairs).get("key") || newKey();
    await put({ key, state: "waiting", fields, address, writtenAt: Date.now() });
    try {
      await (self.registration ?? (await navigator.serviceWorker?.ready))?.sync?.register("outbox");
    } catch {
      // Without background sync it goes out when a page of ours is open.
    }
    return key;
  }

  /** A key as the service makes them: 24 bytes nobody can guess. */
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(24));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  }

  /**
   * Sends what waits, the oldest first, one after the other. Only one page or worker of this phone does so at a time;
   * another that tries meanwhile leaves it to that one. Resolves true if nothing waits any more.
   */
  function flush() {
    if (!navigator.locks) return sendAll();
    return navigator.locks.request("linli-outbox", { ifAvailable: true }, (lock) => (lock ? sendAll() : false));
  }

  async function sendAll() {
    for (const entry of await all()) {
      if (entry.state !== "waiting") continue;
      if (entry.notBefore > Date.now() || !(await send(entry))) return false;
    }
    return true;
  }

  /** Sends one; false if it has to wait on. */
  async function send(entry) {
    const body = new FormData();
    body.set("key", entry.key);
    for (const [name, value] of entry.fields) body.append(name, value);
    let response;
    let told;
    try {
      // No cookie goes along: it acts with nobody's rights, however old the page it was written on.
      response = await fetch(entry.address, {
        method: "POST",
        body,
        credentials: "omit",
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout?.(PATIENCE),
      });
      told = await response.json().catch(() => null);
    } catch {
      return false; // no signal
    }
    if (!(await get(entry.key))) return true; // deleted by hand meanwhile
    if (response.ok && told?.reference && told.link) {
      const { key, writtenAt } = entry;
      const service = new Map(entry.fields).get("service");
      await put({ key, state: "sent", service, writtenAt, reference: told.reference, link: told.link, sentAt: Date.now() });
      return true;
    }
    // Something in between (a hotel's sign-in page) may answer in the service's place: such an entry waits on.
    if (REFUSALS.includes(response.status) && (told?.type || response.status === TOO_LARGE)) {
      const problems = told?.errors?.map(({ reason }) => reason) ?? [];
      await put({ ...entry, state: "refused", problems });
      return true;
    }
    const seconds = Number(response.headers.get("Retry-After")) || 0;
    if (seconds) await put({ ...entry, notBefore: Date.now() + seconds * 1000 });
    return false;
  }

  /** Calls back whenever something in the outbox changes, here or in another page. */
  const onChange = (listener) => listeners.add(listener);

  return { all, get, put, keep, remove, flush, newKey, onChange };
})();
