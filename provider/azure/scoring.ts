/** Asking a deployment itself, past the traffic split, as a caller of its endpoint would. */
import {
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import { isObject } from "@azure-ml-as-code/protocol/values.ts";
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import type { Run } from "../resources/resource.ts";
import { propertiesOf } from "./endpoint.ts";
import { client } from "./http.ts";

export interface Scored {
  /** 0 where there was no answer. */
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

/** Longer than the longest request timeout that Azure takes. Milliseconds. */
const TIMEOUT = 190_000;
const ENTRA_SCOPE = "https://ml.azure.com/.default";
/** A refusal is what is measured: nothing is tried again. */
const pipeline = createPipelineFromOptions({ retryOptions: { maxRetries: 0 } });

const textAt = (value: Value, key: string) => {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === "string" ? found : "";
};

async function bearer(id: string, authMode: string, run: Run): Promise<string> {
  const post = async (action: string, key: string) =>
    textAt((await run.azure.send({ method: "POST", id: `${id}/${action}` }, run.signal)).body, key);
  if (authMode === "key") return post("listKeys", "primaryKey");
  if (authMode === "amltoken") return post("token", "accessToken");
  return (await run.azure.credential.getToken(ENTRA_SCOPE))?.token ?? "";
}

/** Sends requests to any deployment of an endpoint. Signs in once. */
export async function scorer(
  endpoint: PropertyMap,
  id: string,
  run: Run,
): Promise<(deployment: string) => (body: string) => Promise<Scored>> {
  const properties = propertiesOf(endpoint);
  const url = textAt(properties, "scoringUri");
  const token = await bearer(id, textAt(properties, "authMode").toLowerCase(), run);
  return (deployment) => async (body) => {
    const started = performance.now();
    const ms = () => performance.now() - started;
    try {
      const request = createPipelineRequest({
        method: "POST",
        url,
        body,
        timeout: TIMEOUT,
        abortSignal: run.signal,
        headers: createHttpHeaders({
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "azureml-model-deployment": deployment,
        }),
      });
      const { status, bodyAsText } = await pipeline.sendRequest(client, request);
      return { status, text: bodyAsText ?? "", ms: ms() };
    } catch (error) {
      run.signal.throwIfAborted();
      return { status: 0, text: error instanceof Error ? error.message : String(error), ms: ms() };
    }
  };
}
