// Keys, for those who like them: g and a letter leads to a page, / to the search, ? says which there are. The pages
// work without. A key pressed in a field, or with Ctrl, Alt or Meta, is left alone.
"use strict";
(() => {
  const places = new Map(
    [...document.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link]),
  );
  let waiting = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select")) return;
    if (waiting) {
      waiting = false;
      const link = places.get(event.key);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { waiting = true; setTimeout(() => { waiting = false; }, 1500); return; }
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); }
      return;
    }
    // One key for a mark: it acts on the list entry that has the focus, or the first one.
    const entry = event.target.closest("[data-entry]") || document.querySelector("[data-entry]");
    const button = entry && entry.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
    if (button) { event.preventDefault(); button.click(); }
  });
})();
