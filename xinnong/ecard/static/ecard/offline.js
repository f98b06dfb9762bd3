"use strict";
// Codes of a phone without network: the same digits that xinnong/core/dynamic_codes.py makes. The key
// lies in the browser's own store and cannot be read out again, not by this page either.
(function () {
  const STORE = "kept", ID = "phone";
  const box = document.getElementById("phone");
  const said = box.dataset;
  const part = function (id) { return document.getElementById(id); };

  const opened = new Promise(function (resolve, reject) {
    const asked = indexedDB.open("xinnong-ecard", 1);
    asked.onupgradeneeded = function () { asked.result.createObjectStore(STORE, { keyPath: "id" }); };
    asked.onsuccess = function () { resolve(asked.result); };
    asked.onerror = function () { reject(asked.error); };
  });
  async function drawer(mode, act) {
    const asked = act((await opened).transaction(STORE, mode).objectStore(STORE));
    return new Promise(function (resolve, reject) {
      asked.onsuccess = function () { resolve(asked.result); };
      asked.onerror = function () { reject(asked.error); };
    });
  }

  async function take() {
    const raw = Uint8Array.from(said.key.match(/../g), function (pair) { return parseInt(pair, 16); });
    const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const row = { id: ID, handle: said.handle, step: Number(said.step), key: key };
    await drawer("readwrite", function (store) { return store.put(row); });
    location.replace(said.here);
  }

  async function codeOf(phone, step) {
    const text = new TextEncoder().encode(phone.handle + "|" + step);
    const mac = new DataView(await crypto.subtle.sign("HMAC", phone.key, text)).getBigUint64(0);
    const ten = String(mac % 10000000000n).padStart(10, "0");
    const body = said.starts + phone.handle + String(step % 100).padStart(2, "0") + ten;
    return body + String(98n - (BigInt(body) * 100n) % 97n).padStart(2, "0");
  }

  let shown = -1;
  async function tick(phone) {
    const now = Math.floor(Date.now() / 1000), step = Math.floor(now / phone.step);
    if (step !== shown) {
      shown = step;
      part("digits").textContent = (await codeOf(phone, step)).match(/.{4}/g).join(" ");
    }
    part("left").textContent = said.left.replace("{n}", (step + 1) * phone.step - now);
  }

  async function start() {
    if (said.key) return take();
    const phone = await drawer("readonly", function (store) { return store.get(ID); });
    if (!phone) return;
    if ("serviceWorker" in navigator) navigator.serviceWorker.register(said.worker, { scope: said.here });
    box.hidden = false;
    part("forget").addEventListener("click", async function () {
      await drawer("readwrite", function (store) { return store.delete(ID); });
      location.reload();
    });
    await tick(phone);
    setInterval(tick, 500, phone);
  }
  start();
})();
