// Values over time: lines and stacked bars with uPlot, and the heat map of a histogram.

import { element, legend, properties, said } from "./words.js";

const COLOURS = ["#3460fb", "#1d8b56", "#c74700", "#8b3fc7", "#00838f", "#b3001b", "#6b7000", "#555a66", "#d6409f", "#0b5fa5"];
const NAMED = { red: "#d40000", orange: "#c16800", green: "#1d8b56" };
const HOUR = { timeZone: "Asia/Tokyo", hour: "2-digit", minute: "2-digit" };
const clock = new Intl.DateTimeFormat("ja-JP", HOUR), exact = new Intl.DateTimeFormat("ja-JP", { ...HOUR, second: "2-digit" });

function grid(panel, board) {
  const times = [];
  for (let at = board.start; at <= board.end + 1e-6; at += board.step) times.push(at);
  const lines = panel.answers.flatMap((answer) => answer.series.map((series) => {
    const name = legend(answer, series), has = properties(panel, name, answer.ref), values = new Array(times.length).fill(null);
    for (const [at, value] of series.values) values[Math.round((at - board.start) / board.step)] = Number.isFinite(Number(value)) ? Number(value) : null;
    return { name: has.displayName ?? name, limit: Boolean(has["custom.lineStyle"]), colour: has.color && NAMED[has.color.fixedColor], values };
  }));
  return { times, lines };
}

export function timeseries(panel, section, board, body) {
  const { times, lines } = grid(panel, board), custom = panel.fieldConfig.defaults.custom ?? {}, unit = panel.fieldConfig.defaults.unit;
  const measured = lines.filter((line) => !line.limit);
  if (!measured.length) return null;
  const stacked = custom.stacking?.mode === "normal", most = Math.max(0, ...measured.flatMap((line) => line.values));
  // Grafana shows every limit; where the values stay far below, the limit would press them flat.
  const shown = lines.filter((line) => !line.limit || Math.max(...line.values) <= Math.max(most * 4, 1e-9));
  shown.forEach((line, place) => { line.colour ??= COLOURS[place % COLOURS.length]; });
  const box = element("div", {}), key = element("ul", { class: "legend" });
  for (const line of lines) {
    key.append(element("li", {}, element("i", { style: `background:${line.colour ?? "#777"}` }), `${line.name}${line.limit ? "" : `：${latest(line.values, unit)}`}`));
  }
  const heights = stacked ? sums(shown) : shown.map((line) => line.values);
  const series = shown.map((line) => ({
    stroke: line.colour, width: line.limit ? 1 : 2, dash: line.limit ? [8, 6] : undefined, points: { show: false }, spanGaps: true,
    fill: stacked && !line.limit ? line.colour : undefined, paths: stacked && !line.limit ? uPlot.paths.bars({ size: [0.9, 20] }) : undefined,
  }));
  const order = stacked ? series.map((_, place) => series.length - 1 - place) : series.map((_, place) => place);
  box.append(element("div", {}), key);
  body.append(box); // the legend's height is known once it stands there
  new uPlot({
    width: body.clientWidth, height: body.clientHeight - key.offsetHeight, legend: { show: false }, cursor: { show: false },
    series: [{}, ...order.map((place) => series[place])],
    scales: { x: { time: true }, y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] } },
    axes: [{ values: (_, ticks) => ticks.map((at) => (ticks[1] - ticks[0] < 60 ? exact : clock).format(at * 1000)), space: 70, size: 26 }, { values: (_, ticks) => ticks.map((value) => said(value, unit === "cpm" ? "short" : unit)), size: 74 }],
  }, [times, ...order.map((place) => heights[place])], box.firstChild);
  return box;
}

/** The value at the end, where there is one: a line that ended before (two points may be on their way) has none now. */
function latest(values, unit) {
  const value = values.slice(-3).findLast((each) => each !== null);
  return value === undefined ? "いまはない" : said(value, unit);
}

function sums(lines) {
  const below = new Array(lines[0].values.length).fill(0);
  return lines.map((line) => (line.limit ? line.values : line.values.map((value, place) => (below[place] += value ?? 0))));
}

/** Cumulative buckets become how many fell into each; darker is more. */
export function heatmap(panel, section, board, { clientWidth: width, clientHeight: height }) {
  const series = panel.answers[0].series.filter((each) => each.metric.le).sort((a, b) => Number(a.metric.le.replace("+Inf", "Infinity")) - Number(b.metric.le.replace("+Inf", "Infinity")));
  if (!series.length) return null;
  const canvas = element("canvas", { width, height, role: "img", "aria-label": panel.title }), ink = canvas.getContext("2d");
  const columns = Math.round((board.end - board.start) / board.step) + 1, left = 64, foot = 20;
  const tall = (height - foot) / series.length, wide = (width - left) / columns;
  const cumulative = series.map((each) => new Map(each.values.map(([at, value]) => [Math.round((at - board.start) / board.step), Number(value)])));
  const cells = cumulative.map((row, place) => [...row].map(([column, value]) => [column, Math.max(0, value - (cumulative[place - 1]?.get(column) ?? 0))]));
  const most = Math.max(1e-9, ...cells.flatMap((row) => row.map(([, value]) => value)));
  ink.font = "11px sans-serif";
  cells.forEach((row, place) => {
    const top = height - foot - (place + 1) * tall;
    ink.fillStyle = "#4d4d52";
    ink.fillText(series[place].metric.le === "+Inf" ? "それより上" : said(Number(series[place].metric.le), "s"), 0, top + tall / 2 + 4);
    for (const [column, value] of row) {
      ink.fillStyle = value > 0.01 ? `rgba(0, 49, 216, ${0.15 + (0.85 * value) / most})` : "#f1f1f4";
      ink.fillRect(left + column * wide, top, Math.max(1, wide), Math.max(1, tall - 1));
    }
  });
  ink.fillStyle = "#4d4d52";
  for (const part of [0, 0.25, 0.5, 0.75]) ink.fillText(clock.format((board.start + part * (board.end - board.start)) * 1000), left + part * (width - left), height - 5);
  return canvas;
}
