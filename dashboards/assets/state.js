// What the page knows and what the reader chose: page data, series (loaded as classic scripts, on demand), and the
// choice, which stands in the address after `?` in the fragment, so that a view can be sent: #stars?show=ecosystem:qwen&show=ecosystem:llama&months=24
"use strict";
ecotone.page = JSON.parse(document.getElementById("page-data").textContent);
ecotone.entity = new Map(ecotone.page.entities.map((entity) => [entity.id, entity]));
ecotone.AT_ONCE = 8;

ecotone.load = (() => {
  const asked = new Map();
  const waiting = new Map();

  ecotone.receive = (name, data) => waiting.get(name)?.(data);

  // The data of a chart at a grain; null where there is no such file.
  return (name) => {
    if (!asked.has(name)) {
      asked.set(
        name,
        new Promise((resolve) => {
          waiting.set(name, resolve);
          const script = document.createElement("script");
          script.src = `${ecotone.root}data/${encodeURIComponent(name)}.js`;
          script.onerror = () => resolve(null);
          document.head.append(script);
        }),
      );
    }
    return asked.get(name);
  };
})();

ecotone.choice = (() => {
  const SPAN = 60;
  const kinds = [...new Set(ecotone.page.entities.map((entity) => entity.kind))];
  const first = (kind) => ecotone.page.entities.filter((e) => e.kind === kind).slice(0, ecotone.AT_ONCE).map((e) => e.id);
  const listeners = [];
  const shown = new Map();
  let grain = kinds[0];
  let span = SPAN;
  let from = ""; // months, as 2024-01; they win over the span
  let to = "";
  let indexed = false;
  const month = (text) => (/^\d{4}-(0[1-9]|1[0-2])$/.test(text ?? "") ? text : "");

  function read() {
    const query = new URLSearchParams(location.hash.split("?")[1] ?? "");
    const asked = query.getAll("show").filter((id) => ecotone.entity.has(id));
    if (asked.length) {
      grain = ecotone.entity.get(asked[0]).kind;
      shown.set(grain, asked.filter((id) => ecotone.entity.get(id).kind === grain).slice(0, ecotone.AT_ONCE));
    } else if (kinds.includes(query.get("grain"))) {
      grain = query.get("grain");
    }
    span = query.has("months") ? Math.max(0, Number.parseInt(query.get("months"), 10) || 0) : span;
    from = month(query.get("from"));
    to = month(query.get("to"));
    indexed = query.get("index") === "1";
  }

  // What differs from the page as it opens, as it stands in the address.
  function query() {
    const parts = [];
    const readable = (id) => encodeURIComponent(id).replaceAll("%3A", ":").replaceAll("%2F", "/");
    if (shown.has(grain)) parts.push(...shown.get(grain).map((id) => `show=${readable(id)}`));
    else if (grain !== kinds[0]) parts.push(`grain=${grain}`);
    if (span !== SPAN) parts.push(`months=${span}`);
    if (from) parts.push(`from=${from}`);
    if (to) parts.push(`to=${to}`);
    if (indexed) parts.push("index=1");
    return parts.join("&");
  }

  function changed() {
    const anchor = location.hash.split("?")[0] || "#";
    const asked = query();
    history.replaceState(null, "", asked ? `${anchor}?${asked}` : anchor === "#" ? location.pathname + location.search : anchor);
    for (const listener of listeners) listener();
  }

  const same = (a, b) => a.length === b.length && a.every((id) => b.includes(id));

  read();
  addEventListener("hashchange", () => {
    const before = query();
    read();
    if (before !== query()) for (const listener of listeners) listener();
  });

  return {
    get grain() {
      return grain;
    },
    get span() {
      return span;
    },
    get shown() {
      return shown.get(grain) ?? first(grain);
    },
    get from() {
      return from;
    },
    get to() {
      return to;
    },
    get indexed() {
      return indexed;
    },
    // The first and the last place of the periods that are shown.
    window(periods, months) {
      const first = from || to ? periods.findIndex((period) => !from || period.slice(0, 7) >= from) : span ? Math.max(0, periods.length - span / months) : 0;
      const last = to ? periods.findLastIndex((period) => period.slice(0, 7) <= to) : periods.length - 1;
      return [first < 0 ? periods.length : first, last];
    },
    query,
    listen: (listener) => listeners.push(listener),
    setGrain(kind) {
      grain = kind;
      changed();
    },
    setSpan(months) {
      span = months;
      from = to = "";
      changed();
    },
    setEnds(first, last) {
      from = month(first);
      to = month(last);
      changed();
    },
    setIndexed(isIndexed) {
      indexed = isIndexed;
      changed();
    },
    setShown(ids) {
      const order = ecotone.page.entities.filter((e) => e.kind === grain && ids.includes(e.id)).map((e) => e.id);
      if (same(order, first(grain))) shown.delete(grain);
      else shown.set(grain, order.slice(0, ecotone.AT_ONCE));
      changed();
    },
  };
})();
