// Keys, for those who like them: j and k walk through entries, a letter marks one, g and a letter leads to a page,
// / to the search, ? says which there are. The pages work without. A key pressed in a field, or with Ctrl, Alt or Meta,
// is left alone.
"use strict";
(() => {
  const places = new Map(
    [...document.querySelectorAll("[data-go]")].map((link) => [link.dataset.go, link]),
  );
  // Entries that can be seen: those in a closed part are passed over.
  const entries = () => [...document.querySelectorAll("[data-entry]")].filter((each) => each.offsetParent !== null);
  const walk = (by) => {
    const all = entries();
    const here = all.findIndex((each) => each.contains(document.activeElement));
    const next = all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };
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
    if (event.key === "j" || event.key === "k") { event.preventDefault(); walk(event.key === "j" ? 1 : -1); return; }
    if (event.key === "?") {
      const help = document.querySelector("[data-keys]");
      if (help) { help.open = !help.open; if (help.open) help.querySelector("summary").focus(); }
      return;
    }
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); }
      return;
    }
    // One key for a mark: it acts on the entry that has the focus, else on the first that knows the key.
    const own = event.target.closest("[data-entry]");
    if (event.key === "o" && own) {
      const link = own.querySelector("a[href]");
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const sign = `button[data-key="${CSS.escape(event.key)}"]`;
    const button = (own && own.querySelector(sign)) || (!own && document.querySelector(sign)) || null;
    const undo = event.key === "u" ? document.querySelector(sign) : null;
    const chosen = button || undo;
    if (chosen) { event.preventDefault(); chosen.click(); }
  });
})();
