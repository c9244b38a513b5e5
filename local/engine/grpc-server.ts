/** gRPC services on the loopback interface, from plain functions. */
import type * as Grpc from "@grpc/grpc-js";
import { channelOptions, grpc } from "@azure-ml-as-code/protocol/grpc.ts";

export interface Message {
  serializeBinary(): Uint8Array;
}
/** Answers one kind of request. Each handler knows its own request, which gRPC's definitions do not tell apart. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a table of functions of different requests
export type Answer = (request: any) => Message | Promise<Message>;
export type Handlers = Readonly<Record<string, Answer>>;

export interface Server {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  close(): void;
}

export interface ServerOptions {
  /** Ends calls that still wait, by rejecting. */
  readonly until?: Promise<never>;
  /** The status of an error; UNKNOWN with its message unless given. */
  readonly status?: (error: unknown) => { code: Grpc.status; details: string } | undefined;
}

const plain = (error: unknown) => ({
  code: grpc.status.UNKNOWN,
  details: error instanceof Error ? error.message : String(error),
});

/** Serves the calls of the services that have a handler; others are unimplemented. */
export async function startServer(
  services: readonly (readonly [service: object, handlers: Handlers])[],
  { until, status }: ServerOptions = {},
): Promise<Server> {
  const server = new grpc.Server(channelOptions);
  const unary =
    (answer: Answer): Grpc.handleUnaryCall<unknown, Message> =>
    (call, callback) => {
      const work = Promise.resolve().then(() => answer(call.request));
      Promise.race(until ? [work, until] : [work])
        .then((response) => callback(null, response))
        .catch((error: unknown) => callback(status?.(error) ?? plain(error)));
      work.catch(() => undefined); // a call that lost the race has told its failure already
    };
  for (const [service, handlers] of services) {
    const offered = Object.entries(service as Grpc.ServiceDefinition).filter(([name]) => name in handlers);
    server.addService(
      Object.fromEntries(offered),
      Object.fromEntries(offered.map(([name]) => [name, unary(handlers[name]!)])),
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      server.forceShutdown();
    },
  };
}
