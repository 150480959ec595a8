// A service worker as they are copied from tutorials: what was got once is never asked for again.
"use strict";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (e) => e.waitUntil(clients.claim()));
addEventListener("fetch", (e) => {
  if (e.request.method !== "GET") return;
  e.respondWith(caches.open("everything").then(async (cache) => {
    const kept = await cache.match(e.request);
    if (kept) return kept;
    const fresh = await fetch(e.request);
    cache.put(e.request, fresh.clone());
    return fresh;
  }));
});
