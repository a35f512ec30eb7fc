// Chooses the theme before the first paint, so that a dark room never sees a white flash.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    chosen = null;
  }
  if (chosen !== "light" && chosen !== "dark" && chosen !== "contrast") {
    chosen = matchMedia("(prefers-contrast: more)").matches ? "contrast" : matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  document.documentElement.dataset.theme = chosen;
})();
