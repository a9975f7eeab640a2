// Numbers and codes as people read them: what Grafana does with unit, mappings and display names.

const TIMES = [[86400, "日"], [3600, "時間"], [60, "分"], [1, "秒"]];

function short(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(1)}百万`;
  return Number.isInteger(value) || size >= 1000 ? Math.round(value).toLocaleString("ja-JP") : value.toFixed(size < 1 ? 2 : 1);
}

function seconds(value) {
  if (Math.abs(value) < 1) return value === 0 ? "0秒" : `${Math.round(value * 1000)}ミリ秒`;
  const [size, name] = TIMES.find(([size]) => Math.abs(value) >= size);
  return `${(value / size).toFixed(value / size < 10 && size > 1 ? 1 : 0)}${name}`;
}

function bytes(value) {
  return value >= 2 ** 30 ? `${(value / 2 ** 30).toFixed(1)} GiB` : `${(value / 2 ** 20).toFixed(0)} MiB`;
}

const UNITS = {
  s: seconds, bytes, short, none: short,
  d: (value) => `${value.toFixed(value < 10 ? 1 : 0)}日`,
  cpm: (value) => `${short(value)}件/分`,
  percentunit: (value) => `${(value * 100).toFixed(value * 100 >= 99.95 || value === 0 ? 0 : 1)}%`,
};

export function said(value, unit) {
  return Number.isFinite(value) ? (UNITS[unit] ?? short)(value) : "不明";
}

/** The word and colour for a value, by the first mapping that holds. */
export function mapped(value, mappings) {
  for (const { type, options } of mappings ?? []) {
    if (type === "value" && options[String(value)]) return options[String(value)];
    if (type === "special" && !Number.isFinite(value) && typeof value === "number") return options.result;
    if (type === "range" && typeof value === "number" && Number.isFinite(value)
      && (options.from === null || value >= options.from) && (options.to === null || value <= options.to)) return options.result;
  }
  return null;
}

/** Properties that a field gets: by its name, or by its query. */
export function properties(panel, name, ref) {
  const found = { unit: panel.fieldConfig.defaults.unit, mappings: panel.fieldConfig.defaults.mappings };
  for (const { matcher, properties } of panel.fieldConfig.overrides ?? []) {
    const holds = (matcher.id === "byName" && matcher.options === name) || (matcher.id === "byFrameRefID" && matcher.options === ref);
    if (holds) for (const each of properties) found[each.id] = each.value;
  }
  return found;
}

export function legend(answer, series) {
  const text = answer.legend.replace(/\{\{(\w+)\}\}/g, (_, label) => series.metric[label] ?? "").trim();
  return text || "値";
}

export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
