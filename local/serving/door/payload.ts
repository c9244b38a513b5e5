/** Payload logging of a data collector: its collections `request` and `response` hold what goes over the wire. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Lease } from "../online/deployment.ts";
import { collect, collectAnswer } from "./forward.ts";

export function logPayload(
  collector: Lease["collector"],
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): void {
  const kept = (name: "request" | "response", body: Promise<Buffer | undefined>, more: object) =>
    void body.then((bytes) => {
      const type = name === "request" ? request.headers["content-type"] : response.getHeader("content-type");
      const contentType = String(type ?? "application/json");
      if (bytes)
        collector?.collect(name, {
          body: bytes.toString("utf8"),
          requestId,
          contentType,
          more: { ...more },
        });
    });
  if (collector?.has("request")) {
    const more = { path: "/score", method: request.method, ...collector.captured(request.headers) };
    kept("request", collect(request), more);
  }
  if (collector?.has("response")) kept("response", collectAnswer(response), {});
}
