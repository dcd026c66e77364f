// Takes a chart along: what is shown as CSV, the drawing as SVG or PNG with its words around it, and the SQL of its numbers.
"use strict";
ecotone.copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // this browser keeps the clipboard from pages: the text is shown instead
  }
};

ecotone.saves = (() => {
  const PIXELS = 2; // of the image for one of the page
  const MARGIN = 20;
  const LINE = 17;
  const XML = "http://www.w3.org/2000/svg";

  function save(name, type, content) {
    const link = document.createElement("a");
    const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  const records = ({ chart, found }) =>
    found.flatMap((line) =>
      line.points.map((point) => ({
        metric: chart.metric,
        entity_id: line.entity.id,
        entity: line.entity.label,
        series: line.series,
        period: point.period ?? point.title,
        value: point.v,
        low: point.l,
        high: point.h,
        n: point.n ?? null,
        reason: point.reason,
        flag: point.flag,
      })),
    );

  const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

  // RFC 4180; a value as it is drawn, with all of its digits.
  function csv(shown) {
    const rows = records(shown);
    const head = Object.keys(rows[0] ?? {});
    const lines = [head, ...rows.map((row) => Object.values(row))];
    return `${lines.map((line) => line.map((cell) => quoted(String(cell ?? ""))).join(",")).join("\r\n")}\r\n`;
  }

  const literal = (text) => `'${text.replaceAll("'", "''")}'`;

  // The query that yields what is shown from the published file.
  function sql({ figure, chart, found, data }) {
    const ids = [...new Set(found.map((line) => line.entity.id))].map(literal).join(", ");
    const periods = found.flatMap((line) => line.points.map((point) => point.period)).filter(Boolean).sort();
    const conditions = [`entity_id IN (${ids || "NULL"})`];
    const isCurves = figure.dataset.kind === "curves";
    if (isCurves) conditions.push(`event = ${literal(chart.event)}`, `period = DATE ${literal(figure.querySelector("select.period")?.value || data.period)}`);
    else if (chart.split) conditions.push(`starts_with(series, ${literal(chart.split)})`);
    else if (chart.parts.length) conditions.push(`series IN (${chart.parts.map((part) => literal(part.series)).join(", ")})`);
    else conditions.push(`series = ${literal(chart.series)}`);
    if (periods.length) conditions.push(`period BETWEEN DATE ${literal(periods[0])} AND DATE ${literal(periods.at(-1))}`);
    const columns = isCurves ? "entity_id, hours, incidence, low, high, at_risk" : "entity_id, series, period, value, low, high, n, complete, reason, flag";
    return `SELECT ${columns}\nFROM metrics.${chart.metric}\nWHERE ${conditions.join("\n  AND ")}\nORDER BY ${isCurves ? "entity_id, hours" : "entity_id, series, period"}`;
  }

  // Custom properties do not go along with a drawing: their values are written out.
  function inked(text) {
    const style = getComputedStyle(document.documentElement);
    return text.replace(/var\((--[\w-]+)\)/g, (whole, name) => style.getPropertyValue(name).trim() || whole);
  }

  function wrapped(text, width) {
    const made = [""];
    for (const word of text.trim().split(/\s+/)) {
      const longer = `${made.at(-1)} ${word}`.trim();
      if (longer.length * 6.2 > width && made.at(-1)) made.push(word);
      else made[made.length - 1] = longer;
    }
    return made;
  }

  // The drawing with title, subtitle and source around it, as one SVG that stands alone.
  function drawing({ figure, chart, found }) {
    const inner = figure.querySelector(".drawing svg").cloneNode(true);
    const [width, height] = [inner.clientWidth || 0, 0].map(Number);
    const box = figure.querySelector(".drawing svg").getBoundingClientRect();
    const wide = Math.max(width, Math.ceil(box.width)) + 2 * MARGIN;
    const words = (selector) => figure.querySelector(selector)?.innerText.replace(/\s+/g, " ").trim() ?? ""; // what is hidden is not told
    const above = wrapped(words(".subtitle"), wide - 2 * MARGIN);
    const isNarrow = getComputedStyle(figure.querySelector(".key")).display !== "none"; // then lines have no names at their ends
    const key = isNarrow ? found : [];
    const simulated = ecotone.page.simulated ? [ecotone.t("Simulated data.")] : [];
    const below = [...simulated, ...wrapped(words(".source"), wide - 2 * MARGIN), `Ecotone ${ecotone.page.publication}`];
    const top = MARGIN + 30 + (above.length + key.length) * LINE + 10;
    const tall = Math.ceil(top + (box.height || height) + 24 + below.length * LINE + MARGIN / 2);
    const made = document.createElementNS(XML, "svg");
    for (const [name, given] of Object.entries({ xmlns: XML, width: wide, height: tall, viewBox: `0 0 ${wide} ${tall}`, "font-family": ecotone.config.font })) made.setAttribute(name, given);
    const add = (tag, attributes, content = "") => {
      const element = document.createElementNS(XML, tag);
      for (const [name, given] of Object.entries(attributes)) element.setAttribute(name, given);
      element.textContent = content;
      made.append(element);
    };
    add("title", {}, chart.title);
    add("rect", { width: wide, height: tall, fill: "var(--card)" });
    add("text", { x: MARGIN, y: MARGIN + 14, "font-size": 19, "font-weight": 680, fill: "var(--ink)" }, words("figcaption h2"));
    above.forEach((line, k) => add("text", { x: MARGIN, y: MARGIN + 36 + k * LINE, "font-size": 12.5, fill: "var(--ink-2)" }, line));
    key.forEach((line, k) => add("text", { x: MARGIN, y: MARGIN + 36 + (above.length + k) * LINE, "font-size": 12.5, "font-weight": 600, fill: ecotone.overTime.colour(line.slot) }, `— ${line.name}`));
    inner.setAttribute("x", MARGIN);
    inner.setAttribute("y", top);
    inner.setAttribute("overflow", "visible");
    made.append(inner);
    below.forEach((line, k) => add("text", { x: MARGIN, y: tall - MARGIN / 2 - (below.length - 1 - k) * LINE, "font-size": 11, fill: "var(--ink-3)" }, line));
    return { text: inked(new XMLSerializer().serializeToString(made)), wide, tall };
  }

  function png(made, done) {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = made.wide * PIXELS;
      canvas.height = made.tall * PIXELS;
      const pen = canvas.getContext("2d");
      pen.scale(PIXELS, PIXELS);
      pen.drawImage(image, 0, 0);
      canvas.toBlob(done, "image/png");
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(made.text)}`;
  }

  async function tell(figure, query) {
    let place = figure.querySelector(".its-sql");
    if (!place) {
      place = document.createElement("pre");
      place.className = "its-sql";
      place.tabIndex = 0;
      place.setAttribute("role", "group");
      place.setAttribute("aria-label", ecotone.t("The SQL of what is shown"));
      figure.querySelector(".links").after(place);
    }
    place.textContent = query;
    const button = figure.querySelector("[data-save=sql]");
    button.textContent = (await ecotone.copy(query)) ? ecotone.t("SQL copied") : ecotone.t("Its SQL stands below");
  }

  // What the buttons of a figure do; returns what they are told when it was drawn.
  return (figure) => {
    let shown = null;
    const name = (ending) => `ecotone-${figure.id}-${ecotone.page.asOf}.${ending}`;
    for (const button of figure.querySelectorAll("[data-save]")) {
      button.addEventListener("click", () => {
        if (!shown) return;
        const now = shown();
        if (button.dataset.save === "csv") save(name("csv"), "text/csv;charset=utf-8", csv(now));
        else if (button.dataset.save === "json") save(name("json"), "application/json", JSON.stringify(records(now), null, 1));
        else if (button.dataset.save === "sql") tell(figure, sql(now));
        else if (!figure.querySelector(".drawing svg")) return;
        else if (button.dataset.save === "svg") save(name("svg"), "image/svg+xml", drawing(now).text);
        else png(drawing(now), (blob) => save(name("png"), "image/png", blob));
      });
    }
    return (how) => {
      shown = how;
      if (figure.querySelector(".its-sql")) figure.querySelector(".its-sql").textContent = sql(how());
    };
  };
})();
