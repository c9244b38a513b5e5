// @ts-check
/** Batch endpoints, the jobs that they and others run, and the resources of the stage. */
import { ask, attribute, h, keyed, pill, setText, size, span } from "./dom.js";
import { logBox } from "./panels.js";

export function batchEndpoint(first) {
  const state = pill(first.state);
  const facts = h("span", { class: "soft" });
  const body = h("tbody", {});
  const draw = keyed(
    body,
    ({ name }) => name,
    ({ name, isDefault }) => {
      const [model, miniBatch, workers, state_] = [
        h("td", {}),
        h("td", { class: "number" }),
        h("td", { class: "number" }),
        pill(""),
      ];
      const mark = h("span", { class: "tag", text: "default" });
      mark.hidden = !isDefault;
      return {
        root: h(
          "tr",
          {},
          h("th", { scope: "row" }, name, " ", mark),
          model,
          h("td", {}, state_.root),
          miniBatch,
          workers,
        ),
        update: (/** @type {any} */ one) => {
          mark.hidden = !one.isDefault;
          setText(model, one.model ?? "–");
          state_.update(one.state);
          setText(miniBatch, String(one.miniBatchSize ?? "–"));
          setText(workers, one.workers);
        },
      };
    },
  );
  const heads = ["Deployment", "Model", "State", "Mini-batch", "Nodes × processes"];
  return {
    root: h(
      "article",
      { class: "card", "aria-label": `Batch endpoint ${first.name}` },
      h("header", { class: "card-head" }, h("h3", { text: first.name }), state.root, facts),
      h("p", { class: "uri" }, h("code", { text: first.scoringUri })),
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "group", "aria-label": `Deployments of ${first.name}` },
        h(
          "table",
          {},
          h(
            "thead",
            {},
            h(
              "tr",
              {},
              ...heads.map((text, index) =>
                h("th", { scope: "col", text, class: index > 2 ? "number" : undefined }),
              ),
            ),
          ),
          body,
        ),
      ),
    ),
    update: (/** @type {any} */ endpoint) => {
      state.update(endpoint.state);
      draw(
        endpoint.deployments.map((one) => ({ ...one, isDefault: one.name === endpoint.defaultDeployment })),
      );
    },
  };
}

const DONE = new Set(["Completed", "Failed", "Canceled"]);

/** @param {string} workspace ARM id */
export const jobRow = (workspace) => (/** @type {any} */ first) => {
  const state = pill(first.status);
  const took = h("span", { class: "soft number" });
  const fill = h("div", { class: "progress-fill" });
  const progress = h(
    "div",
    {
      class: "progress",
      role: "progressbar",
      "aria-valuemin": 0,
      "aria-label": `Mini-batches of ${first.displayName}`,
    },
    fill,
  );
  const counts = h("span", { class: "soft" });
  const error = h("p", { class: "bad" });
  const files = h("ul", { class: "files" });
  const log = logBox(`Logs of job ${first.name}`);
  const detail = h("div", { class: "job-detail", id: `job-${first.name}` }, error, files, log.root);
  detail.hidden = true;
  let now = first;
  const query = () => new URLSearchParams({ workspace, job: first.name });

  const show = async () => {
    const [outputs, logs] = await Promise.all([
      ask(`/api/outputs?${query()}`),
      ask(`/api/job-logs?${query()}`),
    ]);
    files.replaceChildren(
      ...outputs.files.map(({ run, output, path, bytes }) => {
        const href = `/api/output?${query()}&${new URLSearchParams({ run, output, path })}`;
        return h(
          "li",
          {},
          h("a", { href, download: path, text: path }),
          h("span", { class: "soft", text: ` ${output}, ${size(bytes)}` }),
        );
      }),
    );
    log.show(
      Object.entries(logs.files)
        .map(([name, text]) => `=== ${name}\n${text}`)
        .join("\n"),
    );
  };
  const toggle = h("button", {
    type: "button",
    class: "quiet",
    "aria-expanded": "false",
    "aria-controls": `job-${first.name}`,
    "aria-label": `Details of job ${first.displayName}`,
    text: "Details",
    on: {
      click: () => {
        detail.hidden = !detail.hidden;
        attribute(toggle, "aria-expanded", String(!detail.hidden));
        if (!detail.hidden) show().catch((reason) => log.show(reason.message));
      },
    },
  });
  return {
    root: h(
      "li",
      { class: "job" },
      h(
        "div",
        { class: "job-line" },
        state.root,
        h(
          "div",
          { class: "job-name" },
          h("strong", { text: first.displayName }),
          h("span", { class: "soft", text: first.experiment ?? "" }),
        ),
        h("div", { class: "job-progress" }, progress, counts),
        took,
        toggle,
      ),
      detail,
    ),
    tick: (/** @type {number} */ time) => {
      const began = Date.parse(now.startedAt ?? now.createdAt);
      setText(took, Number.isNaN(began) ? "" : span((now.endedAt ? Date.parse(now.endedAt) : time) - began));
    },
    update: (/** @type {any} */ job) => {
      const ended = DONE.has(job.status) && !DONE.has(now.status);
      now = job;
      state.update(job.status);
      setText(error, job.error ?? "");
      error.hidden = !job.error;
      const { progress: done } = job;
      progress.hidden = !done;
      setText(
        counts,
        done
          ? `${done.miniBatches} of ${done.planned} mini-batches · ${done.items} items${done.failed > 0 ? ` · ${done.failed} failed` : ""}`
          : job.steps.map((step) => `${step.displayName} ${step.status}`).join(" · "),
      );
      if (done) {
        attribute(progress, "aria-valuemax", done.planned);
        attribute(progress, "aria-valuenow", done.miniBatches);
        fill.style.width = `${(100 * done.miniBatches) / Math.max(1, done.planned)}%`;
      }
      attribute(progress, "data-state", job.status.toLowerCase());
      if (ended && !detail.hidden) show().catch((reason) => log.show(reason.message));
    },
  };
};

/** All resources of the subscription, by type; asked for when it is opened, and again while it is. */
export function resources() {
  const list = h("div", { class: "resources" });
  const filter = h("input", {
    type: "search",
    placeholder: "Filter by name or type",
    "aria-label": "Filter resources",
    on: { input: () => draw() },
  });
  const summary = h("summary", { text: "Resources" });
  const root = h(
    "details",
    { id: "resources", class: "card", on: { toggle: () => load() } },
    summary,
    filter,
    list,
  );
  /** @type {{id: string, name: string, type: string, state: string | null}[]} */
  let all = [];
  const draw = () => {
    const wanted = filter.value.toLowerCase();
    const byType = Object.groupBy(
      all.filter(({ type, name }) => `${type} ${name}`.toLowerCase().includes(wanted)),
      ({ type }) => type,
    );
    const groups = Object.entries(byType).sort(([a], [b]) => (a < b ? -1 : 1));
    list.replaceChildren(
      ...groups.map(([type, items = []]) =>
        h(
          "section",
          {},
          h("h4", { text: type.replace(/^Microsoft\./, "") }),
          h(
            "ul",
            {},
            ...items.map(({ name, id, state }) =>
              h("li", { title: id }, name, ...(state && state !== "Succeeded" ? [pill(state).root] : [])),
            ),
          ),
        ),
      ),
    );
  };
  const load = async () => {
    if (!root.open) return;
    const { value } = await ask("/api/resources").then((found) => ({ value: found }));
    if (JSON.stringify(value) === JSON.stringify(all)) return;
    all = value;
    setText(summary, `Resources (${all.length})`);
    draw();
  };
  return { root, load: () => load().catch((error) => setText(list, error.message)) };
}
