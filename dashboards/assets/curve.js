// Draws curves: packed points → rows of the specification's dataset → Vega. The axis of time is logarithmic, in hours.
"use strict";
ecotone.curves = (() => {
  const PARTS = 10000; // shares arrive as whole ten-thousandths
  const SMALL_N = 5;
  const AT_LEAST = 720; // hours: the axis reaches a month
  const TICKS = [1 / 60, 1 / 4, 1, 24, 168, 720, 2160, 8760]; // hours; their names are in charts.py
  const ROOM = 1.06; // times the last tick
  const VEIL = { few: 0.14, many: 0.07 };
  const FEW = 3; // bands of more curves than these are drawn fainter

  const share = (parts) => (parts === null ? null : parts / PARTS);

  // The curves to draw: { name, slot, points }; a point is a time since the start, known or not.
  function lines(chart, data, entities) {
    const chosen = data.lines.filter((line) => entities.includes(line.e));
    // To a month at least, and for as long as somebody is known to wait: later, curves are flat or unknown.
    const isTold = data.hours.map(([x], k) => chosen.some((line) => line.v[k] !== null && (x <= AT_LEAST || line.w[k] > 0)));
    const last = isTold.lastIndexOf(true);
    return chosen
      .map((line) => {
        const entity = ecotone.entity.get(line.e);
        const isSmall = line.n !== null && line.n < SMALL_N;
        const points = data.hours.slice(0, last + 1).map(([x, title], k) => ({
          x,
          title,
          v: share(line.v[k]),
          l: share(line.l[k]),
          h: share(line.h[k]),
          n: line.w[k],
          reason: line.r[k] ? data.reasons[line.r[k] - 1] : "",
          flag: line.f[k] ? data.flags[line.f[k] - 1] : "",
          hollow: line.c[k] === "0" || isSmall,
        }));
        return { entity, series: "", order: entities.indexOf(line.e), name: entity.label, slot: entity.slot, n: line.n, points };
      })
      .sort((a, b) => a.order - b.order);
  }

  function rows(found) {
    const { colour, dashes } = ecotone.overTime;
    return found.flatMap((line, index) =>
      line.points
        .filter((point) => point.v !== null)
        .map((point, k, known) => ({
          t: point.x,
          v: point.v,
          l: point.l,
          h: point.h,
          line: String(index),
          veil: found.length > FEW ? VEIL.many : VEIL.few,
          colour: colour(line.slot),
          dash: dashes(line.slot),
          dot: TICKS.includes(point.x) || k === known.length - 1,
          hollow: point.hollow,
        })),
    );
  }

  function withTimes(spec, drawn) {
    const [first, end] = [Math.min(...drawn.map((row) => row.t)), Math.max(AT_LEAST, ...drawn.map((row) => row.t)) * ROOM];
    const changed = structuredClone(spec);
    for (const { encoding } of changed.layer) {
      if (encoding.x?.field !== "t") continue;
      encoding.x.scale.domain = [first, end];
      encoding.x.axis.values = TICKS.filter((tick) => tick >= first && tick <= end);
    }
    return changed;
  }

  async function draw(figure, spec, found) {
    const { spread, labelWidth, colour, NARROW } = ecotone.overTime;
    const element = figure.querySelector(".drawing");
    const narrow = element.clientWidth < NARROW;
    const drawn = rows(found);
    const datasets = { rows: drawn, labels: [], half: [{ v: 0.5 }] };
    const { view } = await ecotone.embed(element, withTimes(spec, drawn), datasets, { left: 0, top: 10, bottom: 0, right: narrow ? 14 : labelWidth(found) });
    if (!narrow) {
      const ends = found
        .map((line) => ({ line, last: line.points.findLast((point) => point.v !== null) }))
        .filter(({ last }) => last)
        .map(({ line, last }) => ({ y: view.scale("y")(last.v), text: ecotone.format.isolated(line.name), colour: colour(line.slot) }));
      await view.data("labels", spread(ends, view.height())).runAsync();
    }
    return { view, narrow, isCut: false };
  }

  // What the words on sizes and marks are about: one a curve.
  const sized = (found) => found.map(({ n, points }) => ({ ...(points.find((point) => point.v !== null) ?? { v: null }), n }));

  return { lines, draw, sized };
})();
