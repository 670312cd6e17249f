// A full comparison in the background: its progress, its five lines, its report. Closing the stream ends it.

import { byId, element, linesOf, offer, post, problemList } from "/page/page_parts.js";

export class StudyView {
  constructor(page) {
    this.page = page;
    this.playing = null;
    this.report = "";
    byId("cancel-study").onclick = () => this.playing?.abort();
    byId("save-report").onclick = () => offer(this.report, "text/html", "report.html");
  }

  async play(question, assumptions) {
    this.playing = new AbortController();
    this.show(true);
    byId("study-answer").replaceChildren("Beginning.");
    try {
      const response = await post("/api/study", { question, page: this.page, assumptions }, this.playing.signal);
      if (response.headers.get("content-type").startsWith("application/json")) {
        byId("study-answer").replaceChildren(element("ul", {}, ...problemList((await response.json()).problems)));
      } else {
        for await (const line of linesOf(response)) this.take(line);
      }
    } catch (error) {
      const text = error.name === "AbortError" ? "Cancelled; nothing was kept." : `It ended early: ${error.message}`;
      byId("study-answer").replaceChildren(text);
    }
    this.playing = null;
    this.show(false);
  }

  take(line) {
    if (line.event === "progress") {
      byId("study-progress").max = line.of;
      byId("study-progress").value = line.done;
      if (!line.done) byId("study-answer").replaceChildren("Playing.");
    } else if (line.event === "answer") {
      byId("study-answer").replaceChildren(element("p", {}, line.question), element("ul", {},
        ...line.lines.map(({ label, text }) => element("li", {}, element("strong", {}, label), `: ${text}`))));
    } else if (line.event === "report") {
      this.report = line.html;
      byId("save-report").hidden = false;
    } else if (line.event === "end" && line.exit_code !== 0) {
      byId("study-answer").replaceChildren("The comparison failed; the window of the command says why.");
    }
  }

  show(isPlaying) {
    byId("play-study").disabled = isPlaying;
    byId("cancel-study").hidden = !isPlaying;
    byId("study-progress").hidden = !isPlaying;
    if (isPlaying) byId("save-report").hidden = true;
  }
}
