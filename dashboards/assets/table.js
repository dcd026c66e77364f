// The words around a chart: its table, its key, what is unknown and why, how large the samples are, and the text
// alternative. They follow what is drawn.
"use strict";
ecotone.words = (() => {
  const { value, interval, grouped, isolated, NOT_REACHED } = ecotone.format;
  const { t, told: said } = ecotone;

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
    const shown = document.createElement("data");
    if (point.v !== null && point.v !== undefined) shown.value = String(point.v);
    shown.textContent = value(point.v, form, point.reason);
    cell(row, "", "num").append(shown);
    cell(row, interval(point.l, point.h, form), "num");
    cell(row, point.n === null || point.n === undefined ? "" : grouped(point.n, 0), "num");
    cell(row, said(point.v === null ? point.reason : point.flag));
  }

  // The latest month first; times since the start, as they pass.
  function table(figure, chart, found) {
    const direction = figure.dataset.kind === "curves" ? 1 : -1;
    const body = document.createElement("tbody");
    const rows = found.flatMap((line) => line.points.map((point) => ({ line, point })));
    rows.sort((a, b) => direction * (a.point.x - b.point.x) || a.line.order - b.line.order);
    for (const { line, point } of rows) {
      const row = body.insertRow();
      cell(row, point.title);
      named(row, line.name);
      values(row, point, chart.format);
    }
    figure.querySelector(".as-table tbody").replaceWith(body);
  }

  function key(figure, found) {
    figure.querySelector(".key").replaceChildren(
      ...found.map((line) => {
        const item = document.createElement("li");
        item.className = ecotone.overTime.style(line.slot);
        const name = document.createElement("bdi");
        name.className = "name";
        name.textContent = line.name;
        item.append(ecotone.swatch(line.slot), name);
        return item;
      }),
    );
  }

  // Flags that hold for all months of an entity, with the words that tell them.
  const PART = /(?:^|; )coverage ([\d.]+)/;
  const KINDS = /(?:^|; )([a-z, ]+) only/;
  const UNKNOWN = /(?:^|; )unknown ([\d.]+)/;
  const LASTING = [
    [PART, t("Covered in part, so that counts are lower bounds: ")],
    [KINDS, t("Counted from these only, as nothing else was read: ")],
    [UNKNOWN, t("Organisation unknown for this part of the commits, which is left out: ")],
  ];
  const percent = (found) => (Number.isNaN(Number(found)) ? found : `${Math.round(100 * Number(found))} %`);

  // Reasons once each; those that differ in a fraction only, with its range: "hold only 0.58 to 0.76 of the total".
  function reasonsOf(points) {
    const ranges = new Map();
    for (const { reason } of points) {
      const text = reason || "not observed";
      const pattern = text.replace(/\b0\.\d+/g, "#");
      ranges.set(pattern, [...(ranges.get(pattern) ?? []), ...(text.match(/\b0\.\d+/g) ?? [])]);
    }
    const range = (found) => [...new Set([found.sort()[0], found.at(-1)])].join("–");
    return [...ranges].map(([pattern, found]) => said(pattern.replace("#", () => range(found)))).join(t("; "));
  }

  // Names and what holds for them: Qwen, Llama unknown: never observed.
  function of(names, what) {
    const parts = names.flatMap((name, index) => {
      const inner = document.createElement("bdi");
      inner.className = "name";
      inner.textContent = name;
      return index ? [", ", inner] : [inner];
    });
    return [...parts, ` ${what}`];
  }

  function item(...content) {
    const made = document.createElement("li");
    made.append(...content);
    return made;
  }

  const items = (told) => [...told].map(([what, names]) => item(...of(names, what)));

  // Who is not drawn, who is covered in part, and where the gaps are: with the reasons.
  function gaps(figure, chart, found, entities) {
    const what = chart.months === 3 ? t("quarters") : t("months");
    const whole = new Map(); // what holds for all that is shown of it → of whom
    const lasting = LASTING.map(() => new Map()); // what is told of the latest month → of whom
    const partly = new Map();
    const longer = new Map(); // medians that lie beyond what was observed
    const tell = (told, name, what) => told.set(what, [...(told.get(what) ?? []), name]);
    for (const id of entities) {
      const entity = ecotone.entity.get(id);
      if (found.some((line) => line.entity.id === id)) continue;
      tell(whole, entity.label, t("unknown: {why}", { why: chart.split ? t("nothing of this kind was seen") : ecotone.page.whys[entity.why[chart.stream]] }));
    }
    for (const line of found) {
      const beyond = line.points.filter((point) => point.v === null && point.reason === NOT_REACHED).length;
      const unknown = line.points.filter((point) => point.v === null && point.reason !== NOT_REACHED);
      if (beyond) tell(longer, line.name, t("not reached in {n} of {all} {what}: it lies beyond what was observed", { n: beyond, all: line.points.length, what }));
      const flag = line.points.filter((point) => point.v !== null).slice(-2).map((point) => point.flag).join("; "); // the last one is often unfinished and says only that
      LASTING.forEach(([pattern], index) => {
        const held = pattern.exec(flag);
        if (held) tell(lasting[index], line.name, percent(held[1]));
      });
      if (!unknown.length) continue;
      if (unknown.length === line.points.length) tell(whole, line.name, t("unknown: {why}", { why: reasonsOf(unknown) }));
      else if (figure.dataset.kind !== "curves") tell(partly, line.name, t("unknown in {n} of {all} {what}: {why}", { n: unknown.length, all: line.points.length, what, why: reasonsOf(unknown) }));
    }
    const told = [...items(whole), ...items(partly), ...items(longer)];
    lasting.forEach((held, index) => {
      const parts = [...held].flatMap(([what, names], place) => [place ? "; " : "", ...of(names, what)]);
      if (held.size) told.push(item(LASTING[index][1], ...parts));
    });
    const unknown = [...whole.values()].flat();
    const [some, late, few] = [partly, longer, lasting[0]].map((map) => [...map.values()].flat().length);
    const parts = [
      unknown.length ? t("unknown: {why}", { why: unknown.map(isolated).join(t(", ")) }) : "",
      some ? t("{n} with gaps", { n: some }) : "",
      late ? t("{n} not reached in some {what}", { n: late, what }) : "",
      few ? t("{n} covered in part", { n: few }) : "",
    ].filter(Boolean);
    figure.querySelector(".gaps ul").replaceChildren(...(told.length ? told : [item(t("All that is shown is whole."))]));
    figure.querySelector(".gaps-text").textContent = t("Coverage and gaps: {what}", { what: parts.join(t("; ")) || t("none missing") });
  }

  // Points are those of all lines; of curves, one each.
  function sizes(figure, chart, points, isCut = false) {
    const isCurves = figure.dataset.kind === "curves";
    const known = points.filter((point) => point.v !== null && point.n !== null && point.n !== undefined).map((point) => point.n);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const n = low === high ? grouped(low, 0) : t("{low} to {high}", { low: grouped(low, 0), high: grouped(high, 0) });
    const { counts } = chart;
    const told = isCurves ? t("{n} {counts} a curve", { n, counts }) : t("{n} {counts} a point", { n, counts });
    figure.querySelector(".sizes").textContent = known.length ? told : t("unknown");
    const marks = [];
    if (points.some((point) => point.l !== null && point.l !== undefined)) marks.push(t("Band or bar: 95 % interval."));
    if (points.some((point) => point.v === null && point.reason === NOT_REACHED && point.l > 0)) marks.push(t("Triangle: not reached, longer than this."));
    if (isCut) marks.push(t("Where it meets the edge, it reaches further: see the table."));
    if (points.some((point) => point.v !== null && point.hollow)) marks.push(t("Hollow: month or coverage not whole, or fewer than 5 {counts}.", { counts }));
    figure.querySelector(".legend").textContent = marks.join(" ");
  }

  function alternative(figure, chart, found) {
    const isCurves = figure.dataset.kind === "curves";
    const told = found.map((line) => {
      const known = line.points.filter((point) => point.v !== null);
      if (!known.length) return `${isolated(line.name)}: ${t("unknown")}`;
      const [first, last] = [known[0], known.at(-1)];
      const ends = { name: isolated(line.name), first: value(first.v, chart.format), when: first.title, last: value(last.v, chart.format), then: last.title };
      return isCurves ? t("{name}: {first} after {when}, {last} after {then}", ends) : t("{name}: {first} in {when}, {last} in {then}", ends);
    });
    const subtitle = figure.querySelector(".subtitle").innerText.trim(); // without what is hidden
    figure.querySelector(".view").setAttribute("aria-label", t("Line chart: {title}. {subtitle} {values}. All values are in the table below.", { title: chart.title, subtitle, values: told.join(t(". ")) || t("Nothing known") }));
  }

  return { table, key, gaps, sizes, alternative, cell, named, values };
})();
