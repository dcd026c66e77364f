// Reads values off a chart: by pointer or finger, and by keyboard with a range control, which tells the values of each
// month, or each time since the start, to a screen reader too.
"use strict";
ecotone.inspect = (figure, chart) => {
  const plot = figure.querySelector(".plot");
  const cross = figure.querySelector(".cross");
  const tip = figure.querySelector(".tip");
  const scrub = figure.querySelector(".scrub");
  let form = chart.format; // that of what is drawn: indexed, it is another
  let state = null; // { view, found, places }: what can be read off is at places { x, title }

  const text = (tag, content, name) => {
    const element = document.createElement(tag);
    element.textContent = content;
    if (name) element.className = name;
    return element;
  };

  const at = (place) =>
    state.found.map((line) => ({ line, point: line.points.find((point) => point.x === place.x) })).filter((read) => read.point);
  const left = (place) => state.view.padding().left + state.view.origin()[0] + state.view.scale("x")(place.x);

  // Why a value is unknown, unless that stands in its place; else what is to be said of it.
  const remarkOn = ({ v, reason, flag }) => (v !== null ? flag : reason === ecotone.format.NOT_REACHED ? "" : reason);

  const words = ({ line, point }) => {
    const { value, interval, isolated } = ecotone.format;
    const range = interval(point.l, point.h, form);
    const remark = ecotone.told(remarkOn(point));
    return `${isolated(line.name)}: ${value(point.v, form, point.reason)}${range ? `, ${range}` : ""}${remark ? ` (${remark})` : ""}`;
  };

  function fill(place) {
    const reads = at(place).sort((a, b) => (b.point.v ?? -Infinity) - (a.point.v ?? -Infinity));
    tip.replaceChildren(text("p", place.title, "tip-period"));
    const table = document.createElement("table");
    for (const { line, point } of reads) {
      const row = table.insertRow();
      row.className = ecotone.overTime.style(line.slot);
      row.insertCell().append(text("span", "", "swatch"));
      row.insertCell().append(text("bdi", ecotone.format.shortened(line.name, 40)));
      const figureCell = row.insertCell();
      figureCell.className = "num";
      figureCell.textContent = ecotone.format.value(point.v, form, point.reason);
      const told = [ecotone.format.interval(point.l, point.h, form), ecotone.told(remarkOn(point))];
      row.insertCell().append(text("span", told.filter(Boolean).join("; "), "tip-note"));
    }
    tip.append(table);
    if (!reads.length) tip.append(text("p", ecotone.t("Nothing known"), "tip-note"));
  }

  function show(index) {
    const place = state.places[index];
    const { top } = state.view.padding();
    const x = left(place);
    fill(place);
    cross.hidden = tip.hidden = false;
    cross.style.left = `${x}px`;
    cross.style.height = `${state.view.height()}px`;
    cross.style.top = `${top + state.view.origin()[1]}px`;
    const room = plot.clientWidth;
    const width = tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(room - width, x + 14 + width > room ? x - width - 14 : x + 14))}px`;
    scrub.value = String(index);
    scrub.setAttribute("aria-valuetext", `${place.title}. ${at(place).map(words).join("; ") || ecotone.t("Nothing known")}`);
  }

  function hide() {
    cross.hidden = tip.hidden = true;
  }

  plot.addEventListener("pointermove", (event) => {
    if (!state?.places.length) return;
    const x = event.clientX - plot.getBoundingClientRect().left;
    const distance = (place) => Math.abs(left(place) - x);
    show(state.places.reduce((best, place, index) => (distance(place) < distance(state.places[best]) ? index : best), 0));
  });
  plot.addEventListener("pointerleave", () => {
    if (document.activeElement !== scrub) hide();
  });
  scrub.addEventListener("input", () => show(Number(scrub.value)));
  scrub.addEventListener("focus", () => state?.places.length && show(Number(scrub.value)));
  scrub.addEventListener("blur", hide);
  scrub.addEventListener("keydown", (event) => event.key === "Escape" && hide());

  // What is drawn now.
  return (view, found, format = chart.format) => {
    form = format;
    const places = new Map(found.flatMap((line) => line.points.map((point) => [point.x, point])));
    state = { view, found, places: [...places.values()].sort((a, b) => a.x - b.x) };
    hide();
    scrub.hidden = places.size === 0;
    scrub.max = String(Math.max(0, places.size - 1));
    scrub.value = scrub.max;
    if (places.size) scrub.setAttribute("aria-valuetext", state.places.at(-1).title);
  };
};
