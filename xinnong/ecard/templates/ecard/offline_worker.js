{% load static %}"use strict";
// Keeps the page of codes without network and what it is made of. Nobody's data.
const KEPT = "xinnong-ecard";
const FILES = ["{% url 'ecard:offline' %}", "{% static 'web/xinnong.css' %}", "{% static 'ecard/offline.js' %}", "{% static 'web/icon.svg' %}"];

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(KEPT).then(function (kept) { return kept.addAll(FILES); }).then(function () { return self.skipWaiting(); }));
});
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

async function fresh(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await kept.put(request, answer.clone());
    return answer;
  } catch (_offline) {
    return (await kept.match(request, { ignoreSearch: true, ignoreVary: true })) || Response.error();
  }
}

self.addEventListener("fetch", function (event) {
  if (event.request.method === "GET" && FILES.includes(new URL(event.request.url).pathname)) event.respondWith(fresh(event.request));
});
