// The page: what is asked stands in the address, so that a reload loses nothing; each change is checked and asked anew.

import { AnswerView } from "/page/answer.js";
import { DayView } from "/page/day.js";
import { JourneyView } from "/page/journey.js";
import { byId, element, get, inWords, offer, post, problemList, roleInWords, roleNames } from "/page/page_parts.js";
import { hoursOf, RULE, stopsOf } from "/page/peer_hours.js";
import { RosterView, rolesOf } from "/page/roster.js";
import { StudyView } from "/page/study.js";

const page = crypto.randomUUID();
const PAUSE = 30; // milliseconds without a change before it is asked
const MOST_UNDO = 200;

const start = await (await get("/api/start")).json();
Object.assign(roleNames, start.role_names);
if (start.ends) byId("study-length").textContent = `20 times ${start.period}`;
const defaults = Object.fromEntries(start.sliders.map((slider) => [slider.key, slider.value]));
const state = { baseline: start.baseline, roster: {}, values: {}, effects: start.effects[0] };
const undo = [];
const answer = new AnswerView(start, page, { rosters: showRosters, problems: showProblems });
const day = new DayView(page);
const journey = new JourneyView();
const study = new StudyView("study", page);
const search = new StudyView("search", page, offerFound);
const roster = new RosterView((before) => changed({ roster: before }, { roster: structuredClone(roster.roster) }));
let waiting = 0;
let sliding = null; // the slider that is being dragged: one drag is one step of undo

const question = () => ({ baseline: state.baseline, roster: state.roster, values: state.values, effects: state.effects });
const labelOf = (name) => start.staffings[name]?.label || inWords(name);

// Take a change over; `before` is what undo puts back.
function changed(before, after) {
  const goesOn = sliding !== null && sliding.hasMoved;
  if (!goesOn) undo.push({ ...structuredClone(state), ...before });
  if (sliding) sliding.hasMoved = true;
  if (undo.length > MOST_UNDO) undo.shift();
  Object.assign(state, after);
  if ("roster" in after && !sliding) showPeerHours();
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
  const whole = (amount) => Math.round(amount).toLocaleString("en");
  const more = Math.round(tried.cost - baseline.cost);
  const against = more === 0 ? "the same as" : `${whole(Math.abs(more))} ${more > 0 ? "more" : "less"} than`;
  return `${whole(tried.cost)} ${tried.currency} a week by the roster, ${against} ${labelOf(state.baseline)}.`;
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
  showPeerHours();
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
  const given = (number) => {
    const values = { ...state.values, [key]: number };
    if (number === defaults[key]) delete values[key];
    changed({}, { values });
    showAssumed();
  };
  const range = { key, label, low, high, step, now: state.values[key] ?? value, begins: value };
  const row = sliderRow(range, text, given);
  row.append(element("p", { class: "evidence" }, evidence));
  return row;
}

// A slider with its value in words.
function sliderRow({ key, label, low, high, step, now, begins }, text, given) {
  const output = element("output", {}, text(now));
  const input = element("input", { type: "range", min: low, max: high, step, "data-key": key, "aria-valuetext": text(now) });
  input.value = now;
  const row = element("div", { class: "slider" }, element("label", {}, label), input, output);
  row.classList.toggle("moved", now !== begins);
  input.id = `slider-${key.replaceAll(".", "-")}`;
  row.querySelector("label").htmlFor = input.id;
  input.addEventListener("input", () => {
    const number = Number(input.value);
    output.textContent = text(number);
    input.setAttribute("aria-valuetext", text(number));
    row.classList.toggle("moved", number !== begins);
    sliding ??= { hasMoved: false };
    given(number);
  });
  input.addEventListener("change", () => { sliding = null; });
  return row;
}

// Hours of peers: each step is a roster of its own, made of the one that stands there by the rule.
function showPeerHours() {
  const { peer_hours: range, peer_role: role } = start;
  const shown = state.roster[role] ?? (knownRoles()[role] && { ...structuredClone(knownRoles()[role]), shifts: {} });
  if (!range || !shown) return byId("peer-hours").replaceChildren();
  const { stops, at } = stopsOf(shown, Math.max(range.high, hoursOf(shown)));
  const text = (number) => `${Number(stops[number].hours.toFixed(1))} ${range.unit}`;
  const given = (number) => roster.edit(() => {
    if (stops[number].role) roster.roster[role] = structuredClone(stops[number].role);
    else delete roster.roster[role];
  });
  const row = sliderRow({ key: "peer-hours", label: range.label, low: 0, high: stops.length - 1, step: 1, now: at, begins: at },
    text, given);
  row.append(element("details", { class: "evidence" }, element("summary", {}, "What a step does, and where the hours come from"),
    element("p", {}, RULE), element("p", {}, range.evidence)));
  byId("peer-hours").replaceChildren(row);
}

// What a search has found: the shifts of one role, to be taken over with a click.
function offerFound({ role, shifts }) {
  byId("load-found").hidden = false;
  byId("load-found").onclick = () => {
    roster.edit(() => {
      roster.roster[role] ??= structuredClone(knownRoles()[role]);
      roster.roster[role].shifts = structuredClone(shifts);
    });
    byId("roster").scrollIntoView();
    document.querySelector(".beside").scrollTop = 0;
    document.querySelector(`.shift[data-role="${CSS.escape(role)}"]`)?.focus();
  };
}

function knownRoles() {
  const known = {};
  for (const one of Object.values(start.staffings)) for (const role of rolesOf(one)) known[role] ??= one[role];
  return known;
}

function showAssumed() {
  const moved = state.effects !== start.effects[0] || Object.keys(state.values).some((key) => key.startsWith("effects."));
  byId("assumed").textContent = moved ? "An effect is assumed: what it does is put in, not found." : "No benefit of peers is assumed.";
}

function showRolesToAdd() {
  const known = knownRoles();
  const missing = Object.keys(known).filter((role) => !(role in state.roster));
  byId("add-role").replaceChildren(element("option", { value: "" }, missing.length ? "…" : "none left"),
    ...missing.map((role) => element("option", { value: role }, roleInWords(role))));
  byId("add-role").onchange = () => {
    const role = byId("add-role").value;
    if (role) { roster.addRole(role, known[role]); showRolesToAdd(); }
  };
}

choices("baseline", Object.keys(start.staffings), (name) => { changed({}, { baseline: name }); showAll(); }, labelOf);
byId("search").hidden = byId("assumed").hidden = byId("effects").parentElement.hidden = !start.peer_hours;
byId("objective").replaceChildren(...Object.entries(start.objectives).map(([name, label]) => element("option", { value: name }, label)));
choices("effects", start.effects, (name) => { changed({}, { effects: name }); showAssumed(); });
choices("begin-from", Object.keys(start.staffings), (name) => {
  changed({}, { roster: structuredClone(start.staffings[name]) });
  showAll();
}, labelOf);
byId("undo").onclick = () => {
  const focused = document.activeElement?.id;
  Object.assign(state, undo.pop());
  showAll();
  if (focused) byId(focused)?.focus(); // what was drawn anew keeps it
  ask();
};
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
byId("play-study").onclick = () => study.play(question(), { assumptions: byId("with-assumptions").checked });
byId("play-search").onclick = () => {
  byId("load-found").hidden = true;
  search.play(question(), { study: "better_roster", objective: byId("objective").value });
};
byId("to-study").onclick = (event) => {
  event.preventDefault(); // the address holds the question
  byId("with-assumptions").checked = true;
  byId("play-study").scrollIntoView({ block: "center" });
  byId("play-study").focus();
};
const labels = () => [labelOf(state.baseline), "Your roster"];
const noAnswer = (id) => (error) => byId(id).replaceChildren(`The page's server does not answer: ${error.message}`);
byId("show-journey").onclick = () => journey.show(question(), page, labels()).catch(noAnswer("bars"));
byId("show-day").onclick = () => day.show(question(), labels()).catch(noAnswer("floors"));

Object.assign(state, remembered() ?? { roster: structuredClone(start.staffings[start.begin_from]) });
byId("begin-from").value = start.begin_from;
showAll();
ask();
document.body.dataset.ready = "yes";
