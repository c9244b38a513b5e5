/** A little of Microsoft Graph: what a directory of groups, applications and service principals must do for azuread. */
import { randomUUID } from "node:crypto";
import type { FastifyPluginAsync } from "fastify";
import type { CloudIdentity } from "../../contracts.ts";
import type { Audiences, Authenticate } from "./auth.ts";
import { bad, gone } from "./graph-errors.ts";
import { federatedOf, federatedRoutes } from "./graph-federated.ts";
import { parsedBody, readJson } from "./http.ts";
import { asText, isObject, type JsonObject, textAt } from "./json.ts";
import type { Store } from "./store.ts";
import type { Cloud } from "./table.ts";
import { USER_ASSIGNED } from "./identities.ts";

export interface GraphOptions {
  readonly cloud: Cloud;
  readonly authenticate: Authenticate;
  readonly audiences: Audiences;
}

interface Kind {
  readonly required: readonly string[];
  readonly defaults: () => JsonObject;
  readonly odata: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  groups: {
    required: ["displayName", "mailEnabled", "mailNickname", "securityEnabled"],
    defaults: () => ({ description: null, groupTypes: [], visibility: null, isAssignableToRole: null }),
    odata: "#microsoft.graph.group",
  },
  applications: {
    required: ["displayName"],
    defaults: () => ({ appId: randomUUID(), signInAudience: "AzureADMyOrg", identifierUris: [] }),
    odata: "#microsoft.graph.application",
  },
  servicePrincipals: {
    required: ["appId"],
    defaults: () => ({ accountEnabled: true, servicePrincipalType: "Application" }),
    odata: "#microsoft.graph.servicePrincipal",
  },
  users: {
    required: ["displayName", "userPrincipalName", "mailNickname", "accountEnabled"],
    defaults: () => ({}),
    odata: "#microsoft.graph.user",
  },
};
const RELATIONS = ["members", "owners"];

/** The principals of this Azure that were not made through Graph: its own, and managed identities. */
function known({ store, identity }: Cloud, id: string): JsonObject | undefined {
  const stored = store.entry(id.toLowerCase());
  if (stored) return stored;
  if (id.toLowerCase() === identity.objectId.toLowerCase()) return own(identity);
  const managed = store
    .ofType(USER_ASSIGNED)
    .find(({ body }) => textAt(body, "properties.principalId") === id);
  return (
    managed && {
      id,
      kind: "servicePrincipals",
      displayName: managed.name,
      appId: textAt(managed.body, "properties.clientId")!,
      servicePrincipalType: "ManagedIdentity",
    }
  );
}

const own = ({ objectId, clientId }: CloudIdentity): JsonObject => ({
  id: objectId,
  kind: "servicePrincipals",
  appId: clientId,
  displayName: "local",
  accountEnabled: true,
  servicePrincipalType: "Application",
});

const shown = ({ kind, ...entry }: JsonObject): JsonObject => ({
  "@odata.type": KINDS[asText(kind)]?.odata ?? "",
  ...entry,
});

/** `NAME eq 'TEXT'`, joined by `and`; undefined for what else a filter may say. */
function matches(filter: string): ((entry: JsonObject) => boolean) | undefined {
  const clauses = filter
    .split(/\s+and\s+/i)
    .map((clause) => /^\(?\s*(\w+) eq (?:'((?:[^']|'')*)'|(true|false))\s*\)?$/i.exec(clause));
  if (clauses.some((clause) => !clause)) return undefined;
  return (entry) =>
    clauses.every((clause) => {
      const [, name, text, flag] = clause!;
      const value = entry[name!];
      return flag === undefined
        ? asText(value).toLowerCase() === text!.replaceAll("''", "'").toLowerCase()
        : value === (flag.toLowerCase() === "true");
    });
}

const idIn = (reference: unknown): string =>
  typeof reference === "string" ? reference.slice(reference.lastIndexOf("/") + 1) : "";

function create(cloud: Cloud, kind: string, body: JsonObject): JsonObject {
  const { store } = cloud;
  const { required, defaults } = KINDS[kind]!;
  const lacking = required.filter((name) => (body[name] ?? null) === null);
  if (lacking.length)
    throw bad(`A value is required for property '${lacking.join("', '")}' of resource '${kind}'.`);
  if (
    kind === "servicePrincipals" &&
    !store.entries("applications").some((app) => app["appId"] === body["appId"])
  )
    throw bad(
      `The appId '${asText(body["appId"])}' of the service principal does not reference a valid application object.`,
    );
  const plain = Object.fromEntries(Object.entries(body).filter(([name]) => !name.includes("@odata.")));
  const id = randomUUID();
  const name =
    kind === "servicePrincipals"
      ? store.entries("applications").find((app) => app["appId"] === body["appId"])?.["displayName"]
      : undefined;
  const entry: JsonObject = {
    ...defaults(),
    ...(name ? { displayName: name } : {}),
    ...plain,
    id,
    kind,
    createdDateTime: cloud.now().toISOString(),
  };
  store.atomically(() => {
    store.putEntry(id, kind, entry);
    for (const relation of RELATIONS) {
      const given = body[`${relation}@odata.bind`];
      for (const reference of Array.isArray(given) ? given : []) link(cloud, id, relation, idIn(reference));
    }
  });
  return entry;
}

function link(cloud: Cloud, holder: string, relation: string, member: string): void {
  if (!known(cloud, member)) throw gone(member);
  if (!cloud.store.link(holder, relation, member))
    throw bad(
      `One or more added object references already exist for the following modified properties: '${relation}'.`,
    );
}

function needEntry(store: Store, kind: string, id: string): JsonObject {
  const entry = store.entry(id.toLowerCase());
  if (entry?.["kind"] !== kind) throw gone(id);
  return entry;
}

export const graphPlugin =
  ({ cloud, authenticate, audiences }: GraphOptions): FastifyPluginAsync =>
  (app) => {
    const { store } = cloud;
    readJson(app);
    app.addHook("preHandler", async (request) => {
      await authenticate(request.headers.authorization, audiences.graph);
    });
    const context = (what: string) => `${cloud.urls.cloud}/graph/v1.0/$metadata#${what}`;
    const bodyOf = (request: Parameters<typeof parsedBody>[0]): JsonObject => {
      const body = parsedBody(request);
      if (!isObject(body)) throw bad("A JSON object is expected.");
      return body;
    };

    app.get<{ Params: { id: string } }>("/graph/v1.0/directoryObjects/:id", ({ params }) => {
      const entry = known(cloud, params.id);
      if (!entry) throw gone(params.id);
      return shown(entry);
    });

    federatedRoutes({ app, cloud, need: (id) => needEntry(store, "applications", id), bodyOf });
    for (const kind of Object.keys(KINDS)) {
      const base = `/graph/v1.0/${kind}`;
      app.post(base, (request, reply) =>
        reply.status(201).send({
          "@odata.context": context(`${kind}/$entity`),
          ...shown(create(cloud, kind, bodyOf(request))),
        }),
      );
      app.get<{ Querystring: Record<string, string | undefined> }>(base, ({ query }) => {
        const filter = query["$filter"];
        const test = filter === undefined ? () => true : matches(filter);
        if (!test) throw bad(`Unsupported or invalid query filter clause: ${filter ?? ""}.`);
        const all: JsonObject[] = [
          ...(kind === "servicePrincipals" ? [own(cloud.identity)] : []),
          ...store.entries(kind),
        ];
        return { "@odata.context": context(kind), value: all.filter(test).map(shown) };
      });
      app.get<{ Params: { id: string } }>(`${base}/:id`, ({ params }) => {
        const entry = known(cloud, params.id);
        if (entry?.["kind"] !== kind) throw gone(params.id);
        return { "@odata.context": context(`${kind}/$entity`), ...shown(entry) };
      });
      app.patch<{ Params: { id: string } }>(`${base}/:id`, (request, reply) => {
        const entry = needEntry(store, kind, request.params.id);
        store.putEntry(asText(entry["id"]), kind, { ...entry, ...bodyOf(request), id: entry["id"]!, kind });
        return reply.status(204).send();
      });
      app.delete<{ Params: { id: string } }>(`${base}/:id`, ({ params }, reply) => {
        const entry = needEntry(store, kind, params.id);
        if (kind === "applications")
          for (const other of [
            ...federatedOf(cloud, asText(entry["id"])),
            ...store.entries("servicePrincipals").filter((one) => one["appId"] === entry["appId"]),
          ])
            store.removeEntry(asText(other["id"]));
        store.removeEntry(asText(entry["id"]));
        return reply.status(204).send();
      });
      for (const relation of RELATIONS) {
        app.get<{ Params: { id: string } }>(`${base}/:id/${relation}`, ({ params }) => {
          const { id } = needEntry(store, kind, params.id);
          const found = store.linked(asText(id), relation).flatMap((member): JsonObject[] => {
            const entry = known(cloud, member);
            return entry ? [entry] : [];
          });
          return { "@odata.context": context("directoryObjects"), value: found.map(shown) };
        });
        app.post<{ Params: { id: string } }>(`${base}/:id/${relation}/$ref`, (request, reply) => {
          const { id } = needEntry(store, kind, request.params.id);
          link(cloud, asText(id), relation, idIn(bodyOf(request)["@odata.id"]));
          return reply.status(204).send();
        });
        app.delete<{ Params: { id: string; member: string } }>(
          `${base}/:id/${relation}/:member/$ref`,
          ({ params }, reply) => {
            const { id } = needEntry(store, kind, params.id);
            if (!store.unlink(asText(id), relation, params.member)) throw gone(params.member);
            return reply.status(204).send();
          },
        );
      }
    }
    return Promise.resolve();
  };
