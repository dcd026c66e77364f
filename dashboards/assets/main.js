// Brings the page to life: a chart is drawn when it comes near the screen, and again when the choice changes.
"use strict";
(() => {
  const { choice, words, page } = ecotone;
  const { t } = ecotone;
  const MISSING = t("The data is not beside this page: the folder `data` has to come along.");
  const NEAR = "250px"; // what is further is drawn when the reader comes: the first screen is not kept waiting
  const FAR = 100; // times the largest value: where an interval without an end is drawn to
  const ROW_HEIGHT = 30; // pixels, as in charts.py

  // Runs one after the other, and skips those that a later one has overtaken.
  function latest(run) {
    let turn = 0;
    let going = Promise.resolve();
    return () => {
      turn += 1;
      const mine = turn;
      going = going.then(() => (mine === turn ? run() : undefined)).catch((error) => console.error(error));
      return going;
    };
  }

  function say(figure, sentence) {
    const told = document.createElement("p");
    told.className = "unknown";
    told.textContent = sentence;
    figure.querySelector(".drawing").replaceChildren(told);
  }

  // A chart of lines over time, or of curves.
  function overTime(figure) {
    const chart = page.charts[figure.dataset.chart];
    const kind = figure.dataset.kind === "curves" ? ecotone.curves : ecotone.overTime;
    const spec = ecotone.specification(figure, "y", chart.format);
    const inspect = ecotone.inspect(figure, chart);
    const select = figure.querySelector("select.entity");
    const months = figure.querySelector("select.period");
    const details = figure.querySelector(".as-table");
    const saves = ecotone.saves(figure);
    let picked = null;
    let last = null;

    function offer(shown) {
      if (!select) return;
      if (!shown.includes(picked)) picked = shown[0];
      fill(select, shown.map((id) => [id, ecotone.format.shortened(ecotone.entity.get(id).label, 40)]), picked);
    }

    // The data of the month that the reader picked; of the latest whole one, if it is not offered at this grain.
    async function ofMonth(name) {
      const data = await ecotone.load(name);
      if (!data || !months) return data;
      const offered = [...data.periods].sort().reverse();
      const month = offered.includes(months.value) ? months.value : data.period;
      fill(months, offered.map((each) => [each, ecotone.format.period(each)]), month);
      figure.querySelector(".of-month").textContent = month ? t(", ") + ecotone.format.period(month) : "";
      return month === data.period ? data : ecotone.load(`${name}.${month.slice(0, 7)}`);
    }

    const update = latest(async () => {
      const { shown, grain } = choice;
      offer(shown);
      const entities = select ? [picked] : shown;
      const data = await ofMonth(`${figure.dataset.chart}.${select ? picked.replace(":", ".") : grain}`);
      if (!data) {
        say(figure, MISSING);
        return;
      }
      const read = kind.lines(chart, data, entities);
      const isIndexed = choice.indexed && kind === ecotone.overTime && ecotone.canBeIndexed(chart);
      const found = isIndexed ? ecotone.toIndex(read) : read;
      const form = isIndexed ? "number" : chart.format;
      const asIndex = figure.querySelector(".as-index");
      if (asIndex) asIndex.hidden = !isIndexed;
      const shownAs = { ...chart, format: form };
      const known = found.some((line) => line.points.some((point) => point.v !== null || point.l !== null));
      figure.classList.toggle("is-empty", !known);
      if (known) {
        const scale = figure.querySelector(".scale input:checked")?.value;
        const specified = isIndexed ? ecotone.specification(figure, "y", form) : spec;
        const { view, narrow, isCut } = await kind.draw(figure, specified, found, scale, form);
        last?.view.finalize();
        last = { view, narrow, isCut };
        inspect(view, found, form);
      } else {
        say(figure, isIndexed ? t("No month is known of all that is shown: it cannot be indexed.") : t("Unknown for all that is shown."));
      }
      words.key(figure, found);
      words.gaps(figure, chart, read, entities);
      words.sizes(figure, chart, kind.sized(found), known && last.isCut);
      words.alternative(figure, shownAs, found);
      ecotone.passing(figure, chart, isIndexed ? [] : read);
      details.ontoggle = () => details.open && words.table(figure, shownAs, found);
      saves(() => ({ figure, chart: shownAs, found, data }));
      details.ontoggle();
      figure.dataset.drawn = entities.join(" ");
    });

    select?.addEventListener("change", () => {
      picked = select.value;
      update();
    });
    months?.addEventListener("change", update);
    figure.querySelector(".scale")?.addEventListener("change", update);
    new ResizeObserver(() => {
      if (last && last.narrow !== figure.querySelector(".drawing").clientWidth < ecotone.overTime.NARROW) update();
    }).observe(figure);
    return update;
  }

  function fill(select, offered, chosen) {
    select.replaceChildren(
      ...offered.map(([value, name]) => {
        const option = document.createElement("option");
        option.value = value;
        option.textContent = name;
        option.selected = value === chosen;
        return option;
      }),
    );
  }

  // The charts of the overview: one row an entity.
  function inARow(figure) {
    const chart = page.charts[figure.dataset.measure];
    const spec = ecotone.specification(figure, "x", chart.format);
    let last = null;

    const update = latest(async () => {
      const data = (await ecotone.load(`${page.page}.${choice.grain}`))?.[figure.dataset.measure];
      if (!data) {
        say(figure, MISSING);
        return;
      }
      const points = choice.shown
        .map((id) => ({ entity: ecotone.entity.get(id), ...data.points.find((point) => point.e === id) }))
        .sort((a, b) => a.entity.label.localeCompare(b.entity.label, "en"));
      const rows = points.map((point) => ({
        name: ecotone.format.isolated(ecotone.format.shortened(point.entity.label, 60)),
        v: point.v ?? null,
        l: point.l ?? null,
        h: point.h ?? null,
        hollow: Boolean(point.hollow),
        colour: ecotone.overTime.colour(point.entity.slot),
        late: point.p && point.p !== data.month ? ecotone.format.period(point.p) : "",
        note: point.note === ecotone.format.NOT_REACHED ? ecotone.told(point.note) : t("unknown: {why}", { why: ecotone.told(point.note || "not observed") }),
      }));
      spec.height = ROW_HEIGHT * rows.length;
      figure.querySelector(".view").className = `view rows-${rows.length}`;
      const ends = rows.flatMap((row) => [row.v, row.l, row.h]).filter((end) => end !== null);
      const isOpen = rows.some((row) => row.l !== null && row.h === null);
      const edge = (chart.format === "hours" ? FAR : 1) * Math.max(...ends); // an axis of durations cuts what lies beyond it
      for (const row of rows) if (row.l !== null && row.h === null) row.h = edge;
      const isLog = figure.querySelector(".scale input:checked")?.value === "log";
      const inHours = chart.format === "hours" ? ecotone.durations(spec, "x", ends, isLog) : null;
      const drawn = inHours ?? (isLog ? ecotone.logarithmic(spec, "x", ends) : spec);
      const { view } = await ecotone.embed(figure.querySelector(".drawing"), drawn, { rows }, { left: 0, top: 4, bottom: 0, right: 12 });
      last?.finalize();
      last = view;
      const told = points.map((point) => `${ecotone.format.isolated(point.entity.label)}: ${ecotone.format.value(point.v, chart.format, point.note)}`);
      figure.querySelector(".view").setAttribute("aria-label", t("Dot chart: {title}. {values}. All values are in the table below.", { title: chart.title, values: told.join(t(". ")) }));
      words.sizes(figure, chart, points.map((point) => ({ ...point, v: point.v ?? null, h: point.h ?? null })), isOpen);
      const body = document.createElement("tbody");
      for (const point of points) {
        const row = body.insertRow();
        words.named(row, point.entity.label);
        words.cell(row, point.p ? ecotone.format.period(point.p) : "");
        words.values(row, { ...point, v: point.v ?? null, reason: point.note ?? "", flag: point.note ?? "" }, chart.format);
      }
      figure.querySelector(".as-table tbody").replaceWith(body);
      figure.dataset.drawn = choice.shown.join(" ");
    });

    figure.querySelector(".scale")?.addEventListener("change", update);
    return update;
  }

  // The cards of the overview: those of the chosen entities, or all on request.
  function profiles() {
    const cards = [...document.querySelectorAll(".profile[data-entity]")];
    const button = document.getElementById("show-all");
    if (!cards.length) return;
    let all = false;
    const kind = ecotone.entity.get(cards[0].dataset.entity).kind;
    const note = document.getElementById("other-grain");
    const update = () => {
      const isOther = choice.grain !== kind;
      note.hidden = !isOther;
      if (isOther) {
        for (const card of cards) card.hidden = true;
        button.hidden = true;
        return;
      }
      for (const card of cards) card.hidden = !all && !choice.shown.includes(card.dataset.entity);
      button.hidden = all || !cards.some((card) => card.hidden);
    };
    button.addEventListener("click", () => {
      all = true;
      update();
    });
    choice.listen(update);
    update();
  }

  document.addEventListener("DOMContentLoaded", () => {
    ecotone.compare();
    profiles();
    const updates = new Map();
    const near = new Set();
    const watch = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (!isIntersecting) {
            near.delete(target);
          } else if (!near.has(target)) {
            near.add(target);
            if (target.dataset.drawn === undefined) updates.get(target)();
          }
        }
      },
      { rootMargin: NEAR },
    );
    for (const figure of document.querySelectorAll("figure[data-spec]")) {
      updates.set(figure, figure.dataset.chart ? overTime(figure) : inARow(figure));
      watch.observe(figure);
    }
    choice.listen(() => {
      for (const [figure, update] of updates) {
        delete figure.dataset.drawn;
        if (near.has(figure)) update();
      }
    });
    addEventListener("beforeprint", () => {
      for (const [figure, update] of updates) if (figure.dataset.drawn === undefined) update();
    });
    const anchor = location.hash.split("?")[0].slice(1);
    const sent = anchor && location.hash.includes("?") ? document.getElementById(anchor) : null;
    if (sent) {
      // what is drawn above it moves it: it stays in view until the reader does something
      const stay = new ResizeObserver(() => sent.scrollIntoView({ behavior: "instant" })); // a smooth one would begin anew each time
      stay.observe(document.body);
      for (const kind of ["wheel", "touchmove", "keydown", "pointerdown"])
        addEventListener(kind, () => stay.disconnect(), { once: true, passive: true });
    }
  });
})();
