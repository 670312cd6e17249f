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
      : element("select", { id, onchange: change }, ...key.values.map((text, value) => element("option", { value }, text)));
    return element("div", { class: "key" }, label, field, output);
  }

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
    return others.length ? `Not played with the others as they were: moved too ${others.map(chosenText).join(", ")}. ` : "";
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

  function differing(scenario) {
    return keys.filter((key, place) => key.places[scenario] !== state.places[place])
      .map((key) => `${key.key} ${key.values[key.places[scenario]]} instead of ${key.values[state.places[keys.indexOf(key)]]}`);
  }

  function notPlayed() {
    const scenario = nearest();
    return [
      element("p", {}, element("strong", {}, "Not played: "), `${keys.map(chosenText).join(", ")}. Nothing is known of this `
        + "combination, and nothing is computed between those that were played."),
      element("p", {}, `The nearest that was played: ${names[scenario]}. It differs by ${differing(scenario).join(", ")}.`),
      element("button", { type: "button", id: "go", onclick: () => { goTo(scenario); draw(); byId(`key-${state.moved}`).focus(); } },
        "Go to it"),
    ];
  }

  // --- the table

  function table(scenario) {
    const baseline = data.baselines[scenario];
    const isBaseline = baseline === scenario;
    const hasSecond = measures.some((measure) => measure.second[scenario]);
    const heads = ["Measure", names[scenario], ...(isBaseline ? [] : [`Beside it: ${names[baseline]}`, "Paired difference",
      ...(hasSecond ? ["Difference with the assumptions"] : []), "Its interval"])];
    const groups = [measures.slice(0, data.telling), measures.slice(data.telling)].filter((group) => group.length);
    const titles = data.telling && groups.length > 1 ? ["Telling for what varies", "Further headline measures"] : [];
    return element("table", { id: "numbers" },
      element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
      ...groups.map((group, number) => element("tbody", {},
        titles[number] ? element("tr", {}, element("th", { scope: "rowgroup", colspan: heads.length }, titles[number])) : null,
        ...group.map((measure) => row(measure, scenario, baseline, hasSecond)))));
  }

  function row(measure, scenario, baseline, hasSecond) {
    const isAssumed = measure.moved & data.assumed[scenario];
    const label = element("th", { scope: "row", title: measure.about }, measure.label,
      isAssumed ? element("span", { class: "mark" }, " set so") : null);
    const change = measure.differences[scenario];
    return element("tr", { "data-measure": measure.name }, label, element("td", {}, marked(measure.means[scenario], scenario)),
      ...(baseline === scenario ? [] : [
        element("td", {}, measure.means[baseline]),
        element("td", { class: change.includes("*") ? "star" : "" }, change),
        hasSecond ? element("td", {}, measure.second[scenario]) : null,
        element("td", { class: "interval" }, interval(measures.indexOf(measure), scenario)),
      ]));
  }

  // The marks of reports: many leave, no steady state.
  function marked(text, scenario) {
    const flags = data.flags[scenario];
    return text + (flags ? ` ${flags & 1 ? "†" : ""}${flags & 2 ? "‡" : ""}` : "");
  }

  // The interval of a difference about zero, and behind it the one with the assumptions.
  function interval(measure, scenario) {
    const [low, high, mean] = ["difference low", "difference high", "difference"].map((kind) => stored(kind, measure, scenario));
    if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
    const second = ["second low", "second high"].map((kind) => stored(kind, measure, scenario));
    const half = Math.max(...[low, high, ...second].filter(Number.isFinite).map(Math.abs)) || 1;
    const at = (value) => 72 + (66 * value) / half;
    return drawn("svg", { viewBox: "0 0 144 16", "aria-hidden": "true" },
      drawn("line", { class: "zero", x1: 72, x2: 72, y1: 0, y2: 16 }),
      Number.isFinite(second[0]) ? drawn("line", { class: "second", x1: at(second[0]), x2: at(second[1]), y1: 13, y2: 13 }) : null,
      drawn("line", { class: "whisker", x1: at(low), x2: at(high), y1: 7, y2: 7 }),
      drawn("circle", { class: "dot", cx: at(mean), cy: 7, r: 3.5 }));
  }

  // --- the picture

  // Scenarios along the moved key with all others as chosen; where fewer than two were played, all there are.
  function alongMoved() {
    const { moved } = state;
    const line = keys[moved].values.map((_, value) => played(changed(moved, value)));
    const fixed = line.filter((scenario) => scenario !== undefined);
    return fixed.length > 1 ? { scenarios: fixed, isFixed: true } : { scenarios: names.map((_, scenario) => scenario), isFixed: false };
  }

  function kindsShown() {
    return state.as === "value" ? ["mean", "low", "high"] : ["difference", "difference low", "difference high"];
  }

  // What is drawn of each scenario: its place along the key, mean and interval; beside itself nothing differs.
  function pointsOf(scenarios) {
    const key = keys[state.moved];
    return scenarios.map((scenario) => {
      const [mean, low, high] = kindsShown().map((kind) => stored(kind, state.measure, scenario));
      const isValue = state.as === "value";
      const base = isValue ? stored("mean", state.measure, data.baselines[scenario]) : NaN;
      const second = ["second low", "second high"].map((kind) => (isValue ? NaN : stored(kind, state.measure, scenario)));
      return { scenario, place: key.places[scenario], mean, low, high, base, second };
    }).filter((point) => Number.isFinite(point.mean));
  }

  function textOf(scenario) {
    const measure = measures[state.measure];
    return state.as === "value" ? marked(measure.means[scenario], scenario) : measure.differences[scenario] || "compared with";
  }

  function picture() {
    const { scenarios, isFixed } = alongMoved();
    const points = pointsOf(scenarios);
    const key = keys[state.moved];
    const width = Math.max(340, Math.min(720, byId("picture").clientWidth - 30));
    const [height, left, bottom] = [320, 70, 50];
    const across = axisOf(key.numbers ?? key.values.map((_, place) => place), left, width - 20, !key.numbers);
    if (!points.length) return byId("picture").replaceChildren(element("figcaption", {}, "Nothing is stored of this measure here."));
    const ends = points.flatMap((point) => [point.mean, point.low, point.high, point.base, ...point.second]).filter(Number.isFinite);
    const up = axisOf(state.as === "value" ? ends : [...ends, 0], height - bottom, 15, false);
    const position = (place) => across.at(key.numbers ? key.numbers[place] : place);
    const current = played();
    const isCrowded = points.length > CROWD;
    const here = position(state.places[state.moved]);
    const title = `${measures[state.measure].label}${state.as === "value" ? "" : `, paired difference from ${data.beside}`}`;
    const said = `${title}, along ${key.key}`;
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${said}. The same numbers stand in the table below.` },
      ...up.ticks.map((tick) => drawn("g", {}, drawn("line", { class: tick === 0 ? "zero" : "axis", x1: left - 5, x2: tick === 0 ? width - 20 : left, y1: up.at(tick), y2: up.at(tick) }),
        drawn("text", { x: left - 9, y: up.at(tick) + 4, "text-anchor": "end" }, axisText(tick)))),
      drawn("line", { class: "axis", x1: left, x2: width - 20, y1: height - bottom, y2: height - bottom }),
      drawn("line", { class: "axis", x1: left, x2: left, y1: 15, y2: height - bottom }),
      ...labelsOf(key, across, position).map(([x, text]) => drawn("text", { x, y: height - bottom + 20, "text-anchor": "middle" }, text)),
      drawn("text", { x: (left + width) / 2, y: height - 8, "text-anchor": "middle" }, shortened(key.key, 60)),
      current === undefined ? drawn("line", { class: "missing", x1: here, x2: here, y1: 15, y2: height - bottom }) : null,
      ...points.filter((point) => point.scenario !== current).map((point) => mark(isFixed ? point : bare(point, isCrowded), isFixed ? "" : "other", position, up)),
      ...points.filter((point) => point.scenario === current).map((point) => mark(point, "here", position, up)));
    byId("picture").replaceChildren(element("figcaption", {}, caption(said, isFixed, isCrowded, current)), svg);
    byId("points").ontoggle = () => byId("points-table").replaceChildren(...(byId("points").open ? [pointsTable(points, isFixed)] : []));
    byId("points").ontoggle();
  }

  // A point among others that it cannot be read beside: without what it is compared with, of very many without interval.
  function bare(point, isCrowded) {
    return { ...point, base: NaN, second: [NaN, NaN], low: isCrowded ? NaN : point.low };
  }

  function caption(said, isFixed, isCrowded, current) {
    const others = isFixed ? "the other keys as chosen" : "all scenarios that were played: fewer than two have the other keys as chosen, so these differ in others too";
    const base = state.as === "value" ? ` Grey dash: ${data.beside}.` : "";
    const where = current === undefined ? "What is chosen was not played (dotted line)." : "Filled: what is chosen.";
    const whose = isCrowded && !isFixed ? "The chosen one has" : "Each has";
    return `${said}; ${others}. ${where}${base} ${whose} its ${data.percent} interval of chance. No line joins them: nothing was played between.`;
  }

  function mark(point, kind, position, up) {
    const x = position(point.place);
    return drawn("g", { class: kind, "data-scenario": point.scenario }, drawn("title", {}, `${names[point.scenario]}: ${textOf(point.scenario)}`),
      Number.isFinite(point.base) ? drawn("line", { class: "base", x1: x - 9, x2: x + 9, y1: up.at(point.base), y2: up.at(point.base) }) : null,
      Number.isFinite(point.second[0]) ? drawn("line", { class: "second", x1: x + 9, x2: x + 9, y1: up.at(point.second[0]), y2: up.at(point.second[1]) }) : null,
      Number.isFinite(point.low) ? drawn("line", { class: "whisker", x1: x, x2: x, y1: up.at(point.low), y2: up.at(point.high) }) : null,
      drawn("circle", { class: "dot", cx: x, cy: up.at(point.mean), r: kind === "here" ? 6 : 4 }));
  }

  function pointsTable(points, isFixed) {
    const key = keys[state.moved];
    const heads = [key.key, ...(isFixed ? [] : ["Scenario"]), measures[state.measure].label];
    const sorted = [...points].sort((one, other) => one.place - other.place);
    return element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...sorted.map((point) => element("tr", {}, element("th", { scope: "row" }, key.values[point.place]),
        isFixed ? null : element("td", {}, names[point.scenario]), element("td", {}, textOf(point.scenario))))));
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
    keys.forEach((key, place) => {
      if (!asked.has(key.key)) return;
      const value = key.values.indexOf(asked.get(key.key));
      if (value < 0) unknown.push(`${key.key}=${asked.get(key.key)}`);
      else state.places[place] = value;
    });
    const chosen = (name, found) => { if (asked.has(name) && found >= 0) return found; if (asked.has(name)) unknown.push(`${name}=${asked.get(name)}`); return null; };
    state.measure = chosen("show.measure", measures.findIndex((each) => each.name === asked.get("show.measure"))) ?? state.measure;
    state.moved = chosen("show.along", keys.findIndex((each) => each.key === asked.get("show.along"))) ?? state.moved;
    if (asked.get("show.as") === "difference") state.as = "difference";
    state.jump = asked.get("show.jump") === "yes" || state.jump;
    return unknown.length ? `The address asks for what is not in this file: ${unknown.join(", ")}. ` : "";
  }

  function writeAddress() {
    const said = new URLSearchParams(keys.map((key, place) => [key.key, key.values[state.places[place]]]));
    said.set("show.measure", measures[state.measure]?.name ?? "");
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
    const beside = scenario === undefined || data.baselines[scenario] === scenario ? "this scenario" : `this scenario beside ${names[data.baselines[scenario]]}, on the same patients`;
    byId("command-about").textContent = text ? `Where PeerED is installed, this plays ${beside}. Files of your own that it names have to be there.`
      : scenario === undefined ? "This combination was not played; choose one that was."
        : "No command is given: it has words that a shell would act on, or more than a line can say. How to repeat the whole sweep stands below.";
    byId("command").textContent = text;
    byId("copy").disabled = !text;
    byId("copied").textContent = "";
  }

  // --- everything

  function said(scenario) {
    if (scenario === undefined) return "";
    const measure = measures[state.measure];
    const change = measure?.differences[scenario];
    const runs = `${data.runs[scenario]} replication${data.runs[scenario] === 1 ? "" : "s"}`;
    const cost = data.costs[scenario] === "–" ? "" : `, ${data.costs[scenario]} CAD a week by the roster`;
    return `${names[scenario]} (${runs}${cost})${measure ? `: ${measure.label} ${marked(measure.means[scenario], scenario)}${change ? `, paired difference ${change}` : ""}` : ""}.`;
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
    byId("values").replaceChildren(scenario === undefined ? element("p", {}, "Not played, so there is nothing to show.") : table(scenario));
    if (measures.length) picture();
    drawCommand(scenario);
    writeAddress();
    document.body.dataset.scenario = scenario ?? "";
  }

  function start() {
    byId("keys").replaceChildren(...keys.map(control));
    const options = (texts) => texts.map((text, value) => element("option", { value }, text));
    byId("pick").closest("label").hidden = keys.length === 1;
    byId("jump").closest("label").hidden = keys.reduce((all, key) => all * key.values.length, 1) === names.length;
    byId("pick").replaceChildren(element("option", { value: "", disabled: true }, "not played"), ...options(names));
    byId("measure").replaceChildren(...options(measures.map((measure) => measure.label)));
    byId("along").replaceChildren(...options(keys.map((key) => key.key)));
    byId("legend").textContent = `Mean ± half-width of its ${data.percent} interval; paired differences are from ${data.beside}, on the same patients. `
      + "*: beyond chance when the headline measures of all scenarios are judged together. =: identical to the last bit. "
      + "Intervals of differences are drawn about zero, each row on its own scale.";
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
