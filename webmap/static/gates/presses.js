/*
 * Presses that are kept on this phone until the service has them, each under a key of its own: sent twice, it counts once.
 *
 * A press: {key, gate, kind, at (milliseconds of this phone's clock), state, isTried, isCounted, isUndone, why}. State is
 * "waiting" until the service has said that it has it (or that it is taken back), "sent" for as long as it may still be
 * taken back, "refused" where the service will not count it. Gates: {id, name, quarter, since, ends}, as last told.
 * `gate` is the gate's number, or the token of a helper's link. Pages and the service worker share this file, so it is a
 * classic script: it sets `linliPresses`.
 */

"use strict";

self.linliPresses = (() => {
  const PATIENCE = 20_000; // milliseconds until an answer is given up
  const MOST = 200; // presses in one message
  const BACK = 10 * 60_000; // milliseconds in which a press can be taken back
  const REFUSALS = { 400: "other", 404: "other", 413: "other", 422: "other" }; // sent again, it would be refused again

  let opened = null;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("linli-gates", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("presses", { keyPath: "key" });
        request.result.createObjectStore("gates", { keyPath: "id" });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    opened.catch(() => (opened = null));
    return opened;
  }

  /** Runs one step on a store and resolves with its result once it is written. */
  async function step(name, mode, job) {
    const transaction = (await open()).transaction(name, mode);
    const request = job(transaction.objectStore(name));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  /** Changes a press by what it is at that moment: `change` gives the new one, null to delete it, nothing to leave it. */
  function alter(key, change) {
    return step("presses", "readwrite", (store) => {
      const request = store.get(key);
      request.onsuccess = () => {
        const changed = request.result && change(request.result);
        if (changed) store.put(changed);
        else if (changed === null) store.delete(key);
      };
      return request;
    });
  }

  const gate = (id) => step("gates", "readonly", (store) => store.get(id));

  /** Keeps what the service has told of a gate, for whichever page asks next. */
  async function keepSums(id, { quarter, seconds_left: left, since }, name) {
    const called = name ?? (await gate(id))?.name;
    await step("gates", "readwrite", (store) =>
      store.put({ id, name: called, quarter, since, ends: Date.now() + left * 1000 }),
    );
  }

  /** The presses at a gate, the oldest first. */
  async function presses(id) {
    const all = await step("presses", "readonly", (store) => store.getAll());
    return all.filter((one) => one.gate === id).sort((a, b) => a.at - b.at);
  }

  async function press(id, kind) {
    const bytes = crypto.getRandomValues(new Uint8Array(18));
    const key = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
    await step("presses", "readwrite", (store) => store.put({ key, gate: id, kind, at: Date.now(), state: "waiting" }));
    await askToSend();
  }

  /** Where the browser can, the worker sends what waits when there is signal, also after the page was closed. */
  async function askToSend() {
    try {
      await (await navigator.serviceWorker?.getRegistration())?.sync?.register("gates");
    } catch {
      // Without background sync it goes out when a page of ours is open.
    }
  }

  /** Sends what waits at every gate of this phone. Resolves true if nothing waits any more. */
  async function flushAll() {
    const waiting = async () => (await step("presses", "readonly", (store) => store.getAll())).filter((one) => one.state === "waiting");
    for (const id of new Set((await waiting()).map((one) => one.gate))) await flush(id);
    return !(await waiting()).length;
  }

  /** The press that can be taken back: the last one, for a while. */
  const last = (all) => all.filter((one) => !one.isUndone && one.state !== "refused" && Date.now() - one.at < BACK).at(-1);

  /** Takes a press back: one that never left the phone is deleted, any other is told to the service. */
  const undo = (key) =>
    alter(key, (one) => (one.isTried ? { ...one, isUndone: true, state: "waiting" } : null));

  /** Deletes presses that the service will not count. */
  async function forgetRefused(id) {
    for (const one of await presses(id)) if (one.state === "refused") await alter(one.key, () => null);
  }

  /**
   * Sends what waits at a gate. Resolves with {sums} as last told, {signIn: true} where the session is over, {} where there
   * is no signal, or once somebody else is done. Only one page of this phone, or the worker, sends at a time; keys keep it
   * right where locks are missing.
   */
  async function flush(id) {
    const job = () => sendAll(id);
    if (!navigator.locks) return job();
    const found = await navigator.locks.request("linli-gates", { ifAvailable: true }, (lock) => lock && job());
    return found ?? navigator.locks.request("linli-gates", () => ({}));
  }

  const addressOf = (id) => `/api/v1/${typeof id === "string" ? "gate_links" : "checkpoints"}/${id}/counts`;

  async function sendAll(id) {
    const address = addressOf(id);
    let found = {};
    for (;;) {
      const waiting = (await presses(id)).filter(({ state }) => state === "waiting").slice(0, MOST);
      if (!waiting.length) break;
      const answer = await send(waiting, address);
      if (!answer.sums) return answer;
      found = answer;
    }
    for (const one of await presses(id)) if (one.state === "sent" && Date.now() - one.at > BACK) await alter(one.key, () => null);
    if (found.sums) await keepSums(id, found.sums);
    return found;
  }

  async function send(waiting, address) {
    for (const { key } of waiting) await alter(key, (one) => ({ ...one, isTried: true }));
    const said = waiting.map(({ key, kind, at, isUndone }) => ({ key, kind, at: new Date(at).toISOString(), undone: Boolean(isUndone) }));
    let response;
    let told;
    try {
      response = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify({ sent_at: new Date().toISOString(), presses: said }),
        signal: AbortSignal.timeout?.(PATIENCE),
      });
      told = await response.json().catch(() => null);
    } catch {
      return {}; // no signal
    }
    if (response.status === 401 || response.status === 403) return { signIn: true };
    const why = told?.type && REFUSALS[response.status];
    const refused = new Map((told?.refused ?? []).map((one) => [one.key, one.why]));
    if (!why && !(response.ok && told?.settled)) return {};
    for (const { key, undone } of said)
      await alter(key, (one) => {
        if (why || refused.has(key)) return { ...one, state: "refused", why: why || refused.get(key) };
        if (undone) return null;
        return { ...one, isCounted: true, state: one.isUndone ? "waiting" : "sent" }; // taken back while it was on its way
      });
    return response.ok ? { sums: told } : { sums: null };
  }

  return { gate, keepSums, presses, press, last, undo, forgetRefused, flush, flushAll };
})();
