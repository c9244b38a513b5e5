/** What a job left behind beside its outputs: figures by MLflow, its log, the models it registered. */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { Run } from "../resources/resource.ts";
import { propertiesOf, readResource } from "./endpoint.ts";
import { explain, statusOf } from "./errors.ts";

const LINES = 20;
/** Where jobs write what a person reads, newest way first. */
const LOGS = ["user_logs/std_log.txt", "user_logs/std_log_process_0.txt", "logs/azureml/executionlogs.txt"];

const listOf = (value: Value | undefined): PropertyMap[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
const textOf = (value: Value | undefined): string => (typeof value === "string" ? value : "");

/** The workspace's own addresses: its MLflow tracking server, and the run history that its discovery names. */
async function addresses(workspaceId: string, run: Run) {
  const workspace = propertiesOf((await readResource(workspaceId, run))?.body);
  const discovery = textOf(workspace["discoveryUrl"]);
  return {
    mlflow: textOf(workspace["mlFlowTrackingUri"]).replace(/^azureml:/, "https:"),
    history: async () => {
      const found = (await run.azure.ask({ method: "GET", url: discovery }, run.signal)).body;
      return isObject(found) ? `${textOf(found["history"])}/history/v1.0${workspaceId}` : "";
    },
  };
}

/** The last value of each metric of a run. */
const metricsOf = (body: Value): Record<string, number> => {
  const found = isObject(body) && isObject(body["run"]) ? body["run"]["data"] : undefined;
  return Object.fromEntries(
    (isObject(found) ? listOf(found["metrics"]) : []).flatMap(({ key, value }) =>
      typeof value === "number" ? [[textOf(key), value]] : [],
    ),
  );
};

/**
 * The metrics of a job, and a warning where its workspace's tracking server does not tell them; those that its steps logged count too, and its own win. Empty where the run logged nothing, or
 * the workspace has no tracking server.
 */
export async function jobMetrics(
  workspaceId: string,
  job: string,
  run: Run,
): Promise<Record<string, number>> {
  const { mlflow, history } = await addresses(workspaceId, run);
  if (mlflow === "") return {};
  const children = await run.azure.ask(
    { method: "GET", url: `${await history()}/runs/${job}/children` },
    run.signal,
  );
  const steps = (isObject(children.body) ? listOf(children.body["value"]) : []).map(({ runId }) =>
    textOf(runId),
  );
  const found = await Promise.all(
    [...steps, job].map(async (id) => {
      try {
        const url = `${mlflow}/api/2.0/mlflow/runs/get?run_id=${encodeURIComponent(id)}`;
        return metricsOf((await run.azure.ask({ method: "GET", url }, run.signal)).body);
      } catch (error) {
        if (statusOf(error) === 404) return {}; // a run that logged nothing
        if (statusOf(error) < 500) throw error;
        run.warn(`the metrics of ${id} are not known: ${explain(error)}`);
        return {};
      }
    }),
  );
  return Object.assign({}, ...found) as Record<string, number>;
}

/** How the logs of a failed job and of its failed steps end, and how to see the rest. Never fails. */
export async function jobLog(workspaceId: string, job: string, run: Run): Promise<string> {
  const [group, workspace] = [4, 8].map((at) => workspaceId.split("/")[at] ?? "");
  const rest = `All of it: az ml job stream --name ${job} --workspace-name ${workspace} --resource-group ${group}`;
  try {
    const history = await (await addresses(workspaceId, run)).history();
    const get = async (url: string) => (await run.azure.ask({ method: "GET", url }, run.signal)).body;
    const children = await get(`${history}/runs/${job}/children`);
    const failed = (isObject(children) ? listOf(children["value"]) : [])
      .filter(({ status }) => status === "Failed")
      .map(({ runId }) => textOf(runId));
    const told: string[] = [];
    for (const id of failed.length > 0 ? failed : [job]) {
      const details = await get(`${history}/runs/${id}/details`);
      const error = isObject(details) && isObject(details["error"]) ? details["error"]["error"] : undefined;
      if (isObject(error)) told.push(`${textOf(error["code"])}: ${textOf(error["message"])}`);
      const files = isObject(details) && isObject(details["logFiles"]) ? details["logFiles"] : {};
      const url = LOGS.map((name) => textOf(files[name])).find((address) => address !== "");
      if (url === undefined) continue;
      const text = await run.azure.ask({ method: "GET", url, anonymous: true }, run.signal);
      told.push(textOf(text.body).trim().split("\n").slice(-LINES).join("\n"));
    }
    return [...told, rest].join("\n");
  } catch (error) {
    return `(its log could not be read: ${explain(error)})\n${rest}`;
  }
}

/** Versions of a model or a data asset, newest first as ARM lists them. */
export async function versionsOf(assetId: string, run: Run): Promise<PropertyMap[]> {
  try {
    const { body } = await run.azure.send({ method: "GET", id: `${assetId}/versions` }, run.signal);
    return isObject(body) ? listOf(body["value"]) : [];
  } catch (error) {
    if (statusOf(error) === 404) return []; // nobody has registered one yet
    throw error;
  }
}
