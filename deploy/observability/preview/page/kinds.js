// Values of now: stat, bars, table. Each takes a panel and gives an element, or null when there is nothing to show.

import { element, legend, mapped, properties, said } from "./words.js";

const last = (series) => Number(series.value ? series.value[1] : series.values.at(-1)[1]);

export function stat(panel, section) {
  const box = element("div", { class: "stat" });
  for (const answer of panel.answers) {
    for (const series of answer.series) {
      const name = legend(answer, series), has = properties(panel, name, answer.ref), value = last(series);
      const word = mapped(value, has.mappings);
      if (word) section.classList.add(word.color);
      box.append(element(word && !box.children.length ? "b" : "span", {}, word ? word.text : said(value, has.unit)));
    }
  }
  return box.children.length ? box : null;
}

export function bargauge(panel) {
  const values = panel.answers.flatMap((answer) => answer.series.map((series) => [legend(answer, series), last(series), answer.ref]));
  const most = Math.max(1e-9, ...values.map(([, value]) => value));
  const box = element("div", { class: "bars" });
  for (const [name, value, ref] of values) {
    const has = properties(panel, name, ref);
    box.append(element("div", {}, has.displayName ?? name), element("i", { style: `width:${(100 * value) / most}%` }), element("span", {}, said(value, has.unit)));
  }
  return values.length ? box : null;
}

/** Grafana's transformations merge and organize: one row for each set of labels, headings and order as the board says. */
export function table(panel) {
  const { indexByName, renameByName } = panel.transformations.find((each) => each.id === "organize").options;
  const rows = new Map();
  for (const answer of panel.answers) {
    for (const series of answer.series) {
      const labels = Object.entries(series.metric), key = JSON.stringify(labels);
      rows.set(key, { ...rows.get(key), ...series.metric, [panel.answers.length > 1 ? `Value #${answer.ref}` : "Value"]: last(series) });
    }
  }
  const columns = Object.keys(indexByName).sort((a, b) => indexByName[a] - indexByName[b]);
  const sort = panel.options?.sortBy?.[0], by = columns.find((column) => renameByName[column] === sort?.displayName), way = sort?.desc ? -1 : 1;
  const sorted = [...rows.values()].sort((a, b) => (a[by] > b[by] ? way : a[by] < b[by] ? -way : 0));
  const made = element("table", {}, element("tr", {}, ...columns.map((column) => element("th", { scope: "col", ...numeric(column) }, renameByName[column]))));
  for (const row of sorted) made.append(element("tr", {}, ...columns.map((column) => cell(panel, column, renameByName[column], row[column]))));
  return rows.size ? made : null;
}

const numeric = (column) => (column.startsWith("Value") ? { class: "value" } : {});

function cell(panel, column, heading, value) {
  if (value === undefined) return element("td", numeric(column), "–");
  const has = properties(panel, heading, ""), word = mapped(value, has.mappings);
  if (word) return element("td", numeric(column), element("span", { class: `word ${word.color}` }, word.text));
  return element("td", numeric(column), typeof value === "number" ? said(value, has.unit) : value);
}
