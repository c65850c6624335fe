// A page that waits for the region asks again by itself. Without this file there is a link for it.
(function () {
  "use strict";
  setTimeout(function () {
    if (!document.hidden) location.reload();
    else document.addEventListener("visibilitychange", function () { location.reload(); });
  }, 4000);
})();
