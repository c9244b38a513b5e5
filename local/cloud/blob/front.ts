/**
 * The blob service as clients see it: HTTPS, path style (`/ACCOUNT/CONTAINER/BLOB`). It checks bearer tokens; shared keys
 * and SAS are Azurite's to check. Bodies stream through in both directions.
 */
import { createServer, request as httpsRequest } from "node:https";
import type { Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { TokenError } from "../../contracts.ts";
import type { Claims, Log, Tls, Tokens } from "../../contracts.ts";
import {
  UNAVAILABLE,
  accountOf,
  authOf,
  bearerOf,
  notAuthenticated,
  passOn,
  refusalBody,
  refusalHeaders,
} from "./requests.ts";
import type { BlobRefusal, BlobRequest } from "./requests.ts";
import type { BlobServer } from "./server.ts";

export interface BlobFrontOptions {
  readonly tls: Tls;
  /** 0 takes any free one. */
  readonly port: number;
  readonly tokens: Pick<Tokens, "verify">;
  readonly log: Log;
  readonly upstream: Pick<BlobServer, "port" | "agent">;
  /** `authorization_uri` of the challenge that a refused token gets. */
  readonly authorizationUri?: string | undefined;
  /** Asked about each request with a token: why it must not go on. @default every token of the directory may do anything */
  readonly authorize?: ((request: BlobRequest) => BlobRefusal | undefined) | undefined;
  /** Asked before a request goes on; what it returns is the answer instead. */
  readonly faults?:
    ((request: BlobRequest) => BlobRefusal | undefined | Promise<BlobRefusal | undefined>) | undefined;
}

export interface BlobFront {
  readonly port: number;
  close(): Promise<void>;
}

/** Tokens for all of Azure Storage, or for one account. */
const audiences = (account: string): string[] => [
  "https://storage.azure.com",
  `https://${account}.blob.core.windows.net`,
];

/** Listens on 127.0.0.1, and on ::1 where the machine has it: a client may take either for `localhost`. */
export async function startFront(options: BlobFrontOptions): Promise<BlobFront> {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response, options)
      .then((refusal) => {
        if (refusal) refuse(request, response, refusal);
      })
      .catch((error: unknown) => {
        if (response.destroyed) return; // the client went away
        options.log.error("a blob request failed", { url: request.url, error: String(error) });
        refuse(request, response, UNAVAILABLE);
      });
  };
  const { cert, key } = options.tls;
  const make = () => createServer({ cert, key, requestTimeout: 0 }, answer);
  const v4 = make();
  const port = await listen(v4, options.port, "127.0.0.1");
  const v6 = make();
  const servers = [v4];
  try {
    await listen(v6, port, "::1");
    servers.push(v6);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRNOTAVAIL" && code !== "EAFNOSUPPORT") {
      v4.close();
      throw error;
    }
    options.log.info("no IPv6 on this machine: blobs are served on 127.0.0.1 only");
  }
  return {
    port,
    close: async () => {
      await Promise.all(
        servers.map(async (server) => {
          const closed = once(server, "close");
          server.close();
          server.closeAllConnections();
          await closed;
        }),
      );
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Sends the request on, or resolves to why it must not go on. */
async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: BlobFrontOptions,
): Promise<BlobRefusal | undefined> {
  const url = request.url ?? "/";
  const account = accountOf(url, request.headers.host);
  const auth = authOf(url, request.headers.authorization);
  let claims: Claims | undefined;
  if (auth === "Bearer") {
    try {
      claims = await options.tokens.verify(bearerOf(request.headers), audiences(account));
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      return notAuthenticated(error.message, options.authorizationUri);
    }
  }
  const asked = { method: request.method ?? "GET", url, account, auth, ...(claims && { claims }) };
  const refusal = (await options.faults?.(asked)) ?? (claims && options.authorize?.(asked));
  if (refusal) return refusal;
  await forward(request, response, passOn(request.rawHeaders), options.upstream);
  return undefined;
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  headers: string[],
  upstream: BlobFrontOptions["upstream"],
): Promise<void> {
  const onward = httpsRequest({
    host: "127.0.0.1",
    port: await upstream.port(),
    agent: upstream.agent,
    method: request.method,
    path: request.url,
    headers,
    setHost: false,
  });
  // The listener for errors stays: after an early answer (a refused upload) what becomes of the body is of no interest.
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    onward.once("response", resolve).on("error", reject);
    response.once("close", () => {
      if (!response.writableFinished) onward.destroy();
    });
    request.pipe(onward);
  });
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passOn(answer.rawHeaders));
  await pipeline(answer, response);
}

/** The rest of a body is read and thrown away: a client that still sends it could otherwise not read the answer. */
function refuse(request: IncomingMessage, response: ServerResponse, refusal: BlobRefusal): void {
  request.resume();
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(refusal.status, refusalHeaders(refusal));
  response.end(request.method === "HEAD" ? undefined : refusalBody(refusal));
}
