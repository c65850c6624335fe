// Comfort only: every page works without this file.
(function () {
  "use strict";
  function openMenus() {
    return document.querySelectorAll("details.menu[open]:not(.vision)");
  }
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    openMenus().forEach(function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
  document.addEventListener("click", function (event) {
    openMenus().forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("focusin", function (event) {
    openMenus().forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  // A form sent twice by an impatient finger is sent once. Coming back restores it. A form with
  // data-again gives a file: the page stays, and may give another.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || "again" in form.dataset) return;
    if (form.dataset.sent) event.preventDefault();
    else form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) {
      delete form.dataset.sent;
    });
  });
  // The error summary speaks first.
  var summary = document.querySelector(".sum[tabindex]");
  if (summary) summary.focus();
})();
