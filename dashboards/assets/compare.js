// The bar on which the reader chooses what to compare; all charts of the page follow it.
"use strict";
ecotone.swatch = (slot) => {
  const SVG = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("class", `line-swatch ${ecotone.overTime.style(slot)}`);
  drawing.setAttribute("width", "22");
  drawing.setAttribute("height", "10");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "line");
  for (const [name, value] of Object.entries({ x1: "1", x2: "21", y1: "5", y2: "5" })) line.setAttribute(name, value);
  line.setAttribute("stroke-dasharray", ecotone.overTime.dashes(slot).join(" "));
  drawing.append(line);
  return drawing;
};

ecotone.compare = () => {
  const { choice } = ecotone;
  const form = document.getElementById("compare");
  if (!form) return;
  const chosen = document.getElementById("chosen");
  const list = document.getElementById("choose-list");
  const panel = document.getElementById("choose");
  const { t } = ecotone;
  const pageTitles = { ecosystem: t("{n} of {all} ecosystems"), region: t("{n} of {all} regions"), layer: t("{n} of {all} layers"), project: t("{n} of {all} projects") };
  const filter = document.getElementById("choose-filter");
  const sent = document.getElementById("sent");
  const ofGrain = () => ecotone.page.entities.filter((entity) => entity.kind === choice.grain);
  let listed = null; // the grain whose checkboxes stand in the panel

  const name = (entity) => {
    const inner = document.createElement("bdi");
    inner.className = "name";
    inner.textContent = entity.label;
    inner.title = entity.label;
    return inner;
  };

  function chip(entity) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `chip s${entity.slot % ecotone.AT_ONCE}`;
    button.dataset.entity = entity.id;
    const cross = document.createElement("span");
    cross.className = "chip-cross";
    cross.textContent = "×";
    cross.setAttribute("aria-hidden", "true");
    const hint = document.createElement("span");
    hint.className = "unseen";
    hint.textContent = t("Remove") + " ";
    button.append(hint, ecotone.swatch(entity.slot), name(entity), cross);
    button.addEventListener("click", () => {
      const next = button.nextElementSibling ?? button.previousElementSibling;
      const following = next?.dataset.entity;
      choice.setShown(choice.shown.filter((id) => id !== entity.id));
      chosen.querySelector(`[data-entity="${CSS.escape(following ?? "")}"]`)?.focus();
    });
    return button;
  }

  function box(entity) {
    const label = document.createElement("label");
    label.className = `box s${entity.slot % ecotone.AT_ONCE}`;
    const input = document.createElement("input");
    input.type = "checkbox";
    input.value = entity.id;
    input.addEventListener("change", () => {
      const others = choice.shown.filter((id) => id !== entity.id);
      choice.setShown(input.checked ? [...others, entity.id] : others);
    });
    label.append(input, ecotone.swatch(entity.slot), name(entity));
    return label;
  }

  function tell() {
    const { shown, grain, span } = choice;
    const all = ofGrain();
    for (const input of form.querySelectorAll("[name=grain]")) input.checked = input.value === grain;
    for (const input of form.querySelectorAll("[name=span]")) input.checked = Number(input.value) === span && !choice.from && !choice.to;
    chosen.replaceChildren(...shown.map((id) => chip(ecotone.entity.get(id))));
    // One chip is not removable: a chart of nothing tells nothing.
    if (shown.length === 1) chosen.firstElementChild.disabled = true;
    if (listed !== grain) {
      const sorted = [...all].sort((a, b) => a.label.localeCompare(b.label, ecotone.tag));
      list.replaceChildren(...sorted.map(box));
      listed = grain;
      filter.value = "";
    }
    for (const input of list.querySelectorAll("input")) {
      input.checked = shown.includes(input.value);
      input.disabled = (!input.checked && shown.length >= ecotone.AT_ONCE) || (input.checked && shown.length === 1);
    }
    document.getElementById("choose-text").textContent = pageTitles[grain].replace("{n}", shown.length).replace("{all}", all.length);
    document.getElementById("choose-hint").textContent =
      shown.length >= ecotone.AT_ONCE ? t("Eight are shown, the most a chart can tell apart: take one away to add another.") : t("Up to eight at a time.");
    if (form.elements.from) {
      form.elements.from.value = choice.from;
      form.elements.to.value = choice.to;
      form.elements.indexed.checked = choice.indexed;
    }
    const asked = choice.query();
    for (const link of document.querySelectorAll("a[href*='.html']")) {
      link.dataset.plain ??= link.getAttribute("href");
      const [path, fragment = ""] = link.dataset.plain.split("#");
      if (fragment.includes("?")) continue; // it leads to a view of its own
      const anchor = fragment.split("?")[0];
      link.setAttribute("href", asked ? `${path}#${anchor}?${asked}` : anchor ? `${path}#${anchor}` : path);
    }
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    if (event.target.name === "grain") choice.setGrain(event.target.value);
    if (event.target.name === "span") choice.setSpan(Number(event.target.value));
    if (event.target.name === "from" || event.target.name === "to") choice.setEnds(form.elements.from.value, form.elements.to.value);
    if (event.target.name === "indexed") choice.setIndexed(event.target.checked);
  });
  filter.addEventListener("input", () => {
    const sought = filter.value.trim().toLocaleLowerCase();
    for (const label of list.children) label.hidden = !label.textContent.toLocaleLowerCase().includes(sought);
  });
  const send = document.getElementById("send");
  const toSend = send.textContent;
  send.addEventListener("click", async () => {
    const copied = await ecotone.copy(location.href);
    sent.textContent = copied ? t("The link was copied.") : location.href;
    if (copied) send.textContent = sent.textContent;
    else sent.classList.remove("unseen"); // to be copied by hand
  });
  choice.listen(() => (send.textContent = toSend)); // another view, that was not copied
  document.addEventListener("pointerdown", (event) => {
    if (panel.open && !panel.contains(event.target)) panel.open = false;
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  choice.listen(tell);
  tell();
};
