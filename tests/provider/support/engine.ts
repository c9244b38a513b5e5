/** The engine's side of a plugin: an address that answers and listens to log messages. */
import type * as EngineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as EnginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { Empty, grpc, requireProto } from "@azure-ml-as-code/protocol/grpc.ts";
import type * as Grpc from "@grpc/grpc-js";

export interface TestEngine {
  readonly address: string;
  readonly messages: string[];
  stop(): void;
}

export async function startEngine(): Promise<TestEngine> {
  const { EngineService } = requireProto("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof EngineGrpc & {
    EngineService: Grpc.ServiceDefinition;
  };
  const messages: string[] = [];
  const server = new grpc.Server();
  const log: Grpc.handleUnaryCall<EnginePb.LogRequest, unknown> = ({ request }, callback) => {
    messages.push(`${request.getUrn().split("::").at(-1)!}: ${request.getMessage()}`);
    callback(null, new Empty());
  };
  server.addService({ log: EngineService["log"] }, { log });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { address: `127.0.0.1:${port}`, messages, stop: () => server.forceShutdown() };
}
