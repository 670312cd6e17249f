// The picture of a moment on the floor: rooms with who is in them, who waits, and who works with whom. Nothing is judged.

export const NOWHERE = -1;
const [WITH_CHILD, TOGETHER, WALKING, ELSEWHERE] = [0, 1, 2, 3];
const FOR_WORDS = { "-1": "a place", "-2": "a bed on the ward" };
const CELL = { width: 38, height: 27 };
const BADGE = 15;
const HEAD = 19;
const MARGIN = 6;
const FOLLOWS = 0.25; // of the way to where a child is now, each frame

const at = (rows, minute) => rows.filter((row) => row[row.length - 2] <= minute && minute < row[row.length - 1]);
const tallied = (rows, key) => {
  const found = new Map();
  for (const row of rows) found.set(key(row), (found.get(key(row)) ?? 0) + 1);
  return found;
};

// What holds at a whole minute of a day.
export function moment(day, minute) {
  const role = new Map(at(day.duties, minute).map(([person, number]) => [person, number]));
  return {
    visits: at(day.stays, minute).map(([visit, zone, spot]) => ({ visit, zone, spot })),
    waiting: new Map(at(day.waits, minute).map(([visit, what]) => [visit, what])),
    onDuty: role,
    work: at(day.work, minute).map(([person, visit, doing]) => ({ person, visit, doing, role: role.get(person) })),
    resting: new Set(at(day.breaks, minute).map(([person]) => person)),
  };
}

const listed = (words) => (words.length ? words.join(", ") : "nobody");
export const waitingRoom = (day) => (day.zones.length ? "waiting, without a place" : "here");

// The same moment as sentences of counts.
export function sentences(day, now) {
  const byStream = tallied(now.visits, ({ visit }) => day.visits[visit][0]);
  const byZone = tallied(now.visits, ({ zone }) => zone);
  const byWait = tallied([...now.waiting], ([, what]) => what);
  const n = now.visits.length;
  const streams = day.streams.map(({ name }, number) => `${byStream.get(number) ?? 0} ${name}`);
  const rooms = [`${byZone.get(NOWHERE) ?? 0} ${waitingRoom(day)}`, ...day.zones.map(({ name, places }, number) =>
    `${name} ${byZone.get(number) ?? 0}${places == null ? "" : ` of ${places}`}`)];
  const waits = [...byWait].sort(([one], [other]) => one - other)
    .map(([what, count]) => `${FOR_WORDS[what] ?? day.roles[what].name} ${count}`);
  const staff = day.roles.map((role, number) => staffWords(role, number, now)).filter(Boolean);
  return `${n} ${n === 1 ? "child" : "children"}${day.streams.length > 1 ? ` (${streams.join(", ")})` : ""}: ${rooms.join(", ")}. `
    + `Waited for: ${listed(waits)}. With a child, of those on duty: ${listed(staff)}.`;
}

function staffWords({ name, is_peer: isPeer }, number, now) {
  const people = [...now.onDuty].filter(([, role]) => role === number).map(([person]) => person);
  const busy = now.work.filter((one) => one.role === number && (one.doing === WITH_CHILD || one.doing === TOGETHER)).length;
  if (!people.length) return isPeer ? `no ${name} on duty` : "";
  return `${name} ${busy} of ${people.length}`;
}

// Boxes for every room, wide enough for the most who are in it at once in any of the days.
export function layout(days, width) {
  const rooms = [{ zone: NOWHERE, name: waitingRoom(days[0]), places: null }, ...days[0].zones.map((zone, number) => ({ zone: number, ...zone }))];
  const perRow = Math.max(1, Math.floor((width - 2 * MARGIN) / CELL.width));
  let [x, y, height] = [0, 0, 0];
  const boxes = rooms.map(({ zone, name, places }) => {
    const spots = days.flatMap((day) => day.stays.filter((stay) => stay[1] === zone).map((stay) => stay[2] + 1));
    const n = Math.max(1, places ?? 0, ...spots);
    const columns = Math.min(n, perRow);
    const box = { zone, name, places, columns, n, width: Math.min(width, Math.max(columns * CELL.width + 2 * MARGIN, 7.2 * (name.length + 9))),
      height: HEAD + Math.ceil(n / columns) * CELL.height + MARGIN };
    if (x + box.width > width) [x, y, height] = [0, y + height + 8, 0];
    Object.assign(box, { x, y });
    x += box.width + 8;
    height = Math.max(height, box.height);
    return box;
  });
  return { boxes, staff: y + height + 14, width };
}

const STAFF = { width: 178, height: 40 };
export const heightOf = ({ staff, width }, days) =>
  staff + Math.ceil(Math.max(...days.map((day) => day.roles.length)) / Math.max(1, Math.floor(width / STAFF.width))) * STAFF.height;

// Draws moments of one day; children glide to where they are, unless motion is to be reduced.
export class FloorPicture {
  constructor(canvas, day) {
    this.canvas = canvas;
    this.day = day;
    this.where = new Map();
  }

  resize(plan, height) {
    const ratio = window.devicePixelRatio || 1;
    this.plan = plan;
    this.canvas.width = Math.round(plan.width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.height = `${height}px`;
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.where.clear();
  }

  // Returns whether somebody still moves.
  draw(now, ink, glides) {
    const { pen, plan } = this;
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.textBaseline = "middle";
    const n = tallied(now.visits, ({ zone }) => zone);
    for (const box of plan.boxes) this.room(box, n.get(box.zone) ?? 0, ink);
    const moves = this.follow(now, glides);
    const beside = new Map();
    for (const work of now.work) if (work.visit !== NOWHERE) beside.set(work.visit, [...(beside.get(work.visit) ?? []), work]);
    for (const { visit } of now.visits) this.child(visit, now.waiting.has(visit), beside.get(visit) ?? [], ink);
    this.staff(now, ink);
    return moves;
  }

  room({ name, places, x, y, width, height, zone }, n, ink) {
    const { pen } = this;
    const isFull = places != null && n >= places;
    pen.lineWidth = isFull ? 2 : 1;
    pen.strokeStyle = isFull ? ink.ink : ink.line;
    if (zone === NOWHERE) pen.setLineDash([4, 3]);
    pen.strokeRect(x + 1, y + 1, width - 2, height - 2);
    pen.setLineDash([]);
    this.text(`${name} ${n}${places == null ? "" : ` of ${places}`}`, x + MARGIN, y + 11, ink.ink, 12);
  }

  // Move every child towards its spot.
  follow(now, glides) {
    let moves = false;
    const here = new Set();
    for (const { visit, zone, spot } of now.visits) {
      here.add(visit);
      const box = this.plan.boxes.find((one) => one.zone === zone);
      const goal = { x: box.x + MARGIN + (spot % box.columns) * CELL.width, y: box.y + HEAD + Math.floor(spot / box.columns) * CELL.height };
      const place = this.where.get(visit);
      if (!place || !glides) { this.where.set(visit, goal); continue; }
      place.x += (goal.x - place.x) * FOLLOWS;
      place.y += (goal.y - place.y) * FOLLOWS;
      if (Math.abs(goal.x - place.x) + Math.abs(goal.y - place.y) < 0.5) this.where.set(visit, goal);
      else moves = true;
    }
    for (const visit of [...this.where.keys()]) if (!here.has(visit)) this.where.delete(visit);
    return moves;
  }

  child(visit, waits, beside, ink) {
    const { pen, day } = this;
    const { x, y } = this.where.get(visit);
    const [stream, acuity] = day.visits[visit];
    const middle = [x + 10, y + 12];
    pen.beginPath();
    pen.arc(...middle, 8.5, 0, 2 * Math.PI);
    pen.fillStyle = day.streams[stream].offered ? ink.offered : ink.soft;
    pen.fill();
    const accompanied = beside.some(({ doing }) => doing === TOGETHER);
    pen.lineWidth = accompanied ? 3 : 1;
    pen.strokeStyle = accompanied ? ink.peer : ink.quiet;
    if (waits && !accompanied) { pen.setLineDash([2.5, 2]); pen.strokeStyle = ink.wait; pen.lineWidth = 2; }
    pen.stroke();
    pen.setLineDash([]);
    this.text(String(acuity), ...middle, day.streams[stream].offered ? ink.onOffered : ink.ink, 11, "center");
    beside.slice(0, 2).forEach((work, place) => this.badge(work.role, x + 20, y + 1 + 12 * place, ink, work.doing !== WALKING, 12));
    if (beside.length > 2) this.text("+", x + 37, y + 12, ink.ink, 11, "center");
  }

  badge(role, x, y, ink, isFull, height) {
    const { pen, day } = this;
    const { tag, is_peer: isPeer } = day.roles[role] ?? { tag: "?", is_peer: false };
    const hue = isPeer ? ink.peer : ink.hue;
    pen.beginPath();
    pen.rect(x + 0.5, y + 0.5, BADGE, height - 1);
    pen.fillStyle = isFull ? hue : ink.paper;
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = hue;
    pen.stroke();
    this.text(tag, x + BADGE / 2 + 0.5, y + height / 2 + 0.5, isFull ? ink.paper : ink.ink, tag.length > 1 ? 8.5 : 10, "center");
  }

  // Everybody on duty by role: filled with a child, hollow free or at work elsewhere, faint on a break.
  staff(now, ink) {
    const columns = Math.max(1, Math.floor(this.plan.width / STAFF.width));
    const busy = new Map(now.work.map(({ person, doing }) => [person, doing]));
    this.day.roles.forEach((role, number) => {
      const [x, y] = [(number % columns) * STAFF.width, this.plan.staff + Math.floor(number / columns) * STAFF.height];
      const people = [...now.onDuty].filter(([, one]) => one === number).map(([person]) => person);
      const withChild = people.filter((person) => [WITH_CHILD, TOGETHER].includes(busy.get(person))).length;
      this.text(people.length ? `${role.name} ${withChild} of ${people.length}` : `${role.name} –`, x, y + 7, ink.ink, 12);
      const step = Math.min(BADGE + 2, (STAFF.width - 16) / Math.max(people.length, 1));
      people.forEach((person, place) => {
        this.pen.globalAlpha = now.resting.has(person) ? 0.4 : 1;
        this.badge(number, x + place * step, y + 17, ink, busy.has(person) && busy.get(person) !== ELSEWHERE && busy.get(person) !== WALKING, 15);
        this.pen.globalAlpha = 1;
      });
    });
  }

  text(words, x, y, fill, size, align = "left") {
    const { pen } = this;
    pen.font = `${size}px system-ui, "DejaVu Sans", sans-serif`;
    pen.textAlign = align;
    pen.fillStyle = fill;
    pen.fillText(words, x, y);
  }
}
