// Reads values off a chart over time: by pointer or finger, and by keyboard with a range control, which tells each
// month's values to a screen reader too.
"use strict";
ecotone.inspect = (figure, chart) => {
  const plot = figure.querySelector(".plot");
  const cross = figure.querySelector(".cross");
  const tip = figure.querySelector(".tip");
  const scrub = figure.querySelector(".scrub");
  let state = null; // { view, found, periods }

  const text = (tag, content, name) => {
    const element = document.createElement(tag);
    element.textContent = content;
    if (name) element.className = name;
    return element;
  };

  const at = (period) =>
    state.found.map((line) => ({ line, point: line.points.find((point) => point.period === period) })).filter((read) => read.point);

  const words = ({ line, point }) => {
    const { value, interval, isolated } = ecotone.format;
    const range = point.v === null ? "" : interval(point.l, point.h, chart.format);
    const remark = point.v === null ? point.reason : point.flag;
    return `${isolated(line.name)}: ${value(point.v, chart.format)}${range ? `, ${range}` : ""}${remark ? ` (${remark})` : ""}`;
  };

  function fill(period) {
    const reads = at(period).sort((a, b) => (b.point.v ?? -Infinity) - (a.point.v ?? -Infinity));
    tip.replaceChildren(text("p", ecotone.format.period(period), "tip-period"));
    const table = document.createElement("table");
    for (const { line, point } of reads) {
      const row = table.insertRow();
      row.className = `s${line.slot % ecotone.AT_ONCE}`;
      row.insertCell().append(text("span", "", "swatch"));
      row.insertCell().append(text("bdi", ecotone.format.shortened(line.name, 40)));
      const figureCell = row.insertCell();
      figureCell.className = "num";
      figureCell.textContent = ecotone.format.value(point.v, chart.format);
      const range = point.v === null ? point.reason : ecotone.format.interval(point.l, point.h, chart.format);
      row.insertCell().append(text("span", [range, point.v === null ? "" : point.flag].filter(Boolean).join("; "), "tip-note"));
    }
    tip.append(table);
    if (!reads.length) tip.append(text("p", "Nothing known", "tip-note"));
  }

  function show(index) {
    const period = state.periods[index];
    const { left, top } = state.view.padding();
    const x = left + state.view.origin()[0] + state.view.scale("x")(Date.parse(`${period}T00:00:00Z`));
    fill(period);
    cross.hidden = tip.hidden = false;
    cross.style.left = `${x}px`;
    cross.style.height = `${state.view.height()}px`;
    cross.style.top = `${top + state.view.origin()[1]}px`;
    const room = plot.clientWidth;
    const width = tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(room - width, x + 14 + width > room ? x - width - 14 : x + 14))}px`;
    scrub.value = String(index);
    scrub.setAttribute("aria-valuetext", `${ecotone.format.period(period)}. ${at(period).map(words).join("; ") || "nothing known"}`);
  }

  function hide() {
    cross.hidden = tip.hidden = true;
  }

  plot.addEventListener("pointermove", (event) => {
    if (!state?.periods.length) return;
    const x = event.clientX - plot.getBoundingClientRect().left - state.view.origin()[0] - state.view.padding().left;
    const time = Number(state.view.scale("x").invert(x));
    const distance = (period) => Math.abs(Date.parse(`${period}T00:00:00Z`) - time);
    show(state.periods.reduce((best, period, index) => (distance(period) < distance(state.periods[best]) ? index : best), 0));
  });
  plot.addEventListener("pointerleave", () => {
    if (document.activeElement !== scrub) hide();
  });
  scrub.addEventListener("input", () => show(Number(scrub.value)));
  scrub.addEventListener("focus", () => state?.periods.length && show(Number(scrub.value)));
  scrub.addEventListener("blur", hide);
  scrub.addEventListener("keydown", (event) => event.key === "Escape" && hide());

  // What is drawn now.
  return (view, found) => {
    const periods = [...new Set(found.flatMap((line) => line.points.map((point) => point.period)))].sort();
    state = { view, found, periods };
    hide();
    scrub.hidden = periods.length === 0;
    scrub.max = String(Math.max(0, periods.length - 1));
    scrub.value = scrub.max;
    if (periods.length) scrub.setAttribute("aria-valuetext", ecotone.format.period(periods.at(-1)));
  };
};
