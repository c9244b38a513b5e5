/** The `Engine` service: where the program and the plugins send their log. Plugins end when it stops answering. */
import type * as Grpc from "@grpc/grpc-js";
import type * as EnginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { Empty, grpc } from "@azure-ml-as-code/protocol/grpc.ts";
import type { OnEvent, Severity } from "./events.ts";
import { enginePb, engineService } from "./messages.ts";

interface Message {
  serializeBinary(): Uint8Array;
}

const SEVERITIES: readonly Severity[] = ["debug", "info", "warning", "error"];

/** What each call is answered with, but for those that this engine refuses. */
export function engineHandlers(emit: OnEvent) {
  let root = "";
  return {
    log: (request: EnginePb.LogRequest): Message => {
      emit({
        kind: "diagnostic",
        severity: SEVERITIES[request.getSeverity()] ?? "info",
        message: request.getMessage(),
        urn: request.getUrn(),
        source: "log",
      });
      return new Empty();
    },
    getRootResource: (): Message => {
      const response = new enginePb.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    },
    setRootResource: (request: EnginePb.SetRootResourceRequest): Message => {
      root = request.getUrn();
      return new enginePb.SetRootResourceResponse();
    },
    requirePulumiVersion: (): Message => new enginePb.RequirePulumiVersionResponse(),
  };
}

/** Serves it to the plugins for the length of a run, on 127.0.0.1. */
export async function startEngineService(emit: OnEvent): Promise<{ address: string; close(): void }> {
  const server = new grpc.Server();
  const handlers = engineHandlers(emit) as unknown as Record<string, (request: never) => Message>;
  const offered = Object.entries(engineService as Grpc.ServiceDefinition).filter(
    ([name]) => name in handlers,
  );
  server.addService(
    Object.fromEntries(offered),
    Object.fromEntries(
      offered.map(([name]) => {
        const answer: Grpc.handleUnaryCall<never, Message> = (call, callback) =>
          callback(null, handlers[name]!(call.request));
        return [name, answer];
      }),
    ),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
