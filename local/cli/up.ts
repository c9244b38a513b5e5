/** What `npm run local up` says after the engine has done its work: predictions, URLs, next steps. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { styleText } from "node:util";
import type { Running } from "../daemon/control.ts";
import { root } from "../daemon/paths.ts";
import type { LocalPaths } from "../daemon/paths.ts";
import type { Azure } from "./azure.ts";
import { runBatch, score } from "./invoke.ts";
import type { StageOutputs } from "./outputs.ts";

const good = (text: string) => styleText("green", text);
const bad = (text: string) => styleText("red", text);
const dim = (text: string) => styleText("dim", text);

const shortened = (text: string, width = 100): string => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
};

/** Asks one online endpoint with its sample request. Answers whether it gave a prediction. */
async function askOnline(
  azure: Azure,
  endpoint: StageOutputs["onlineEndpoints"][string],
  say: (line: string) => void,
) {
  if (endpoint.sampleRequest === undefined) {
    say(`  ${endpoint.name}  ${dim("has no sample request")}`);
    return true;
  }
  const body = await readFile(join(root, endpoint.sampleRequest), "utf8");
  const { answer, milliseconds } = await score(azure, endpoint, body);
  const ok = answer.status === 200;
  const by = answer.headers["azureml-model-deployment"] ?? "no deployment";
  say(
    `  ${(ok ? good : bad)(`${ok ? "✓" : "✗"} ${endpoint.name}`)}  ${answer.status} from ${by} in ${milliseconds.toFixed(0)} ms  ${shortened(answer.text)}`,
  );
  return ok;
}

async function askBatch(
  { azure, running, outputs, paths }: Asking,
  endpoint: StageOutputs["batchEndpoints"][string],
  say: (line: string) => void,
) {
  if (endpoint.sampleInput === undefined) {
    say(`  ${endpoint.name}  ${dim("has no sample input")}`);
    return true;
  }
  const place = { azure, outputs, blobOrigin: running.urls.blob, cloud: running.urls.cloud };
  const job = await runBatch(place, endpoint, endpoint.sampleInput, join(paths.dir, "predictions"));
  const ok = job.status === "Completed";
  const what = job.predictions
    ? `${job.predictions.rows} rows in ${job.predictions.files} file${job.predictions.files === 1 ? "" : "s"} of ${job.predictions.folder}`
    : shortened(job.message ?? "counts only, no rows written");
  say(`  ${(ok ? good : bad)(`${ok ? "✓" : "✗"} ${endpoint.name}`)}  job ${job.name} ${job.status}  ${what}`);
  return ok;
}

export interface Asking {
  readonly azure: Azure;
  readonly running: Running;
  readonly outputs: StageOutputs;
  readonly paths: LocalPaths;
}

/**
 * Asks every endpoint of the stage for a prediction, all at once. Answers whether each gave one.
 * Online endpoints get their sample request, batch endpoints their sample input; what the latter write is copied to
 * `.local/predictions/JOB/`.
 */
export async function askAll(asking: Asking, say: (line: string) => void): Promise<boolean> {
  const { azure, outputs } = asking;
  say("\nPredictions");
  const asked = await Promise.all([
    ...Object.values(outputs.onlineEndpoints).map((endpoint) => askOnline(azure, endpoint, say)),
    ...Object.values(outputs.batchEndpoints).map((endpoint) => askBatch(asking, endpoint, say)),
  ]);
  return asked.every(Boolean);
}

/** URLs, where the keys are, and what a person does next. */
export function nextSteps(running: Running, outputs: StageOutputs): string[] {
  const names = Object.keys(outputs.onlineEndpoints);
  const first = names[0] ?? "ENDPOINT";
  return [
    "",
    `Workspace ${outputs.workspace.name} in ${outputs.resourceGroup}`,
    ...Object.values(outputs.onlineEndpoints).map(({ name, scoringUri }) => `  ${name}  ${scoringUri}`),
    ...Object.values(outputs.batchEndpoints).map(({ name, scoringUri }) => `  ${name}  ${scoringUri}`),
    "",
    `Studio    ${running.urls.studio}`,
    `Keys      npm run local invoke ${first}   signs in for you; \`az\`, SDKs and curl take theirs from`,
    `          eval "$(npm run -s local env)"`,
    "",
    "Next",
    `  npm run local invoke ${first} -- --file my-request.json      ask for another prediction`,
    `  npm run local logs ${first}                                  what the deployment wrote`,
    "  edit workloads/**/*.yml or a model, then npm run local preview and npm run local up",
    "  npm run local destroy && npm run local stop                  take it all away",
  ];
}
