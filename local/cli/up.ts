/** What `npm run local up` says after the engine has done its work: predictions, URLs, next steps. */
import { readFile } from "node:fs/promises";
import { styleText } from "node:util";
import type { Running } from "../daemon/control.ts";
import type { Client } from "../client/ask.ts";
import { scorer } from "../client/online.ts";
import { fromRepo } from "./find.ts";
import type { Found } from "./find.ts";
import { invokeBatch } from "./invoke-batch.ts";
import type { StageOutputs } from "./outputs.ts";

const good = (text: string) => styleText("green", text);
const bad = (text: string) => styleText("red", text);
const dim = (text: string) => styleText("dim", text);

const shortened = (text: string, width = 100): string => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
};

/** Asks one online endpoint with its sample request. Answers whether it gave a prediction. */
async function askOnline(client: Client, { endpoint, sample }: Found & { kind: "online" }): Promise<Outcome> {
  if (sample === undefined) return { ok: true, line: dim("has no sample request") };
  const body = await readFile(fromRepo(sample), "utf8");
  const score = await scorer(client, { id: endpoint.id, ...endpoint.properties });
  const { answer, milliseconds } = await score(body);
  const by = answer.headers["azureml-model-deployment"] ?? "no deployment";
  const line = `${answer.status} from ${by} in ${milliseconds.toFixed(0)} ms  ${shortened(answer.text)}`;
  return { ok: answer.status === 200, line };
}

async function askBatch({ client, directory }: Asking, found: Found & { kind: "batch" }): Promise<Outcome> {
  if (found.sample === undefined) return { ok: true, line: dim("has no sample input") };
  const invocation = { input: fromRepo(found.sample), overrides: {} };
  const { job, predictions } = await invokeBatch(client, found, invocation, directory);
  const what = predictions
    ? `${predictions.rows} rows in ${predictions.files.length} file${predictions.files.length === 1 ? "" : "s"} of ${predictions.folder}`
    : shortened(job.error?.message ?? "counts only, no rows written");
  return { ok: job.status === "Completed", line: `job ${job.name} ${job.status}  ${what}` };
}

interface Outcome {
  readonly ok: boolean;
  readonly line: string;
}

export interface Asking {
  readonly client: Client;
  readonly endpoints: readonly Found[];
  /** Where batch output is copied to. */
  readonly directory: string;
}

/**
 * Asks every endpoint of the stage for a prediction, all at once. Answers whether each gave one.
 * Online endpoints get their sample request, batch endpoints their sample input; what the latter write is copied to
 * `.local/predictions/JOB/`.
 */
export async function askAll(asking: Asking, say: (line: string) => void): Promise<boolean> {
  say("\nPredictions");
  const asked = await Promise.all(
    asking.endpoints
      .filter(({ spec }) => spec !== undefined)
      .map(async (found) => {
        const { ok, line } = await (found.kind === "online"
          ? askOnline(asking.client, found)
          : askBatch(asking, found));
        say(`  ${(ok ? good : bad)(`${ok ? "✓" : "✗"} ${found.endpoint.name}`)}  ${line}`);
        return ok;
      }),
  );
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
