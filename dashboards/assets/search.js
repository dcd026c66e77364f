// The search field: an index of pages, metrics, charts and entities, loaded as a classic script when the reader begins.
"use strict";
(() => {
  const AT_MOST = 12;
  const t = (text) => ecotoneWords.words[text] ?? text;

  document.addEventListener("DOMContentLoaded", () => {
    const text = document.getElementById("find-text");
    const list = document.getElementById("find-list");
    const told = document.getElementById("find-told");
    let asked = false;
    let active = -1;

    function load() {
      if (asked) return;
      asked = true;
      const script = document.createElement("script");
      script.src = `${ecotoneWords.root}data/search.${ecotoneWords.language}.js`;
      script.onload = show;
      document.head.append(script);
    }

    // A name that begins so comes first, then names that hold it, then what holds it in other words; all words must be found.
    function matches(sought) {
      const words = sought.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      if (!words.length || !globalThis.ecotoneIndex) return [];
      const rank = ([name, , , more]) => {
        const [title, all] = [name.toLocaleLowerCase(), `${name} ${more}`.toLocaleLowerCase()];
        if (!words.every((word) => all.includes(word))) return -1;
        return title.startsWith(words[0]) ? 0 : words.every((word) => title.includes(word)) ? 1 : 2;
      };
      const found = globalThis.ecotoneIndex.map((entry, place) => ({ entry, place, rank: rank(entry) })).filter((each) => each.rank >= 0);
      return found.sort((a, b) => a.rank - b.rank || a.place - b.place).slice(0, AT_MOST).map((each) => each.entry);
    }

    function option([name, kind, address], place) {
      const item = document.createElement("li");
      item.id = `found-${place}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.address = address;
      const title = document.createElement("bdi");
      title.className = "name";
      title.textContent = name;
      const what = document.createElement("span");
      what.textContent = kind;
      item.append(title, what);
      item.addEventListener("pointerdown", (event) => event.preventDefault());
      item.addEventListener("click", () => go(address));
      return item;
    }

    function nothing() {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-disabled", "true");
      item.textContent = t("Nothing found");
      return item;
    }

    const go = (address) => {
      list.hidden = true;
      location.href = address;
    };

    function mark(place) {
      const options = [...list.querySelectorAll("[data-address]")];
      active = options.length ? (place + options.length) % options.length : -1;
      options.forEach((each, k) => each.setAttribute("aria-selected", String(k === active)));
      if (active >= 0) {
        text.setAttribute("aria-activedescendant", options[active].id);
        options[active].scrollIntoView({ block: "nearest" });
      } else text.removeAttribute("aria-activedescendant");
    }

    function show() {
      const found = matches(text.value);
      list.replaceChildren(...(found.length ? found.map(option) : [nothing()]));
      list.hidden = !text.value.trim();
      text.setAttribute("aria-expanded", String(!list.hidden));
      told.textContent = text.value.trim() ? (found.length ? t("Found: {n}").replace("{n}", found.length) : t("Nothing found")) : "";
      mark(found.length ? 0 : -1);
    }

    const hide = () => {
      list.hidden = true;
      text.setAttribute("aria-expanded", "false");
    };

    text.addEventListener("focus", load);
    text.addEventListener("input", show);
    text.addEventListener("blur", hide);
    text.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        mark(active + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter" && active >= 0) go(list.querySelectorAll("[data-address]")[active].dataset.address);
      else if (event.key === "Escape") hide();
    });
  });
})();
