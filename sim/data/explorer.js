// One sweep or comparison, looked up point by point. Words and rounded numbers were written when the file was made;
// nothing is computed here between what was played. Text is never read as HTML.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const { keys, names, measures } = data;
  const numbers = floats(data.numbers);
  const scenarioAt = new Map(names.map((_, scenario) => [placesOf(scenario).join(), scenario]));
  const CROWD = 60; // points of all kinds of which the intervals would cover each other
  const FEW = 9; // values of a key that are named on an axis, beyond which round numbers are
  const state = { places: placesOf(data.start), moved: 0, measure: 0, as: "value", jump: false };

  // --- what is stored

  function floats(text) {
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const view = new DataView(bytes.buffer);
    return Float64Array.from({ length: bytes.length / 8 }, (_, place) => view.getFloat64(8 * place, true));
  }

  function placesOf(scenario) {
    return keys.map((key) => key.places[scenario]);
  }

  // A stored number of a kind, in the unit that is shown; NaN where there is none.
  function stored(kind, measure, scenario) {
    const row = data.kinds.indexOf(kind) * measures.length + measure;
    return numbers[row * names.length + scenario] * measures[measure].scale;
  }

  const played = (places = state.places) => scenarioAt.get(places.join());

  // Places of what is chosen, with another value of one key.
  function changed(place, value) {
    const places = [...state.places];
    places[place] = value;
    return places;
  }

  // --- elements

  function filled(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (value === true) node.setAttribute(key, "");
      else if (value !== false && value != null) node.setAttribute(key, value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  }

  const element = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

  function drawn(name, attributes = {}, ...children) {
    return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
  }

  // --- keys

  function control(key, place) {
    const id = `key-${place}`;
    const label = element("label", { for: id }, ...breakable(key.key));
    const output = element("output", { for: id, id: `${id}-value` });
    const change = (event) => move(place, Number(event.target.value));
    const field = key.numbers
      ? element("input", { type: "range", id, min: 0, max: key.values.length - 1, step: 1, oninput: change })
      : element("select", { id, onchange: change }, ...optionsOf(key.values));
    return element("div", { class: "key" }, label, field, output);
  }

  const optionsOf = (texts) => texts.map((text, value) => element("option", { value }, text));

  // A key that may be broken after a dot or an underscore.
  function breakable(text) {
    return text.match(/[^._]+[._]*|[._]+/g).flatMap((part) => [part, element("wbr")]);
  }

  function move(place, value) {
    state.moved = place;
    state.places[place] = value;
    let also = "";
    if (state.jump && played() === undefined) also = goTo(nearest());
    draw(also);
  }

  // Go to a scenario; in words, which keys moved with the one that was moved.
  function goTo(scenario) {
    const before = state.places;
    state.places = placesOf(scenario);
    const others = keys.filter((_, place) => place !== state.moved && before[place] !== state.places[place]);
    if (!others.length) return "";
    return `Not played with the others as they were: moved too ${others.map(chosenText).join(", ")}. `;
  }

  function chosenText(key) {
    return `${key.key}=${key.values[state.places[keys.indexOf(key)]]}`;
  }

  // --- what was not played

  // The scenario that differs least, among those with the value that was moved to.
  function nearest() {
    const { moved } = state;
    let best = 0;
    let least = Infinity;
    for (let scenario = 0; scenario < names.length; scenario += 1) {
      const places = placesOf(scenario);
      const apart = places.reduce((sum, value, place) => sum + distance(keys[place], value, state.places[place]), 0)
        + (places[moved] === state.places[moved] ? 0 : keys.length);
      if (apart < least) [best, least] = [scenario, apart];
    }
    return best;
  }

  // 0 to 1: numbers by their share of the range, names by being different.
  function distance(key, one, other) {
    if (one === other) return 0;
    if (!key.numbers) return 1;
    return Math.abs(key.numbers[one] - key.numbers[other]) / (key.numbers.at(-1) - key.numbers[0]);
  }

  // How a scenario differs from what is chosen, key by key.
  function differing(scenario) {
    return keys.flatMap((key, place) => {
      const [theirs, ours] = [key.places[scenario], state.places[place]];
      return theirs === ours ? [] : [`${key.key} ${key.values[theirs]} instead of ${key.values[ours]}`];
    });
  }

  function notPlayed() {
    const scenario = nearest();
    const go = () => {
      goTo(scenario);
      draw();
      byId(`key-${state.moved}`).focus();
    };
    const nothing = "Nothing is known of this combination, and nothing is computed between those that were played.";
    const near = `The nearest that was played: ${names[scenario]}. It differs by ${differing(scenario).join(", ")}.`;
    return [
      element("p", {}, element("strong", {}, "Not played: "), `${keys.map(chosenText).join(", ")}. ${nothing}`),
      element("p", {}, near),
      element("button", { type: "button", id: "go", onclick: go }, "Go to it"),
    ];
  }

  // --- the table

  function table(scenario) {
    const baseline = data.baselines[scenario];
    const hasSecond = measures.some((measure) => measure.second[scenario]);
    const heads = ["Measure", names[scenario]];
    if (baseline !== scenario) {
      heads.push(`Beside it: ${names[baseline]}`, "Paired difference");
      heads.push(...(hasSecond ? ["Difference with the assumptions"] : []), "Its interval");
    }
    const groups = [measures.slice(0, data.telling), measures.slice(data.telling)].filter((group) => group.length);
    const titles = groups.length > 1 ? ["Telling for what varies", "Further headline measures"] : [""];
    const bodies = groups.map((group, number) => element("tbody", {}, headingOf(titles[number], heads.length),
      ...group.map((measure) => row(measure, scenario, baseline, hasSecond))));
    return element("table", { id: "numbers" }, headOf(heads), ...bodies);
  }

  function headOf(texts) {
    return element("thead", {}, element("tr", {}, ...texts.map((text) => element("th", { scope: "col" }, text))));
  }

  function headingOf(text, colspan) {
    return text ? element("tr", {}, element("th", { scope: "rowgroup", colspan }, text)) : null;
  }

  function row(measure, scenario, baseline, hasSecond) {
    const isAssumed = measure.moved & data.assumed[scenario];
    const label = element("th", { scope: "row", title: measure.about }, measure.label,
      isAssumed ? element("span", { class: "mark" }, " set so") : null);
    const cells = [element("td", {}, marked(measure.means[scenario], scenario))];
    if (baseline !== scenario) {
      const change = measure.differences[scenario];
      cells.push(element("td", {}, measure.means[baseline]),
        element("td", { class: change.includes("*") ? "star" : "" }, change),
        hasSecond ? element("td", {}, measure.second[scenario]) : null,
        element("td", { class: "interval" }, interval(measures.indexOf(measure), scenario)));
    }
    return element("tr", { "data-measure": measure.name }, label, ...cells);
  }

  // The marks of reports: many leave, no steady state.
  function marked(text, scenario) {
    const flags = data.flags[scenario];
    return text + (flags ? ` ${flags & 1 ? "†" : ""}${flags & 2 ? "‡" : ""}` : "");
  }

  // The interval of a difference about zero, and behind it the one with the assumptions.
  function interval(measure, scenario) {
    const of = (...kinds) => kinds.map((kind) => stored(kind, measure, scenario));
    const [mean, low, high] = of("difference", "difference low", "difference high");
    const [least, most] = of("second low", "second high");
    if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
    const half = Math.max(...[low, high, least, most].filter(Number.isFinite).map(Math.abs)) || 1;
    const at = (value) => 72 + (66 * value) / half;
    return drawn("svg", { viewBox: "0 0 144 16", "aria-hidden": "true" }, line("zero", 72, 72, 0, 16),
      Number.isFinite(least) ? line("second", at(least), at(most), 13, 13) : null,
      line("whisker", at(low), at(high), 7, 7), drawn("circle", { class: "dot", cx: at(mean), cy: 7, r: 3.5 }));
  }

  const line = (kind, x1, x2, y1, y2) => drawn("line", { class: kind, x1, x2, y1, y2 });

  // --- the picture

  // Scenarios along the moved key with all others as chosen; where fewer than two were played, all there are.
  function alongMoved() {
    const { moved } = state;
    const fixed = keys[moved].values.map((_, value) => played(changed(moved, value)))
      .filter((scenario) => scenario !== undefined);
    const isFixed = fixed.length > 1;
    return { scenarios: isFixed ? fixed : names.map((_, scenario) => scenario), isFixed };
  }

  // What is drawn of each scenario: its place along the key, mean and interval; beside itself nothing differs.
  function pointsOf(scenarios) {
    const kinds = state.as === "value" ? ["mean", "low", "high", "", ""]
      : ["difference", "difference low", "difference high", "second low", "second high"];
    return scenarios.map((scenario) => {
      const of = (kind, whose = scenario) => (kind ? stored(kind, state.measure, whose) : NaN);
      const [mean, low, high, least, most] = kinds.map((kind) => of(kind));
      const base = state.as === "value" ? of("mean", data.baselines[scenario]) : NaN;
      return { scenario, place: keys[state.moved].places[scenario], mean, low, high, base, least, most };
    }).filter((point) => Number.isFinite(point.mean));
  }

  function textOf(scenario) {
    const measure = measures[state.measure];
    if (state.as === "value") return marked(measure.means[scenario], scenario);
    return measure.differences[scenario] || "compared with";
  }

  function picture() {
    const { scenarios, isFixed } = alongMoved();
    const found = pointsOf(scenarios);
    const isCrowded = !isFixed && found.length > CROWD;
    const current = played();
    const points = found.map((point) => (isFixed || point.scenario === current ? point : bare(point, isCrowded)));
    const label = measures[state.measure].label;
    const title = state.as === "value" ? label : `${label}, paired difference from ${data.beside}`;
    const said = `${title}, along ${keys[state.moved].key}`;
    const text = points.length ? caption(said, isFixed, isCrowded, points) : "Nothing is stored of this measure here.";
    const drawing = points.length ? [svgOf(points, isFixed, said)] : [];
    byId("picture").replaceChildren(element("figcaption", {}, text), ...drawing);
    const details = byId("points");
    const fill = () => byId("points-table").replaceChildren(...(details.open ? [pointsTable(found, isFixed)] : []));
    details.ontoggle = fill;
    fill();
  }

  // A point among others that it cannot be read beside: alone, and of very many without its interval.
  function bare(point, isCrowded) {
    return { ...point, base: NaN, least: NaN, low: isCrowded ? NaN : point.low };
  }

  function caption(said, isFixed, isCrowded, points) {
    const others = isFixed ? "the other keys as chosen"
      : "all scenarios that were played: fewer than two have the other keys as chosen, so these differ in others too";
    const where = played() === undefined ? "What is chosen was not played (dotted line)." : "Filled: what is chosen.";
    const base = state.as === "value" ? ` Grey dash: ${data.beside}.` : "";
    const second = points.some((point) => Number.isFinite(point.least)) ? " Brown: with the assumptions." : "";
    const whose = `${isCrowded ? "The chosen one has" : "Each has"} its ${data.percent} interval of chance.${second}`;
    return `${said}; ${others}. ${where}${base} ${whose} No line joins them: nothing was played between.`;
  }

  function svgOf(points, isFixed, said) {
    const key = keys[state.moved];
    const current = played();
    const right = Math.max(340, Math.min(720, byId("picture").clientWidth - 30)) - 20;
    const [left, top, bottom] = [70, 15, 270];
    const across = axisOf(key.numbers ?? key.values.map((_, place) => place), left, right, !key.numbers);
    const ends = points.flatMap((point) => [point.mean, point.low, point.high, point.base, point.least, point.most]);
    const up = axisOf([...ends.filter(Number.isFinite), ...(state.as === "value" ? [] : [0])], bottom, top, false);
    const position = (place) => across.at(key.numbers ? key.numbers[place] : place);
    const here = position(state.places[state.moved]);
    const kindOf = (point) => (point.scenario === current ? "here" : isFixed ? "" : "other");
    const last = (point) => point.scenario === current; // drawn on top of the others
    const label = `${said}: the numbers stand in a table below`;
    return drawn("svg", { viewBox: `0 0 ${right + 20} 320`, role: "img", "aria-label": label },
      ...up.ticks.map((tick) => tickOf(tick, up.at(tick), left, right)),
      line("axis", left, right, bottom, bottom), line("axis", left, left, top, bottom),
      ...labelsOf(key, across, position).map(([x, text]) => words(text, x, bottom + 20)),
      words(shortened(key.key, 60), (left + right) / 2, bottom + 42),
      current === undefined ? line("missing", here, here, top, bottom) : null,
      ...[...points].sort((one, other) => last(one) - last(other))
        .map((point) => mark(point, kindOf(point), position(point.place), up)));
  }

  function words(text, x, y, anchor = "middle") {
    return drawn("text", { x, y, "text-anchor": anchor }, text);
  }

  function tickOf(tick, y, left, right) {
    const rule = tick === 0 ? line("zero", left, right, y, y) : line("axis", left - 5, left, y, y);
    return drawn("g", {}, rule, words(axisText(tick), left - 9, y + 4, "end"));
  }

  function mark(point, kind, x, up) {
    const upright = (name, at, low, high) =>
      (Number.isFinite(low) ? line(name, at, at, up.at(low), up.at(high)) : null);
    return drawn("g", { class: kind, "data-scenario": point.scenario },
      drawn("title", {}, `${names[point.scenario]}: ${textOf(point.scenario)}`),
      Number.isFinite(point.base) ? line("base", x - 9, x + 9, up.at(point.base), up.at(point.base)) : null,
      upright("second", x + 9, point.least, point.most), upright("whisker", x, point.low, point.high),
      drawn("circle", { class: "dot", cx: x, cy: up.at(point.mean), r: kind === "here" ? 6 : 4 }));
  }

  function pointsTable(points, isFixed) {
    const key = keys[state.moved];
    const sorted = [...points].sort((one, other) => one.place - other.place);
    const rows = sorted.map((point) => element("tr", {}, element("th", { scope: "row" }, key.values[point.place]),
      isFixed ? null : element("td", {}, names[point.scenario]), element("td", {}, textOf(point.scenario))));
    const heads = [key.key, ...(isFixed ? [] : ["Scenario"]), measures[state.measure].label];
    return element("table", {}, headOf(heads), element("tbody", {}, ...rows));
  }

  // From values to places between `from` and `to`, with round ticks.
  function axisOf(values, from, to, isOrdinal) {
    const least = values.reduce((one, other) => Math.min(one, other), Infinity);
    const most = values.reduce((one, other) => Math.max(one, other), -Infinity);
    const room = isOrdinal ? 0.5 : (most - least || Math.abs(most) || 1) * 0.06;
    const [low, high] = [least - room, most + room];
    const power = 10 ** Math.floor(Math.log10((high - low) / 5));
    const step = [1, 2, 5, 10].map((each) => each * power).find((each) => (high - low) / each <= 6);
    const ticks = [];
    for (let number = Math.ceil(low / step); number * step <= high; number += 1) ticks.push(number * step);
    return { at: (value) => from + ((to - from) * (value - low)) / (high - low), ticks };
  }

  // What stands below the axis: the values that there are, of many numbers round ones; none on top of another.
  function labelsOf(key, across, position) {
    const isDense = key.numbers && key.values.length > FEW;
    const all = isDense ? across.ticks.map((tick) => [across.at(tick), axisText(tick)])
      : key.values.map((text, place) => [position(place), shortened(text, key.numbers ? 9 : 16)]);
    const found = [];
    for (const [x, text] of all) {
      const free = found.length ? found.at(-1)[0] + 4 * (found.at(-1)[1].length + text.length) + 6 : -Infinity;
      if (x >= free) found.push([x, text]);
    }
    return found;
  }

  const axisText = (value) => Number(value.toPrecision(6)).toLocaleString("en").replace("-", "−");

  function shortened(text, most) {
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  }

  // --- the address

  // What the address says; an entry that this file does not have is told.
  function readAddress() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const unknown = [];
    const found = (name, places) => {
      const place = asked.has(name) ? places.indexOf(asked.get(name)) : -1;
      if (asked.has(name) && place < 0) unknown.push(`${name}=${asked.get(name)}`);
      return place < 0 ? null : place;
    };
    keys.forEach((key, place) => {
      state.places[place] = found(key.key, key.values) ?? state.places[place];
    });
    state.measure = found("show.measure", measures.map((each) => each.name)) ?? state.measure;
    state.moved = found("show.along", keys.map((each) => each.key)) ?? state.moved;
    if (asked.get("show.as") === "difference") state.as = "difference";
    state.jump = asked.get("show.jump") === "yes" || state.jump;
    return unknown.length ? `The address asks for what is not in this file: ${unknown.join(", ")}. ` : "";
  }

  function writeAddress() {
    const said = new URLSearchParams(keys.map((key, place) => [key.key, key.values[state.places[place]]]));
    if (measures.length) said.set("show.measure", measures[state.measure].name);
    said.set("show.along", keys[state.moved].key);
    if (state.as !== "value") said.set("show.as", state.as);
    if (state.jump) said.set("show.jump", "yes");
    if (location.hash.slice(1) !== said.toString()) history.replaceState(null, "", `#${said}`);
  }

  // --- the command

  async function copy() {
    const text = byId("command").textContent;
    try {
      await navigator.clipboard.writeText(text);
      byId("copied").textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(byId("command"));
      byId("copied").textContent = document.execCommand("copy") ? "Copied." : "Selected: copy it with Ctrl+C.";
    }
  }

  function drawCommand(scenario) {
    const text = scenario === undefined ? "" : data.commands[scenario];
    byId("command-about").textContent = aboutCommand(scenario, text);
    byId("command").textContent = text;
    byId("copy").disabled = !text;
    byId("copied").textContent = "";
  }

  function aboutCommand(scenario, text) {
    if (scenario === undefined) return "This combination was not played; choose one that was.";
    if (!text) {
      return "No command is given: it has words that a shell would act on, or more than a line can say. How to repeat "
        + "the whole study stands below.";
    }
    const baseline = data.baselines[scenario];
    const beside = baseline === scenario ? "" : ` beside ${names[baseline]}, on the same patients`;
    const whose = "Files of your own that it names have to be there.";
    return `Where PeerED is installed, this plays this scenario${beside}. ${whose}`;
  }

  // --- everything

  function said(scenario) {
    if (scenario === undefined) return "";
    const measure = measures[state.measure];
    const runs = `${data.runs[scenario]} replication${data.runs[scenario] === 1 ? "" : "s"}`;
    const cost = data.costs[scenario] === "–" ? "" : `, ${data.costs[scenario]} ${data.currency} a week by the roster`;
    const apart = measure?.differences[scenario];
    const difference = apart === "=" ? ", identical to what it is compared with" : `, paired difference ${apart}`;
    const change = apart ? difference : "";
    const value = measure ? `: ${measure.label} ${marked(measure.means[scenario], scenario)}${change}` : "";
    return `${names[scenario]} (${runs}${cost})${value}.`;
  }

  function draw(before = "") {
    const scenario = played();
    keys.forEach((key, place) => {
      const text = key.values[state.places[place]];
      const field = byId(`key-${place}`);
      field.value = state.places[place];
      if (key.numbers) field.setAttribute("aria-valuetext", text);
      byId(`key-${place}-value`).textContent = text;
    });
    byId("pick").value = scenario ?? "";
    byId("jump").checked = state.jump;
    byId("measure").value = state.measure;
    byId("along").value = state.moved;
    byId("as").value = state.as;
    byId("not-played").replaceChildren(...(scenario === undefined ? notPlayed() : []));
    byId("said").textContent = before + said(scenario);
    const nothing = () => element("p", {}, "Not played, so there is nothing to show.");
    byId("values").replaceChildren(scenario === undefined ? nothing() : table(scenario));
    if (measures.length) picture();
    drawCommand(scenario);
    writeAddress();
    document.body.dataset.scenario = scenario ?? "";
  }

  function start() {
    byId("keys").replaceChildren(...keys.map(control));
    byId("pick").closest("label").hidden = keys.length === 1;
    byId("jump").closest("label").hidden = keys.reduce((all, key) => all * key.values.length, 1) === names.length;
    byId("pick").replaceChildren(element("option", { value: "", disabled: true }, "not played"), ...optionsOf(names));
    byId("measure").replaceChildren(...optionsOf(measures.map((measure) => measure.label)));
    byId("along").replaceChildren(...optionsOf(keys.map((key) => key.key)));
    byId("legend").textContent = `Mean ± half-width of its ${data.percent} interval; paired differences are from `
      + `${data.beside}, on the same patients. *: beyond chance when the headline measures of all scenarios are judged `
      + "together. =: identical to the last bit. Intervals of differences are drawn about zero, each row on its own "
      + "scale.";
    const set = (name, value) => (event) => { state[name] = value(event.target); draw(); };
    byId("pick").onchange = (event) => { state.places = placesOf(Number(event.target.value)); draw(); };
    byId("jump").onchange = (event) => {
      state.jump = event.target.checked;
      draw(state.jump && played() === undefined ? goTo(nearest()) : "");
    };
    byId("measure").onchange = set("measure", (field) => Number(field.value));
    byId("along").onchange = set("moved", (field) => Number(field.value));
    byId("as").onchange = set("as", (field) => field.value);
    byId("copy").onclick = copy;
    addEventListener("resize", () => measures.length && picture());
    addEventListener("hashchange", () => draw(readAddress()));
    byId("without-script").remove();
    byId("with-script").hidden = false;
    draw(readAddress());
  }

  start();
})();
