/** A plugin's life: it ends with the engine that started it, however that ends. */
import { fstatSync } from "node:fs";
import { connect } from "node:net";

/** Between two looks; two failed ones in a row are the end. */
const LOOK_MS = 1_000;

function answers(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(address.slice(colon + 1)), timeout: LOOK_MS });
    const end = (result: boolean) => () => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });
}

/** An engine that gives no stdin gives `/dev/null` or closes it: that says nothing. */
function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

/**
 * Calls `end` once: on SIGTERM, when the parent is gone, when stdin closes (if it is a pipe), when the engine's address
 * (`host:port`) does not answer any more. SIGINT is left to the engine: a terminal sends it to everybody at once, and
 * the engine then cancels in its own order.
 */
export function endWithEngine(engine: string | undefined, end: () => void): void {
  const parent = process.ppid;
  let failures = 0;
  let looking = false;
  const finish = () => {
    clearInterval(timer);
    end();
  };
  const look = async () => {
    if (looking) return;
    looking = true;
    failures = engine === undefined || (await answers(engine)) ? 0 : failures + 1;
    looking = false;
    if (failures > 1 || process.ppid !== parent) finish();
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  process.once("SIGTERM", finish);
  process.on("SIGINT", () => undefined);
  if (isPipe(0)) process.stdin.once("close", finish).once("end", finish).resume();
}
