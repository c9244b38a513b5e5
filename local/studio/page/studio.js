// @ts-check
/** The page: what the local Azure tells as it happens, put where it belongs. */
import { ask, attribute, h, keyed, setText } from "./dom.js";
import { onlineEndpoint } from "./endpoint.js";
import { batchEndpoint, jobRow, resources } from "./jobs.js";

const find = (/** @type {string} */ selector) =>
  /** @type {HTMLElement} */ (document.querySelector(selector));
const status = find("#status");
const announce = (/** @type {string} */ text) => setText(find("#announcements"), text);

/** @type {Promise<Record<string, string>> | undefined} */
let samples;
const sampleOf = async (/** @type {string} */ name) => {
  const known = (await (samples ??= ask("/api/samples").catch(() => ({}))))[name];
  if (known === undefined) samples = undefined; // an endpoint that was made since
  return known;
};

/** What changes with time alone. @type {Set<{root: Element, tick: (now: number) => void}>} */
const ticking = new Set();
/** @template {{root: Element, tick: (now: number) => void}} T @param {T} part */
const withTime = (part) => {
  ticking.add(part);
  return part;
};
const tick = () => {
  for (const part of ticking)
    if (part.root.isConnected) part.tick(Date.now());
    else ticking.delete(part);
};
setInterval(tick, 1000);

/** A heading, and a place that is not there while it is empty. @param {string} title @param {string} tag */
function group(title, tag) {
  const list = h(tag, { class: tag === "ul" ? "card jobs" : "stack" });
  const count = h("span", { class: "count" });
  const root = h("section", { "aria-label": title }, h("h2", {}, title, " ", count), list);
  return {
    root,
    list,
    told: (/** @type {number} */ number) => {
      root.hidden = number === 0;
      setText(count, String(number));
    },
  };
}

function workspace(first) {
  const [online, batch, jobs] = [
    group("Online endpoints", "div"),
    group("Batch endpoints", "div"),
    group("Jobs", "ul"),
  ];
  const draws = [
    [
      online,
      "onlineEndpoints",
      keyed(
        online.list,
        ({ id }) => id,
        (one) => withTime(onlineEndpoint(one, { sampleOf, announce })),
      ),
    ],
    [batch, "batchEndpoints", keyed(batch.list, ({ id }) => id, batchEndpoint)],
    [
      jobs,
      "jobs",
      keyed(
        jobs.list,
        ({ name }) => name,
        (one) => withTime(jobRow(first.id)(one)),
      ),
    ],
  ];
  const nothing = h("p", { class: "empty" }, "No endpoint in this workspace yet.");
  return {
    root: h(
      "div",
      { class: "workspace" },
      h("p", { class: "where" }, h("strong", { text: first.name }), ` in ${first.group}, ${first.location}`),
      nothing,
      ...draws.map(([place]) => place.root),
    ),
    update: (/** @type {any} */ now) => {
      nothing.hidden = now.onlineEndpoints.length + now.batchEndpoints.length > 0;
      for (const [place, name, draw] of draws) {
        place.told(now[name].length);
        draw(now[name]);
      }
    },
  };
}

const all = resources();
find("main").append(all.root);
const draw = keyed(find("#workspaces"), ({ id }) => id, workspace);

/** @param {"live" | "trouble"} state @param {string} text */
const tell = (state, text) => {
  attribute(status, "data-state", state);
  setText(status, text);
};

const events = new EventSource("/api/live");
events.addEventListener("overview", ({ data }) => {
  const { workspaces } = JSON.parse(data);
  draw(workspaces);
  find("#nothing").hidden = workspaces.length > 0;
  tell("live", "Live");
  tick();
  void all.load();
});
events.addEventListener("trouble", ({ data }) => tell("trouble", JSON.parse(data).message));
events.addEventListener("error", () => tell("trouble", "The local Azure does not answer. Trying again…"));

/** Light, dark, or as the system has it. */
const THEMES = ["auto", "light", "dark"];
const theme = find("#theme");
const setTheme = (/** @type {string} */ name) => {
  document.documentElement.dataset["theme"] = name;
  localStorage.setItem("theme", name);
  setText(theme, { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[name] ?? "");
  attribute(theme, "aria-label", `Theme: ${name}. Change it`);
};
theme.addEventListener("click", () => {
  const now = document.documentElement.dataset["theme"] ?? "auto";
  setTheme(THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] ?? "auto");
});
setTheme(THEMES.find((name) => name === localStorage.getItem("theme")) ?? "auto");
