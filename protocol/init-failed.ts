/** How `InitFailed` travels through gRPC: in the details of the status, where the engine looks for it. */
import type * as Grpc from "@grpc/grpc-js";
import { fromStruct, providerPb, statusPb } from "./grpc.ts";
import { InitFailed } from "./provider.ts";

const DETAILS = "grpc-status-details-bin";
const TYPE = "pulumirpc.ErrorResourceInitFailed";

/** The error that a provider's `InitFailed` became on the way, or nothing for any other error. */
export function initFailed(error: Grpc.ServiceError): InitFailed | undefined {
  const [bytes] = error.metadata.get(DETAILS);
  if (!(bytes instanceof Uint8Array)) return undefined;
  for (const any of statusPb.Status.deserializeBinary(bytes).getDetailsList()) {
    if (any.getTypeName() !== TYPE) continue;
    const detail = providerPb.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
    const inputs = detail.getInputs();
    return new InitFailed(
      detail.getId(),
      fromStruct(detail.getProperties()),
      detail.getReasonsList(),
      inputs && fromStruct(inputs),
    );
  }
  return undefined;
}
