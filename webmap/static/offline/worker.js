/*
 * The service worker: keeps the pages that help without signal, and sends what was written without it.
 *
 * The service puts a line before this file that sets `shell`: {version, pages, files}. Online everything comes from
 * the network and what is kept is only a copy of it; kept is never what says that it is private or not to be stored,
 * and of pages only those of the shell, as a visitor without an account sees them.
 */

"use strict";

importScripts("/static/offline/outbox.js", "/static/gates/presses.js");

const { version, pages, files } = self.shell;
const CACHE = `linli-${version}`;
const LOOK = new URL(self.location).search; // ?lang=&type= as chosen on the page that registered this worker
const PATIENCE = 8_000; // milliseconds after which a kept copy is better than waiting on
const SEND_PATIENCE = 25_000;
const STALE = 24 * 3600_000; // milliseconds after which a kept page is fetched anew
const MOST_KEPT = 120; // answers of the API; the oldest go first
const MAP = "/"; // kept once somebody has opened it: it is too heavy to fetch for nobody
const SENDERS = { outbox: () => linliOutbox.flush(), gates: () => linliPresses.flushAll() };
const GATE = "/gates/phone"; // stands for every gate without signal; kept once somebody has opened one

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("sync", (event) => SENDERS[event.tag] && event.waitUntil(sendOut(SENDERS[event.tag])));
self.addEventListener("message", (event) => event.waitUntil(keepUsed(event.data)));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (request.method === "POST" && pathname === "/report") event.respondWith(sendOrKeep(request));
    else if (request.method === "GET") event.respondWith(page(request, pathname));
  } else if (request.method === "GET" && isShared(pathname)) {
    event.respondWith(pathname.startsWith("/static/vendor/") ? keptFirst(request) : newest(event));
  }
});

async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all([...files.map((file) => cache.add(file)), ...pages.map((path) => keepPage(cache, path))]);
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) if (name.startsWith("linli-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

/** Background sync asks again later as long as this rejects. */
async function sendOut(flush) {
  if (!(await flush())) throw new Error("something waits on");
}

/** Keeps a page as somebody without an account sees it: no cookie goes along, so nothing private can come back. */
async function keepPage(cache, path) {
  const response = await fetch(path + LOOK, { credentials: "omit" });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  await cache.put(path, response);
}

/** Data and files that are the same for everybody; what is private of the API says so itself. */
const isShared = (path) => /^\/(static\/|api\/v1\/|basemap|manifest|report\/compounds\.json)/.test(path);

const mayKeep = (response) =>
  response.status === 200 &&
  response.type === "basic" &&
  !/private|no-store/.test(response.headers.get("Cache-Control") ?? "") &&
  !response.headers.get("Content-Type")?.startsWith("text/event-stream");

/** The address under which an answer is kept: without a moment that was "now" when it was asked. */
function nameOf(address) {
  const url = new URL(address);
  const at = Date.parse(url.searchParams.get("at") ?? "");
  if (Math.abs(Date.now() - at) < 3600_000) url.searchParams.delete("at");
  return url.href;
}

async function keep(address, response) {
  const cache = await caches.open(CACHE);
  await cache.put(nameOf(address), response);
  const data = (await cache.keys()).filter(({ url }) => new URL(url).pathname.startsWith("/api/"));
  for (const old of data.slice(0, Math.max(0, data.length - MOST_KEPT))) await cache.delete(old);
}

const kept = async (address) => (await caches.open(CACHE)).match(nameOf(address), { ignoreVary: true });

/** The network's answer, and a copy kept of it; the kept one where none comes. */
async function newest(event) {
  const { request } = event;
  try {
    const response = await patient(fetch(request), PATIENCE, () => kept(request.url));
    if (mayKeep(response)) event.waitUntil(keep(request.url, response.clone()));
    return response;
  } catch (error) {
    const copy = await kept(request.url);
    if (copy) return marked(copy);
    throw error;
  }
}

/** A kept answer that says so, for pages that tell of which moment their figures are. */
function marked(copy) {
  const headers = new Headers(copy.headers);
  headers.set("Linli-Kept", "1");
  return new Response(copy.body, { status: copy.status, headers });
}

async function keptFirst(request) {
  const copy = await kept(request.url);
  if (copy) return copy;
  const response = await fetch(request);
  if (mayKeep(response)) await keep(request.url, response.clone());
  return response;
}

const waiting = () => kept(new URL("/waiting", self.location).href);

/** A page from the network; without it the kept one, and where there is none, the page that says what waits here. */
async function page(request, path) {
  const name = /^\/(gates\/\d+|gate\/[\w-]{22})$/.test(path) ? GATE : path;
  const copy = () => ([...pages, MAP, GATE].includes(name) ? kept(new URL(name, self.location).href) : null);
  try {
    const response = await patient(fetch(request), PATIENCE, copy);
    if (path === MAP && mayKeep(response)) await keep(new URL(MAP, self.location).href, response.clone());
    return response;
  } catch {
    return (await copy()) ?? (await waiting()) ?? Response.error();
  }
}

/** An answer; rejects after a while if there is something to show in its place. */
async function patient(answer, wait, instead) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(async () => (await instead()) && reject(new Error("no answer in time")), wait);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Sends the form; what does not get through is kept, and the page says so. */
async function sendOrKeep(request) {
  const copy = request.clone();
  try {
    return await patient(fetch(request), SEND_PATIENCE, async () => true);
  } catch {
    const fields = [...(await copy.formData())];
    const names = new Set(fields.map(([name]) => name));
    if (names.has("step") || names.has("voice")) return (await waiting()) ?? Response.error();
    await linliOutbox.keep(fields, addressOf(request.url));
    return Response.redirect("/waiting?kept=1", 303);
  }
}

/** Where a request is sent: in the language it was written in. */
const addressOf = (address) => `${new URL(address).pathname}?lang=${new URLSearchParams(LOOK).get("lang") ?? ""}`;

/**
 * Keeps the files a page has just used (`used`: their addresses), which the browser still has: a first visit is not
 * yet the worker's to watch. Pages of the shell that grew old are fetched anew.
 */
async function keepUsed({ used = [] }) {
  const cache = await caches.open(CACHE);
  for (const address of used) {
    const { origin, pathname } = new URL(address);
    const name = pathname === MAP ? origin + MAP : address;
    if (origin !== self.location.origin || !(isShared(pathname) || pathname === MAP) || (await kept(name))) continue;
    const response = await fetch(address, { cache: "force-cache" }).catch(() => null);
    if (response && mayKeep(response)) await keep(name, response);
  }
  const asksGate = used.some((address) => new URL(address).pathname === GATE);
  for (const path of asksGate ? [...pages, GATE] : pages) {
    const held = await cache.match(path, { ignoreVary: true });
    const isOld = Date.now() - Date.parse(held?.headers.get("Date") ?? "") > STALE;
    if (!held || isOld) await keepPage(cache, path).catch(() => null);
  }
}
