"use strict";
// Counts a shown code down. Without this script the page says until when it is good.
(function () {
  const box = document.getElementById("code");
  if (!box) return;
  const ends = performance.now() + Number(box.dataset.seconds) * 1000;
  const part = function (id) { return document.getElementById(id); };
  function tick() {
    const left = Math.ceil((ends - performance.now()) / 1000);
    part("left").textContent = box.dataset.left.replace("{n}", Math.max(0, left));
    if (left > 0) return;
    clearInterval(timer);
    part("good").remove();
    part("left").hidden = true;
    part("over").hidden = false;
    part("over").setAttribute("role", "alert");
  }
  part("left").hidden = false;
  const timer = setInterval(tick, 500);
  tick();
})();
