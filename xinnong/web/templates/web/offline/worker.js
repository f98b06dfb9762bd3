{% load static %}"use strict";
// Keeps the cadre's page for badges and what it is made of, so that it opens without network. Nobody's data.
const KEPT = "xinnong-check";
const PATIENCE_MS = 3000;
const FILES = ["{% url 'web:offline_check' %}", "{% static 'web/xinnong.css' %}", "{% static 'web/xinnong.js' %}", "{% static 'web/offline/check.css' %}", "{% static 'web/offline/check.js' %}", "{% static 'web/offline/badge.js' %}", "{% static 'web/icon.svg' %}"];
const DECODER = ["{% url 'web:offline_decoder' 'decode.js' %}", "{% url 'web:offline_decoder' 'index.js' %}"];

self.addEventListener("install", function (event) {
  event.waitUntil(caches.open(KEPT).then(async function (kept) {
    await kept.addAll(FILES);
    await Promise.all(DECODER.map(function (one) { return kept.add(one).catch(function () { return undefined; }); }));
    return self.skipWaiting();
  }));
});
self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });

// Newest first; but where the network is slow as where there is none, what is kept answers.
async function fresh(request) {
  const kept = await caches.open(KEPT);
  const asked = fetch(request).then(async function (answer) {
    if (answer.ok && !answer.redirected) await kept.put(request, answer.clone());
    return answer;
  });
  const late = new Promise(function (_, fail) { setTimeout(fail, PATIENCE_MS); });
  try {
    return await Promise.race([asked, late]);
  } catch (_slow) {
    return (await kept.match(request, { ignoreSearch: true, ignoreVary: true })) || asked.catch(function () { return Response.error(); });
  }
}

self.addEventListener("fetch", function (event) {
  if (event.request.method === "GET" && [...FILES, ...DECODER].includes(new URL(event.request.url).pathname)) event.respondWith(fresh(event.request));
});
