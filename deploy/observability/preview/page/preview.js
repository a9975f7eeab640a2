// One board, drawn where its grid says, again every half minute.

import { bargauge, stat, table } from "./kinds.js";
import { heatmap, timeseries } from "./lines.js";
import { element } from "./words.js";

const DRAWN = { stat, bargauge, table, timeseries, heatmap };
const EVERY_MS = 30_000;
const asked = new URLSearchParams(location.search);
const moment = new Intl.DateTimeFormat("ja-JP", { timeZone: "Asia/Tokyo", dateStyle: "medium", timeStyle: "short" });

function frame(panel) {
  const { x, y, w, h } = panel.gridPos;
  const section = element("section", { style: `grid-column:${x + 1}/span ${w};grid-row:${y + 1}/span ${h}` });
  if (panel.type === "row") {
    section.classList.add("row");
    section.append(panel.title);
    return section;
  }
  if (panel.type === "stat") section.classList.add("stat-panel");
  section.setAttribute("aria-label", `${panel.title}。${panel.description}`);
  section.append(element("h2", {}, panel.title), element("p", { class: "note", title: panel.description }, panel.description), element("div", { class: "body" }));
  return section;
}

function fill(section, panel, board) {
  const body = section.querySelector(".body");
  const drawn = DRAWN[panel.type](panel, section, board, body);
  const problem = panel.answers.find((answer) => answer.problem)?.problem;
  if (drawn?.isConnected) return;
  body.append(problem ? element("p", { class: "nothing" }, problem) : drawn ?? element("p", { class: "nothing" }, panel.fieldConfig.defaults.noValue));
}

async function draw(uid) {
  const answer = await fetch(`/boards/${uid}`);
  const grid = document.getElementById("grid");
  if (!answer.ok) {
    grid.replaceChildren(element("p", { role: "alert" }, await answer.text()));
    return;
  }
  const board = await answer.json();
  document.title = `${board.title}｜下見(Grafanaではない)`;
  document.getElementById("title").textContent = board.title;
  document.getElementById("answers").textContent = board.description;
  document.getElementById("when").textContent = `${moment.format(board.start * 1000)} から ${moment.format(board.end * 1000)}（日本時間）`;
  const sections = board.panels.map(frame);
  grid.replaceChildren(...sections);
  board.panels.forEach((panel, place) => { if (panel.type !== "row") fill(sections[place], panel, board); });
}

const boards = await (await fetch("/boards")).json();
const uid = asked.get("board") ?? "tsunagu-overview";
document.getElementById("boards").append(...boards.map((each) => element("a", { href: `?board=${each.uid}`, ...(each.uid === uid ? { "aria-current": "page" } : {}) }, each.title)));
await draw(uid);
if (!asked.has("still")) setInterval(() => draw(uid), EVERY_MS);
