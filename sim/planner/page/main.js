// The page: what is asked stands in the address, so that a reload loses nothing; each change is checked and asked anew.

import { AnswerView } from "/page/answer.js";
import { JourneyView } from "/page/journey.js";
import { byId, element, get, inWords, offer, post, problemList, roleInWords, roleNames } from "/page/page_parts.js";
import { RosterView, rolesOf } from "/page/roster.js";
import { StudyView } from "/page/study.js";

const page = crypto.randomUUID();
const PAUSE = 30; // milliseconds without a change before it is asked
const MOST_UNDO = 200;

const start = await (await get("/api/start")).json();
Object.assign(roleNames, start.role_names);
const defaults = Object.fromEntries(start.sliders.map((slider) => [slider.key, slider.value]));
const state = { baseline: start.baseline, roster: {}, values: {}, effects: start.effects[0] };
const undo = [];
const answer = new AnswerView(start.weeks, page, { rosters: showRosters, problems: showProblems });
const journey = new JourneyView();
const study = new StudyView(page);
const roster = new RosterView((before) => changed({ roster: before }, { roster: structuredClone(roster.roster) }));
let waiting = 0;

const question = () => ({ baseline: state.baseline, roster: state.roster, values: state.values, effects: state.effects });
const labelOf = (name) => start.staffings[name]?.label || inWords(name);

// Take a change over; `before` is what undo puts back.
function changed(before, after) {
  undo.push({ ...structuredClone(state), ...before });
  if (undo.length > MOST_UNDO) undo.shift();
  Object.assign(state, after);
  ask();
}

function ask() {
  byId("undo").disabled = !undo.length;
  remember();
  clearTimeout(waiting);
  waiting = setTimeout(() => answer.ask(question()), PAUSE);
}

function showProblems(problems) {
  byId("problems").replaceChildren(...problemList(problems));
  if (problems.length) byId("cost").textContent = "";
}

function showRosters(found) {
  roster.showCover(found.cover, found.tried.hours);
  byId("cost").textContent = costText(found);
}

function costText({ tried, baseline }) {
  const cad = (amount) => Math.round(amount).toLocaleString("en");
  const more = Math.round(tried.cost - baseline.cost);
  const against = more === 0 ? "the same as" : `${cad(Math.abs(more))} ${more > 0 ? "more" : "less"} than`;
  return `${cad(tried.cost)} CAD a week by the roster, ${against} ${labelOf(state.baseline)}.`;
}

// --- what the address holds

function remember() {
  const text = JSON.stringify(question());
  const bytes = new TextEncoder().encode(text);
  history.replaceState(null, "", `#${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`);
}

function remembered() {
  try {
    const bytes = Uint8Array.from(atob(location.hash.slice(1)), (sign) => sign.charCodeAt(0));
    const found = JSON.parse(new TextDecoder().decode(bytes));
    return found && typeof found.roster === "object" && start.staffings[found.baseline] ? found : null;
  } catch {
    return null;
  }
}

// --- controls

function showAll() {
  byId("baseline").value = state.baseline;
  byId("baseline-head").textContent = labelOf(state.baseline);
  byId("effects").value = state.effects;
  roster.show(state.roster);
  showSliders();
  showRolesToAdd();
  showAssumed();
}

function choices(id, names, chosen, words = inWords) {
  byId(id).replaceChildren(...names.map((name) => element("option", { value: name }, words(name))));
  byId(id).onchange = () => chosen(byId(id).value);
}

function showSliders() {
  const sections = [["department", "Department"], ["peers", "Peer support"], ["effects", "Assumed effects of peers"]];
  byId("sliders").replaceChildren(...sections.map(([section, title]) => {
    const sliders = start.sliders.filter((slider) => slider.section === section).map(sliderOf);
    return sliders.length ? element("details", { open: section === "department" }, element("summary", {}, title), ...sliders) : null;
  }).filter(Boolean));
}

function sliderOf({ key, label, low, high, step, unit, evidence, value }) {
  const text = (number) => `${Number(number.toFixed(2))} ${unit}`;
  const now = state.values[key] ?? value;
  const output = element("output", {}, text(now));
  const input = element("input", { type: "range", min: low, max: high, step, "data-key": key, "aria-valuetext": text(now) });
  input.value = now;
  const row = element("div", { class: "slider" }, element("label", {}, label), input, output, element("p", { class: "evidence" }, evidence));
  row.classList.toggle("moved", now !== value);
  input.id = `slider-${key.replaceAll(".", "-")}`;
  row.querySelector("label").htmlFor = input.id;
  input.addEventListener("input", () => {
    const given = Number(input.value);
    output.textContent = text(given);
    input.setAttribute("aria-valuetext", text(given));
    row.classList.toggle("moved", given !== value);
    const values = { ...state.values, [key]: given };
    if (given === defaults[key]) delete values[key];
    changed({}, { values });
    showAssumed();
  });
  return row;
}

function showAssumed() {
  const moved = state.effects !== start.effects[0] || Object.keys(state.values).some((key) => key.startsWith("effects."));
  byId("assumed").textContent = moved ? "An effect is assumed: what it does is put in, not found." : "No benefit of peers is assumed.";
}

function showRolesToAdd() {
  const known = {};
  for (const one of Object.values(start.staffings)) for (const role of rolesOf(one)) known[role] ??= one[role];
  const missing = Object.keys(known).filter((role) => !(role in state.roster));
  byId("add-role").replaceChildren(element("option", { value: "" }, missing.length ? "…" : "none left"),
    ...missing.map((role) => element("option", { value: role }, roleInWords(role))));
  byId("add-role").onchange = () => {
    const role = byId("add-role").value;
    if (role) { roster.addRole(role, known[role]); showRolesToAdd(); }
  };
}

choices("baseline", Object.keys(start.staffings), (name) => { changed({}, { baseline: name }); showAll(); }, labelOf);
choices("effects", start.effects, (name) => { changed({}, { effects: name }); showAssumed(); });
choices("begin-from", Object.keys(start.staffings), (name) => {
  changed({}, { roster: structuredClone(start.staffings[name]) });
  showAll();
}, labelOf);
byId("undo").onclick = () => { Object.assign(state, undo.pop()); showAll(); ask(); };
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input[type=number], input[type=time]");
  if (!typing && (event.ctrlKey || event.metaKey) && event.key === "z" && undo.length) {
    event.preventDefault();
    byId("undo").click();
  }
});
byId("save").onclick = async () => {
  const saved = await (await post("/api/save", { question: question(), page, name: byId("name").value })).json();
  if (saved.problems) return showProblems(saved.problems);
  offer(saved.text, "text/yaml", saved.file);
};
byId("load").onchange = async () => {
  const file = byId("load").files[0];
  if (!file) return;
  const loaded = await (await post("/api/load", await file.text())).json();
  byId("load").value = "";
  if (loaded.problems) return showProblems(loaded.problems);
  changed({}, loaded.question);
  showAll();
};
byId("play-study").onclick = () => study.play(question());
byId("show-journey").onclick = () => journey.show(question(), page, [labelOf(state.baseline), "Your roster"]);

Object.assign(state, remembered() ?? { roster: structuredClone(start.staffings[start.begin_from]) });
byId("begin-from").value = start.begin_from;
showAll();
ask();
document.body.dataset.ready = "yes";
