/** What went wrong, as a person needs it: the resource, what Azure said, what to do. */
import { isObject } from "@azure-ml-as-code/protocol/values.ts";

/** A refusal by Azure Resource Manager, or an operation of it that failed. */
export class ArmError extends Error {
  override readonly name = "ArmError";
  /** HTTP status; of an operation that failed later, that of the answer that said so. */
  readonly status: number;
  readonly code: string;
  constructor(subject: string, status: number, code: string, message: string) {
    super(`${subject}: ${code}: ${message}`);
    this.status = status;
    this.code = code;
  }
}

/** Says all that there is to say, also about how the run ended: shown as it is. */
export class FinalError extends Error {
  override readonly name = "FinalError";
}

/** `{error: {code, message, details[]}}`, as ARM's errors are; details carry the reason when the message is general. */
export function readError(body: unknown, status: number): { code: string; message: string } {
  const error = isObject(body) && isObject(body["error"]) ? body["error"] : undefined;
  const { code, message, details } = error ?? {};
  const more = (Array.isArray(details) ? details : []).flatMap((detail) =>
    isObject(detail) && typeof detail["message"] === "string" && detail["message"] !== message
      ? [detail["message"]]
      : [],
  );
  return {
    code: typeof code === "string" && code ? code : `HTTP ${status}`,
    message: [typeof message === "string" && message ? message : "no reason given", ...more].join(" "),
  };
}

/** By Azure's error code, or the name of the error class: what to do. */
const ADVICE: Readonly<Record<string, string>> = {
  AuthorizationFailed:
    "Give the identity that runs this the role that the message names; a new assignment takes minutes to work.",
  AuthorizationPermissionMismatch:
    "Give the identity that runs this the role Storage Blob Data Contributor on the container; a new assignment takes minutes to work.",
  AuthorizationFailure: "The storage account's network rules or firewall do not let this machine in.",
  PublicAccessNotPermitted: "The storage account's network rules or firewall do not let this machine in.",
  ContainerNotFound: "Let the upload depend on the container.",
  SubscriptionNotFound: "Check the subscription, and that the identity that runs this may see it.",
  CredentialUnavailableError: "Sign in: `az login`, or set ARM_* or AZURE_* variables.",
  AggregateAuthenticationError: "Sign in: `az login`, or set ARM_* or AZURE_* variables.",
  AuthenticationRequiredError:
    "Check ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET or their AZURE_* twins.",
  AuthenticationError: "Check ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET or their AZURE_* twins.",
  ENOTFOUND: "The host is unknown: check the name, the network, and whether what it belonged to was deleted.",
};

interface Coded {
  readonly code?: unknown;
  readonly details?: unknown;
  readonly statusCode?: unknown;
}

/**
 * Azure's code, or the network's; `""` if there is none. The answer to a HEAD has no body: there the storage library
 * leaves the code among the headers, which it calls details.
 */
export const codeOf = (error: unknown): string => {
  const { code, details } = (error ?? {}) as Coded;
  const found = [code, isObject(details) ? details["errorCode"] : undefined];
  return found.find((text) => typeof text === "string") ?? "";
};

/** HTTP status of an error of any of Azure's libraries, 0 if there was no answer. */
export const statusOf = (error: unknown): number => {
  if (error instanceof ArmError) return error.status;
  const { statusCode } = (error ?? {}) as Coded;
  return typeof statusCode === "number" ? statusCode : 0;
};

/** Whether a write that failed may have taken effect: its answer was lost, or came from something in between. */
export const mayHaveHappened = (error: unknown): boolean => {
  const status = statusOf(error);
  return status < 400 || status >= 500;
};

/** The message of any error with the advice for it. */
export function explain(error: unknown): string {
  const status = statusOf(error);
  const code = codeOf(error) || (status ? `HTTP ${status}` : "");
  const message = (error instanceof Error ? error.message : String(error)) || "no reason given.";
  const said = message.includes(code) ? message : `${code}: ${message}`;
  const advice = ADVICE[code] ?? ADVICE[error instanceof Error ? error.name : ""];
  return advice ? `${said} ${advice}` : said;
}
