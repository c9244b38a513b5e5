/** Federated credentials of applications: whose tokens Entra takes in place of a secret. */
import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { bad, gone } from "./graph-errors.ts";
import { asText, type JsonObject } from "./json.ts";
import type { Cloud } from "./table.ts";

/** Of one application, as Entra limits them. */
const MAX_FEDERATED = 20;
const FEDERATED = "federatedIdentityCredentials";

/** Of an application, by its object id. */
export const federatedOf = ({ store }: Cloud, application: string): JsonObject[] =>
  store.entries(FEDERATED).filter((entry) => entry["application"] === application);

const shownFederated = ({ kind: _, application: __, ...entry }: JsonObject): JsonObject => entry;

/** What is wrong with a federated credential beside its siblings. */
function federatedProblem(entry: JsonObject, others: readonly JsonObject[]): string | undefined {
  const lacking = ["name", "issuer", "subject", "audiences"].filter((name) => (entry[name] ?? null) === null);
  if (lacking.length > 0) return `A value is required for property '${lacking.join("', '")}'.`;
  if (!asText(entry["issuer"]).startsWith("https://")) return "Property issuer must be a valid HTTPS URL.";
  if (!Array.isArray(entry["audiences"]) || entry["audiences"].length !== 1)
    return "Property audiences must hold exactly one value.";
  if (others.some((other) => other["name"] === entry["name"]))
    return `A federated credential with the name '${asText(entry["name"])}' already exists on this application.`;
  if (others.some((other) => other["issuer"] === entry["issuer"] && other["subject"] === entry["subject"]))
    return "FederatedIdentityCredential with the same issuer and subject already exists on this application.";
  return others.length >= MAX_FEDERATED
    ? `An application has at most ${MAX_FEDERATED} federated credentials.`
    : undefined;
}

/** Routes below `/applications/{id}`. `need` finds an application or refuses. */
export function federatedRoutes({
  app,
  cloud,
  need,
  bodyOf,
}: {
  readonly app: FastifyInstance;
  readonly cloud: Cloud;
  readonly need: (id: string) => JsonObject;
  readonly bodyOf: (request: FastifyRequest) => JsonObject;
}): void {
  const { store } = cloud;
  const credentials = `/graph/v1.0/applications/:id/${FEDERATED}`;
  const credentialIn = ({ id, credential }: { id: string; credential: string }): JsonObject => {
    const found = federatedOf(cloud, id.toLowerCase()).find(
      (entry) => entry["id"] === credential.toLowerCase() || entry["name"] === credential,
    );
    if (!found) throw gone(credential);
    return found;
  };
  app.post<{ Params: { id: string } }>(credentials, (request, reply) => {
    const application = asText(need(request.params.id)["id"]);
    const entry = { description: null, ...bodyOf(request), id: randomUUID(), application, kind: FEDERATED };
    const problem = federatedProblem(entry, federatedOf(cloud, application));
    if (problem) throw bad(problem);
    store.putEntry(entry.id, FEDERATED, entry);
    return reply.status(201).send(shownFederated(entry));
  });
  app.get<{ Params: { id: string } }>(credentials, ({ params }) => {
    const application = asText(need(params.id)["id"]);
    return {
      "@odata.context": `${cloud.urls.cloud}/graph/v1.0/$metadata#${FEDERATED}`,
      value: federatedOf(cloud, application).map(shownFederated),
    };
  });
  app.get<{ Params: { id: string; credential: string } }>(`${credentials}/:credential`, ({ params }) =>
    shownFederated(credentialIn(params)),
  );
  app.patch<{ Params: { id: string; credential: string } }>(
    `${credentials}/:credential`,
    (request, reply) => {
      const before = credentialIn(request.params);
      const { id = "", application = "", name = "" } = before;
      const entry = { ...before, ...bodyOf(request), id, application, name, kind: FEDERATED };
      const others = federatedOf(cloud, asText(application)).filter((other) => other["id"] !== id);
      const problem = federatedProblem(entry, others);
      if (problem) throw bad(problem);
      store.putEntry(asText(id), FEDERATED, entry);
      return reply.status(204).send();
    },
  );
  app.delete<{ Params: { id: string; credential: string } }>(
    `${credentials}/:credential`,
    ({ params }, reply) => {
      store.removeEntry(asText(credentialIn(params)["id"]));
      return reply.status(204).send();
    },
  );
}
