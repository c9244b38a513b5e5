/** Requests as no well-meaning client sends them: any path, any header, or just bytes. */
import { Agent, request as httpsRequest } from "node:https";
import { Agent as PlainAgent, request as httpRequest } from "node:http";
import { connect as connectPlain } from "node:net";
import { connect as connectTls } from "node:tls";

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

export interface RawRequest {
  readonly method: string;
  /** As it goes over the wire; only what cannot be in a request line is escaped. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const PATIENCE_MS = 20_000;

/** Only what a request line cannot hold is escaped. */
export const wirePath = (text: string): string => text.toWellFormed().replace(/[^!-~]/gu, encodeURIComponent);
/** Without what Node refuses to send in a header. */
export const wireHeader = (text: string): string => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, "").trim();

/** Sends requests to one server over connections that stay open. */
export function rawClient(origin: string, ca?: string) {
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === "https:";
  const agent = secure
    ? new Agent({ keepAlive: true, ...(ca !== undefined && { ca }) })
    : new PlainAgent({ keepAlive: true });
  const ask = ({ method, path, headers, body }: RawRequest): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const options = {
        host: hostname,
        servername: hostname,
        port,
        agent,
        method,
        path,
        headers,
        timeout: PATIENCE_MS,
      };
      const request = (secure ? httpsRequest : httpRequest)(options, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          }),
        );
      });
      request.on("timeout", () => request.destroy(new Error(`no answer in ${PATIENCE_MS / 1000} s`)));
      request.on("error", reject);
      request.end(body);
    });
  /** Bytes as they are; resolves to what came back until the server, or patience, ended the connection. */
  const shout = (bytes: Uint8Array, patienceMs: number): Promise<string> =>
    new Promise((resolve) => {
      const to = { host: "127.0.0.1", port: Number(port) };
      const socket = secure
        ? connectTls({ ...to, ...(ca !== undefined && { ca }), servername: "localhost" })
        : connectPlain(to);
      const parts: Buffer[] = [];
      const timer = setTimeout(() => socket.destroy(), patienceMs);
      socket.on("data", (part: Buffer) => parts.push(part));
      socket.on("error", () => undefined); // the server may well hang up
      socket.on("close", () => {
        clearTimeout(timer);
        resolve(Buffer.concat(parts).toString("latin1"));
      });
      socket.end(bytes);
    });
  return { ask, shout, close: () => agent.destroy() };
}
