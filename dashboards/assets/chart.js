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

// The specification with a logarithmic scale over some values; one that bends to zero where they hold zero.
ecotone.logarithmic = (spec, channel, values) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const steps = high > 200 * Math.max(low, 1) ? [1] : [1, 2, 5];
  const ticks = low > 0 ? [] : [0];
  for (let power = low > 0 ? 10 ** Math.floor(Math.log10(low)) : 1; power <= high * 10; power *= 10) ticks.push(...steps.map((step) => step * power));
  const above = ticks.find((tick) => tick >= high);
  const below = ticks.findLast((tick) => tick <= low);
  const changed = structuredClone(spec);
  for (const { encoding } of changed.layer) {
    const scaled = encoding[channel];
    if (!scaled?.field || scaled.scale === null) continue;
    const kind = low > 0 ? { type: "log" } : { type: "symlog", constant: 1, zero: false };
    scaled.scale = { ...kind, nice: false, domain: [below, above] };
    const { tickCount: _, ...axis } = scaled.axis ?? {}; // Vega would thin the ticks of a logarithmic scale to the count
    scaled.axis = { ...axis, values: ticks.filter((tick) => tick >= below && tick <= above) };
  }
  return changed;
};

ecotone.overTime = (() => {
  const UNFINISHED = "incomplete month";
  const SMALL_N = 5;
  const NARROW = 560; // pixels of a plot that has no room for names at the lines' ends
  const LABEL_HEIGHT = 16;
  const LABEL_WIDTH = 150;
  const MONTH = 30.44 * 24 * 3600 * 1000; // milliseconds
  const TICK_ROOM = 75; // pixels for the name of a month
  const REACH = 2; // times the largest value
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
        const [before, last] = [known.at(-2), known.at(-1)];
        // The name stands by the line's end, not by the point of the unfinished month beside it.
        return { line, last: last && !last.joined && before?.joined && last.place - before.place === 1 ? before : last };
      })
      .filter((end) => end.last)
      .map(({ line, last }) => ({ y: y(last.v), text: ecotone.format.isolated(line.name), colour: colour(line.slot) }))
      .sort((a, b) => a.y - b.y);
    for (let i = 1; i < ends.length; i++) ends[i].y = Math.max(ends[i].y, ends[i - 1].y + LABEL_HEIGHT);
    for (let i = ends.length - 1, floor = height; i >= 0; i--, floor = ends[i + 1].y - LABEL_HEIGHT) ends[i].y = Math.min(ends[i].y, floor);
    return ends;
  }

  // The room that the names beside the lines' ends need.
  const ruler = document.createElement("canvas").getContext("2d");
  function labelWidth(found) {
    ruler.font = `600 12.5px ${ecotone.config.font}`;
    return Math.min(LABEL_WIDTH, Math.max(0, ...found.map((line) => ruler.measureText(line.name).width))) + 16;
  }

  // Ticks at whole months: every one, or so many that their names have room; a year is written where it begins.
  function withMonths(spec, found, width) {
    const times = found.flatMap((line) => line.points.map((point) => Date.parse(`${point.period}T00:00:00Z`)));
    const months = (Math.max(...times) - Math.min(...times)) / MONTH;
    const step = [1, 2, 3, 6, 12, 24, 60].find((each) => months / each <= width / TICK_ROOM) ?? 120;
    const ticks = step < 12 ? { interval: "month", step } : { interval: "year", step: step / 12 };
    const changed = structuredClone(spec);
    for (const { encoding } of changed.layer) {
      if (!encoding.x?.axis) continue;
      encoding.x.axis.tickCount = ticks;
      if (months <= 12) encoding.x.axis.format = "%b %Y";
    }
    return changed;
  }

  // Where small samples' intervals would press all else flat, the scale ends at twice the values, and bands are cut.
  function cut(spec, found) {
    const known = found.flatMap((line) => line.points.filter((point) => point.v !== null));
    const [low, high] = [Math.min(0, ...known.map((point) => point.v)), Math.max(0, ...known.map((point) => point.v))];
    const reach = REACH * Math.max(high, -low);
    const tooHigh = reach > 0 && known.some((point) => point.h > reach);
    const tooLow = reach > 0 && known.some((point) => point.l !== null && point.l < -reach);
    if (!tooHigh && !tooLow) return { spec, isCut: false };
    const changed = structuredClone(spec);
    for (const { encoding } of changed.layer) {
      if (encoding.y?.scale) Object.assign(encoding.y.scale, tooHigh ? { domainMax: reach } : {}, tooLow ? { domainMin: -reach } : {});
    }
    return { spec: changed, isCut: true };
  }

  async function draw(figure, spec, found, scale) {
    const element = figure.querySelector(".drawing");
    const narrow = element.clientWidth < NARROW;
    const ends = found.flatMap((line) => line.points.flatMap(({ v, l, h }) => (v === null ? [] : [v, l, h]))).filter((end) => end !== null);
    const dated = withMonths(spec, found, element.clientWidth);
    const linear = cut(dated, found);
    const drawn = scale === "log" ? ecotone.logarithmic(dated, "y", ends) : linear.spec;
    const datasets = { rows: rows(found), labels: [], zero: scale === "log" ? [] : [{ v: 0 }] };
    const { view } = await ecotone.embed(element, drawn, datasets, { left: 0, top: 10, bottom: 0, right: narrow ? 10 : labelWidth(found) });
    if (!narrow) await view.data("labels", labels(view, found)).runAsync();
    return { view, narrow, isCut: scale !== "log" && linear.isCut };
  }

  return { lines, draw, colour, dashes, NARROW };
})();
