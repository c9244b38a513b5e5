/** ARM, its data planes and Graph, by requests that are almost good: every type of the tables, every verb. */
import fc from "fast-check";
import { SUBJECTS } from "../../faults/subjects.ts";
import { WORLD } from "../../faults/samples.ts";
import { GROUP, IDENTITY, withAssets } from "../../support/arm.ts";
import { mutated, oddJson, oddName } from "../odd.ts";
import { holds, opened } from "../target.ts";
import type { Target } from "../target.ts";

const GOOD_VERSION = "2025-12-01";
/** Longer means that an input makes the server think; the machine may be busy. */
const PATIENCE_MS = 5_000;
const WORKSPACE = `${GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;

const METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS"] as const;
const ACTIONS = [
  "listKeys",
  "list-secrets",
  "jobs",
  "versions",
  "score",
  "getLogs",
  "regenerateKeys",
  "cancel",
  "resize",
];

interface Attack {
  readonly method: (typeof METHODS)[number];
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const cased = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
);

/** The path of a good resource, with some of its segments in place by odd ones. */
const pathOf = (id: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(), oddName), { maxLength: 2 }),
      fc.option(fc.oneof(fc.constantFrom(...ACTIONS), oddName), { freq: 4 }),
      cased,
      fc.boolean(),
    )
    .map(([changes, action, letters, raw]) => {
      const segments = id.split("/");
      for (const [where, name] of changes)
        segments[1 + (where % (segments.length - 1))] = raw
          ? escapeSome(name)
          : encodeURIComponent(name.toWellFormed());
      return letters(
        [...segments, ...(action === null ? [] : [encodeURIComponent(action.toWellFormed())])].join("/"),
      );
    });

/** Only what cannot be in a request line at all is escaped. */
const escapeSome = (text: string): string => text.toWellFormed().replace(/[^!-~]|[?#]/gu, encodeURIComponent);

const version = fc.oneof(
  { weight: 6, arbitrary: fc.constant(`api-version=${GOOD_VERSION}`) },
  fc.constantFrom(
    "",
    "api-version=",
    "api-version=banana",
    "api-version=9999-99-99",
    "api-version[]=1",
    "API-VERSION=2025-12-01",
  ),
  fc.constantFrom(
    "api-version=2025-12-01&api-version=x",
    "$skip=-1&api-version=2025-12-01",
    "$top=x&$skip=%ff&api-version=2025-12-01",
  ),
  oddName.map((name) => `api-version=2025-12-01&count=${encodeURIComponent(name.toWellFormed())}&$skip=1`),
);
const headers = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Record<string, string>>({}) },
  fc.constantFrom<Record<string, string>>(
    { "if-match": "*" },
    { "if-none-match": '"x"' },
    { "content-type": "text/plain" },
    { "content-type": "application/json; charset=utf-16" },
    { "x-ms-version": "x", accept: "text/html" },
    { origin: "https://evil.example" },
  ),
);

const OTHER_PLACES = [
  ...[
    "/discovery",
    "/graph/v1.0/servicePrincipals",
    "/graph/v1.0/applications",
    "/graph/v1.0/groups/x/members",
    "/local/metrics",
  ],
  ...[
    "/local/traffic-history",
    "/local/resources",
    "/local/jobs",
    "/local/preempt",
    `/history/v1.0${WORKSPACE}/runs/x/details`,
  ],
  ...[`/history/v1.0${WORKSPACE}/rundata`, `/data/v1.0${WORKSPACE}/dataversion/batchGetResolvedUris`],
  ...[
    `/mferp/managementfrontend${WORKSPACE}/batchEndpoints/x/jobs`,
    "/metadata/endpoints",
    "/providers/Microsoft.X",
  ],
  ...[
    "/subscriptions",
    "/subscriptions//",
    "/tenants",
    `/subscriptions/${IDENTITY.subscriptionId}/providers`,
  ],
  ...[
    `/subscriptions/${IDENTITY.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/x/usages`,
  ],
];

const aboutTypes: fc.Arbitrary<Attack> = fc
  .tuple(fc.constantFrom(...SUBJECTS), fc.nat({ max: 2 }), fc.constantFrom(...METHODS))
  .chain(([subject, n, method]) => {
    const { scope: _, ...good } = subject.inputs(n);
    return fc.record({
      method: fc.constant(method),
      url: fc.tuple(pathOf(subject.id(n)), version).map(([path, query]) => `${path}?${query}`),
      body: fc.oneof(
        {
          weight: 5,
          arbitrary: mutated({ ...good, ...subject.change }).map((value) => JSON.stringify(value)),
        },
        oddJson.map((value) => JSON.stringify(value)),
        fc.string(),
      ),
      headers,
    });
  });
const elsewhere: fc.Arbitrary<Attack> = fc.constantFrom(...OTHER_PLACES).chain((place) =>
  fc.record({
    method: fc.constantFrom(...METHODS),
    url: fc.tuple(pathOf(place), version).map(([path, query]) => `${path}?${query}`),
    body: oddJson.map((value) => JSON.stringify(value)),
    headers,
  }),
);

export const arm: Target = {
  id: "arm",
  about:
    "ARM, its data planes and Graph: never a 5xx, refusals in ARM's words, no operation that breaks, no word in the error log",
  async open() {
    const errors: string[] = [];
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: (message: string, fields?: object) => void errors.push(`${message} ${JSON.stringify(fields)}`),
    };
    const azure = await withAssets({ log });
    for (const [id, body] of WORLD) await azure.done("PUT", id, body);
    // Requests may well delete the world; then they meet what is not there. Now and then it is built again.
    let count = 0;
    const bearer = async (aud: string) =>
      `Bearer ${await azure.tokens.issue({ aud, oid: IDENTITY.objectId })}`;
    const property = fc.asyncProperty(
      fc.oneof({ weight: 5, arbitrary: aboutTypes }, elsewhere),
      async (attack) => {
        if (count++ % 500 === 0) for (const [id, body] of WORLD) await azure.call("PUT", id, body);
        const { method, url, body } = attack;
        const aud = url.startsWith("/graph") ? "https://graph.microsoft.com" : "https://management.azure.com";
        const plain = method === "GET" || method === "HEAD";
        const began = performance.now();
        const answer = await azure.cloud.app.inject({
          method,
          url,
          headers: {
            authorization: await bearer(aud),
            ...(!plain && { "content-type": "application/json" }),
            ...attack.headers,
          },
          ...(!plain && { payload: body }),
        });
        const { statusCode: status, payload } = answer;
        holds(status < 500, `${status}: ${payload}`);
        holds(performance.now() - began < PATIENCE_MS, "it took too long");
        holds(answer.headers["access-control-allow-origin"] === undefined, "other sites may read it");
        if (status >= 400 && method !== "HEAD" && method !== "OPTIONS") {
          const { error } = JSON.parse(payload) as { error?: { code?: unknown; message?: unknown } };
          holds(
            typeof error?.code === "string" && typeof error.message === "string",
            `no refusal of ARM: ${payload}`,
          );
        }
        if (count % 20 === 0) await azure.cloud.idle();
        holds(errors.length === 0, errors.splice(0).join("\n"));
        holds(!("polluted" in {}), "a prototype was changed");
      },
    );
    return opened(property, async () => {
      await azure.cloud.idle();
      await azure.cloud.close();
    });
  },
};
