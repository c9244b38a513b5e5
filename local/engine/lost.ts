/** Calls whose answer never came. */
import { ProviderError } from "@azure-ml-as-code/protocol/client.ts";
import { grpc } from "@azure-ml-as-code/protocol/grpc.ts";

const LOST: readonly number[] = [grpc.status.UNAVAILABLE, grpc.status.CANCELLED];

/** Whether a call ended without an answer of the provider: nobody knows what came of it. */
export const isLost = (error: unknown): boolean =>
  error instanceof ProviderError && LOST.includes(error.code);
