// A day on the floor under both staffings: play, pause, a slider of the time, and the moment in words.

import { byId, clockOf, DAY, element, post, problemList } from "/page/page_parts.js";
import { FloorPicture, heightOf, layout, moment, sentences } from "/page/floor.js";

const STEP_WITHOUT_MOTION = 15; // minutes that the clock jumps each second where motion is to be reduced
const SAID_EVERY = 15; // minutes of the day between two sentences while it plays
const BEGINS = 18 * 60;
const INKS = ["ink", "quiet", "line", "soft", "paper", "hue", "peer", "wait", "offered", "on-offered"];
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

export class DayView {
  constructor(page) {
    this.page = page;
    this.floors = [];
    this.minute = BEGINS;
    this.width = 0;
    this.isPlaying = false;
    this.frame = 0;
    byId("play-day").onclick = () => this.play(!this.isPlaying);
    byId("time").oninput = () => { this.play(false); this.go(Number(byId("time").value)); };
    dark.addEventListener("change", () => this.redraw());
    new ResizeObserver(() => this.fit()).observe(byId("floors"));
  }

  async show(question, labels) {
    this.play(false);
    const weekday = byId("weekday");
    const asked = { question, page: this.page, weekday: Number(weekday.value) };
    const found = await (await post("/api/day", asked)).json();
    this.floors = [];
    this.width = 0;
    byId("day-controls").hidden = true;
    if (found.problems) return byId("floors").replaceChildren(element("ul", {}, ...problemList(found.problems)));
    if (found.nothing) return byId("floors").replaceChildren(element("p", {}, found.nothing));
    this.weekday = weekday.selectedOptions[0].text;
    this.floors = found.days.map((day, place) => floor(day, labels[place], place));
    byId("floors").replaceChildren(...this.floors.map(({ figure }) => figure));
    byId("floor-legend").replaceChildren(...legend(found.days));
    byId("day-controls").hidden = false;
    this.fit();
    this.go(this.minute);
  }

  // Give both pictures the same rooms at the width that there is.
  fit() {
    const width = Math.floor(this.floors[0]?.canvas.clientWidth ?? 0);
    if (!width || width === this.width) return;
    this.width = width;
    const days = this.floors.map(({ day }) => day);
    const plan = layout(days, width);
    for (const { picture } of this.floors) picture.resize(plan, heightOf(plan, days));
    this.redraw();
  }

  go(minute) {
    this.minute = ((minute % DAY) + DAY) % DAY;
    const shown = Math.floor(this.minute);
    const clock = `${this.weekday} ${clockOf(shown)}`;
    byId("time").value = shown;
    byId("time").setAttribute("aria-valuetext", clock);
    byId("clock").textContent = clock;
    if (!this.isPlaying || Math.floor(shown / SAID_EVERY) !== this.said) this.say(shown);
    this.redraw();
  }

  say(minute) {
    this.said = Math.floor(minute / SAID_EVERY);
    for (const { day, words } of this.floors) words.textContent = `${clockOf(minute)}: ${sentences(day, moment(day, minute))}`;
  }

  play(isPlaying) {
    this.isPlaying = isPlaying && this.floors.length > 0;
    byId("play-day").textContent = this.isPlaying ? "Pause" : "Play";
    for (const { words } of this.floors) words.setAttribute("aria-live", this.isPlaying ? "off" : "polite");
    clearInterval(this.jumping);
    if (!this.isPlaying) { if (this.floors.length) this.say(Math.floor(this.minute)); return; }
    if (reduced.matches) this.jumping = setInterval(() => this.go(this.minute + STEP_WITHOUT_MOTION), 1000);
    else this.last = performance.now();
    this.redraw();
  }

  redraw() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame((time) => this.paint(time));
  }

  paint(time) {
    if (!this.floors.length || !this.width) return;
    const glides = !reduced.matches;
    if (this.isPlaying && glides) {
      const passed = Math.min(time - this.last, 100) / 1000;
      this.last = time;
      this.go(this.minute + passed * Number(byId("pace").value));
    }
    const ink = inks();
    const moves = this.floors.map(({ day, picture }) => picture.draw(moment(day, Math.floor(this.minute)), ink, glides));
    if ((this.isPlaying && glides) || moves.some(Boolean)) this.redraw();
    document.body.dataset.minute = Math.floor(this.minute);
  }
}

function floor(day, label, place) {
  const canvas = element("canvas", { role: "img", "aria-label": `Rooms and staff, ${label}`, "aria-describedby": `day-words-${place}` });
  const words = element("p", { class: "day-words", id: `day-words-${place}`, role: "status" });
  const figure = element("figure", { class: "floor" }, element("figcaption", {}, label), canvas, words);
  return { day, canvas, words, figure, picture: new FloorPicture(canvas, day) };
}

function legend(days) {
  const roles = new Map(days.flatMap((day) => day.roles.map(({ name, tag }) => [name, tag])));
  const offered = days[0].streams.filter((stream) => stream.offered).map(({ name }) => name);
  return ["A circle is a child, its number the urgency (CTAS, 1 is the most urgent)",
    offered.length ? `filled circles: ${offered.join(", ")}` : null, "dashed edge: waits for staff, a place or a bed",
    "thick edge: in a peer's company", "a room with a bold edge is full",
    `letters are staff: ${[...roles].map(([name, tag]) => `${tag} ${name}`).join(", ")}; filled: with a child; faint: on a break`]
    .filter(Boolean).map((text) => element("li", {}, text));
}

function inks() {
  const style = getComputedStyle(document.documentElement);
  const named = (name) => name.replace(/-(.)/, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(INKS.map((name) => [named(name), style.getPropertyValue(`--${name}`).trim()]));
}
