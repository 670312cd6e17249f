// The roster as bars over seven days. A shift is one line: all its days move together, as they stand in its file.

import { byId, clockOf, DAY, DAYS, drawn, element, inWords, minutesOf, roleInWords, WEEK } from "/page/page_parts.js";

const STEP = 30;
const SHORTEST = 60;
const LONGEST = DAY;
const MOST_HEADS = 200;
const NOT_ROLES = new Set(["name", "label", "currency", "weekly_extra_cost", "enhances", "calibration"]);

// Roles of a roster, peers first: they are what the page is about.
export function rolesOf(roster) {
  const roles = Object.keys(roster).filter((name) => !NOT_ROLES.has(name));
  const isPeer = (role) => roster[role]?.kind === "peer";
  return [...roles.filter(isPeer), ...roles.filter((role) => !isPeer(role))];
}

const daysOf = (shift) => (!shift.days || shift.days === "daily" ? DAYS : shift.days);

export class RosterView {
  // `changed` is called after each change by hand, with the roster as it was before.
  constructor(changed) {
    this.changed = changed;
    this.roster = {};
    this.selected = null;
    this.cover = {};
    this.hours = {};
    this.drag = null;
    byId("shifts").addEventListener("keydown", (event) => this.onKey(event));
    byId("shifts").addEventListener("pointerdown", (event) => this.onPress(event));
    byId("shifts").addEventListener("pointermove", (event) => this.onDrag(event));
    for (const name of ["pointerup", "pointercancel"]) byId("shifts").addEventListener(name, () => this.onRelease());
  }

  show(roster) {
    this.roster = structuredClone(roster);
    if (this.selected && !this.shiftAt(this.selected)) this.selected = null;
    this.draw();
  }

  showCover(cover, hours) {
    this.cover = cover;
    this.hours = hours;
    for (const role of rolesOf(this.roster)) this.drawCover(role);
  }

  shiftAt([role, name]) {
    return this.roster[role]?.shifts?.[name];
  }

  edit(change) {
    const before = structuredClone(this.roster);
    change();
    this.draw();
    this.changed(before);
  }

  // --- what can be done

  move(place, minutes) {
    this.edit(() => { const shift = this.shiftAt(place); shift.start = clockOf(minutesOf(shift.start) + minutes); });
  }

  lengthen(place, minutes) {
    const shift = this.shiftAt(place);
    const length = Math.min(Math.max(shift.minutes + minutes, SHORTEST), LONGEST);
    if (length !== shift.minutes) this.edit(() => { shift.minutes = length; });
  }

  changeHeads(place, by) {
    const shift = this.shiftAt(place);
    const heads = Math.min(Math.max((shift.heads ?? 1) + by, 0), MOST_HEADS);
    if (heads !== shift.heads) this.edit(() => { shift.heads = heads; });
  }

  remove([role, name]) {
    const names = Object.keys(this.roster[role].shifts);
    const next = names[names.indexOf(name) + 1] ?? names[names.indexOf(name) - 1];
    this.selected = next ? [role, next] : null;
    this.edit(() => { delete this.roster[role].shifts[name]; });
    this.focusSelected();
  }

  addShift(role) {
    const shifts = this.roster[role].shifts ?? {};
    let number = Object.keys(shifts).length + 1;
    while (`shift_${number}` in shifts) number += 1;
    const last = Object.values(shifts).at(-1);
    this.selected = [role, `shift_${number}`];
    this.edit(() => {
      const shift = last ? structuredClone(last) : { start: "09:00", minutes: 480, heads: 1 };
      this.roster[role].shifts = { ...shifts, [`shift_${number}`]: { ...shift, heads: 1 } };
    });
    this.focusSelected();
  }

  addRole(role, data) {
    this.edit(() => { this.roster[role] = structuredClone(data); });
  }

  removeRole(role) {
    this.edit(() => { delete this.roster[role]; });
  }

  // --- keyboard and pointer

  onKey(event) {
    const line = event.target.closest(".shift");
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = [line.dataset.role, line.dataset.name];
    const act = {
      ArrowLeft: () => (event.shiftKey ? this.lengthen(place, -STEP) : this.move(place, -STEP)),
      ArrowRight: () => (event.shiftKey ? this.lengthen(place, STEP) : this.move(place, STEP)),
      "+": () => this.changeHeads(place, 1), "=": () => this.changeHeads(place, 1),
      "-": () => this.changeHeads(place, -1), "−": () => this.changeHeads(place, -1),
      Delete: () => this.remove(place),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
    this.focusSelected();
  }

  onPress(event) {
    const line = event.target.closest(".shift");
    if (!line || event.button !== 0) return;
    const place = [line.dataset.role, line.dataset.name];
    this.select(place);
    const kept = structuredClone(this.roster);
    this.drag = { place, from: event.clientX, start: minutesOf(this.shiftAt(place).start), width: line.clientWidth, kept };
    byId("shifts").setPointerCapture(event.pointerId);
  }

  onDrag(event) {
    if (!this.drag) return;
    const moved = Math.round(((event.clientX - this.drag.from) / this.drag.width) * (WEEK / STEP)) * STEP;
    const shift = this.shiftAt(this.drag.place);
    const start = clockOf(this.drag.start + moved);
    if (shift.start === start) return;
    shift.start = start;
    this.draw();
  }

  onRelease() {
    const drag = this.drag;
    this.drag = null;
    if (!drag) return;
    if (this.shiftAt(drag.place)?.start !== clockOf(drag.start)) this.changed(drag.kept);
    this.focusSelected();
  }

  select(place) {
    if (this.selected?.join() === place.join()) return;
    this.selected = place;
    for (const line of document.querySelectorAll(".shift")) {
      line.classList.toggle("selected", line.dataset.role === place[0] && line.dataset.name === place[1]);
    }
    this.drawFields();
  }

  focusSelected() {
    document.querySelector(".shift.selected")?.focus();
  }

  // --- drawing

  draw() {
    const had = document.activeElement?.closest?.(".shift") != null;
    byId("shifts").replaceChildren(this.axis(), ...rolesOf(this.roster).map((role) => this.roleBlock(role)));
    for (const role of rolesOf(this.roster)) this.drawCover(role);
    this.drawFields();
    if (had) this.focusSelected();
  }

  axis() {
    const axis = element("div", { class: "days", "aria-hidden": "true" });
    DAYS.forEach((day, number) => {
      const label = element("span", {}, day[0].toUpperCase() + day.slice(1));
      label.style.left = `${(number / 7) * 100}%`;
      axis.append(label);
    });
    return axis;
  }

  roleBlock(role) {
    const data = this.roster[role];
    const head = element("div", { class: "role-head" },
      element("h3", {}, roleInWords(role)), element("span", { class: "quiet", "data-hours": role }),
      element("button", { type: "button", onclick: () => this.addShift(role), "aria-label": `Add a shift of ${roleInWords(role)}` }, "+ shift"),
      Object.keys(data.shifts ?? {}).length ? null
        : element("button", { type: "button", onclick: () => this.removeRole(role) }, `Take out ${roleInWords(role)}`));
    const lines = Object.keys(data.shifts ?? {}).map((name) => this.shiftLine(role, name));
    return element("div", { class: "role" }, head, ...lines,
      drawn("svg", { class: "cover", "data-cover": role, viewBox: "0 0 336 20", preserveAspectRatio: "none",
        "aria-hidden": "true" }));
  }

  shiftLine(role, name) {
    const shift = this.roster[role].shifts[name];
    const days = daysOf(shift);
    const heads = shift.heads ?? 1;
    const end = clockOf(minutesOf(shift.start) + shift.minutes);
    const kind = this.roster[role].kind === "peer" ? " peer" : "";
    const chosen = this.selected?.join() === [role, name].join() ? " selected" : "";
    const line = element("div", {
      class: `shift${kind}${chosen}`, tabindex: 0, role: "button", "data-role": role, "data-name": name,
      title: inWords(name), "aria-describedby": "keys-hint", onfocus: () => this.select([role, name]),
      "aria-label": `${roleInWords(role)}, ${inWords(name)}: ${shift.start} to ${end}, ${heads} `
        + `${heads === 1 ? "head" : "heads"}, ${days.length === 7 ? "daily" : days.join(", ")}`,
    }, element("span", { class: "name" }, `${shift.start}–${end}`));
    for (const day of DAYS.keys()) {
      const midnight = element("span", { class: "midnight" });
      midnight.style.left = `${(day / 7) * 100}%`;
      line.append(midnight);
    }
    for (const day of days) line.append(...bars(DAYS.indexOf(day) * DAY + minutesOf(shift.start), shift.minutes, heads));
    return line;
  }

  drawCover(role) {
    const picture = document.querySelector(`[data-cover="${CSS.escape(role)}"]`);
    const hours = document.querySelector(`[data-hours="${CSS.escape(role)}"]`);
    const heads = this.cover[role];
    if (!picture || !heads) return;
    hours.textContent = `${(this.hours[role] ?? 0).toFixed(1)} h a week; ${Math.min(...heads)} to ${Math.max(...heads)} on duty`;
    const most = Math.max(...heads, 1);
    const steps = heads.map((count, at) => `${at ? "L" : "M"}${at},${20 - (18 * count) / most}L${at + 1},${20 - (18 * count) / most}`);
    picture.replaceChildren(drawn("path", { d: `${steps.join("")}L336,20L0,20Z` }));
  }

  drawFields() {
    const form = byId("shift");
    const place = this.selected;
    const shift = place && this.shiftAt(place);
    form.hidden = !shift;
    if (!shift) return form.replaceChildren();
    const set = (change) => this.edit(() => change(shift));
    const days = daysOf(shift);
    form.onsubmit = (event) => event.preventDefault();
    form.replaceChildren(
      element("strong", {}, `${roleInWords(place[0])}, ${inWords(place[1])}`),
      labelled("From", element("input", { type: "time", step: 60, value: shift.start, required: true,
        onchange: (event) => event.target.value && set((one) => { one.start = event.target.value; }) })),
      labelled("Hours", number(shift.minutes / 60, SHORTEST / 60, 168, 0.5, (value) => set((one) => { one.minutes = value * 60; }))),
      labelled("Heads", number(shift.heads ?? 1, 0, MOST_HEADS, 1, (value) => set((one) => { one.heads = value; }))),
      element("fieldset", { class: "days-of" }, element("legend", {}, "Days"), ...DAYS.map((day) =>
        element("label", {}, element("input", { type: "checkbox", checked: days.includes(day), onchange: (event) => {
          const chosen = DAYS.filter((one) => (one === day ? event.target.checked : days.includes(one)));
          if (chosen.length) set((one) => { one.days = chosen; });
          else event.target.checked = true;
        } }), ` ${day}`))),
      this.roster[place[0]].kind === "peer" ? this.kindOfPeer(shift, set) : null,
      element("button", { type: "button", onclick: () => this.remove(place) }, "Take out"));
  }

  kindOfPeer(shift, set) {
    const kinds = ["", "youth", "family", "adult"];
    return labelled("Peer", element("select", { onchange: (event) => set((one) => { one.peer_kind = event.target.value || null; }) },
      ...kinds.map((kind) => element("option", { value: kind, selected: (shift.peer_kind ?? "") === kind }, kind || "any"))));
  }
}

// A spell of duty from `start` (minutes after Monday 00:00); what goes beyond Sunday begins the week.
function bars(start, minutes, heads) {
  const pieces = start + minutes > WEEK ? [[start, WEEK], [0, Math.min(start + minutes - WEEK, WEEK)]] : [[start, start + minutes]];
  return pieces.map(([from, to], place) => {
    const bar = element("span", { class: "bar" }, place ? "" : String(heads));
    bar.style.left = `${(from / WEEK) * 100}%`;
    bar.style.width = `${((to - from) / WEEK) * 100}%`;
    return bar;
  });
}

function labelled(text, field) {
  return element("label", {}, `${text} `, field);
}

function number(value, min, max, step, changed) {
  return element("input", { type: "number", value, min, max, step, onchange: (event) => {
    const given = Number(event.target.value);
    if (event.target.value !== "" && given >= min && given <= max) changed(given);
    else event.target.value = value;
  } });
}
