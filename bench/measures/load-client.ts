/** Asks one address without pause over kept connections, for a time; told by its parent, to whom it answers. */
import { request as httpRequest, Agent as HttpAgent } from "node:http";
import { request as httpsRequest, Agent as HttpsAgent } from "node:https";
import { quantile } from "simple-statistics";

export interface Load {
  readonly url: string;
  readonly body: string;
  readonly bearer?: string;
  readonly caFile?: string;
  /** Requests under way at any time. */
  readonly clients: number;
  readonly ms: number;
}

export interface Loaded {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

async function run({ url, body, bearer, clients, ms }: Load): Promise<Loaded> {
  const secure = url.startsWith("https:");
  const options = {
    method: "POST",
    agent: secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true }),
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
  };
  const ask = () =>
    new Promise<void>((resolve, reject) => {
      const sent = (secure ? httpsRequest : httpRequest)(url, options, (answer) => {
        answer.resume();
        answer.once("end", () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`${url} answered ${String(answer.statusCode)}`));
        });
      });
      sent.once("error", reject);
      sent.end(body);
    });
  const latencies: number[] = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - began < ms) {
        const sent = performance.now();
        await ask();
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const perSecond = latencies.length / ((performance.now() - began) / 1000);
  return { perSecond, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

process.once("message", (load) => {
  run(load as Load).then(
    (loaded) => process.send!(loaded, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
