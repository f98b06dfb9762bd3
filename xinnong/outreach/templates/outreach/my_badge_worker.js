{% load static %}"use strict";
// Keeps the page of an agent's live badge and what it is made of. Nobody's data.
const KEPT = "xinnong-my-badge";
const FILES = ["{% url 'outreach:my_badge' %}", "{% static 'web/xinnong.css' %}", "{% static 'web/xinnong.js' %}", "{% static 'outreach/my_badge.js' %}", "{% static 'web/icon.svg' %}"];
const ENCODER = ["{% url 'web:offline_decoder' 'index.js' %}"];

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(KEPT).then(async function (kept) {
    await kept.addAll(FILES);
    await Promise.all(ENCODER.map(function (one) { return kept.add(one).catch(function () { return undefined; }); }));
    return self.skipWaiting();
  }));
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
  if (event.request.method === "GET" && [...FILES, ...ENCODER].includes(new URL(event.request.url).pathname)) event.respondWith(fresh(event.request));
});
