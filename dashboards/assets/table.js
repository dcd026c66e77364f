// The words around a chart: its table, its key, what is unknown and why, how large the samples are, and the text
// alternative. They follow what is drawn.
"use strict";
ecotone.words = (() => {
  const { value, interval, period, grouped, isolated } = ecotone.format;

  function cell(row, content, name) {
    const made = row.insertCell();
    made.textContent = content;
    if (name) made.className = name;
    return made;
  }

  function named(row, name) {
    const head = document.createElement("th");
    head.scope = "row";
    const inner = document.createElement("bdi");
    inner.className = "name";
    inner.textContent = name;
    inner.title = name;
    head.append(inner);
    row.append(head);
  }

  function values(row, point, form) {
    cell(row, value(point.v, form), "num");
    cell(row, point.v === null ? "" : interval(point.l, point.h, form), "num");
    cell(row, point.n === null || point.n === undefined ? "" : grouped(point.n, 0), "num");
    cell(row, point.v === null ? point.reason : point.flag);
  }

  // The latest month first.
  function table(figure, chart, found) {
    const body = document.createElement("tbody");
    const rows = found.flatMap((line) => line.points.map((point) => ({ line, point })));
    rows.sort((a, b) => b.point.place - a.point.place || a.line.order - b.line.order);
    for (const { line, point } of rows) {
      const row = body.insertRow();
      cell(row, period(point.period));
      named(row, line.name);
      values(row, point, chart.format);
    }
    figure.querySelector(".as-table tbody").replaceWith(body);
  }

  function key(figure, found) {
    figure.querySelector(".key").hidden = found.length === 0;
    figure.querySelector(".key").replaceChildren(
      ...found.map((line) => {
        const item = document.createElement("li");
        item.className = `s${line.slot % ecotone.AT_ONCE}`;
        const name = document.createElement("bdi");
        name.className = "name";
        name.textContent = line.name;
        item.append(ecotone.swatch(line.slot), name);
        return item;
      }),
    );
  }

  // Who is not drawn, and where the gaps are: with the reasons.
  function gaps(figure, chart, found, entities) {
    const items = new Map(); // what is unknown and why → of whom
    const tell = (name, what) => items.set(what, [...(items.get(what) ?? []), name]);
    for (const id of chart.split ? entities.slice(0, 1) : entities) {
      const mine = found.filter((line) => line.entity.id === id);
      const name = ecotone.entity.get(id).label;
      if (!mine.length) tell(name, `unknown: ${chart.split ? "no such commit or model was seen" : ecotone.entity.get(id).why[chart.stream]}`);
    }
    for (const line of found) {
      const unknown = line.points.filter((point) => point.v === null);
      if (!unknown.length) continue;
      const reasons = [...new Set(unknown.map((point) => point.reason || "not observed"))].join("; ");
      const all = unknown.length === line.points.length;
      tell(line.name, all ? `unknown: ${reasons}` : `unknown in ${unknown.length} of ${line.points.length} months: ${reasons}`);
    }
    const list = figure.querySelector(".gaps");
    list.hidden = items.size === 0;
    list.replaceChildren(
      ...[...items].map(([what, names]) => {
        const item = document.createElement("li");
        names.forEach((name, index) => {
          const inner = document.createElement("bdi");
          inner.className = "name";
          inner.textContent = name;
          item.append(index ? ", " : "", inner);
        });
        item.append(` ${what}`);
        return item;
      }),
    );
  }

  function sizes(figure, chart, points) {
    const known = points.filter((point) => point.v !== null && point.n !== null && point.n !== undefined).map((point) => point.n);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const ends = low === high ? grouped(low, 0) : `${grouped(low, 0)} to ${grouped(high, 0)}`;
    figure.querySelector(".sizes").textContent = known.length ? `${ends} ${chart.counts} a point` : "unknown";
    const marks = [];
    if (points.some((point) => point.v !== null && point.h !== null)) marks.push("Band or bar: 95 % interval.");
    if (points.some((point) => point.v !== null && point.hollow)) marks.push(`Hollow: month or coverage not whole, or fewer than 5 ${chart.counts}.`);
    figure.querySelector(".legend").textContent = marks.join(" ");
  }

  function alternative(figure, chart, found) {
    const told = found.map((line) => {
      const known = line.points.filter((point) => point.v !== null);
      if (!known.length) return `${isolated(line.name)}: unknown`;
      const [first, last] = [known[0], known.at(-1)];
      return `${isolated(line.name)}: ${value(first.v, chart.format)} in ${period(first.period)}, ${value(last.v, chart.format)} in ${period(last.period)}`;
    });
    const subtitle = figure.querySelector(".subtitle").textContent;
    figure.querySelector(".view").setAttribute("aria-label", `Line chart: ${chart.title}. ${subtitle} ${told.join(". ") || "Nothing known"}. All values are in the table below.`);
  }

  return { table, key, gaps, sizes, alternative, cell, named, values };
})();
