// The cadre's page for badges: keeps the county's bundle, reads a code from a picture, the camera or typed, and answers.
const root = document.querySelector("#check");
const { anchorsOf, checkOffline, readBundle, taken } = await import(root.dataset.rules);
const SMALLEST = 480, LARGEST = 1280, LARGER = 2, LOOK_MS = 250, PATIENCE_MS = 8000, MOST_BUNDLE = 512 * 1024, MOST_PICTURE = 30e6;
const VILLAGE = "xinnong-check-village";
const part = (name) => document.querySelector("#" + name);
const words = document.querySelector("#words").content;
const say = (name, values = {}) => (words.querySelector(`[data-word="${name}"]`) || words.querySelector('[data-word="fault"]')).textContent
  .replace(/\{(\w+)\}/g, (_, one) => values[one]);
const anchors = anchorsOf(root.dataset.keys);
let held = null, camera = null;

const now = () => Math.floor(Date.now() / 1000);

function tell(name, values) {
  part("told").textContent = name ? say(name, values) : "";
  part("told").classList.toggle("good", name === "taken");
}

function age(seconds) {
  if (seconds < 2 * 3600) return say("minutes", { n: Math.floor(seconds / 60) });
  return seconds < 48 * 3600 ? say("hours", { n: Math.floor(seconds / 3600) }) : say("days", { n: Math.floor(seconds / 86400) });
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleString(document.documentElement.lang === "en" ? "en-GB" : "zh-CN", {
  timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit",
});

// ---- the bundle on this phone

function shelf(mode) {
  return new Promise((done, fail) => {
    const asked = indexedDB.open("xinnong-check", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("kept");
    asked.onerror = () => fail(asked.error);
    asked.onsuccess = () => done(asked.result.transaction("kept", mode).objectStore("kept"));
  });
}

async function kept() {
  const store = await shelf("readonly");
  return new Promise((done, fail) => {
    const asked = store.get("bundle");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
}

async function take(data, word = "taken") {
  const offered = await readBundle(data, anchors);
  const unfit = typeof offered === "string" ? offered : taken(offered, held);
  if (unfit) return tell(unfit);
  (await shelf("readwrite")).put(data, "bundle");
  held = offered;
  show();
  tell(word);
}

function show() {
  part("age").textContent = held ? say("as_of", { at: clock(held.asOf), age: age(Math.max(0, now() - held.asOf)) }) : say("none");
  const chosen = localStorage.getItem(VILLAGE), list = part("village");
  if (!held) return;
  list.replaceChildren(new Option(say("choose"), ""), ...held.names.map(([code, name]) => new Option(name, code)));
  list.value = held.names.some(([code]) => code === chosen) ? chosen : "";
}

async function fetched() {
  try {
    const answer = await fetch(root.dataset.bundle, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 404) return tell("not_here");
    if (!answer.ok) return tell("offline");
    return await take(new Uint8Array(await answer.arrayBuffer()));
  } catch (_offline) { return tell("offline"); }
}

// ---- a code from pixels

let decoder = null;
async function decode(source, width, height) {
  if (window.BarcodeDetector) {
    const found = await new BarcodeDetector({ formats: ["qr_code"] }).detect(source).catch(() => []);
    if (found.length) return found[0].rawValue;
  }
  decoder = decoder || import(root.dataset.decoder).catch(() => null);
  const reader = await decoder;
  if (!reader) return undefined;
  for (const side of [LARGEST, SMALLEST]) {
    const scale = Math.min(LARGER, side / Math.max(width, height));
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    const board = canvas.getContext("2d", { willReadFrequently: true });
    board.drawImage(source, 0, 0, canvas.width, canvas.height);
    try { return reader.decodeQR(board.getImageData(0, 0, canvas.width, canvas.height)); } catch (_nothing) { /* smaller */ }
  }
  return null;
}

async function pictured(file) {
  if (file.size > MOST_PICTURE) return tell("no_picture");
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return tell("no_picture");
  const found = await decode(picture, picture.width, picture.height);
  return found ? answer(found) : tell(found === undefined ? "no_decoder" : "no_code");
}

async function look() {
  if (camera) return close();
  try {
    camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (_refused) { return tell("no_camera"); }
  const view = part("view");
  view.srcObject = camera;
  view.hidden = false;
  part("look").textContent = say("close");
  await view.play();
  while (camera) {
    const found = view.videoWidth ? await decode(view, view.videoWidth, view.videoHeight) : null;
    if (found === undefined) { close(); return tell("no_decoder"); }
    if (found) { close(); return answer(found); }
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  return undefined;
}

function close() {
  if (camera) camera.getTracks().forEach((track) => track.stop());
  camera = null;
  part("view").hidden = true;
  part("look").textContent = say("open");
}

// ---- the answer

async function answer(text) {
  tell("");
  if (!held) return tell("none");
  const village = part("village").value;
  if (!village) { part("village").focus(); return tell("choose"); }
  performance.mark("xinnong-asked");
  const found = await checkOffline(text, held, village, now());
  draw(found);
  performance.measure("xinnong-check", "xinnong-asked");
  return undefined;
}

function draw(found) {
  const box = part("answer");
  box.className = "answer " + found.colour;
  box.hidden = false;
  part("colour").textContent = say(found.colour);
  part("reason").textContent = say(found.reason || "good", { call: held.call, age: age(found.age) });
  part("advice").textContent = say(found.colour + "_advice", { call: held.call });
  const badge = found.badge, said = [];
  if (badge && found.colour !== "red") {
    said.push(["name", badge.name], ["team", found.team ? found.team[2] : badge.team], ["number", badge.number]);
    if (found.activity) said.push(["hours_of", clock(found.activity[2]) + " – " + clock(found.activity[3])]);
  }
  part("facts").replaceChildren(...said.flatMap(([name, value]) => {
    const term = document.createElement("dt"), told = document.createElement("dd");
    term.textContent = say(name);
    told.textContent = value;
    return [term, told];
  }));
  part("data").textContent = age(found.age);
  box.focus();
}

// ---- begin

function listen() {
  part("refresh").addEventListener("click", fetched);
  part("look").addEventListener("click", look);
  part("village").addEventListener("change", (event) => { localStorage.setItem(VILLAGE, event.target.value); part("answer").hidden = true; });
  part("picture").addEventListener("change", (event) => { if (event.target.files[0]) pictured(event.target.files[0]); event.target.value = ""; });
  part("file").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (file) await (file.size > MOST_BUNDLE ? tell("too_large") : take(new Uint8Array(await file.arrayBuffer())));
    event.target.value = "";
  });
  part("typed").addEventListener("submit", (event) => { event.preventDefault(); answer(part("text").value); });
  window.addEventListener("pagehide", close);
  part("look").hidden = !navigator.mediaDevices;
}

async function begin() {
  if (!window.crypto || !crypto.subtle) return tell("insecure");
  if (navigator.serviceWorker) navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
  listen();
  const data = await kept().catch(() => null);
  const found = data ? await readBundle(data, anchors) : null;
  if (found && typeof found !== "string") held = found;
  show();
  if (!anchors.size) tell("no_keys");
  else await fetched();
  root.dataset.ready = "yes";
  return undefined;
}

await begin();
