/** The front door: odd paths, headers, bodies and credentials before a model that counts who gets through. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { IDENTITY, endpointBody, onlineBody } from "../../support/arm.ts";
import { servingCloud } from "../../support/serving-cloud.ts";
import { oddJson, oddName } from "../odd.ts";
import { rawClient, wireHeader, wirePath } from "../raw.ts";
import { holds, opened } from "../target.ts";
import type { Target } from "../target.ts";

/** What stands for a credential in a case; the true ones are known only when the cloud runs. */
const CREDENTIALS = [
  "key",
  "second key",
  "token",
  "expired",
  "for ARM",
  "half a key",
  "nothing",
  "Basic",
  "odd",
] as const;
const GOOD: ReadonlySet<(typeof CREDENTIALS)[number]> = new Set(["key", "second key"]);

const attack = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"),
  kind: fc.constantFrom("endpoints", "batch", "endpoints", "ENDPOINTS", ""),
  endpoint: fc.oneof({ weight: 4, arbitrary: fc.constant("flower") }, oddName),
  rest: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("score", "", "swagger.json", "jobs", "jobs/x") },
    oddName,
  ),
  query: fc.oneof(
    { weight: 2, arbitrary: fc.constant("") },
    oddName.map((name) => `?${name}`),
  ),
  credential: fc.constantFrom(...CREDENTIALS),
  deployment: fc.option(fc.oneof(fc.constant("blue"), oddName)),
  requestId: fc.option(oddName),
  body: fc.oneof(
    oddJson.map((value) => JSON.stringify(value)),
    fc.string({ unit: "binary" }),
  ),
  odd: oddName,
});

export const frontDoor: Target = {
  id: "front-door",
  about: "the front door: never a 500, and the model is asked for nobody but who has the endpoint's key",
  async open() {
    const folder = await mkdtemp(join(tmpdir(), "fuzz-"));
    const azure = await servingCloud(folder);
    const id = `${azure.W}/onlineEndpoints/flower`;
    await azure.done("PUT", id, endpointBody());
    await azure.done("PUT", `${id}/deployments/blue`, onlineBody(azure.W));
    await azure.done("PUT", id, endpointBody({ traffic: { blue: 100 } }));
    const keys = azure.cloud.directory.online("flower")!.keys;
    const issue = (aud: string, ttl?: number) => azure.tokens.issue({ aud, oid: IDENTITY.objectId }, ttl);
    const credentials: Readonly<Record<(typeof CREDENTIALS)[number], string>> = {
      key: `Bearer ${keys[0]}`,
      "second key": `Bearer ${keys[1]}`,
      token: `Bearer ${await issue("https://ml.azure.com")}`,
      expired: `Bearer ${await issue("https://ml.azure.com", -60)}`,
      "for ARM": `Bearer ${await issue("https://management.azure.com")}`,
      "half a key": `Bearer ${keys[0]!.slice(0, keys[0]!.length / 2)}`,
      nothing: "Bearer ",
      Basic: `Basic ${Buffer.from(`:${keys[0]}`).toString("base64")}`,
      odd: "",
    };
    const client = rawClient(azure.urls.frontDoor, azure.ca);
    const property = fc.asyncProperty(attack, async (given) => {
      const { method, kind, endpoint, rest, query, credential, deployment, requestId, body, odd } = given;
      const before = azure.requests.get("blue") ?? 0;
      const plain = method === "GET" || method === "HEAD";
      const answer = await client.ask({
        method,
        path: wirePath(`/${kind}/${endpoint}/${rest}${query}`).slice(0, 8_000),
        headers: {
          authorization: credential === "odd" ? wireHeader(`Bearer ${odd}`) : credentials[credential],
          ...(deployment !== null && { "azureml-model-deployment": wireHeader(deployment) }),
          ...(requestId !== null && { "x-ms-request-id": wireHeader(requestId) }),
        },
        ...(!plain && { body }),
      });
      const asked = (azure.requests.get("blue") ?? 0) - before;
      holds(answer.status !== 500, `${answer.status}: ${answer.text}`);
      holds(asked === 0 || GOOD.has(credential), "the model was asked without the endpoint's key");
      holds(asked <= 1, "the model was asked twice");
      holds(answer.headers["access-control-allow-origin"] === undefined, "other sites may read it");
      for (const key of keys) holds(!answer.text.includes(key), "the answer tells a key");
    });
    return opened(property, async () => {
      client.close();
      await azure.close();
      await rm(folder, { recursive: true, force: true });
    });
  },
};
