/** `npm run local invoke` of an online endpoint. */
import { styleText } from "node:util";
import type { Asked, Client } from "../client/ask.ts";
import { onlineDeploymentsOf } from "../client/endpoints.ts";
import { deploymentLogs, scorer } from "../client/online.ts";
import type { Prediction, Score } from "../client/online.ts";
import { chooseDeployment, fromRepo, readInput } from "./find.ts";
import type { Found } from "./find.ts";
import { summarizeRequests } from "./request-summary.ts";
import type { OneRequest } from "./request-summary.ts";

export interface OnlineInvocation {
  readonly file?: string;
  /** JSON text. */
  readonly data?: string;
  readonly deployment?: string;
  readonly count: number;
  readonly concurrency: number;
}

const LOG_LINES = 15;
const deploymentOf = ({ headers }: Asked): string => headers["azureml-model-deployment"] ?? "";

/** What to send. @throws Error for JSON that is none, told where it breaks. */
async function requestBody(found: Found, { file, data }: OnlineInvocation): Promise<string> {
  if (file !== undefined && data !== undefined) throw new Error("Give --file or --data, not both.");
  const sample = found.sample === undefined ? undefined : fromRepo(found.sample);
  const path = file ?? sample;
  if (data === undefined && path === undefined)
    throw new Error(
      `${found.endpoint.name} has no sample request: give one with --file FILE or --data JSON.`,
    );
  const text = data ?? (await readInput(path!));
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`${data === undefined ? path! : "--data"} is not JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return text;
}

/** Sends one or many requests and tells what came. Answers whether each got a 200. */
export async function invokeOnline(
  client: Client,
  found: Found & { kind: "online" },
  invocation: OnlineInvocation,
  say: (line: string) => void,
  note: (line: string) => void,
): Promise<boolean> {
  const { endpoint } = found;
  const body = await requestBody(found, invocation);
  const deployments = await onlineDeploymentsOf(client, endpoint.id);
  const { deployment, count, concurrency } = invocation;
  const names = deployments.map(({ name }) => name);
  const named = deployment === undefined ? undefined : chooseDeployment(deployment, names, endpoint.name);
  const { id } = endpoint;
  const score = await scorer(client, { id, ...endpoint.properties }, named);
  const { last, requests, seconds } = await send(score, body, count, concurrency);

  if (!last) note(styleText("red", "No answer at all."));
  else if (count === 1)
    note(
      `${last.answer.status} from ${deploymentOf(last.answer) || "no deployment"} in ${last.milliseconds.toFixed(0)} ms`,
    );
  if (last) say(last.answer.text);
  if (count > 1) summarizeRequests(requests, seconds).forEach(note);
  const failed = deployments.find(
    ({ name }) => last?.answer.status === 424 && name === deploymentOf(last.answer),
  );
  if (failed) {
    const log = await deploymentLogs(client, failed.id, "inference-server", LOG_LINES);
    const spec = found.spec ?? endpoint.name;
    note(`\nThe model failed. Last lines of ${endpoint.name}/${failed.name}:\n${log}`);
    note(`All of it: npm run local logs ${spec} -- --deployment ${failed.name}`);
  }
  return requests.every(({ status }) => status === 200);
}

/** `last` is the last that failed, else the last of all. */
async function send(score: Score, body: string, count: number, concurrency: number) {
  const requests: OneRequest[] = [];
  let last: Prediction | undefined;
  let waiting = count;
  const began = performance.now();
  const caller = async () => {
    while (waiting-- > 0) {
      const started = performance.now();
      const prediction = await score(body).catch(() => undefined); // counted as one without an answer
      if (prediction && (last === undefined || last.answer.status === 200)) last = prediction;
      requests.push({
        status: prediction?.answer.status ?? 0,
        deployment: prediction ? deploymentOf(prediction.answer) : "",
        milliseconds: prediction?.milliseconds ?? performance.now() - started,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, caller));
  return { requests, last, seconds: (performance.now() - began) / 1000 };
}
