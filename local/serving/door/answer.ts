/** What callers are told. Codes and headers: Azure ML's "troubleshoot online endpoints". */
import type { ServerResponse } from "node:http";
import type { Outcome } from "./forward.ts";

/** What the caller is told when no answer of the model could be passed on. */
const FAILURES: Readonly<Record<"timeout" | "broken", { status: number; code: string; message: string }>> = {
  timeout: {
    status: 408,
    code: "RequestTimeout",
    message: "the model took longer than the deployment's request timeout",
  },
  broken: { status: 424, code: "ModelError", message: "the scoring server ended before it had answered" },
};

/** A model that answers anything but 200 has failed, whatever it meant to say. */
export const headersFor = (status: number) =>
  status === 200
    ? { status, headers: {} }
    : {
        status: 424,
        headers: {
          "ms-azureml-model-error-statuscode": String(status),
          "ms-azureml-model-error-reason": "model_error",
        },
      };

/** The status that the caller saw; answers where the model did not. */
export function conclude(response: ServerResponse, outcome: Outcome): number {
  if (outcome.kind === "answered") return outcome.status;
  if (outcome.kind === "gone") return 499;
  const { status, code, message } = FAILURES[outcome.kind];
  if (response.headersSent) {
    response.destroy(); // half an answer must not look like a whole one
    return status;
  }
  if (outcome.kind === "broken") {
    response.setHeader("ms-azureml-model-error-statuscode", "502");
    response.setHeader("ms-azureml-model-error-reason", "model_error");
  }
  fail(response, status, code, message);
  return status;
}

export function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

export function fail(response: ServerResponse, status: number, code: string, message: string): void {
  if (response.headersSent) response.destroy();
  else send(response, status, { error: { code, message } });
}
