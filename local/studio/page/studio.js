// @ts-check
import { colorOf, drawHistory } from "./chart.js";

const EVERY_MS = 1000;
const find = (root, selector) => root.querySelector(selector);
const element = (name, text = "", attributes = {}) =>
  Object.assign(document.createElement(name), { textContent: text }, attributes);

const post = (path, body) =>
  fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-studio": "1" },
    body: JSON.stringify(body),
  }).then((answer) => answer.json());

/** Articles by endpoint id: kept, so that what a person types stays. */
const articles = new Map();

function article(endpoint) {
  const kept = articles.get(endpoint.id);
  if (kept) return kept;
  const made = find(document, "#online").content.cloneNode(true).firstElementChild;
  find(made, "h3").textContent = endpoint.name;
  const box = find(made, "textarea");
  const key = `request:${endpoint.name.replace(/-[^-]*$/, "")}`;
  box.value = localStorage.getItem(key) ?? '{"data": []}';
  find(made, "form").addEventListener("submit", async (event) => {
    event.preventDefault();
    localStorage.setItem(key, box.value);
    const output = find(made, "output");
    output.textContent = "…";
    const answer = await post("/api/score", {
      id: endpoint.id,
      body: box.value,
      deployment: find(made, "select").value || undefined,
    });
    output.className = answer.status === 200 ? "" : "bad";
    output.textContent = answer.error
      ? answer.error.message
      : `${answer.status} from ${answer.deployment ?? "no deployment"} in ${answer.milliseconds} ms\n${answer.text}`;
  });
  articles.set(endpoint.id, made);
  return made;
}

async function showLogs(made, id) {
  const logs = find(made, ".logs");
  logs.hidden = !logs.hidden;
  if (logs.hidden) return;
  const answer = await fetch(`/api/logs?id=${encodeURIComponent(id)}`).then((found) => found.json());
  logs.textContent = answer.text ?? answer.error.message;
}

function drawOnline(endpoint) {
  const made = article(endpoint);
  find(made, ".uri").textContent =
    `${endpoint.scoringUri} · ${endpoint.authMode} · ${endpoint.provisioningState}`;
  const traffic = Object.entries(endpoint.traffic).sort(([a], [b]) => (a < b ? -1 : 1));
  const bar = find(made, ".bar");
  bar.setAttribute(
    "aria-label",
    traffic.map(([name, weight]) => `${name} ${weight} %`).join(", ") || "no traffic",
  );
  bar.replaceChildren(
    ...traffic.map(([name, weight]) => {
      const part = element("span", `${name} ${weight} %`);
      part.style.flexGrow = String(weight);
      part.style.flexBasis = "0";
      part.style.background = colorOf(name);
      return part;
    }),
  );
  drawHistory(find(made, ".history"), endpoint.history, Date.now());
  const rows = endpoint.deployments.map((deployment) => {
    const row = element("tr");
    const mirrored = endpoint.mirrorTraffic[deployment.name];
    const weight = `${endpoint.traffic[deployment.name] ?? 0} %${mirrored ? ` + ${mirrored} % mirrored` : ""}`;
    const cells = [
      deployment.name,
      deployment.model ?? "",
      `${deployment.instances} × ${deployment.instanceType ?? ""}`,
    ];
    row.append(...[...cells, deployment.provisioningState, weight].map((text) => element("td", text)));
    const button = element("button", "log", { type: "button" });
    button.addEventListener("click", () => showLogs(made, deployment.id));
    const cell = element("td");
    cell.append(button);
    row.append(cell);
    return row;
  });
  find(made, "tbody").replaceChildren(...rows);
  const choice = find(made, "select");
  const names = endpoint.deployments.map(({ name }) => name);
  if (choice.dataset.names !== names.join()) {
    choice.dataset.names = names.join();
    choice.replaceChildren(
      element("option", "by traffic", { value: "" }),
      ...names.map((name) => element("option", name, { value: name })),
    );
  }
  return made;
}

function drawTable(title, heads, rows) {
  const section = element("section");
  const table = element("table");
  const head = element("tr");
  head.append(...heads.map((text) => element("th", text)));
  table.append(
    head,
    ...rows.map((cells) => {
      const row = element("tr");
      row.append(...cells.map((text) => element("td", text ?? "")));
      return row;
    }),
  );
  section.append(element("h3", title), table);
  return section;
}

/** Sections by workspace id. What is there stays where it is: moving a text box would take the cursor out of it. */
const sections = new Map();

function sectionOf(workspace) {
  const kept = sections.get(workspace.id);
  if (kept) return kept;
  const made = { root: element("section"), online: element("div"), rest: element("div") };
  made.root.append(element("h2", workspace.name), made.online, made.rest);
  sections.set(workspace.id, made);
  return made;
}

/** Makes the children of a node these, touching only what differs. */
function keep(node, children) {
  for (const child of [...node.children]) if (!children.includes(child)) child.remove();
  for (const child of children) if (child.parentNode !== node) node.append(child);
}

function drawWorkspace(workspace) {
  const { root, online, rest } = sectionOf(workspace);
  keep(online, workspace.onlineEndpoints.map(drawOnline));
  const batches = workspace.batchEndpoints.map((one) => [one.name, one.defaultDeployment, one.scoringUri]);
  const jobs = workspace.jobs.slice(0, 20).map((one) => [one.displayName, one.status, one.createdAt]);
  rest.replaceChildren(
    ...(batches.length > 0
      ? [drawTable("Batch endpoints", ["Endpoint", "Default deployment", "Scoring URI"], batches)]
      : []),
    ...(jobs.length > 0 ? [drawTable("Jobs", ["Job", "Status", "Created"], jobs)] : []),
  );
  return root;
}

const nothing = element("p", "Nothing here yet: npm run local up");

async function refresh() {
  const status = find(document, "#status");
  try {
    const answer = await fetch("/api/overview");
    const overview = await answer.json();
    if (overview.error) throw new Error(overview.error.message);
    const found = overview.workspaces.map(drawWorkspace);
    keep(find(document, "#workspaces"), found.length > 0 ? found : [nothing]);
    status.textContent = `as of ${new Date().toLocaleTimeString()}`;
    status.className = "";
  } catch (error) {
    status.textContent = `does not answer: ${error.message}`;
    status.className = "bad";
  }
  setTimeout(refresh, EVERY_MS);
}
refresh();
