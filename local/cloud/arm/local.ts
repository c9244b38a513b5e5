/** What only a local Azure offers: the history of an endpoint's traffic. */
import type { FastifyPluginAsync } from "fastify";
import type { Audiences, Authenticate } from "./auth.ts";
import { ArmError } from "./errors.ts";
import { readJson } from "./http.ts";
import type { Cloud } from "./table.ts";

export interface LocalOptions {
  readonly cloud: Cloud;
  readonly authenticate: Authenticate;
  readonly audiences: Audiences;
}

export const localPlugin =
  ({ cloud, authenticate, audiences }: LocalOptions): FastifyPluginAsync =>
  (app) => {
    readJson(app);
    /** `{value: [{time, endpoint, traffic}]}`, oldest first: every map that was ever live, the empty one of the creation included. */
    app.get<{ Querystring: { endpoint?: string } }>("/local/traffic-history", async (request) => {
      await authenticate(request.headers.authorization, audiences.arm);
      const { endpoint } = request.query;
      if (!endpoint) throw new ArmError(400, "BadRequest", "The query parameter 'endpoint' is required.");
      return { value: cloud.store.trafficHistory(endpoint) };
    });
    return Promise.resolve();
  };
