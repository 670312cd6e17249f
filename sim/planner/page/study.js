// A long study in the background: its progress, its lines, its report, the shifts it found. Closing the stream ends it.

import { byId, element, linesOf, offer, post, problemList } from "/page/page_parts.js";

export class StudyView {
  // Elements are those of `name`: play-NAME, cancel-NAME, save-NAME, NAME-progress, NAME-answer. `found` is called with
  // what a search has found.
  constructor(name, page, found = () => {}) {
    this.name = name;
    this.page = page;
    this.found = found;
    this.playing = null;
    this.report = "";
    byId(`cancel-${name}`).onclick = () => this.playing?.abort();
    byId(`save-${name}`).onclick = () => offer(this.report, "text/html", "report.html");
  }

  say(...content) {
    byId(`${this.name}-answer`).replaceChildren(...content);
  }

  // `asked` says which study, beside the question.
  async play(question, asked) {
    this.playing = new AbortController();
    this.show(true);
    this.say("Beginning.");
    try {
      const response = await post("/api/study", { question, page: this.page, ...asked }, this.playing.signal);
      if (response.headers.get("content-type").startsWith("application/json")) this.take({ event: "problems", ...(await response.json()) });
      else for await (const line of linesOf(response)) this.take(line);
    } catch (error) {
      this.say(error.name === "AbortError" ? "Cancelled; nothing was kept." : `It ended early: ${error.message}`);
    }
    this.playing = null;
    this.show(false);
  }

  take(line) {
    if (line.event === "problems") this.say(element("ul", {}, ...problemList(line.problems)));
    else if (line.event === "progress") {
      byId(`${this.name}-progress`).max = line.of;
      byId(`${this.name}-progress`).value = line.done;
      if (!line.done) this.say(`Playing. ${line.what ?? ""}`);
    } else if (line.event === "answer") {
      this.say(element("p", {}, line.question), element("ul", {},
        ...line.lines.map(({ label, text }) => element("li", {}, element("strong", {}, label), `: ${text}`))));
    } else if (line.event === "report") {
      this.report = line.html;
      byId(`save-${this.name}`).hidden = false;
    } else if (line.event === "found") this.found(line);
    else if (line.event === "end" && line.exit_code !== 0) this.say("The study failed; the window of the command says why.");
  }

  show(isPlaying) {
    byId(`play-${this.name}`).disabled = isPlaying;
    byId(`cancel-${this.name}`).hidden = !isPlaying;
    byId(`${this.name}-progress`).hidden = !isPlaying;
    if (isPlaying) byId(`save-${this.name}`).hidden = true;
  }
}
