// Lines on a common start, and what two lines say of each other: which passed which, and how sure that is.
"use strict";
ecotone.canBeIndexed = (chart) => chart.format !== "percent"; // a rate of growth has no start to be measured by

// Each line ÷ its value in the first period in which all are known and above zero, × 100; unknown where there is none.
ecotone.toIndex = (found) => {
  const lines = found.filter((line) => line.points.some((point) => point.v !== null));
  const known = (line) => new Map(line.points.filter((point) => point.v > 0 && point.joined).map((point) => [point.place, point]));
  const starts = lines.map(known);
  const common = [...(starts[0]?.keys() ?? [])].filter((place) => starts.every((start) => start.has(place)));
  const start = Math.min(...common);
  return found.map((line) => {
    const base = common.length ? starts[lines.indexOf(line)]?.get(start)?.v : undefined;
    const scaled = (value) => (value === null || base === undefined ? null : (100 * value) / base);
    const points = line.points.filter((point) => common.length && point.place >= start);
    return { ...line, points: points.map((point) => ({ ...point, v: scaled(point.v), l: scaled(point.l), h: scaled(point.h) })) };
  });
};

// Of two lines: who is above in the latest period known of both, since when, and whether the intervals are apart.
ecotone.passing = (figure, chart, found) => {
  const { t } = ecotone;
  const { value, isolated } = ecotone.format;
  const told = figure.querySelector(".passed");
  if (!told) return;
  told.textContent = "";
  if (found.length !== 2 || figure.dataset.kind === "curves" || chart.split || chart.parts.length) return;
  const [one, other] = found;
  const at = new Map(other.points.map((point) => [point.place, point]));
  const pairs = one.points
    .map((point) => ({ a: point, b: at.get(point.place) }))
    .filter(({ a, b }) => b && a.v !== null && b.v !== null && a.joined && b.joined);
  if (!pairs.length) {
    told.textContent = t("No whole month is known of both: nothing is said of which is higher.");
    return;
  }
  const { a, b } = pairs.at(-1);
  const side = ({ a: x, b: y }) => Math.sign(x.v - y.v);
  const last = side(pairs.at(-1));
  const [upper, lower, high, low] = last >= 0 ? [one, other, a, b] : [other, one, b, a];
  const fields = { upper: isolated(upper.name), lower: isolated(lower.name), month: a.title, high: value(high.v, chart.format), low: value(low.v, chart.format) };
  const parts = [last ? t("In {month}, {upper} is above {lower}: {high} to {low}.", fields) : t("In {month}, {upper} and {lower} are equal: {high}.", fields)];
  const turn = pairs.findLastIndex((pair) => side(pair) !== last);
  if (last && turn >= 0) parts.push(t("It passed it in {month}.", { month: pairs[turn + 1].a.title }));
  else if (last && pairs.length === 1) parts.push(t("No other whole month is known of both and shown."));
  else if (last) parts.push(t("It has been above in all {n} months that are known of both and shown.", { n: pairs.length }));
  const bounded = high.l !== null && low.h !== null;
  if (bounded && low.h >= high.l) parts.push(t("The intervals overlap: no order is claimed."));
  else if (bounded) parts.push(t("The intervals are apart."));
  told.textContent = parts.join(" ");
};
