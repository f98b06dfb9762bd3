"use strict";
// The officer's tablet at the farmhouse. Everything that is kept here is sealed (AES-GCM) under a key
// made of a passphrase that is never stored; the states of pieces alone are in the clear.
(function () {
  const STORE = "kept", VAULT = "vault", LIST = "list", PIECE = "piece:";
  const ROUNDS = 600000, WIDEST = 1600, LEAST_SIGNATURE = 12, TRY_EVERY = 20000;
  const page = document.getElementById("visit");
  const said = page.dataset;
  const part = function (name) { return document.getElementById(name); };
  let key = null, taken = null, stop = null, strokes = 0;

  // ------------------------------------------------------------- the drawer, and what is sealed
  const opened = new Promise(function (resolve, reject) {
    const asked = indexedDB.open("xinnong-visit", 1);
    asked.onupgradeneeded = function () { asked.result.createObjectStore(STORE, { keyPath: "id" }); };
    asked.onsuccess = function () { resolve(asked.result); };
    asked.onerror = function () { reject(asked.error); };
  });
  async function drawer(mode, act) {
    const store = (await opened).transaction(STORE, mode).objectStore(STORE);
    const asked = act(store);
    return new Promise(function (resolve, reject) {
      asked.onsuccess = function () { resolve(asked.result); };
      asked.onerror = function () { reject(asked.error); };
    });
  }
  const look = function (id) { return drawer("readonly", function (s) { return s.get(id); }); };
  const keep = function (row) { return drawer("readwrite", function (s) { return s.put(row); }); };
  const forget = function (id) { return drawer("readwrite", function (s) { return s.delete(id); }); };
  async function pieces() {
    const rows = await drawer("readonly", function (s) { return s.getAll(); });
    return rows.filter(function (row) { return row.id.startsWith(PIECE); });
  }
  async function seal(what) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(JSON.stringify(what));
    return { iv: iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv: iv }, key, bytes) };
  }
  async function unseal(row) {
    const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, key, row.data);
    return JSON.parse(new TextDecoder().decode(bytes));
  }
  async function keyOf(words, salt) {
    const raw = await crypto.subtle.importKey("raw", new TextEncoder().encode(words), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  // ------------------------------------------------------------- saying things
  function tell(text) { part("told").textContent = text || ""; }
  function made(tag, text, name) {
    const one = document.createElement(tag);
    if (text) one.textContent = text;
    if (name) one.className = name;
    return one;
  }
  function facts(pairs) {
    const list = made("dl", "", "keys");
    pairs.forEach(function (pair) {
      const row = made("div");
      row.append(made("dt", pair[0]), made("dd", pair[1]));
      list.append(row);
    });
    return list;
  }
  function show(name) {
    ["lock", "day", "stop"].forEach(function (each) { part(each).hidden = each !== name; });
    part("outbox").hidden = name === "lock";
    part("told").focus();
  }
  function network(reached) { part("network").textContent = reached ? said.online : said.offline; }

  // ------------------------------------------------------------- opening
  async function unlock(event) {
    event.preventDefault();
    const field = part("words"), vault = await look(VAULT);
    part("open").disabled = true;
    tell(said.opening);
    try {
      if (vault) {
        key = await keyOf(field.value, vault.salt);
        await unseal(vault);
      } else {
        const salt = crypto.getRandomValues(new Uint8Array(16));
        key = await keyOf(field.value, salt);
        await keep(Object.assign({ id: VAULT, salt: salt, owner: "" }, await seal("open")));
      }
    } catch (_wrong) {
      key = null;
      tell(said.wrong);
      return;
    } finally {
      field.value = "";
      part("open").disabled = false;
    }
    tell("");
    await day();
    send();
  }
  async function day() {
    const row = await look(LIST);
    taken = null;
    if (row && new Date(row.until) < new Date()) {
      await forget(LIST);
      tell(said.expired);
    } else if (row) taken = await unseal(row);
    stop = null;
    const list = part("stops");
    list.replaceChildren();
    (taken ? taken.stops : []).forEach(function (each) {
      const button = made("button", each.name, "quiet"), item = made("li");
      button.type = "button";
      button.addEventListener("click", function () { visit(each); });
      item.append(button, made("span", each.place + " · " + each.line));
      list.append(item);
    });
    part("nobody").hidden = Boolean(taken && taken.stops.length);
    part("until").textContent = taken ? said.until + " " + new Date(row.until).toLocaleString(document.documentElement.lang) : "";
    show("day");
    await outbox();
  }
  async function take() {
    tell(said.taking);
    let answer;
    try {
      answer = await fetch(said.list, { redirect: "manual" });
    } catch (_offline) {
      network(false);
      return tell(said.offline);
    }
    network(true);
    if (!answer.ok) return tell(said.signin);
    const list = await answer.json(), vault = await look(VAULT), waiting = await pieces();
    if (vault.owner && vault.owner !== list.owner && waiting.some(function (row) { return row.state !== "sent"; })) return tell(said.other);
    await keep(Object.assign(vault, { owner: list.owner }));
    for (const row of waiting) if (row.state === "sent") await forget(row.id);
    await keep(Object.assign({ id: LIST, until: list.good_until }, await seal(list)));
    tell(said.taken);
    await day();
  }

  // ------------------------------------------------------------- one visit
  async function visit(each) {
    stop = each;
    part("who").textContent = each.name;
    part("where").textContent = each.place + " · " + each.line;
    options("investigation_subject", each.applications.map(function (a) { return [a.ref, a.title]; }));
    options("signing_subject", each.contracts.map(function (c) { return [c.ref, c.title]; }));
    options("wish_offer", taken.offers.map(function (o) { return [o.ref, o.title]; }));
    part("investigation").hidden = !each.applications.length;
    part("signing").hidden = !each.contracts.length;
    part("seen").replaceChildren();
    each.applications.forEach(function (a) { part("seen").append(made("h3", a.title), facts(a.facts)); });
    terms();
    offer();
    show("stop");
    for (const kind of ["investigation", "wish", "signing"]) await restore(kind);
  }
  function options(id, pairs) {
    part(id).replaceChildren.apply(part(id), pairs.map(function (pair) { return new Option(pair[1], pair[0]); }));
  }
  function terms() {
    const chosen = stop.contracts.find(function (c) { return c.ref === part("signing_subject").value; });
    part("terms").replaceChildren();
    if (chosen) part("terms").append(facts(chosen.facts));
    wipe();
  }
  function offer() {
    const chosen = taken.offers.find(function (o) { return o.ref === part("wish_offer").value; });
    if (!chosen) return;
    options("wish_method", chosen.methods);
    part("bounds").textContent = chosen.says + " " + chosen.bounds;
    part("produces").replaceChildren();
    chosen.produces.forEach(function (pair) {
      const label = made("label", "", "choice"), box = made("input");
      box.type = "checkbox";
      box.name = "produces";
      box.value = pair[0];
      label.append(box, " " + pair[1]);
      part("produces").append(label);
    });
  }
  function subject(kind) { return kind === "wish" ? stop.person : part(kind + "_subject").value; }

  // ------------------------------------------------------------- drafts: kept while they are typed
  function typed(form) {
    return Array.from(new FormData(form)).filter(function (pair) { return typeof pair[1] === "string"; });
  }
  async function draftOf(kind) {
    for (const row of await pieces()) {
      if (row.state !== "draft") continue;
      const piece = await unseal(row);
      if (piece.kind === kind && piece.person === stop.person) return piece;
    }
    return null;
  }
  const writing = {};
  function save(kind) {
    writing[kind] = (writing[kind] || Promise.resolve()).then(function () { return saveNow(kind, "draft"); });
    return writing[kind];
  }
  async function saveNow(kind, state) {
    const form = part(kind), before = await draftOf(kind);
    const piece = before || { kind: kind, key: crypto.randomUUID(), person: stop.person, name: stop.name, files: {} };
    piece.owner = (await look(VAULT)).owner;
    piece.title = form.dataset.title;
    piece.subject = subject(kind);
    piece.fields = typed(form);
    for (const input of form.querySelectorAll("input[type=file]")) {
      if (input.files.length) piece.files[input.name] = await picture(input.files[0]);
    }
    if (kind === "signing" && strokes >= LEAST_SIGNATURE) piece.files.scan_sha256 = part("signature").toDataURL("image/png");
    await keep(Object.assign({ id: PIECE + piece.key, state: state, at: new Date().toISOString(), says: "" }, await seal(piece)));
    return piece;
  }
  async function restore(kind) {
    const form = part(kind), piece = await draftOf(kind);
    form.reset();
    if (!piece) return;
    piece.fields.forEach(function (pair) {
      const field = form.elements[pair[0]];
      if (field && field.type === "checkbox") field.checked = true;
      else if (field && "value" in field) field.value = pair[1];
    });
    for (const input of form.querySelectorAll("input[type=file]")) {
      input.required = !piece.files[input.name];
      input.closest(".field").querySelector(".note").textContent = input.required ? said.picture : said.kept;
    }
  }
  async function picture(file) {
    const drawn = await createImageBitmap(file), scale = Math.min(1, WIDEST / Math.max(drawn.width, drawn.height));
    const canvas = made("canvas");
    canvas.width = Math.round(drawn.width * scale);
    canvas.height = Math.round(drawn.height * scale);
    canvas.getContext("2d").drawImage(drawn, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", 0.85);
  }
  async function finish(event) {
    event.preventDefault();
    const kind = event.target.id;
    if (kind === "signing" && strokes < LEAST_SIGNATURE) return tell(said.unsigned);
    await writing[kind];
    try {
      await saveNow(kind, "here");
    } catch (_notPicture) { return tell(said.notPicture); }
    event.target.reset();
    await day();
    tell(said.here);
    send();
  }

  // ------------------------------------------------------------- the way home
  function bytes(address) {
    const text = atob(address.slice(address.indexOf(",") + 1));
    return Uint8Array.from(text, function (letter) { return letter.charCodeAt(0); });
  }
  async function sum(address) {
    const digest = await crypto.subtle.digest("SHA-256", bytes(address));
    return Array.from(new Uint8Array(digest), function (one) { return one.toString(16).padStart(2, "0"); }).join("");
  }
  async function packed(piece, at) {
    const body = new FormData();
    piece.fields.forEach(function (pair) { body.append(pair[0], pair[1]); });
    body.set("kind", piece.kind);
    body.set("key", piece.key);
    body.set("owner", piece.owner);
    body.set("subject", piece.subject);
    if (piece.kind === "investigation") body.set("visited_on", at.slice(0, 10));
    if (piece.kind === "signing") body.set("photo", await sum(piece.files.picture));
    for (const name of ["photo", "scan_sha256"]) {
      if (piece.files[name]) body.set(name, new Blob([bytes(piece.files[name])]), name);
    }
    return body;
  }
  function csrf() {
    const found = document.cookie.split("; ").find(function (each) { return each.startsWith("csrftoken="); });
    return found ? found.slice(10) : "";
  }
  async function sendOne(row) {
    const piece = await unseal(row);
    let answer;
    try {
      answer = await fetch(said.sync, { method: "POST", body: await packed(piece, localDay(row.at)), redirect: "manual", headers: { "X-CSRFToken": csrf() } });
    } catch (_offline) {
      network(false);
      return said.offline;
    }
    network(true);
    if (answer.status === 200) await keep(Object.assign(row, { state: "sent", says: "" }));
    else if (answer.status === 422) {
      const refused = await answer.json();
      await keep(Object.assign(row, { state: "look", says: refused.says + " " + refused.advice }));
    } else return answer.type === "opaqueredirect" || answer.status === 403 ? said.signin : said.later;
    return "";
  }
  function localDay(at) {
    const then = new Date(at);
    return new Date(then - then.getTimezoneOffset() * 60000).toISOString();
  }
  async function send() {
    if (!key) return;
    await navigator.locks.request("xinnong-visit", async function () {
      for (const row of await pieces()) {
        if (row.state !== "here") continue;
        const trouble = await sendOne(row);
        await outbox();
        if (trouble) return tell(trouble);
      }
    });
  }
  async function outbox() {
    const rows = await pieces(), body = part("pieces");
    body.replaceChildren();
    rows.sort(function (a, b) { return a.at < b.at ? 1 : -1; });
    for (const row of rows) {
      const piece = await unseal(row), item = made("li");
      item.append(made("strong", piece.name + " · " + piece.title), " ", made("span", said[row.state], "badge " + { here: "warn", sent: "good", look: "bad", draft: "plain" }[row.state]));
      if (row.says) item.append(made("p", row.says));
      if (row.state === "look") item.append(action(said.again, function () { return again(row); }));
      if (row.state === "sent" || row.state === "look") item.append(action(said.drop, function () { return drop(row); }));
      Object.entries(piece.files).forEach(function (pair) { if (row.state === "sent") item.append(download(pair)); });
      body.append(item);
    }
    part("empty").hidden = rows.length > 0;
  }
  function action(text, act) {
    const button = made("button", text, "quiet");
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }
  function download(pair) {
    const link = made("a", said.save, "button quiet");
    link.href = URL.createObjectURL(new Blob([bytes(pair[1])]));
    link.download = pair[0] === "scan_sha256" ? "signature.png" : "picture.jpg";
    return link;
  }
  async function again(row) {
    await keep(Object.assign(row, { state: "here", says: "" }));
    await outbox();
    send();
  }
  async function drop(row) {
    if (row.state === "look" && !window.confirm(said.sure)) return;
    await forget(row.id);
    await outbox();
  }

  // ------------------------------------------------------------- the signature
  const board = part("signature"), pen = board.getContext("2d");
  function wipe() {
    strokes = 0;
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, board.width, board.height);
  }
  function at(event) {
    const box = board.getBoundingClientRect();
    return [(event.clientX - box.left) * board.width / box.width, (event.clientY - box.top) * board.height / box.height];
  }
  board.addEventListener("pointerdown", function (event) {
    board.setPointerCapture(event.pointerId);
    pen.lineWidth = 4;
    pen.lineCap = "round";
    pen.beginPath();
    pen.moveTo.apply(pen, at(event));
  });
  board.addEventListener("pointermove", function (event) {
    if (!event.buttons) return;
    pen.lineTo.apply(pen, at(event));
    pen.stroke();
    strokes += 1;
  });

  // ------------------------------------------------------------- beginning
  part("lock-form").addEventListener("submit", unlock);
  part("take").addEventListener("click", take);
  part("send").addEventListener("click", send);
  part("back").addEventListener("click", day);
  part("wipe").addEventListener("click", wipe);
  part("signing_subject").addEventListener("change", terms);
  part("wish_offer").addEventListener("change", offer);
  ["investigation", "wish", "signing"].forEach(function (kind) {
    part(kind).addEventListener("submit", finish);
    part(kind).addEventListener("change", function () { save(kind).catch(function () { tell(said.notPicture); }); });
  });
  // A device often says that it has network where it has none; trying now and then is what tells.
  window.addEventListener("online", send);
  window.addEventListener("offline", function () { network(false); });
  window.setInterval(send, TRY_EVERY);
  network(navigator.onLine);
  look(VAULT).then(function (vault) { part("first").hidden = Boolean(vault); });
  if (navigator.serviceWorker) navigator.serviceWorker.register(said.worker, { scope: said.scope });
})();
