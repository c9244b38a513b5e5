/** The engine's side of a plugin: an address that answers and listens to log messages. */
import type * as EngineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as EnginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { Empty, grpc, requireProto } from "@azure-ml-as-code/protocol/grpc.ts";

export interface TestEngine {
  readonly address: string;
  readonly messages: string[];
  stop(): void;
}

export async function startEngine(): Promise<TestEngine> {
  const server = new grpc.Server();
  const { EngineService } = requireProto("@pulumi/pulumi/proto/engine_grpc_pb.js") as typeof EngineGrpc & {
    EngineService: Parameters<typeof server.addService>[0];
  };
  const messages: string[] = [];
  const log = (
    { request }: { request: EnginePb.LogRequest },
    callback: (error: null, reply: object) => void,
  ) => {
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
