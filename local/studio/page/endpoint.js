// @ts-check
/** One online endpoint: its traffic, its deployments, and what can be done with it. */
import { attribute, h, keyed, milliseconds, pill, setText } from "./dom.js";
import { logsPanel, tabs, testPanel, usePanel } from "./panels.js";
import { palette, sparkline, told, trafficBar, trafficHistory } from "./traffic.js";

const HEADS = [
  "Deployment",
  "Model",
  "State",
  "Instances",
  "Traffic",
  "Requests",
  "Errors",
  "p50",
  "p95",
  "Rate",
  "",
];
const NUMBERS = new Set(["Instances", "Traffic", "Requests", "Errors", "p50", "p95"]);

/** @param {any} first @param {(name: string) => number} colorOf @param {(deployment: any) => void} showLogs */
function row(first, colorOf, showLogs) {
  const cell = (/** @type {string} */ head) =>
    h("td", { class: NUMBERS.has(head) ? "number" : undefined, "data-head": head });
  const [model, instances, traffic, requests, errors, p50, p95] = HEADS.slice(1)
    .filter((head) => head && head !== "State" && head !== "Rate")
    .map(cell);
  const state = pill(first.state);
  const spark = sparkline();
  let now = first;
  const root = h(
    "tr",
    {},
    h("th", { scope: "row" }, h("span", { class: "dot", "data-color": colorOf(first.name) }), first.name),
    model,
    h("td", {}, state.root),
    instances,
    traffic,
    requests,
    errors,
    p50,
    p95,
    h("td", {}, spark.root),
    h(
      "td",
      { class: "actions" },
      h("button", {
        type: "button",
        class: "quiet",
        text: "Logs",
        "aria-label": `Logs of ${first.name}`,
        on: { click: () => showLogs(now) },
      }),
    ),
  );
  return {
    root,
    sample: (/** @type {number} */ time) => spark.sample(now.metrics?.requests ?? 0, time),
    update: (/** @type {any} */ deployment) => {
      now = deployment;
      const { metrics } = deployment;
      state.update(deployment.state);
      setText(model, deployment.model ?? "no model");
      attribute(
        model,
        "title",
        [deployment.model, deployment.environment, deployment.instanceType].filter(Boolean).join("\n"),
      );
      setText(
        instances,
        metrics ? `${metrics.instances.ready}/${deployment.instanceCount}` : `–/${deployment.instanceCount}`,
      );
      const copies = deployment.mirrored > 0;
      setText(traffic, copies ? `copies ${deployment.mirrored} %` : `${deployment.weight} %`);
      const count = metrics?.requests ?? 0;
      setText(requests, count.toLocaleString("en"));
      const share = count > 0 ? (100 * metrics.errors) / count : 0;
      setText(errors, count > 0 ? `${share === 0 ? "0" : share.toFixed(1)} %` : "–");
      attribute(errors, "data-bad", share > 0);
      setText(p50, milliseconds(metrics?.p50));
      setText(p95, milliseconds(metrics?.p95));
    },
  };
}

/**
 * @param {any} first
 * @param {{sampleOf: (name: string) => Promise<string | undefined>, announce: (text: string) => void}} page
 */
export function onlineEndpoint(first, { sampleOf, announce }) {
  const colorOf = palette();
  const state = pill(first.state);
  const bar = trafficBar(colorOf);
  const history = trafficHistory(colorOf);
  const mirror = h("span", { class: "soft" });
  const body = h("tbody", {});
  const test = testPanel(first, colorOf, sampleOf);
  const logs = logsPanel();
  const panel = tabs(`What to do with ${first.name}`, [
    { name: "Test", root: test.root },
    { name: "Logs", root: logs.root, shown: logs.shown },
    { name: "Use it", root: usePanel(first) },
  ]);
  /** @type {Set<ReturnType<typeof row>>} */
  const rows = new Set();
  const draw = keyed(
    body,
    ({ name }) => name,
    (deployment) => {
      const made = row(deployment, colorOf, ({ id }) => {
        logs.choose(id);
        panel.choose(1);
      });
      rows.add(made);
      return made;
    },
  );
  let now = first;
  let before = "";
  const root = h(
    "article",
    { class: "card", "aria-label": `Online endpoint ${first.name}` },
    h(
      "header",
      { class: "card-head" },
      h("h3", { text: first.name }),
      state.root,
      h("span", { class: "tag", text: first.authMode }),
      mirror,
    ),
    h("p", { class: "uri" }, h("code", { text: first.scoringUri })),
    bar.root,
    history.root,
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": `Deployments of ${first.name}` },
      h(
        "table",
        { class: "deployments" },
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ...HEADS.map((head) =>
              h("th", { scope: "col", class: NUMBERS.has(head) ? "number" : undefined, text: head }),
            ),
          ),
        ),
        body,
      ),
    ),
    panel.root,
  );
  return {
    root,
    /** Once a second: what changes with time alone. @param {number} time */
    tick: (time) => {
      history.draw(now.history, time);
      for (const one of rows) if (one.root.isConnected) one.sample(time);
    },
    update: (/** @type {any} */ endpoint) => {
      now = endpoint;
      state.update(endpoint.state);
      bar.update(endpoint);
      const copies = told(endpoint.mirrorTraffic);
      setText(mirror, copies === "no traffic" ? "" : `copies to ${copies}`);
      draw(
        endpoint.deployments.map((one) => ({
          ...one,
          weight: endpoint.traffic[one.name] ?? 0,
          mirrored: endpoint.mirrorTraffic[one.name] ?? 0,
        })),
      );
      test.update(endpoint);
      logs.update(endpoint);
      history.draw(endpoint.history, Date.now());
      const traffic = told(endpoint.traffic);
      if (before !== "" && before !== traffic) announce(`Traffic of ${endpoint.name}: ${traffic}`);
      before = traffic;
    },
  };
}
