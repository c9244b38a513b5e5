/** Microsoft Graph, as the local cloud offers it. */
import type { PropertyMap, Value } from "@azure-ml-as-code/protocol/values.ts";
import { bodyOf, connectHttp, refuse } from "../http.ts";
import type { HttpOptions } from "../http.ts";

export interface Graph {
  /** `https://…/graph/v1.0` */
  readonly url: string;
  /** `undefined` for a 404. Rejects with `ServiceError` for any other failure, as all calls here. */
  get(path: string): Promise<PropertyMap | undefined>;
  /** The items of a collection; `undefined` where there is no such collection. */
  list(path: string): Promise<Value[] | undefined>;
  post(path: string, body: PropertyMap): Promise<PropertyMap>;
  patch(path: string, body: PropertyMap): Promise<void>;
  /** A 404 is success. */
  delete(path: string): Promise<void>;
}

/** The query of a list for the items with this value. */
export const whereEqual = (name: string, value: string): string =>
  `$filter=${encodeURIComponent(`${name} eq '${value.replaceAll("'", "''")}'`)}`;

/** `audience` is `https://…/graph`. */
export function connectGraph(options: HttpOptions): Graph {
  const send = connectHttp(options);
  const url = `${options.audience}/v1.0`;
  const get = async (path: string) => {
    const answer = await send("GET", url + path);
    if (answer.status === 404) return undefined;
    refuse(answer);
    return bodyOf(answer);
  };
  return {
    url,
    get,
    async list(path) {
      const value = (await get(path))?.["value"];
      return Array.isArray(value) ? value : undefined;
    },
    async post(path, body) {
      const answer = await send("POST", url + path, { body });
      refuse(answer);
      return bodyOf(answer);
    },
    async patch(path, body) {
      refuse(await send("PATCH", url + path, { body }));
    },
    async delete(path) {
      const answer = await send("DELETE", url + path);
      if (answer.status !== 404) refuse(answer);
    },
  };
}
