// Draws the charts over time: packed lines → rows of the specification's datasets → Vega, by its interpreter, as the
// page's policy allows no `eval`.
"use strict";
ecotone.embed = (view, spec, datasets, padding) =>
  vegaEmbed(view, { ...ecotone.spoken(spec), datasets, padding }, {
    ...ecotone.calendar,
    mode: "vega-lite",
    ast: true,
    actions: false,
    renderer: "svg",
    config: ecotone.config,
    defaultStyle: false,
    tooltip: false,
    logLevel: 1, // errors; it would warn of each layer that has no row, such as hollow points where all is whole
  });

// Axes in the page's language: their names of durations, and their months.
ecotone.spoken = (() => {
  const { t } = ecotone;
  const units = [[" min", t("min")], [" h", t("h")], [" days", t("days")]].map(([unit, said]) => [`'${unit}'`, `' ${said}'`]);
  const names = { "1 h": t("1 h"), "1 day": t("1 day"), "1 week": t("1 week"), "1 month": t("1 month"), "3 months": t("3 months"), "1 year": t("1 year") };
  const said = [...units, ...Object.entries(names).map(([name, words]) => [`'${name}'`, `'${words}'`])];
  const inWords = (key, value) => (key === "labelExpr" ? said.reduce((text, [from, to]) => text.replaceAll(from, to), value) : value);
  return (spec) => (ecotone.language === "en" ? spec : JSON.parse(JSON.stringify(spec, inWords)));
})();

ecotone.calendar = (() => {
  if (ecotone.language === "en") return {};
  const months = Array.from({ length: 12 }, (_, k) => `${k + 1}月`);
  const days = Array.from("日一二三四五六", (day) => `周${day}`);
  const forms = { dateTime: "%Y年%-m月%-d日 %H:%M", date: "%Y年%-m月%-d日", time: "%H:%M", periods: ["上午", "下午"] };
  return { timeFormatLocale: { ...forms, days, shortDays: days, months, shortMonths: months } };
})();

// What a line of one entity is called: its part, another entity that its series names, or what is behind the prefix.
ecotone.seriesName = (chart, place, series) => {
  const name = series.slice(chart.split.length);
  return ecotone.entity.get(name)?.label ?? ecotone.told(chart.parts[place]?.label ?? name);
};

// What a chart is drawn by: a copy of what charts of its kind share, with values written on an axis as their format wants.
ecotone.specification = (figure, channel, form) => {
  const spec = JSON.parse(document.getElementById(`spec-${figure.dataset.spec}`).textContent);
  for (const { encoding } of spec.layer) {
    const { axis } = encoding[channel] ?? {};
    if (!axis) continue;
    axis.labelExpr = ecotone.axis[form];
    if (form === "count") axis.tickMinStep = 1;
  }
  return spec;
};

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
  const FOLLOWED = "followed for"; // begins the flag of a month that was followed for a short time only
  const SMALL_N = 5;
  const NARROW = 560; // pixels of a plot that has no room for names at the lines' ends
  const LABEL_HEIGHT = 16;
  const LABEL_WIDTH = 150;
  const MONTH = 30.44 * 24 * 3600 * 1000; // milliseconds
  const TICK_ROOM = 75; // pixels for the name of a month
  const REACH = 2; // times the largest value
  const FEW = 3; // bands of more lines than these are drawn fainter, as they lie over each other

  const FAR = 100; // times the largest value: where an interval without an end is drawn to

  // A muted line's slot is negative.
  const colour = (slot) => (slot < 0 ? "var(--ink-3)" : `var(--c${slot % ecotone.AT_ONCE})`);
  const style = (slot) => (slot < 0 ? "sm" : `s${slot % ecotone.AT_ONCE}`);
  const dashes = (slot) => ecotone.dashes[slot < 0 ? -slot % ecotone.dashes.length : Math.floor(slot / ecotone.AT_ONCE) % ecotone.dashes.length];

  // The lines to draw: { name, slot, points }; a point is a month with a row, known or not.
  function lines(chart, data, entities) {
    const [from, until] = ecotone.choice.window(data.periods, chart.months);
    const isOfOne = chart.split || chart.parts.length;
    const names = chart.parts.length ? chart.parts.map((part) => part.name) : data.series;
    // Parts of one entity have its colour and differ in their dashes; what a chart warns of is grey.
    const slots = (place, entity) => {
      if (!chart.parts.length) return place;
      return chart.parts[place].muted ? -place : (entity.slot % ecotone.AT_ONCE) + place * ecotone.AT_ONCE;
    };
    return data.lines
      .filter((line) => entities.includes(line.e))
      .map((line) => {
        const entity = ecotone.entity.get(line.e);
        const place = names.indexOf(line.s);
        return {
          entity,
          order: isOfOne ? place : entities.indexOf(line.e),
          name: isOfOne ? ecotone.seriesName(chart, place, line.s) : entity.label,
          series: line.s,
          slot: isOfOne ? slots(place, entity) : entity.slot,
          points: points(line, data, from, until, chart.months),
        };
      })
      .sort((a, b) => a.order - b.order)
      .slice(0, ecotone.AT_ONCE);
  }

  function points(line, data, from, until, months) {
    const made = [];
    for (let k = Math.max(0, from - line.i); k < line.v.length && line.i + k <= until; k++) {
      if (line.c[k] === "-") continue;
      const n = line.n ? line.n[k] : line.v[k];
      const flag = line.f?.[k] ? data.flags[line.f[k] - 1] : "";
      made.push({
        place: line.i + k,
        x: Date.parse(`${data.periods[line.i + k]}T00:00:00Z`),
        title: ecotone.format.period(data.periods[line.i + k], months),
        period: data.periods[line.i + k],
        v: line.v[k],
        l: line.l?.[k] ?? null,
        h: line.h?.[k] ?? null,
        n,
        reason: line.r?.[k] ? data.reasons[line.r[k] - 1] : "",
        flag,
        joined: !flag.includes(UNFINISHED),
        hollow: line.c[k] === "0" || (n !== null && n < SMALL_N) || flag.includes(FOLLOWED),
      });
    }
    return made;
  }

  const isOpen = (point) => point.l !== null && point.h === null;

  // Rows as charts.py describes them. What may be joined shares a run; an interval without an end goes beyond the edge;
  // of what is unknown but for a lower bound, that bound is marked, if it is one.
  function rows(found, far) {
    const out = [];
    found.forEach((line, index) => {
      for (const { x, l } of line.points.filter((point) => point.v === null && point.l > 0)) {
        out.push({ t: x, v: null, l: null, h: null, at: l, band: null, colour: colour(line.slot), line: false, dot: false, hollow: false });
      }
      const known = line.points.filter((point) => point.v !== null);
      const joins = (a, b) => Boolean(a && b && b.place - a.place === 1 && a.joined && b.joined);
      let run = 0;
      known.forEach((point, k) => {
        const before = joins(known[k - 1], point);
        const after = joins(point, known[k + 1]);
        if (!before) run += 1;
        out.push({
          t: point.x,
          v: point.v,
          l: point.l,
          h: isOpen(point) ? far : point.h,
          at: null,
          run: `${index}.${run}`,
          band: point.l !== null && (before || after) ? `${index}.${run}` : null,
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
    const ends = found
      .map((line) => {
        const known = line.points.filter((point) => point.v !== null);
        const [before, last] = [known.at(-2), known.at(-1)];
        // The name stands by the line's end, not by the point of the unfinished month beside it.
        const end = last && !last.joined && before?.joined && last.place - before.place === 1 ? before : last;
        // Of what was never reached, it stands by the last lower bound.
        return { line, at: end?.v ?? line.points.findLast((point) => point.l > 0)?.l };
      })
      .filter((end) => end.at !== undefined)
      .map(({ line, at }) => ({ y: y(at), text: ecotone.format.isolated(line.name), colour: colour(line.slot) }));
    return spread(ends, view.height());
  }

  function spread(ends, height) {
    ends.sort((a, b) => a.y - b.y);
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
    const times = found.flatMap((line) => line.points.map((point) => point.x));
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
    const all = found.flatMap((line) => line.points);
    const known = all.filter((point) => point.v !== null);
    const [low, high] = [Math.min(0, ...known.map((point) => point.v)), Math.max(0, ...known.map((point) => point.v))];
    const reach = REACH * Math.max(high, -low, ...all.filter((point) => point.v === null && isOpen(point)).map((point) => point.l / REACH));
    const tooHigh = reach > 0 && all.some((point) => isOpen(point) || point.h > reach);
    const tooLow = reach > 0 && known.some((point) => point.l !== null && point.l < -reach);
    if (!tooHigh && !tooLow) return { spec, isCut: false };
    const changed = structuredClone(spec);
    for (const { encoding } of changed.layer) {
      if (encoding.y?.scale) Object.assign(encoding.y.scale, tooHigh ? { domainMax: reach } : {}, tooLow ? { domainMin: -reach } : {});
    }
    return { spec: changed, isCut: true, reach };
  }

  async function draw(figure, spec, found, scale, form) {
    const element = figure.querySelector(".drawing");
    const narrow = element.clientWidth < NARROW;
    const ends = found.flatMap((line) => line.points.flatMap(({ v, l, h }) => [v, l, h])).filter((end) => end !== null);
    const dated = withMonths(spec, found, element.clientWidth);
    const linear = cut(dated, found);
    const isLog = scale === "log";
    let drawn = isLog ? ecotone.logarithmic(dated, "y", ends) : linear.spec;
    const most = REACH * Math.max(0, ...found.flatMap((line) => line.points.map((point) => point.v ?? (isOpen(point) ? point.l : 0))));
    const near = ends.filter((end) => end <= most);
    if (form === "hours") drawn = ecotone.durations(isLog ? dated : linear.spec, "y", isLog ? near : ends, isLog, linear.reach);
    const datasets = { rows: rows(found, FAR * Math.max(0, ...ends)), labels: [], zero: isLog ? [] : [{ v: 0 }] };
    const { view } = await ecotone.embed(element, drawn, datasets, { left: 0, top: 10, bottom: 0, right: narrow ? 10 : labelWidth(found) });
    if (!narrow) await view.data("labels", labels(view, found)).runAsync();
    return { view, narrow, isCut: isLog ? (form === "hours" && near.length < ends.length) || found.some((line) => line.points.some(isOpen)) : linear.isCut };
  }

  const sized = (found) => found.flatMap((line) => line.points);

  return { lines, draw, sized, colour, style, dashes, spread, labelWidth, NARROW };
})();
