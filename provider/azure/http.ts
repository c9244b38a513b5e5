/** Azure's HTTP pipeline, as all requests to ARM use it: retries with growing pauses, as long as the service asks, through proxies. */
import { createDefaultHttpClient, createPipelineFromOptions } from "@azure/core-rest-pipeline";
import type { Pipeline } from "@azure/core-rest-pipeline";

const RETRIES = { maxRetries: 6, retryDelayInMs: 500, maxRetryDelayInMs: 30_000 };

/** Keeps connections open between requests. */
export const client = createDefaultHttpClient();

/** Without a token. `retryDelayInMs`: before the second try, where the service names no time; 500 unless given. */
export const newPipeline = (retryDelayInMs = RETRIES.retryDelayInMs): Pipeline =>
  createPipelineFromOptions({ retryOptions: { ...RETRIES, retryDelayInMs } });
