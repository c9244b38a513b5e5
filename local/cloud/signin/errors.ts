/** How Entra refuses: an OAuth error whose description starts with an `AADSTS` number that people search for. */
import { randomUUID } from "node:crypto";

type Refusal = readonly [status: number, error: string, message: string];

/** Numbers and texts as Entra publishes them; `{0}` takes what was found. */
const REFUSALS = {
  28000: [
    400,
    "invalid_request",
    "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {0} is not valid.",
  ],
  70003: [
    400,
    "unsupported_grant_type",
    "The app requested an unsupported grant type '{0}'. This Azure signs in service principals, with 'client_credentials'.",
  ],
  90002: [
    400,
    "invalid_tenant",
    "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
  ],
  90014: [400, "invalid_request", "The required field '{0}' is missing from the credential."],
  700016: [
    400,
    "unauthorized_client",
    "Application with identifier '{0}' was not found in the directory. Check that it is the client id that this Azure shows.",
  ],
  700213: [
    401,
    "invalid_client",
    "No matching federated identity record found for presented assertion. This Azure takes client secrets; it trusts no issuer of assertions.",
  ],
  900144: [400, "invalid_request", "The request body must contain the following parameter: '{0}'."],
  1002012: [
    400,
    "invalid_scope",
    "The provided value for scope {0} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
  ],
  7000215: [
    401,
    "invalid_client",
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for app '{0}'.",
  ],
  7000216: [
    401,
    "invalid_client",
    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
  ],
} as const satisfies Record<number, Refusal>;

export type AadstsCode = keyof typeof REFUSALS;

export class SigninError extends Error {
  override readonly name = "SigninError";
  readonly code: AadstsCode;
  readonly status: number;
  constructor(code: AadstsCode, found = "") {
    super(`AADSTS${code}: ${REFUSALS[code][2].replace("{0}", found)}`);
    this.code = code;
    this.status = REFUSALS[code][0];
  }
}

/** The body that MSAL reads. `correlationId` is the caller's `client-request-id`. */
export function errorBody({ code, message }: SigninError, correlationId: string = randomUUID()): object {
  const timestamp = new Date().toISOString().replace("T", " ").replace(/\.\d+/, "");
  const trace = randomUUID();
  return {
    error: REFUSALS[code][1],
    error_description: `${message} Trace ID: ${trace} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlationId,
  };
}
