/** The `Engine` service: where the program and the plugins send their log. Plugins end when it stops answering. */
import type * as EnginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { Empty } from "@azure-ml-as-code/protocol/grpc.ts";
import type { OnEvent, Severity } from "./events.ts";
import { startServer } from "./grpc-server.ts";
import type { Handlers, Message, Server } from "./grpc-server.ts";
import { enginePb, engineService } from "./messages.ts";

const SEVERITIES: readonly Severity[] = ["debug", "info", "warning", "error"];

/** What each call is answered with, but for those that this engine refuses. */
export function engineHandlers(emit: OnEvent): Handlers {
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

/** Serves it to the plugins for the length of a run. */
export const startEngineService = (emit: OnEvent): Promise<Server> =>
  startServer([[engineService, engineHandlers(emit)]]);
