// One child's visit under both staffings: bars along the time since arrival, and the same in words.

import { byId, drawn, element, post, problemList } from "/page/page_parts.js";

const FILLS = ["#f3c9a5", "#e8a06a", "#8fc9b3", "#cfcfcf", "#9cc7e4", "#b9a5d6", "#e6e6e6"];

export class JourneyView {
  async show(question, page, labels) {
    const chosen = byId("patient").value;
    const asked = { question, page, patient: chosen === "" ? null : Number(chosen) };
    const found = await (await post("/api/journey", asked)).json();
    if (found.problems) return byId("bars").replaceChildren(element("ul", {}, ...problemList(found.problems)));
    if (found.nothing) return byId("bars").replaceChildren(element("p", {}, found.nothing));
    this.offer(found.patients, chosen);
    const note = found.is_other ? "The patient asked for does not come and leave under both; shown is the rule's choice." : "";
    byId("bars").replaceChildren(element("p", {}, `Patient ${found.patient}. ${note}`), lanes(found, labels), words(found, labels));
  }

  offer(patients, chosen) {
    byId("patient").replaceChildren(element("option", { value: "" }, "chosen by the rule"),
      ...patients.map((number) => element("option", { value: number, selected: String(number) === chosen }, number)));
  }
}

function lanes({ rows, visits }, labels) {
  const longest = Math.max(...visits.map((visit) => Math.max(visit.minutes, ...visit.bars.map((bar) => bar.end)))) * 1.02;
  const used = rows.filter((name) => visits.some((visit) => visit.bars.some((bar) => bar.row === name)));
  const height = 22 * used.length + 34;
  const at = (minutes) => 190 + (800 * minutes) / longest;
  const picture = drawn("svg", { class: "lanes", viewBox: `0 0 1000 ${height * visits.length + 24}`, role: "img",
    "aria-label": visits.map((visit, place) => `${labels[place]}: ${(visit.minutes / 60).toFixed(1)} hours, `
      + `${visit.alone == null ? "not eligible for peer support" : `${Math.round(visit.alone)} minutes without staff`}`).join("; ") });
  visits.forEach((visit, place) => picture.append(lane(visit, labels[place], used, rows, place * height, at)));
  const step = Math.max(1, Math.ceil(longest / 600)) * 60;
  for (let minutes = 0; minutes < longest; minutes += step) {
    picture.append(drawn("text", { x: at(minutes), y: height * visits.length + 14, "font-size": 12, "text-anchor": "middle" }, `${minutes / 60} h`));
  }
  return picture;
}

function lane(visit, label, used, rows, top, at) {
  const group = drawn("g", {}, drawn("text", { x: 0, y: top + 15, "font-size": 14, "font-weight": 600 }, label));
  used.forEach((name, place) => {
    const y = top + 24 + 22 * place;
    group.append(drawn("text", { x: 184, y: y + 13, "font-size": 12, "text-anchor": "end" }, name));
    for (const bar of visit.bars.filter((one) => one.row === name)) {
      group.append(drawn("rect", { x: at(bar.start), y, width: Math.max(at(bar.end) - at(bar.start), 1), height: 17,
        fill: FILLS[rows.indexOf(name) % FILLS.length], class: "lane-bar" },
      drawn("title", {}, `${bar.what.replaceAll("_", " ")}: ${Math.round(bar.end - bar.start)} min`)));
    }
  });
  const leaves = at(visit.minutes);
  group.append(drawn("line", { x1: leaves, x2: leaves, y1: top + 20, y2: top + 24 + 22 * used.length, class: "leaves" }));
  return group;
}

function words({ visits }, labels) {
  return element("details", {}, element("summary", {}, "The same in words"), element("div", { class: "words" },
    ...visits.map((visit, place) => element("section", {}, element("h3", {}, labels[place]),
      element("ol", {}, ...visit.words.map((line) => element("li", {}, line)))))));
}
