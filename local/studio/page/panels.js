// @ts-check
/** What can be done with an endpoint: ask it, read its logs, call it from elsewhere. */
import { ask, attribute, h, setText } from "./dom.js";

let ids = 0;

/**
 * Tabs as the ARIA authoring practices have them: arrows move, Home and End jump.
 * @param {string} label
 * @param {{name: string, root: Element, shown?: (visible: boolean) => void}[]} panels
 */
export function tabs(label, panels) {
  const prefix = `tabs${ids++}`;
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": label });
  const bodies = panels.map(({ root }, index) =>
    h(
      "div",
      {
        id: `${prefix}-panel${index}`,
        class: "panel",
        role: "tabpanel",
        "aria-labelledby": `${prefix}-tab${index}`,
      },
      root,
    ),
  );
  const buttons = panels.map(({ name }, index) =>
    h("button", {
      type: "button",
      role: "tab",
      id: `${prefix}-tab${index}`,
      "aria-controls": `${prefix}-panel${index}`,
      text: name,
      on: { click: () => choose(index) },
    }),
  );
  const choose = (/** @type {number} */ chosen) =>
    panels.forEach(({ shown }, index) => {
      const visible = index === chosen;
      attribute(buttons[index], "aria-selected", String(visible));
      attribute(buttons[index], "tabindex", visible ? 0 : -1);
      bodies[index].hidden = !visible;
      shown?.(visible);
    });
  list.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const now = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + buttons.length) % buttons.length;
    choose(next);
    buttons[next].focus();
  });
  list.append(...buttons);
  choose(0);
  return { root: h("div", { class: "tabbed" }, list, ...bodies), choose };
}

/** Options of a select made these names, the chosen one kept. @param {any} select @param {[value: string, text: string][]} options */
function fill(select, options) {
  const key = JSON.stringify(options);
  if (select.dataset.key === key) return;
  const chosen = select.value;
  select.dataset.key = key;
  select.replaceChildren(...options.map(([value, text]) => h("option", { value, text })));
  if (options.some(([value]) => value === chosen)) select.value = chosen;
}

/** JSON with short lists on one line; what is no JSON stays as it is. @param {string} text */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2).replace(
      /\[\s+([^[\]{}]*?)\s+\]/g,
      (_, inside) => `[${inside.replace(/\s*\n\s*/g, " ")}]`,
    );
  } catch {
    return text;
  }
}

/** @param {any} endpoint @param {(name: string) => number} colorOf @param {(name: string) => Promise<string | undefined>} sampleOf */
export function testPanel(endpoint, colorOf, sampleOf) {
  const key = `request:${endpoint.name}`;
  const id = `test${ids++}`;
  const kept = localStorage.getItem(key);
  const box = h("textarea", { id: `${id}-body`, spellcheck: "false", autocomplete: "off" });
  box.value = kept ?? "";
  const fillSample = async () => {
    const sample = await sampleOf(endpoint.name);
    box.value = sample === undefined ? '{"data": []}' : pretty(sample);
  };
  if (kept === null) void fillSample();
  const choice = h("select", { id: `${id}-to`, "aria-label": "Deployment to ask" });
  const status = h("span", { class: "status-code", text: "" });
  const chip = h("span", { class: "chip", hidden: true });
  const time = h("span", { class: "soft" });
  const output = h("output", { class: "answer", for: `${id}-body`, tabindex: "0", "aria-label": "Answer" });
  const button = h("button", { class: "primary", type: "submit", text: "Test" });
  const send = async () => {
    localStorage.setItem(key, box.value);
    button.disabled = true;
    try {
      const answer = await ask("/api/score", {
        id: endpoint.id,
        body: box.value,
        deployment: choice.value || undefined,
      });
      setText(status, String(answer.status));
      attribute(status, "data-ok", String(answer.status === 200));
      chip.hidden = answer.deployment === undefined;
      setText(chip, answer.deployment ?? "");
      attribute(chip, "data-color", colorOf(answer.deployment ?? ""));
      setText(time, `in ${answer.milliseconds} ms`);
      output.textContent = pretty(answer.text);
    } catch (error) {
      setText(status, "No answer");
      attribute(status, "data-ok", "false");
      chip.hidden = true;
      setText(time, "");
      output.textContent = /** @type {Error} */ (error).message;
    } finally {
      button.disabled = false;
    }
  };
  const form = h(
    "form",
    {
      class: "test",
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          void send();
        },
        keydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
        },
      },
    },
    h(
      "div",
      { class: "column-head" },
      h("label", { for: `${id}-body`, text: "Request" }),
      choice,
      h("button", { type: "button", text: "Sample", on: { click: fillSample } }),
      button,
    ),
    h(
      "div",
      { class: "column-head", role: "status" },
      h("span", { class: "label", text: "Answer" }),
      status,
      chip,
      time,
    ),
    box,
    output,
  );
  return {
    root: form,
    update: (/** @type {any} */ now) =>
      fill(choice, [["", "by traffic"], ...now.deployments.map(({ name }) => [name, name])]),
  };
}

const FOLLOW_MS = 1000;
/** Closer to the end than this, the view follows what is written. Pixels. */
const NEAR_END = 24;

/** A box of log lines that follows while its view is at the end. @param {string} label */
export function logBox(label) {
  const root = h("pre", { class: "log", tabindex: "0", role: "log", "aria-label": label });
  return {
    root,
    show: (/** @type {string} */ text, follow = true) => {
      if (root.textContent === text) return;
      const atEnd = root.scrollTop + root.clientHeight >= root.scrollHeight - NEAR_END;
      root.textContent = text;
      if (follow && atEnd) root.scrollTop = root.scrollHeight;
    },
  };
}

export function logsPanel() {
  const deployment = h("select", { "aria-label": "Deployment" });
  const container = h(
    "select",
    { "aria-label": "Container" },
    h("option", { value: "inference-server", text: "inference-server" }),
    h("option", { value: "storage-initializer", text: "storage-initializer" }),
  );
  const follow = h("input", { type: "checkbox", checked: true });
  const box = logBox("Log of the deployment");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let visible = false;
  const look = async () => {
    clearTimeout(timer);
    if (!visible || !deployment.value) return;
    const query = new URLSearchParams({ id: deployment.value, container: container.value });
    await ask(`/api/logs?${query}`).then(
      ({ text }) => box.show(text === "" ? "Nothing written yet." : text, follow.checked),
      (error) => box.show(error.message),
    );
    if (visible && follow.checked) timer = setTimeout(look, FOLLOW_MS);
  };
  for (const control of [deployment, container, follow]) control.addEventListener("change", look);
  return {
    root: h(
      "div",
      { class: "logs" },
      h(
        "div",
        { class: "column-head" },
        deployment,
        container,
        h("label", { class: "check" }, follow, "Follow"),
      ),
      box.root,
    ),
    shown: (/** @type {boolean} */ now) => {
      visible = now;
      void look();
    },
    choose: (/** @type {string} */ id) => (deployment.value = id),
    update: (/** @type {any} */ endpoint) =>
      fill(
        deployment,
        endpoint.deployments.map(({ id, name }) => [id, name]),
      ),
  };
}

/** How to call the endpoint from elsewhere. @param {any} endpoint */
export function usePanel({ name, scoringUri, authMode }) {
  const bearer = { Key: "KEY", AMLToken: "TOKEN" }[/** @type {string} */ (authMode)] ?? "ENTRA_TOKEN";
  const text = [
    "# the address is this machine's alone; the sign-in is made for you by",
    `npm run local invoke ${name}`,
    "",
    'eval "$(npm run -s local env)"',
    `curl --cacert "$CA_FILE" ${scoringUri} \\`,
    `  -H "Authorization: Bearer $${bearer}" -H "Content-Type: application/json" \\`,
    '  -H "azureml-model-deployment: DEPLOYMENT"   # leave it out to go by traffic \\',
    "  -d @request.json",
  ].join("\n");
  return h("pre", { class: "log", tabindex: "0", "aria-label": "How to call it", text });
}
