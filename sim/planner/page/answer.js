// What changes: a table that sharpens with each look. Words and marks come from the server; nothing is judged here.

import { byId, drawn, element, linesOf, post } from "/page/page_parts.js";

export class AnswerView {
  // `rosters` is called with hours, cost and cover once the question is understood, `problems` with what is wrong.
  constructor({ period, first_measure: measure }, page, { rosters, problems }) {
    this.period = period;
    this.measure = measure;
    this.choices = [];
    byId("choice-measure").onchange = () => { this.measure = byId("choice-measure").value; this.choice(); };
    this.page = page;
    this.rosters = rosters;
    this.problems = problems;
    this.asking = null;
  }

  // Ask anew; the question before is dropped.
  async ask(question) {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    byId("differences").classList.add("stale");
    byId("choice").hidden = true;
    try {
      const response = await post("/api/ask", { question, page: this.page }, asking.signal);
      if (response.headers.get("content-type").startsWith("application/json")) {
        this.problems((await response.json()).problems);
        this.say("Not played: what is wrong stands under the roster.");
        return;
      }
      this.problems([]);
      for await (const line of linesOf(response)) line.rosters ? this.rosters(line.rosters) : this.show(line);
    } catch (error) {
      if (error.name !== "AbortError") this.say(`The page's server does not answer: ${error.message}`);
    }
  }

  show(look) {
    if (look.failed) return this.say(`A run failed: ${look.failed}`);
    const isLast = look.n === look.of;
    byId("differences").tBodies[0].replaceChildren(...look.rows.map(row));
    byId("differences").classList.remove("stale");
    if (isLast) byId("groups").replaceChildren(...groupTables(look.groups));
    if (isLast) this.offerChoices(look.choices);
    byId("progress").value = look.n;
    byId("progress").max = look.of;
    document.body.dataset.look = look.n;
    this.say(isLast ? `${look.n} replications of ${this.period}. Marked: more than chance.`
      : `First picture, ${look.n} of ${look.of} replications; it sharpens, and nothing is marked yet.`);
  }

  // Probability and regret by the measure that is chosen; the last look alone has them.
  offerChoices(choices) {
    this.choices = choices;
    const chosen = choices.find(({ measure }) => measure === this.measure) ?? choices[0];
    byId("choice").hidden = !chosen;
    if (!chosen) return;
    byId("choice-measure").replaceChildren(...choices.map(({ measure, label }) =>
      element("option", { value: measure, selected: measure === chosen.measure }, label)));
    byId("choice-text").textContent = chosen.text;
  }

  choice() {
    byId("choice-text").textContent = this.choices.find(({ measure }) => measure === this.measure).text;
  }

  say(text) {
    if (byId("progress-text").textContent !== text) byId("progress-text").textContent = text;
  }
}

function row({ label, baseline, difference, low, high, mean, mark }) {
  return element("tr", {}, element("th", { scope: "row" }, label), element("td", {}, baseline),
    element("td", { class: mark }, mark ? `${difference} ${mark}` : difference),
    element("td", {}, difference === "identical" ? "" : interval(low, high, mean, mark)));
}

function interval(low, high, mean, mark) {
  const half = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const at = (value) => 100 + (95 * value) / half;
  return drawn("svg", { class: "interval", viewBox: "0 0 200 16", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("line", { x1: 100, x2: 100, y1: 0, y2: 16, class: "zero" }),
    drawn("line", { x1: at(low), x2: at(high), y1: 8, y2: 8, class: "reach", "stroke-width": 3 }),
    drawn("rect", { x: at(mean) - 2, y: 2, width: 4, height: 12, class: mark ? "mean beyond" : "mean" }));
}

// Share of each group that a peer meets, with your roster.
function groupTables(groups) {
  if (!groups.length) return [element("p", { class: "hint" }, "Nobody is on duty to meet them.")];
  const names = [...new Set(groups.map((row) => row.by))];
  const hint = "Share of mental-health visits that a peer meets, with your roster. Marked: a gap to the other groups "
    + "beyond chance, all groups of a kind judged together. Hidden where single children would decide.";
  return [element("p", { class: "hint" }, hint), ...names.map((by) => element("table", { class: "groups" },
    element("caption", {}, `By ${by}`), element("tbody", {}, ...groups.filter((row) => row.by === by).map(groupRow))))];
}

function groupRow({ group, share, text, mark }) {
  const bar = drawn("svg", { class: "interval", viewBox: "0 0 100 16", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("rect", { x: 0, y: 3, width: 100 * (share ?? 0), height: 10, class: "share" }));
  return element("tr", {}, element("th", { scope: "row" }, group),
    element("td", { class: mark ? "changed" : "" }, mark ? `${text} ${mark}` : text), element("td", {}, bar));
}
