// Axes of durations: ticks at whole minutes, hours or days; the specification holds hours.
"use strict";
ecotone.durations = (() => {
  const MINUTE = 1 / 60;
  const DAY = 24;
  const STEPS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, 1, 2, 3, 6, 12, DAY, 2 * DAY, 5 * DAY, 10 * DAY, 20 * DAY, 50 * DAY, 100 * DAY, 200 * DAY, 500 * DAY];
  const ROUND = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, 1, 3, 6, 12, DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 120 * DAY, 365 * DAY, 730 * DAY];
  const FAR_APART = [MINUTE, 10 * MINUTE, 1, 6, DAY, 7 * DAY, 30 * DAY, 365 * DAY, 3650 * DAY];
  const WIDE = 60; // times the smallest value: such a range has ticks that are far apart
  const AT_MOST = 6;
  const NEAR = 3; // times the largest value: a tick that is further off would leave the top of the chart empty

  const unit = (step) => {
    if (step < 1) return "format(datum.value * 60, '.0f') + ' min'";
    return step < DAY ? "format(datum.value, '~r') + ' h'" : "format(datum.value / 24, ',.0f') + ' days'";
  };

  // The specification with an axis for some values in hours; on a linear one, `reach` is where it is cut, if it is.
  return (spec, channel, values, isLog, reach) => {
    const changed = structuredClone(spec);
    const known = values.filter((value) => value > 0);
    const high = reach ?? Math.max(MINUTE, ...known);
    const low = Math.max(MINUTE, Math.min(high, ...known));
    let axis;
    let scale;
    if (isLog) {
      const ticks = Math.max(high, ...known) / low > WIDE ? FAR_APART : ROUND;
      const top = Math.max(high, ...known);
      const next = ticks.find((tick) => tick >= top);
      const domain = [ticks.findLast((tick) => tick <= low) ?? low, next <= NEAR * top ? next : top];
      axis = { values: ticks.filter((tick) => tick >= domain[0] && tick <= domain[1]) };
      scale = { type: "log", nice: false, domain, clamp: true };
    } else {
      const step = STEPS.find((each) => high / each <= AT_MOST) ?? STEPS.at(-1);
      const top = reach ?? Math.ceil(high / step - 1e-9) * step;
      axis = { values: Array.from({ length: Math.floor(top / step + 1e-9) + 1 }, (_, k) => k * step), labelExpr: `datum.value ? ${unit(step)} : '0'` };
      scale = { nice: false, domain: [0, top], clamp: true };
    }
    for (const { encoding } of changed.layer) {
      const scaled = encoding[channel];
      if (!scaled?.field || scaled.scale === null) continue;
      const { tickCount: _, ...kept } = scaled.axis ?? {};
      scaled.scale = scale;
      scaled.axis = { ...kept, ...axis };
    }
    return changed;
  };
})();
