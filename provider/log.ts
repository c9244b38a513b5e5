/** Tells the engine what is going on: it shows it beside the resource. */
import type * as EngineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as EnginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { channelOptions, grpc, requireProto } from "@azure-ml-as-code/protocol/grpc.ts";
import type { Log } from "./provider.ts";

/** An engine that takes longer to listen has ended. */
const DEADLINE_MS = 2_000;

/** `engine`: `host:port`. */
export function engineLog(engine: string): Log {
  const pb = requireProto("@pulumi/pulumi/proto/engine_pb.js") as typeof EnginePb;
  const { EngineClient } = requireProto("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof EngineGrpc;
  const client = new EngineClient(engine, grpc.credentials.createInsecure(), channelOptions);
  return (urn, severity, message) => {
    const request = new pb.LogRequest();
    request.setSeverity(severity === "info" ? pb.LogSeverity.INFO : pb.LogSeverity.WARNING);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(severity === "info");
    // Resolves either way: work goes on when nobody listens.
    return new Promise((resolve) => {
      client.log(request, new grpc.Metadata(), { deadline: Date.now() + DEADLINE_MS }, () => resolve());
    });
  };
}
