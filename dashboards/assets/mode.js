// Light or dark, and that scripts run: applied before anything is painted. What the reader chose is kept in this browser only.
"use strict";
(() => {
  const root = document.documentElement;
  const t = (text) => ecotoneWords.words[text] ?? text;
  root.classList.add("scripted");
  let kept = null;
  try {
    kept = localStorage.getItem("ecotone-mode");
  } catch {
    // storage is switched off: the system's preference holds
  }
  if (kept === "light" || kept === "dark") root.dataset.theme = kept;

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("mode");
    const text = document.getElementById("mode-text");
    const system = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
    const tell = () => {
      text.textContent = isDark() ? t("Light mode") : t("Dark mode");
    };
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try {
        localStorage.setItem("ecotone-mode", root.dataset.theme);
      } catch {
        // chosen for this page only
      }
      tell();
    });
    system.addEventListener("change", tell);
    tell();
  });
})();
