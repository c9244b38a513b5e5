// @ts-check
/** An endpoint's traffic: as a bar that moves, as steps over time; and the colours of its deployments. */
import { attribute, h, keyed, setText } from "./dom.js";

const COLORS = 6;
const FIRST = { blue: 0, green: 1 };

/**
 * Numbers of the palette by deployment: the same for the same name for as long as the page is open, different for neighbours.
 */
export function palette() {
  /** @type {Map<string, number>} */
  const given = new Map();
  return (/** @type {string} */ name) => {
    const known = given.get(name);
    if (known !== undefined) return known;
    const taken = new Set(given.values());
    const free = Array.from({ length: COLORS }, (_, index) => index).find((index) => !taken.has(index));
    const wish = FIRST[/** @type {keyof typeof FIRST} */ (name)];
    const color = wish !== undefined && !taken.has(wish) ? wish : (free ?? given.size % COLORS);
    given.set(name, color);
    return color;
  };
}

/** @param {Record<string, number>} map */
export const told = (map) =>
  Object.entries(map)
    .filter(([, weight]) => weight > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, weight]) => `${name} ${weight} %`)
    .join(", ") || "no traffic";

/** @param {(name: string) => number} colorOf */
export function trafficBar(colorOf) {
  const parts = h("div", { class: "bar-parts", "aria-hidden": "true" });
  const root = h("div", { class: "bar", role: "img" }, parts);
  const draw = keyed(
    parts,
    ({ name }) => name,
    ({ name }) => {
      const label = h("span", {});
      const part = h("div", { class: "bar-part", "data-color": colorOf(name) }, label);
      return {
        root: part,
        update: ({ weight }) => {
          part.style.flexGrow = String(weight);
          attribute(part, "data-empty", weight === 0);
          setText(label, weight >= 12 ? `${name} ${weight} %` : weight >= 5 ? `${weight} %` : "");
          attribute(part, "title", `${name} ${weight} %`);
        },
      };
    },
  );
  return {
    root,
    /** @param {{traffic: Record<string, number>, mirrorTraffic: Record<string, number>, deployments: {name: string}[]}} endpoint */
    update: ({ traffic, mirrorTraffic, deployments }) => {
      const names = deployments.map(({ name }) => name);
      draw(names.map((name) => ({ name, weight: traffic[name] ?? 0 })));
      const none = !Object.values(traffic).some((weight) => weight > 0);
      attribute(root, "data-none", none);
      const mirror = told(mirrorTraffic);
      attribute(
        root,
        "aria-label",
        `Traffic: ${told(traffic)}${mirror === "no traffic" ? "" : `; mirrored: ${mirror}`}`,
      );
    },
  };
}

const MINUTE = 60_000;
/** How much time the chart shows: the shortest of these that holds the last changes. */
const WINDOWS = [
  [2, "2 min"],
  [10, "10 min"],
  [60, "1 h"],
  [360, "6 h"],
  [1440, "1 day"],
  [10080, "7 days"],
];
const CHANGES = 6;

/** @param {(name: string) => number} colorOf */
export function trafficHistory(colorOf) {
  const svg = h("svg:svg", { class: "history-plot", preserveAspectRatio: "none", viewBox: "0 0 1000 100" });
  const [from, to] = [h("span", {}), h("span", { text: "now" })];
  const root = h(
    "div",
    { class: "history", role: "img" },
    svg,
    h("div", { class: "history-axis", "aria-hidden": "true" }, from, to),
  );
  /** @param {{time: string, traffic: Record<string, number>}[]} history @param {number} now */
  const draw = (history, now) => {
    const oldest = history.length > 0 ? Date.parse((history.at(-CHANGES) ?? history[0]).time) : now;
    const [minutes, label] = WINDOWS.find(([length]) => now - oldest <= length * MINUTE) ?? WINDOWS.at(-1);
    const begin = now - minutes * MINUTE;
    setText(from, `${label} ago`);
    const at = (/** @type {number} */ time) => (1000 * (Math.max(begin, time) - begin)) / (now - begin);
    const boxes = history.flatMap(({ time, traffic }, index) => {
      const x = at(Date.parse(time));
      const end = at(index + 1 < history.length ? Date.parse(history[index + 1].time) : now);
      if (end <= x) return [];
      let y = 100;
      return Object.keys(traffic)
        .sort()
        .filter((name) => traffic[name] > 0)
        .map((name) => {
          y -= traffic[name];
          return h("svg:rect", { x, y, width: end - x, height: traffic[name], "data-color": colorOf(name) });
        });
    });
    svg.replaceChildren(...boxes);
    const last = history
      .slice(-CHANGES)
      .map((change) => `${new Date(change.time).toLocaleTimeString()} ${told(change.traffic)}`);
    attribute(root, "aria-label", `Traffic over the last ${label}. ${last.join("; ")}`);
  };
  return { root, draw };
}

const SAMPLES = 40;
/** The shortest stretch that a rate is taken over: shorter ones jump. */
const SAMPLE_MS = 900;

/** Requests a second, one sample a second. */
export function sparkline() {
  const line = h("svg:polyline", { points: "" });
  const svg = h(
    "svg:svg",
    { class: "spark", viewBox: "0 0 80 20", preserveAspectRatio: "none", "aria-hidden": "true" },
    line,
  );
  const text = h("span", { class: "rate", text: "–" });
  /** @type {number[]} */
  const rates = [];
  /** @type {{requests: number, time: number} | undefined} */
  let before;
  return {
    root: h("span", { class: "rate-cell" }, svg, text),
    /** @param {number} requests so far @param {number} time */
    sample: (requests, time) => {
      if (before && time - before.time < SAMPLE_MS) return;
      if (before && requests >= before.requests)
        rates.push((1000 * (requests - before.requests)) / (time - before.time));
      before = { requests, time };
      if (rates.length > SAMPLES) rates.shift();
      const most = Math.max(1, ...rates);
      const points = rates.map(
        (rate, index) => `${80 - 2 * (rates.length - 1 - index)},${19 - (18 * rate) / most}`,
      );
      attribute(line, "points", points.join(" "));
      const recent = rates.slice(-3);
      const mean = recent.reduce((sum, rate) => sum + rate, 0) / Math.max(1, recent.length);
      setText(text, `${mean < 10 ? mean.toFixed(1) : Math.round(mean)}/s`);
    },
  };
}
