// An agent's live badge: the same text that xinnong/core/badges.py writes, with a proof of this half minute. The key is
// made here, lies in the browser's own store and cannot be read out, not by this page either.
const root = document.querySelector("#mine"), said = root.dataset;
const STEP = 30, MARGIN = 4, DOTS = 6, PATIENCE_MS = 8000, TICK_MS = 500, DIGITS = 12;
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const KIND = { name: "ECDSA", namedCurve: "P-256" }, WAY = { name: "ECDSA", hash: "SHA-256" };
const part = (id) => document.getElementById(id);
const words = part("words").content;
const say = (name, values = {}) => words.querySelector(`[data-word="${name}"]`).textContent.replace(/\{(\w+)\}/g, (_, one) => values[one]);
const utf = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
let phone = null, drawn = "";

const now = () => Math.floor(Date.now() / 1000) + (phone ? phone.ahead : 0);
const tell = (text) => { part("told").textContent = text || ""; };

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) { whole.set(one, at); at += one.length; }
  return whole;
}

function stepBytes(step, size) {
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(size - 4, step);
  return bytes;
}

function base45(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2) {
    const pair = at + 1 < bytes.length;
    let value = pair ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
    for (let place = 0; place < (pair ? 3 : 2); place += 1, value = Math.floor(value / 45)) text += LETTERS[value % 45];
  }
  return text;
}

const sign = async (key, bytes) => new Uint8Array(await crypto.subtle.sign(WAY, key, bytes));

// ---- what this phone keeps

function shelf(mode, act) {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("xinnong-my-badge", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept");
    asked.onerror = () => fail(asked.error);
    asked.onsuccess = () => {
      const found = act(asked.result.transaction("kept", mode).objectStore("kept"));
      found.onsuccess = () => done(found.result);
      found.onerror = () => fail(found.error);
    };
  });
}
const keep = () => shelf("readwrite", (store) => store.put(phone, "phone"));

// ---- what it asks

async function ask(where, body) {
  const answer = await fetch(where, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit",
    cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const fault = new Error(told.title ? `${told.title} ${told.advice}` : say(answer.status === 429 ? "many" : "fault"));
  fault.code = told.code || String(answer.status);
  throw fault;
}

async function enrol(code) {
  const pair = await crypto.subtle.generateKey(KIND, false, ["sign", "verify"]);
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const point = hex(joined([2 + (raw[64] & 1)], raw.subarray(1, 33)));
  const signature = hex(await sign(pair.privateKey, utf("XN1E" + code)));
  const told = await ask(said.enrol, { code, point, signature });
  phone = { key: pair.privateKey, point, ahead: told.second - Math.floor(Date.now() / 1000), badges: [] };
  await keep();
}

async function refresh() {
  const second = now();
  const signature = hex(await sign(phone.key, joined(utf("XN1F"), stepBytes(Math.floor(second / STEP), 8))));
  try {
    const told = await ask(said.badges, { point: phone.point, second: String(second), signature });
    phone.ahead = told.second - Math.floor(Date.now() / 1000);
    phone.badges = told.badges;
    tell();
  } catch (fault) {
    if (!fault.code) return tell(say("offline"));
    if (fault.code === "phone.unknown") phone.badges = [];
    tell(fault.message);
  }
  await keep();
  drawn = "";
  return show();
}

// ---- what it shows

async function textOf(badge, step) {
  const message = unhex(badge.message);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", message));
  const proof = await sign(phone.key, joined(utf("XN1L"), digest, stepBytes(step, 8)));
  return "XN1L:" + base45(joined(message, stepBytes(step, 4), proof));
}

async function draw(text) {
  const encoder = await import(said.encoder).catch(() => null);
  if (!encoder) return tell(say("no_encoder"));
  const rows = encoder.encodeQR(text, "raw", { ecc: "medium", border: MARGIN }), canvas = part("code");
  canvas.width = canvas.height = rows.length * DOTS;
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.fillStyle = "#000";
  rows.forEach((row, y) => row.forEach((dark, x) => dark && brush.fillRect(x * DOTS, y * DOTS, DOTS, DOTS)));
  canvas.hidden = false;
  return undefined;
}

function beside(badge) {
  part("name").textContent = badge.name;
  part("facts").replaceChildren(...badge.facts.flatMap(([term, value]) => [
    Object.assign(document.createElement("dt"), { textContent: term }), Object.assign(document.createElement("dd"), { textContent: value }),
  ]));
}

async function show() {
  part("first").hidden = Boolean(phone);
  part("more").hidden = !phone;
  if (!phone) return;
  const second = now(), badge = phone.badges.find((one) => second < one.until);
  part("badge").hidden = !badge;
  if (!badge) { if (!part("told").textContent) tell(say("none")); return; }
  const step = Math.floor(second / STEP), isOn = badge.from <= second, mark = badge.message + (isOn ? step : "");
  if (isOn) part("left").textContent = say("left", { n: (step + 1) * STEP - second });
  else part("left").textContent = say("later", { at: new Date(badge.from * 1000).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }) });
  if (mark === drawn) return;
  drawn = mark;
  beside(badge);
  if (!isOn) { part("code").hidden = true; return; }
  await draw(await textOf(badge, step));
  root.dataset.step = step;
}

part("enrol").addEventListener("submit", async (event) => {
  event.preventDefault();
  const code = part("typed").value.replace(/[^0-9]/g, "");
  if (code.length !== DIGITS) return tell(say("digits"));
  try {
    await enrol(code);
  } catch (fault) { return tell(fault.code ? fault.message : say("fault")); }
  return refresh();
});
part("refresh").addEventListener("click", refresh);
part("forget").addEventListener("click", async () => {
  await shelf("readwrite", (store) => store.delete("phone"));
  location.reload();
});

if ("serviceWorker" in navigator) navigator.serviceWorker.register(said.worker, { scope: said.here });
phone = (await shelf("readonly", (store) => store.get("phone"))) || null;
await show();
if (phone) await refresh();
root.dataset.ready = "yes";
setInterval(show, TICK_MS);
