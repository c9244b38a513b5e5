import { CloudError } from "../../contracts.ts";
import type { JsonObject } from "./json.ts";

/** One of several things that are wrong with a request. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** JSON path of what is wrong, where there is one. */
  readonly target?: string;
}

/** An ARM error with what {@link CloudError} has no place for. */
export class ArmError extends CloudError {
  readonly details: readonly Problem[];
  readonly target: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    code: string,
    message: string,
    more: { target?: string; details?: readonly Problem[]; headers?: Record<string, string> } = {},
  ) {
    super(status, code, message);
    this.target = more.target;
    this.details = more.details ?? [];
    this.headers = more.headers ?? {};
  }
}

/** The first problem is the error; all of them are its details when there are several. */
export function refuse(status: number, problems: readonly Problem[]): ArmError {
  const [first, ...others] = problems;
  const { code, message, target } = first!;
  const details = others.length ? problems : [];
  return new ArmError(status, code, message, target === undefined ? { details } : { target, details });
}

/** `{error: {code, message, target, details}}`. What is no CloudError is ours to mend: 500, without its inner message. */
export function errorBody(error: unknown): { status: number; body: JsonObject } {
  if (!(error instanceof CloudError))
    return {
      status: 500,
      body: errorObject({ code: "InternalServerError", message: "An internal error occurred." }),
    };
  const { target, details } = error instanceof ArmError ? error : { target: undefined, details: [] };
  const problem = { code: error.code, message: error.message, ...(target === undefined ? {} : { target }) };
  return { status: error.status, body: errorObject(problem, details) };
}

const errorObject = (problem: Problem, details: readonly Problem[] = []): JsonObject => ({
  error: {
    code: problem.code,
    message: problem.message,
    target: problem.target ?? null,
    details: details.map(({ code, message, target }) => ({ code, message, target: target ?? null })),
    additionalInfo: [],
  },
});
