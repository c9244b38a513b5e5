/** Everything that a workspace has, by ARM's lists, page by page. */
import type { Azure } from "@azure-ml-as-code/provider/azure/arm.ts";
import { mapping } from "../specs/export/short.ts";
import type { Mapping } from "../specs/export/short.ts";
import type { Live } from "../specs/export/export.ts";

/** Collections of a workspace; `versions` and `deployments` are lists under each of their items. */
const COLLECTIONS = [
  { path: "environments", under: "versions" },
  { path: "models", under: "versions" },
  { path: "data", under: "versions" },
  { path: "components", under: "versions" },
  { path: "datastores" },
  { path: "computes" },
  { path: "connections" },
  { path: "schedules", query: { listViewType: "All" } },
  { path: "onlineEndpoints", under: "deployments", both: true },
  { path: "batchEndpoints", under: "deployments", both: true },
] as const;

type Query = Readonly<Record<string, string>>;

async function list(azure: Azure, id: string, query: Query, signal: AbortSignal): Promise<Mapping[]> {
  const found: Mapping[] = [];
  let next: Query | undefined = query;
  while (next) {
    const { body } = await azure.send({ method: "GET", id, query: next }, signal);
    const { value, nextLink } = mapping(body);
    if (Array.isArray(value)) found.push(...value.map(mapping));
    // The next page is at the same path: its query says which.
    next = typeof nextLink === "string" ? Object.fromEntries(new URL(nextLink).searchParams) : undefined;
  }
  return found;
}

/** @param workspaceId ARM id. */
export async function readWorkspace(azure: Azure, workspaceId: string, signal: AbortSignal): Promise<Live[]> {
  const type = (path: string) => `workspaces/${path}`;
  const all = await Promise.all(
    COLLECTIONS.map(async (collection) => {
      const { path } = collection;
      const query = "query" in collection ? collection.query : {};
      const items = await list(azure, `${workspaceId}/${path}`, query, signal);
      if (!("under" in collection)) return items.map((body) => live(body, type(path)));
      const { under } = collection;
      const inside = await Promise.all(
        items.map(async ({ id, name }) => {
          const children = await list(azure, `${String(id)}/${under}`, {}, signal);
          return children.map((body) =>
            live(body, `${type(path)}/${under}`, under === "versions" ? String(name) : undefined),
          );
        }),
      );
      return [...("both" in collection ? items.map((body) => live(body, type(path))) : []), ...inside.flat()];
    }),
  );
  return all.flat();
}

const live = (body: Mapping, type: string, container?: string): Live => ({
  id: String(body["id"]),
  type,
  name: container ?? String(body["name"]),
  ...(container !== undefined && { version: String(body["name"]) }),
  body,
});
