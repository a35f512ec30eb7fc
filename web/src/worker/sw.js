// The worker below /field: it keeps the program of the field's pages, so that they open without a network. Nothing of the API
// passes through it. The list of files and the version are written here by scripts/precache.ts when the pages are built.
const VERSION = "__VERSION__";
const FILES = ["__FILES__"];

const PREFIX = "field-";
const NAME = PREFIX + VERSION;
/** The page itself, whatever the address below /field. */
const PAGE = "/field";

/** All or nothing: a version that is not whole is not installed, and the one before goes on. */
self.addEventListener("install", (event) => {
  const fresh = FILES.map((path) => new Request(path, { cache: "reload" }));
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(fresh))
      .then(() => self.skipWaiting()),
  );
});

/** The version before stays until the next one: a page that is open may still ask for its parts. */
self.addEventListener("activate", (event) => {
  const tidy = caches.keys().then((names) => {
    const old = names.filter((name) => name.startsWith(PREFIX) && name !== NAME);
    return Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
  });
  event.waitUntil(tidy.then(() => self.clients.claim()));
});

async function kept(request) {
  const cache = await caches.open(NAME);
  return (await cache.match(request)) ?? (await caches.match(request)) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    // The page and its parts are always of one version.
    if (pathname === PAGE || pathname.startsWith(`${PAGE}/`)) event.respondWith(kept(PAGE));
    return;
  }
  if (pathname.startsWith("/assets/") || FILES.includes(pathname)) event.respondWith(kept(request));
});
