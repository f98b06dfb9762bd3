"use strict";
// Read aloud: hidden until the browser shows that it can speak.
(function () {
  const synth = window.speechSynthesis;
  const skip = "script,style,button,select,option,.hidden,[hidden],details:not([open]) > :not(summary)";

  function sentences(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const parts = [];
    let block = null;
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent.replace(/\s+/g, " ").trim();
      if (!text || parent.closest(skip)) continue;
      const owner = parent.closest("p,li,dt,dd,th,td,h1,h2,h3,caption,summary,div");
      if (owner === block) parts[parts.length - 1] += " " + text;
      else parts.push(text);
      block = owner;
    }
    return parts;
  }

  function stop(button) {
    synth.cancel();
    if (button.dataset.start) button.textContent = button.dataset.start;
    button.setAttribute("aria-pressed", "false");
  }

  function start(button) {
    const root = document.querySelector(button.dataset.aloud);
    button.dataset.start = button.dataset.start || button.textContent;
    button.textContent = button.dataset.stop;
    button.setAttribute("aria-pressed", "true");
    const parts = sentences(root);
    parts.forEach(function (text, at) {
      const words = new SpeechSynthesisUtterance(text);
      words.lang = document.documentElement.lang === "en" ? "en-GB" : "zh-CN";
      words.rate = document.documentElement.dataset.size === "standard" ? 1 : 0.85;
      if (at === parts.length - 1) words.onend = function () { stop(button); };
      synth.speak(words);
    });
  }

  function prepare() {
    if (!synth) return;
    document.querySelectorAll("[data-aloud]").forEach(function (button) {
      button.hidden = false;
    });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-aloud]");
    if (button) (button.getAttribute("aria-pressed") === "true" ? stop : start)(button);
    const opened = document.querySelector("details.menu[open]");
    if (opened && !opened.contains(event.target)) opened.open = false;
  });
  document.addEventListener("keydown", function (event) {
    const opened = document.querySelector("details.menu[open]");
    if (event.key === "Escape" && opened) {
      opened.open = false;
      opened.querySelector("summary").focus();
    }
  });
  window.addEventListener("pagehide", function () { if (synth) synth.cancel(); });
  // After a swap that brings a refusal, the refusal is what the reader must hear first.
  document.addEventListener("htmx:afterSwap", function (event) {
    const refusal = event.target.querySelector && event.target.querySelector(".errors");
    if (refusal) refusal.focus();
  });
  // Whoever signs out leaves nobody's data of a visit on the device; what was not sent stays sealed.
  function leave() {
    if (!window.indexedDB || !document.querySelector('[data-xinnong="sign-in"]')) return;
    const asked = indexedDB.open("xinnong-visit");
    asked.onupgradeneeded = function () { asked.transaction.abort(); };
    asked.onerror = function (event) { event.preventDefault(); };
    asked.onsuccess = function () {
      asked.result.transaction("kept", "readwrite").objectStore("kept").delete("list");
      asked.result.close();
    };
  }
  document.addEventListener("DOMContentLoaded", function () {
    prepare();
    leave();
    const refusal = document.querySelector(".errors");
    if (refusal) refusal.focus();
  });
})();
