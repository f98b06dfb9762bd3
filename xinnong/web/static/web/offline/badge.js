// Badges and the county's bundle, checked on the phone: the same rules as xinnong/core/county_check.py, held
// together by one table of cases. Nothing here throws at a reader: what is not exactly right is null.
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const ES256 = -7, EDDSA = -8, ED25519 = -19, SM2 = -70001;
const HOUR = 3600, DAY = 86400, STEP = 30, CLOCK = 600, DAYS = 7;
const MOST_LETTERS = 1200, MOST_BUNDLE = 512 * 1024, MOST_STATUS = 128 * 1024, MOST_MESSAGE = 64 * 1024, MOST_DEPTH = 8;
const PURPOSE = new TextEncoder().encode("xinnong county bundle 1");
const AMBER = ["stale", "too_old", "clock", "ask"];
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

// ---- base45 and CBOR

export function base45(text) {
  if (text.length % 3 === 1) return null;
  const out = new Uint8Array(2 * Math.floor(text.length / 3) + (text.length % 3 ? 1 : 0));
  let at = 0;
  for (let i = 0; i < text.length; i += 3) {
    const part = text.slice(i, i + 3);
    let value = 0;
    for (let k = part.length - 1; k >= 0; k -= 1) {
      const place = LETTERS.indexOf(part[k]);
      if (place < 0) return null;
      value = value * 45 + place;
    }
    if (value > (part.length === 3 ? 0xffff : 0xff)) return null;
    if (part.length === 3) out[at++] = value >> 8;
    out[at++] = value & 0xff;
  }
  return out;
}

class Odd extends Error {}

// Deterministic CBOR of whole numbers, bytes, texts, lists and maps with numbers as keys; all else is odd.
class Reader {
  constructor(bytes) { this.bytes = bytes; this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length); this.at = 0; }

  head() {
    if (this.at >= this.bytes.length) throw new Odd();
    const first = this.bytes[this.at++], size = first & 31;
    if (size < 24) return [first >> 5, size];
    if (size > 27) throw new Odd();
    const bytes = 1 << (size - 24), from = this.at;
    this.at += bytes;
    if (this.at > this.bytes.length) throw new Odd();
    let value = 0;
    for (let i = 0; i < bytes; i += 1) value = value * 256 + this.view.getUint8(from + i);
    if (value > Number.MAX_SAFE_INTEGER || value < [24, 256, 65536, 2 ** 32][size - 24]) throw new Odd();
    return [first >> 5, value];
  }

  take(count) {
    if (this.at + count > this.bytes.length) throw new Odd();
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  value(depth = 0) {
    if (depth > MOST_DEPTH) throw new Odd();
    const [kind, size] = this.head();
    if (kind === 0) return size;
    if (kind === 1) return -1 - size;
    if (kind === 2) return this.take(size);
    if (kind === 3) return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.take(size));
    if (kind === 4) return this.list(size, depth);
    if (kind === 5) return this.map(size, depth);
    if (kind === 6 && size === 18 && depth === 0) return this.value(1);
    throw new Odd();
  }

  list(size, depth) {
    if (size > this.bytes.length - this.at) throw new Odd();
    const found = [];
    for (let i = 0; i < size; i += 1) found.push(this.value(depth + 1));
    return found;
  }

  map(size, depth) {
    const found = new Map();
    let before = -1;
    for (let i = 0; i < size; i += 1) {
      const key = this.value(depth + 1), order = key >= 0 ? key : 2 ** 32 - key;
      if (!Number.isInteger(key) || order <= before || order > 2 ** 33) throw new Odd();
      before = order;
      found.set(key, this.value(depth + 1));
    }
    return found;
  }
}

function read(bytes, most) {
  if (bytes.length > most) return null;
  try {
    const reader = new Reader(bytes), value = reader.value();
    return reader.at === bytes.length ? value : null;
  } catch (_odd) { return null; }
}

function head(kind, size) {
  if (size < 24) return [kind << 5 | size];
  if (size < 256) return [kind << 5 | 24, size];
  if (size < 65536) return [kind << 5 | 25, size >> 8, size & 255];
  return [kind << 5 | 26, size >>> 24, size >> 16 & 255, size >> 8 & 255, size & 255];
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { whole.set(part, at); at += part.length; }
  return whole;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (one, other) => hex(one) === hex(other);

// ---- signatures

function modpow(base, power, modulus) {
  let result = 1n;
  for (let b = base % modulus, e = power; e > 0n; e >>= 1n, b = b * b % modulus) if (e & 1n) result = result * b % modulus;
  return result;
}

// WebCrypto takes a point of P-256 in full only.
function wholePoint(point) {
  if (point.length !== 33 || (point[0] !== 2 && point[0] !== 3)) return null;
  const x = BigInt("0x" + hex(point.subarray(1)));
  const square = (x ** 3n - 3n * x + B) % P;
  let y = modpow((square + P) % P, (P + 1n) / 4n, P);
  if (x >= P || (y * y - square) % P !== 0n) return null;
  if (Number(y & 1n) !== (point[0] & 1)) y = P - y;
  const told = y.toString(16).padStart(64, "0");
  return joined([4], point.subarray(1), Uint8Array.from(told.match(/../g), (pair) => parseInt(pair, 16)));
}

const imported = new Map();
function cryptoKey(key) {
  const name = key.algorithm + hex(key.point);
  if (!imported.has(name)) imported.set(name, importKey(key));
  return imported.get(name);
}

async function importKey(key) {
  const kind = key.algorithm === ES256 ? { name: "ECDSA", namedCurve: "P-256" } : { name: "Ed25519" };
  const raw = key.algorithm === ES256 ? wholePoint(key.point) : key.point;
  return raw && crypto.subtle.importKey("raw", raw, kind, false, ["verify"]);
}

// true, false, or null where this browser cannot know: SM2 always, Ed25519 in older ones.
async function holds(key, message, signature) {
  if (signature.length !== 64) return false;
  if (key.algorithm === SM2) return null;
  try {
    const made = await cryptoKey(key);
    if (!made) return false;
    const way = key.algorithm === ES256 ? { name: "ECDSA", hash: "SHA-256" } : { name: "Ed25519" };
    return await crypto.subtle.verify(way, made, signature, message);
  } catch (fault) { return fault.name === "NotSupportedError" ? null : false; }
}

function takenApart(bytes, most) {
  const parts = read(bytes, most);
  if (!Array.isArray(parts) || parts.length !== 4) return null;
  const [protectedBytes, unprotected, payload, signature] = parts;
  if (![protectedBytes, payload, signature].every((part) => part instanceof Uint8Array)) return null;
  if (!(unprotected instanceof Map) || [...unprotected.keys()].some((key) => key !== 4)) return null;
  const header = read(protectedBytes, MOST_MESSAGE);
  if (!(header instanceof Map) || [...header.keys()].some((key) => ![1, 3, 4].includes(key))) return null;
  const keyId = header.has(4) ? header.get(4) : unprotected.get(4);
  if (!(keyId instanceof Uint8Array)) return null;
  return { protectedBytes, payload, signature, keyId: hex(keyId), algorithm: header.get(1) };
}

async function signedBy(message, key, external) {
  const named = key.algorithm === ED25519 ? [ED25519, EDDSA] : [key.algorithm];
  if (!named.includes(message.algorithm)) return false;
  const signed = joined(
    [0x84, 0x6a], new TextEncoder().encode("Signature1"), head(2, message.protectedBytes.length), message.protectedBytes,
    head(2, external.length), external, head(2, message.payload.length), message.payload,
  );
  return holds(key, signed, message.signature);
}

// ---- kinds

const whole = (most = Number.MAX_SAFE_INTEGER, least = 0) => (value) => Number.isInteger(value) && value >= least && value <= most;
const number = whole(), village = whole(999999);
const text = (value) => typeof value === "string" && value.length > 0 && [...value].length <= 80;
const anyText = (value) => typeof value === "string";
const bytes = (most, least = 1) => (value) => value instanceof Uint8Array && value.length >= least && value.length <= most;
const list = (each, most) => (value) => Array.isArray(value) && value.length <= most && value.every(each);
const row = (...columns) => (value) => Array.isArray(value) && value.length === columns.length && columns.every((fits, at) => fits(value[at]));
const keyRow = (value) => row(bytes(16), (told) => [ES256, ED25519, SM2].includes(told), bytes(33, 32), number, number)(value)
  && value[2].length === (value[1] === ED25519 ? 32 : 33);

const BUNDLE = {
  issuer: [1, village], sequence: [2, number], asOf: [3, number], freshHours: [4, whole(48, 1)], keys: [5, list(keyRow, 64)],
  teams: [6, list(row(number, number, text), 2000)], roster: [7, list(row(number, number, bytes(8, 8)), 10000)],
  activities: [8, list(row(number, number, number, number, list(village, 100), list(number, 500)), 5000)],
  status: [9, bytes(MOST_STATUS)], villages: [10, list(row(village, text), 3000)], call: [11, text],
};
const BADGE = {
  issuer: [1, number], number: [2, number], channel: [3, number], team: [4, number], name: [5, anyText], villages: [6, list(number, 1200)],
  activity: [7, number], notBefore: [8, number], hours: [9, whole(24, 1)], status: [10, number], photo: [11, bytes(8, 8)], holder: [12, bytes(33, 32)],
};
const OPTIONAL = ["photo", "holder"];

function shaped(told, shape) {
  if (!(told instanceof Map)) return null;
  const found = {};
  for (const [name, [label, fits]] of Object.entries(shape)) {
    if (!told.has(label) && OPTIONAL.includes(name)) continue;
    if (!told.has(label) || !fits(told.get(label))) return null;
    found[name] = told.get(label);
  }
  return Object.keys(found).length === told.size ? found : null;
}

// ---- the county's bundle

const pad = (value) => String(value).padStart(6, "0");

export function anchorsOf(said) {
  return new Map(said.split(/\s+/).filter((one) => /^[0-9a-f]{2,32}:([0-9a-f]{64}|[0-9a-f]{66})$/.test(one)).map((one) => {
    const [name, point] = one.split(":");
    return [name, { algorithm: point.length === 64 ? ED25519 : ES256, point: Uint8Array.from(point.match(/../g), (pair) => parseInt(pair, 16)) }];
  }));
}

// A bundle, or a word: too_large, not_signed, malformed, or unable where this browser cannot check who signed.
export async function readBundle(data, anchors) {
  if (data.length > MOST_BUNDLE) return "too_large";
  const message = takenApart(data, MOST_BUNDLE), key = message && anchors.get(message.keyId);
  const good = key ? await signedBy(message, key, PURPOSE) : false;
  if (good !== true) return good === null ? "unable" : "not_signed";
  const found = shaped(read(message.payload, MOST_BUNDLE), BUNDLE);
  const status = found && await inflated(found.status);
  if (!status) return "malformed";
  found.status = status;
  found.bytes = data;
  found.names = found.villages.map(([code, name]) => [pad(found.issuer) + pad(code), name]);
  return found;
}

export function taken(offered, held) {
  if (!held || same(offered.bytes, held.bytes)) return null;
  if (offered.issuer !== held.issuer) return "other_county";
  return offered.sequence > held.sequence && offered.asOf >= held.asOf ? null : "older";
}

async function inflated(data) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > MOST_STATUS) { await reader.cancel(); return null; }
      parts.push(next.value);
    }
  } catch (_odd) { return null; }
  return joined(...parts);
}

// ---- a badge

async function opened(said, keys, second) {
  if (said.length > MOST_LETTERS) return { wrong: "not_a_badge" };
  const live = said.startsWith("XN1L:");
  const data = live || said.startsWith("XN1:") ? base45(said.slice(live ? 5 : 4)) : null;
  if (!data || (live && data.length <= 68)) return { wrong: "not_a_badge" };
  const message = live ? data.subarray(0, -68) : data;
  const checked = await message_(message, keys);
  if (!checked.badge || !live) return checked.badge ? Object.assign(checked, { wrong: inTime(checked.badge, second) }) : checked;
  return Object.assign(checked, await proof(checked, message, data.subarray(-68), second));
}

async function message_(bytesOf, keys) {
  const message = takenApart(bytesOf, MOST_MESSAGE);
  if (!message) return { wrong: "not_a_badge" };
  const key = keys.get(message.keyId);
  if (!key) return { wrong: "unknown_key" };
  const good = await signedBy(message, key, new Uint8Array());
  if (good === false) return { wrong: "signature" };
  const badge = shaped(read(message.payload, MOST_MESSAGE), BADGE);
  return badge ? { badge, wrong: null, keyId: message.keyId, unproven: good === null } : { wrong: "not_a_badge" };
}

async function proof(checked, message, tail, second) {
  const badge = checked.badge, step = new DataView(tail.buffer, tail.byteOffset).getUint32(0);
  if (!badge.holder) return { wrong: "not_live" };
  if (Math.abs(Math.floor(second / STEP) - step) > 1) return { wrong: "stale_proof" };
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", message));
  const told = joined(new TextEncoder().encode("XN1L"), digest, [0, 0, 0, 0], tail.subarray(0, 4));
  const good = await holds({ algorithm: badge.holder.length === 33 ? ES256 : ED25519, point: badge.holder }, told, tail.subarray(4));
  if (good === false) return { wrong: "proof" };
  return { wrong: inTime(badge, second), unproven: checked.unproven || good === null };
}

function inTime(badge, second) {
  const hour = Math.floor(second / HOUR);
  if (hour < badge.notBefore) return "not_yet";
  return hour >= badge.notBefore + badge.hours ? "over" : null;
}

function revoked(status, place) {
  return place >= status.length * 8 || Boolean(status[Math.floor(place / 8)] >> place % 8 & 1);
}

const QUESTIONS = [
  ["clock", (a) => a.second < a.bundle.asOf - CLOCK],
  ["wrong", (a) => a.wrong !== null],
  ["key_time", (a) => !a.bundle.keys.some(([id, , , from, until]) => hex(id) === a.keyId && from <= a.badge.notBefore * HOUR && a.badge.notBefore * HOUR < until)],
  ["other_county", (a) => a.badge.issuer !== a.bundle.issuer],
  ["revoked", (a) => revoked(a.bundle.status, a.badge.status)],
  ["too_old", (a) => a.second >= a.bundle.asOf + DAYS * DAY],
  ["not_listed", notListed],
  ["no_activity", notApproved],
  ["other_village", (a) => !a.badge.villages.some((code) => pad(a.badge.issuer) + pad(code) === a.village) || (a.activity && !a.activity[4].some((code) => pad(a.bundle.issuer) + pad(code) === a.village))],
  ["outside_hours", (a) => a.activity && !(a.activity[2] <= a.second && a.second < a.activity[3])],
  ["stale", (a) => a.old],
  ["ask", (a) => a.unproven],
];

function notListed(a) {
  const { badge, agent } = a;
  if (!agent) return !a.old;
  const team = a.bundle.teams.some(([id, channel]) => id === badge.team && channel === badge.channel);
  return !team || agent[1] !== badge.team || (badge.photo !== undefined && !same(badge.photo, agent[2]));
}

function notApproved(a) {
  if (!a.activity) return !a.old;
  return a.activity[1] !== a.badge.team || !a.activity[5].includes(a.badge.number);
}

// One of three colours with its reason, the age of the data in seconds, and what was found.
export async function checkOffline(said, bundle, villageCode, second) {
  const keys = new Map(bundle.keys.map(([id, algorithm, point]) => [hex(id), { algorithm, point }]));
  const age = Math.max(0, second - bundle.asOf);
  const checked = await opened(said, keys, second);
  if (!checked.badge) return { colour: "red", reason: checked.wrong, age };
  const badge = checked.badge;
  const agent = bundle.roster.find((one) => one[0] === badge.number);
  const activity = bundle.activities.find((one) => one[0] === badge.activity);
  const asked = { ...checked, bundle, agent, activity, second, village: villageCode, old: age > bundle.freshHours * HOUR };
  const shows = QUESTIONS.find(([, question]) => question(asked));
  const reason = !shows ? null : shows[0] === "wrong" ? checked.wrong : shows[0];
  const colour = reason === null ? "green" : AMBER.includes(reason) ? "amber" : "red";
  return { colour, reason, age, badge, activity, team: bundle.teams.find(([id]) => id === badge.team) };
}
