// Hours of peers as a row of rosters, each a step longer than the one before; the same rule back again.
//
// More: the shortest shift ends half an hour later, up to 12 hours; when all have them, another of 4 hours begins daily
// where the last one ends. Fewer: the longest ends half an hour earlier, down to 4 hours; then the last shift goes.

import { clockOf, DAYS, minutesOf } from "/page/page_parts.js";

const STEP = 30;
const SHORTEST = 240;
const LONGEST = 720;
const MOST_STOPS = 400;

export const RULE = "More: the shortest shift of peers ends half an hour later, up to 12 hours; then another of 4 hours begins "
  + "every day where the last one ends. Fewer: the longest ends half an hour earlier, down to 4 hours; then the last shift goes.";

const daysOf = ({ days }) => (!days || days === "daily" ? DAYS : days);

export function hoursOf(role) {
  return Object.values(role?.shifts ?? {}).reduce((sum, shift) => sum + weekly(role, shift), 0);
}

function weekly(role, shift) {
  return ((role.heads ?? shift.heads ?? 1) * daysOf(shift).length * shift.minutes) / 60;
}

// Roles from no shifts to `most` hours a week; `at` is the place of the role given. A role without shifts is null.
export function stopsOf(role, most) {
  const down = [];
  for (let now = role; hoursOf(now) > 0;) down.unshift(now = fewer(now));
  const up = [];
  for (let now = role; ;) {
    now = more(now);
    if (hoursOf(now) > most || up.length === MOST_STOPS) break;
    up.push(now);
  }
  const stops = [...down, role, ...up].map((one) => ({ hours: hoursOf(one), role: Object.keys(one.shifts ?? {}).length ? one : null }));
  return { stops, at: down.length };
}

function more(role) {
  const changed = structuredClone(role);
  const shifts = Object.values((changed.shifts ??= {}));
  const short = shifts.filter((shift) => shift.minutes < LONGEST).sort((one, other) => one.minutes - other.minutes)[0];
  if (short) short.minutes = Math.min(short.minutes + STEP, LONGEST);
  else changed.shifts[newName(changed.shifts)] = { start: endOf(shifts.at(-1)), minutes: SHORTEST, heads: 1 };
  return changed;
}

function fewer(role) {
  const changed = structuredClone(role);
  const shifts = Object.values(changed.shifts);
  const long = shifts.filter((shift) => shift.minutes > SHORTEST).sort((one, other) => one.minutes - other.minutes).at(-1);
  if (long) long.minutes = Math.max(long.minutes - STEP, SHORTEST);
  else delete changed.shifts[Object.keys(changed.shifts).at(-1)];
  return changed;
}

const endOf = (shift) => (shift ? clockOf(minutesOf(shift.start) + shift.minutes) : "13:00");

function newName(shifts) {
  let name = "added";
  for (let number = 2; name in shifts; number += 1) name = `added_${number}`;
  return name;
}
