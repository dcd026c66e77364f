// Draws the charts over time: packed lines → rows of the specification's datasets → Vega, by its interpreter, as the
// page's policy allows no `eval`.
"use strict";
ecotone.embed = (view, spec, datasets, padding) =>
  vegaEmbed(view, { ...spec, datasets, padding }, {
    mode: "vega-lite",
    ast: true,
    actions: false,
    renderer: "svg",
    config: ecotone.config,
    defaultStyle: false,
    tooltip: false,
    logLevel: 1, // errors; it would warn of each layer that has no row, such as hollow points where all is whole
  });

// The specification with a logarithmic scale that holds zero, and ticks at 0, 1, 10, 100 …
ecotone.logarithmic = (spec, channel, top) => {
  const values = [0];
  for (let tick = 1; tick <= top * 3; tick *= 10) values.push(tick);
  const changed = structuredClone(spec);
  for (const { encoding } of changed.layer) {
    const scaled = encoding[channel];
    if (!scaled?.field || scaled.scale === null) continue;
    scaled.scale = { type: "symlog", constant: 1, zero: true, nice: false };
    scaled.axis = { ...scaled.axis, values };
  }
  return changed;
};

ecotone.overTime = (() => {
  const UNFINISHED = "incomplete month";
  const SMALL_N = 5;
  const NARROW = 560; // pixels of a plot that has no room for names at the lines' ends
  const LABEL_HEIGHT = 16;
  const LABEL_WIDTH = 150;
  const FEW = 3; // bands of more lines than these are drawn fainter, as they lie over each other

  const colour = (slot) => `var(--c${slot % ecotone.AT_ONCE})`;
  const dashes = (slot) => ecotone.dashes[Math.floor(slot / ecotone.AT_ONCE) % ecotone.dashes.length];

  // The lines to draw: { name, slot, points }; a point is a month with a row, known or not.
  function lines(chart, data, entities) {
    const from = ecotone.choice.span ? Math.max(0, data.periods.length - ecotone.choice.span) : 0;
    const names = [...new Set(data.lines.map((line) => line.s))].sort();
    return data.lines
      .filter((line) => entities.includes(line.e))
      .map((line) => {
        const entity = ecotone.entity.get(line.e);
        return {
          entity,
          order: chart.split ? names.indexOf(line.s) : entities.indexOf(line.e),
          name: chart.split ? line.s.slice(chart.split.length) : entity.label,
          slot: chart.split ? names.indexOf(line.s) : entity.slot,
          points: points(line, data, from),
        };
      })
      .sort((a, b) => a.order - b.order)
      .slice(0, ecotone.AT_ONCE);
  }

  function points(line, data, from) {
    const made = [];
    for (let k = Math.max(0, from - line.i); k < line.v.length; k++) {
      if (line.c[k] === "-") continue;
      const n = line.n ? line.n[k] : line.v[k];
      const flag = line.f?.[k] ? data.flags[line.f[k] - 1] : "";
      made.push({
        place: line.i + k,
        period: data.periods[line.i + k],
        v: line.v[k],
        l: line.l?.[k] ?? null,
        h: line.h?.[k] ?? null,
        n,
        reason: line.r?.[k] ? data.reasons[line.r[k] - 1] : "",
        flag,
        joined: !flag.includes(UNFINISHED),
        hollow: line.c[k] === "0" || (n !== null && n < SMALL_N),
      });
    }
    return made;
  }

  // Rows as charts.py describes them. Only known values; what may be joined shares a run.
  function rows(found) {
    const out = [];
    found.forEach((line, index) => {
      const known = line.points.filter((point) => point.v !== null);
      const joins = (a, b) => Boolean(a && b && b.place - a.place === 1 && a.joined && b.joined);
      let run = 0;
      known.forEach((point, k) => {
        const before = joins(known[k - 1], point);
        const after = joins(point, known[k + 1]);
        if (!before) run += 1;
        const bounded = point.l !== null && point.h !== null;
        out.push({
          t: Date.parse(`${point.period}T00:00:00Z`),
          v: point.v,
          l: point.l,
          h: point.h,
          run: `${index}.${run}`,
          band: bounded && (before || after) ? `${index}.${run}` : null,
          colour: colour(line.slot),
          veil: found.length > FEW ? 0.07 : 0.14,
          dash: dashes(line.slot),
          line: before || after,
          dot: !(before || after) || k === known.length - 1,
          hollow: point.hollow,
        });
      });
    });
    return out;
  }

  // Names beside the lines' ends, moved apart where they would overlap.
  function labels(view, found) {
    const y = view.scale("y");
    const height = view.height();
    const ends = found
      .map((line) => {
        const known = line.points.filter((point) => point.v !== null);
        return { line, last: known.findLast((point) => point.joined) ?? known.at(-1) };
      })
      .filter((end) => end.last)
      .map(({ line, last }) => ({ y: y(last.v), text: ecotone.format.isolated(line.name), colour: colour(line.slot) }))
      .sort((a, b) => a.y - b.y);
    for (let i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + LABEL_HEIGHT);
    for (let i = ends.length - 1, floor = height; i >= 0; i--, floor = ends[i + 1].y - LABEL_HEIGHT) ends[i].y = Math.min(ends[i].y, floor);
    return ends;
  }

  const ruler = document.createElement("canvas").getContext("2d");
  function labelWidth(found) {
    ruler.font = `600 12.5px ${ecotone.config.font}`;
    return Math.min(LABEL_WIDTH, Math.max(0, ...found.map((line) => ruler.measureText(line.name).width))) + 16;
  }

  async function draw(figure, spec, found, scale) {
    const element = figure.querySelector(".drawing");
    const narrow = element.clientWidth < NARROW;
    figure.classList.toggle("is-narrow", narrow);
    const tops = found.flatMap((line) => line.points.map((point) => point.h ?? point.v ?? 0));
    const drawn = scale === "log" ? ecotone.logarithmic(spec, "y", Math.max(1, ...tops)) : spec;
    const datasets = { rows: rows(found), labels: [], zero: [{ v: 0 }] };
    const { view } = await ecotone.embed(element, drawn, datasets, { left: 0, top: 10, bottom: 0, right: narrow ? 10 : labelWidth(found) });
    if (!narrow) await view.data("labels", labels(view, found)).runAsync();
    return { view, narrow };
  }

  return { lines, draw, colour, dashes, NARROW };
})();
